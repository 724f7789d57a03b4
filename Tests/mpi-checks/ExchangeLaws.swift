// Laws of the exchanges between known partners, for every transport, with random graphs and random lists.

import Parallel

/// Draws that depend on their arguments alone, so that every rank knows what every other one does.
private func draw(_ values: Int...) -> Int {
  var x: UInt64 = 0x1234_5678
  for value in values {
    x = (x ^ UInt64(bitPattern: Int64(value))) &* 0x9e37_79b9_7f4a_7c15
    x ^= x >> 29
  }
  return Int(x >> 8 & 0xffff_ffff)
}

/// Who sends to whom: in graph 0 all pairs, in 1 nobody, in 2 only upwards, in others about half of the pairs, in one direction or both.
private func sends(_ from: Int, _ to: Int, graph: Int) -> Bool {
  switch graph {
  case 0: true
  case 1: false
  case 2: from < to
  default: draw(graph, from, to) % 2 == 0
  }
}

/// A list of no words, some, about a packet, or several packets.
private func words(_ from: Int, _ to: Int, round: Int, packet: Int) -> [UInt32] {
  let lengths = [0, 1, packet, packet + 1, packet - 1, 3 * packet + 5, 20 * packet, 0]
  let length = max(0, lengths[draw(from, to, round) % lengths.count])
  return (0..<length).map { UInt32(truncatingIfNeeded: draw(from, to, round, $0)) }
}

func checkPackets(_ c: borrowing Communicator, _ report: inout Report) throws {
  let (rank, size) = (c.rank, c.size)
  for graph in 0..<8 {
    let packet = [16, 1, 0, 64, 17, 15, 100, 5][graph]
    let destinations = (0..<size).filter { $0 != rank && sends(rank, $0, graph: graph) }.sorted { draw(graph, $0) < draw(graph, $1) }
    let sources = (0..<size).filter { $0 != rank && sends($0, rank, graph: graph) }
    var exchange = try PacketExchange(c, destinations: destinations, sources: sources, packetWords: packet)
    var (bytes, messages) = (0, 0)
    // Some ranks run ahead of others: no barrier between the rounds.
    for round in 0..<40 {
      let lists = destinations.map { words(rank, $0, round: round, packet: max(packet, 8)) }
      bytes += lists.reduce(0) { $0 + 4 + 4 * $1.count }
      messages += lists.reduce(0) { $0 + ($1.count > packet ? 2 : 1) }
      if round % 2 == 0 {
        try exchange.start(lists)
      } else {
        let joined = Array(lists.joined())
        joined.withUnsafeBufferPointer { all in
          var start = 0
          do {
            try exchange.start { destination in
              defer { start += lists[destination].count }
              return UnsafeBufferPointer(rebasing: all[start..<start + lists[destination].count])
            }
          } catch { report.expect(false, "start: \(error)") }
        }
      }
      if round % 3 == 0 { while try !exchange.progress() {} }
      var order: [Int] = []
      var received: [[UInt32]] = []
      try exchange.finish { source, words in
        order.append(source)
        received.append(Array(words))
      }
      report.expect(order, Array(sources.indices), "order of sources, graph \(graph), round \(round)")
      let expected = sources.map { c.kind == .rehearsal ? [] : words($0, rank, round: round, packet: max(packet, 8)) }
      report.expect(received == expected, "packet exchange, graph \(graph), round \(round)")
    }
    report.expect([exchange.bytesSent, exchange.messagesSent], [bytes, messages], "bytes and messages, graph \(graph)")
  }
  var idle = try PacketExchange(c, destinations: [], sources: [], packetWords: 4)
  do {
    try idle.finish { _, _ in }
    report.expect(false, "finish without start: no error")
  } catch { report.expect("\(error)".contains("finish without start"), "finish without start: \(error)") }
  try idle.start([])
  do {
    try idle.start([])
    report.expect(false, "start twice: no error")
  } catch { report.expect("\(error)".contains("finish it first"), "start twice: \(error)") }
  try idle.finish { _, _ in }
  if size > 1 {
    let other = rank == 0 ? size - 1 : 0
    report.expectError("a partner twice", "listed twice") {
      _ = try PacketExchange(c, destinations: [other, other], sources: [], packetWords: 4)
    }
  }
  report.expectError("a partner that is not there", "is not among") {
    _ = try PacketExchange(c, destinations: [], sources: [size], packetWords: 4)
  }
  if size > 1 && c.kind == .mpi {
    report.expectError("partners that disagree", "the ranks disagree") {
      _ = try PacketExchange(c, destinations: rank == 0 ? [1] : [], sources: [], packetWords: 4)
    }
  }
  report.expectError("oneself as a partner", "its own partner") {
    _ = try PacketExchange(c, destinations: [rank], sources: [], packetWords: 4)
  }
  report.expectError("packets of no size", "not possible") { _ = try PacketExchange(c, destinations: [], sources: [], packetWords: -1) }
  if size > 1 && c.kind == .mpi {
    report.expectError("packets of different sizes", "disagree about the packet") {
      _ = try PacketExchange(c, destinations: [], sources: [], packetWords: rank)
    }
  }
}
