// The transport of spikes: lists of words between known partners, in one packet each where they fit.

import CMPI

/// Sends one list of words to each destination and receives one from each source, round after round.
///
/// A list travels as a packet: a header word with its length, and its first `packetWords` words. Only a longer list has a second message,
/// the remainder, which the receiver learns of from the header. So a round costs one message per partner as a rule, no exchange of
/// counts, and no waiting for ranks that are not partners.
///
/// A round is `start`, then `finish`; between them the ranks compute. No order of ranks can block a round: the receives of a round are
/// posted before its sends, and `finish` waits only for partners that have to call `start` and `finish` of the same round.
///
/// Invariant of the memory here: `start` writes the outgoing buffers and `finish` reads the incoming ones only when no request on them is
/// active; `deinit` leaves them allocated if a round is under way, because MPI may still write to them.
public struct PacketExchange: ~Copyable {
  public let destinations: [Int]
  public let sources: [Int]
  /// Words of a list that travel in its first message.
  public let packetWords: Int
  /// Bytes of all messages sent so far, headers included; in a rehearsal those that would have been sent.
  public private(set) var bytesSent = 0
  public private(set) var messagesSent = 0

  private let communicator: Communicator
  // Packets, each on its own cache lines, and the remainders, which grow as needed.
  private let outgoing: UnsafeMutableBufferPointer<Remainder>
  private let incoming: UnsafeMutableBufferPointer<Remainder>
  private let packets: UnsafeMutablePointer<UInt32>
  private let packetStride: Int
  // Receives of packets, sends of packets, sends of remainders, receives of remainders.
  private let requests: RequestSet
  private var isUnderWay = false

  private struct Remainder {
    var words: UnsafeMutablePointer<UInt32>?
    var capacity = 0
    var count = 0

    /// Room for at least `count` words; what was there is lost.
    mutating func reserve(_ count: Int) {
      if count <= capacity { return }
      words?.deallocate()
      capacity = max(count, 2 * capacity)
      words = .allocate(capacity: capacity)
    }
  }

  /// Collective. Every destination must list this rank among its sources and the other way round; no rank is its own partner; `packetWords`
  /// is the same everywhere.
  public init(_ communicator: borrowing Communicator, destinations: [Int], sources: [Int], packetWords: Int) throws {
    guard packetWords >= 0, packetWords < Int(Int32.max) / 4 else {
      throw MPIError.misuse("PacketExchange", "packets of \(packetWords) words are not possible")
    }
    if destinations.contains(communicator.rank) || sources.contains(communicator.rank) {
      throw MPIError.misuse("PacketExchange", "rank \(communicator.rank) must not be its own partner")
    }
    try communicator.checkPartners(destinations: destinations, sources: sources, call: "PacketExchange")
    if try communicator.max(packetWords) != communicator.min(packetWords) {
      throw MPIError.misuse(
        "PacketExchange", "the ranks disagree about the packet's size (rank \(communicator.rank): \(packetWords) words)")
    }
    let own = try communicator.duplicate()
    let partners = destinations.count + sources.count
    let requests = try RequestSet(count: communicator.isAlone ? 0 : 2 * partners)
    let packetStride = (1 + packetWords + 15) / 16 * 16
    let bytes = Swift.max(1, partners * packetStride) * 4
    let packets = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).bindMemory(to: UInt32.self, capacity: bytes / 4)
    for (index, source) in sources.enumerated() where !own.isAlone {
      try requests.prepareReceive(
        packets + index * packetStride, count: 4 * (1 + packetWords), from: source, tag: packetTag, on: own.handle, at: index)
    }
    outgoing = .allocate(capacity: destinations.count)
    outgoing.initialize(repeating: Remainder())
    incoming = .allocate(capacity: sources.count)
    incoming.initialize(repeating: Remainder())
    (self.destinations, self.sources, self.packetWords) = (destinations, sources, packetWords)
    (self.packets, self.packetStride) = (packets, packetStride)
    self.requests = requests
    self.communicator = own
  }

  deinit {
    if isUnderWay { return }
    for remainder in outgoing { remainder.words?.deallocate() }
    for remainder in incoming { remainder.words?.deallocate() }
    outgoing.deallocate()
    incoming.deallocate()
    packets.deallocate()
  }

  private func incomingPacket(_ source: Int) -> UnsafeMutablePointer<UInt32> { packets + source * packetStride }
  private func outgoingPacket(_ destination: Int) -> UnsafeMutablePointer<UInt32> { packets + (sources.count + destination) * packetStride }

  /// Begins a round: `list(d)` gives the words for `destinations[d]`; they are copied, so the memory is free again afterwards.
  public mutating func start(_ list: (_ destination: Int) -> UnsafeBufferPointer<UInt32>) throws {
    try begin()
    for destination in 0..<destinations.count { try send(list(destination), destination) }
  }
  /// Begins a round with one list of words for each destination.
  public mutating func start(_ lists: [[UInt32]]) throws {
    guard lists.count == destinations.count else {
      throw MPIError.misuse("PacketExchange", "\(lists.count) lists for \(destinations.count) destinations")
    }
    try begin()
    for destination in 0..<destinations.count {
      try lists[destination].withUnsafeBufferPointer { words in try send(words, destination) }
    }
  }

  private mutating func begin() throws {
    if isUnderWay { throw MPIError.misuse("PacketExchange", "start while a round is under way; finish it first") }
    if !communicator.isAlone { try requests.restart(0..<sources.count) }
    isUnderWay = true
  }

  private mutating func send(_ words: UnsafeBufferPointer<UInt32>, _ destination: Int) throws {
    guard words.count <= Int(Int32.max) / 4 else {
      throw MPIError.misuse("PacketExchange", "a list of \(words.count) words for rank \(destinations[destination]) is longer than 2 GB")
    }
    let first = Swift.min(words.count, packetWords)
    let rest = words.count - first
    bytesSent += 4 * (1 + words.count)
    messagesSent += rest > 0 ? 2 : 1
    if communicator.isAlone { return }
    let packet = outgoingPacket(destination)
    packet[0] = UInt32(words.count)
    let (handle, rank) = (communicator.handle, destinations[destination])
    if first > 0 { (packet + 1).update(from: words.baseAddress!, count: first) }
    try requests.send(packet, count: 4 * (1 + first), to: rank, tag: packetTag, on: handle, at: sources.count + destination)
    if rest == 0 { return }
    outgoing[destination].reserve(rest)
    let remainder = outgoing[destination].words!
    remainder.update(from: words.baseAddress! + first, count: rest)
    try requests.send(
      remainder, count: 4 * rest, to: rank, tag: remainderTag, on: handle, at: sources.count + destinations.count + destination)
  }

  /// Lets messages move during a long computation, and tells whether all packets of the round have come.
  public mutating func progress() throws -> Bool {
    communicator.isAlone || !isUnderWay ? true : try requests.test(0..<sources.count)
  }

  /// Ends the round: `body` sees the list from each source, in the order of `sources`, with the source's place there.
  /// In a rehearsal all lists are empty.
  public mutating func finish(_ body: (_ source: Int, _ words: UnsafeBufferPointer<UInt32>) throws -> Void) throws {
    if !isUnderWay { throw MPIError.misuse("PacketExchange", "finish without start") }
    if communicator.isAlone {
      isUnderWay = false
      for source in 0..<sources.count { try body(source, UnsafeBufferPointer(start: nil, count: 0)) }
      return
    }
    try receive()
    isUnderWay = false
    for source in 0..<sources.count {
      let packet = incomingPacket(source)
      let count = Int(packet[0])
      let words = count > packetWords ? incoming[source].words! : packet + 1
      try body(source, UnsafeBufferPointer(start: words, count: count))
    }
  }

  /// Waits for all messages of the round; a list longer than a packet is put together in its remainder's memory.
  private mutating func receive() throws {
    let firstRemainder = sources.count + 2 * destinations.count
    try requests.wait(0..<sources.count)
    for source in 0..<sources.count {
      let packet = incomingPacket(source)
      let count = Int(packet[0])
      if count <= packetWords { continue }
      incoming[source].reserve(count)
      let words = incoming[source].words!
      words.update(from: packet + 1, count: packetWords)
      try requests.receive(
        words + packetWords, count: 4 * (count - packetWords), from: sources[source], tag: remainderTag, on: communicator.handle,
        at: firstRemainder + source)
    }
    try requests.wait(sources.count..<requests.count)
  }
}
