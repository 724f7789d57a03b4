// The spikes of an interval, from the flags of this rank's tiles to the sorted list of all that concern it.
import Parallel

/// Packs spikes per destination, exchanges them once per interval, and sorts what came. Between `start` and `finish` the spikes of the
/// next interval are collected: the two lists take turns.
///
/// A list on the wire has, for each step of the interval, the number of its spikes and then the numbers of the neurons, ascending.
struct SpikeExchange: ~Copyable {
  private var packets: PacketExchange
  private let routes: [[Int32]]
  /// Steps of a full interval.
  let interval: Int
  /// Spikes for each destination and step: `outgoing[destination * interval + lag]`.
  private let outgoing: [WordList]
  private let packed: [WordList]
  /// This rank's spikes by step of the interval under way.
  private var spikes: [[UInt32]]
  /// Spikes for this rank by step of the interval that is or was exchanged last: its own, then those received; ascending after `finish`.
  private(set) var arrived: [[UInt32]]
  /// Steps of the interval between its `start` and its `finish`; 0 otherwise.
  private(set) var travelling = 0

  /// - Parameter packetWords: words of the fixed first packet to each partner.
  init(_ communicator: borrowing Communicator, _ routing: SpikeRouting, interval: Int, packetWords: Int) throws {
    packets = try PacketExchange(communicator, destinations: routing.destinations, sources: routing.sources, packetWords: packetWords)
    routes = routing.routes
    self.interval = interval
    outgoing = (0..<routing.destinations.count * interval).map { _ in WordList() }
    packed = routing.destinations.map { _ in WordList() }
    spikes = (0..<interval).map { _ in [] }
    arrived = spikes
  }

  /// [steps] Half the shortest delay, so that spikes can travel while the other half is computed; a single step cannot be cut.
  /// Procedural networks keep the whole, since rows are drawn the faster the more of them are drawn together.
  static func interval(shortestDelay: Int, _ storage: SimulationDescription.Storage) -> Int {
    storage == .procedural ? shortestDelay : max(1, shortestDelay / 2)
  }

  var bytesSent: Int { packets.bytesSent }
  var messagesSent: Int { packets.messagesSent }

  /// Forgets the spikes of the interval before.
  mutating func begin() {
    for lag in 0..<interval { spikes[lag].removeAll(keepingCapacity: true) }
    for list in outgoing { list.clear() }
  }

  /// Takes the spikes of an owned tile (its place among the owned ones) in a step: neurons `first + places[i]`.
  mutating func add(lag: Int, owned: Int, first: Int, places: UnsafePointer<UInt16>, count: Int) {
    for i in 0..<count { spikes[lag].append(UInt32(truncatingIfNeeded: first + Int(places[i]))) }
    for destination in routes[owned] {
      let list = outgoing[Int(destination) * interval + lag]
      for i in 0..<count { list.append(UInt32(truncatingIfNeeded: first + Int(places[i]))) }
    }
  }

  /// Packs the interval's first `steps` steps once per destination.
  func pack(steps: Int) {
    for (d, list) in packed.enumerated() {
      list.clear()
      for lag in 0..<steps {
        let step = outgoing[d * interval + lag]
        list.append(UInt32(step.count))
        for word in step.words { list.append(word) }
      }
    }
  }

  /// Sends what was packed, of the interval's first `steps` steps.
  mutating func start(steps: Int) throws {
    swap(&spikes, &arrived)
    travelling = steps
    try packets.start { destination in packed[destination].words }
  }

  /// Waits for the partners' spikes; afterwards `arrived` holds all, ascending in each step.
  mutating func finish() throws {
    let steps = travelling
    // Out of self for the duration, because the packets' closure must not reach into it.
    var all: [[UInt32]] = []
    swap(&all, &arrived)
    try packets.finish { _, words in
      var position = 0
      for lag in 0..<steps {
        let count = Int(words[position])
        all[lag].append(contentsOf: words[position + 1..<position + 1 + count])
        position += 1 + count
      }
    }
    for lag in 0..<steps where all[lag].count > 1 { all[lag].sort() }
    arrived = all
    travelling = 0
  }
}

/// A growing list of words at a fixed place, from which a packet can be sent.
///
/// Invariant: the first `count` of `capacity` words are set; the memory is owned here.
final class WordList {
  private var memory: UnsafeMutablePointer<UInt32> = .allocate(capacity: 64)
  private var capacity = 64
  private(set) var count = 0
  deinit { memory.deallocate() }

  var words: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: memory, count: count) }
  func clear() { count = 0 }
  func append(_ word: UInt32) {
    if count == capacity {
      let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: 2 * capacity)
      larger.update(from: memory, count: count)
      memory.deallocate()
      memory = larger
      capacity *= 2
    }
    memory[count] = word
    count += 1
  }
}
