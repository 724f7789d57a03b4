// The spikes of one interval, found by the tile they come from.
import Networks

/// For each source tile that reaches this rank, its spikes in each step of the interval.
struct SpikesBySource: ~Copyable {
  /// Source tiles, ascending; the order is that of their neurons too.
  let tiles: [Int]
  private let neurons: [Range<UInt32>]
  /// What to take from a neuron's number to get its index in its population.
  private let firstOfPopulation: [UInt32]
  /// Indices in their populations, step by step, ascending by tile; then ``surplus`` that belong to no step.
  private var sources = [UInt32](repeating: 0, count: Self.surplus)
  /// Spikes of tile t in step l: `ends[l * tiles + t] ..< ends[l * tiles + t + 1]`.
  private var ends: [Int32] = [0]
  private(set) var steps = 0
  /// How far behind the last one a reader may look.
  private static var surplus: Int { 2 }

  init(tiles: [Int], _ map: TileMap) {
    self.tiles = tiles
    neurons = tiles.map { number in
      let range = map.neurons(of: map[number])
      return UInt32(truncatingIfNeeded: range.lowerBound)..<UInt32(truncatingIfNeeded: range.upperBound)
    }
    firstOfPopulation = tiles.map { UInt32(truncatingIfNeeded: map.firstNeuron(ofPopulation: map[$0].population)) }
  }

  mutating func clear() {
    sources.removeAll(keepingCapacity: true)
    for _ in 0..<Self.surplus { sources.append(0) }
    ends.removeAll(keepingCapacity: true)
    ends.append(0)
    steps = 0
  }

  /// Takes the next step's spikes, numbers of neurons, ascending.
  mutating func append(_ spikes: [UInt32]) {
    var next = 0
    sources.removeLast(Self.surplus)
    for place in neurons.indices {
      let (range, first) = (neurons[place], firstOfPopulation[place])
      while next < spikes.count && spikes[next] < range.lowerBound { next += 1 }
      while next < spikes.count && spikes[next] < range.upperBound {
        sources.append(spikes[next] - first)
        next += 1
      }
      ends.append(Int32(truncatingIfNeeded: sources.count))
    }
    for _ in 0..<Self.surplus { sources.append(0) }
    steps += 1
  }

  var isEmpty: Bool { sources.count == Self.surplus }

  /// The spikes of a step: those of the tile at place t among `tiles` are `ends[t] ..< ends[t + 1]` of the second list, which can be read
  /// two further.
  @inline(__always)
  func withStep(_ step: Int, _ body: (UnsafePointer<Int32>, UnsafePointer<UInt32>) -> Void) {
    ends.withUnsafeBufferPointer { ends in
      sources.withUnsafeBufferPointer { sources in
        guard let ends = ends.baseAddress, let sources = sources.baseAddress else { return }
        body(ends + step * tiles.count, sources)
      }
    }
  }
}
