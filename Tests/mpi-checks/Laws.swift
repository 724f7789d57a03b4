// Laws of the collectives, groups and messages, for every transport.

import Parallel

/// In a rehearsal the other ranks are silent; else they all do what this one does.
private func speaks(_ other: Int, _ c: borrowing Communicator) -> Bool { c.kind != .rehearsal || other == c.rank }

private struct Pair: BitwiseCopyable, Equatable {
  var id: UInt32
  var weight: Double
}

func checkCollectives(_ c: borrowing Communicator, _ report: inout Report) throws {
  let (rank, size) = (c.rank, c.size)
  let heard = (0..<size).filter { speaks($0, c) }
  try c.barrier()

  // Reductions, longer than one message where the limit is small.
  let length = 1000
  var sums = (0..<length).map { Double($0 * (rank + 1)) }
  try c.sum(&sums)
  let factor = heard.reduce(0) { $0 + $1 + 1 }
  report.expect(sums == (0..<length).map { Double($0 * factor) }, "sum of Double")
  var least = (0..<length).map { $0 - rank }
  try c.min(&least)
  report.expect(least == (0..<length).map { $0 - heard.max()! }, "min of Int")
  var greatest = (0..<length).map { Float($0 - rank) }
  try c.max(&greatest)
  report.expect(greatest == (0..<length).map { Float($0 - heard.min()!) }, "max of Float")
  var flags = [UInt8](repeating: 0, count: max(length, size))
  flags[rank] = 1 << UInt8(rank % 8)
  try c.or(&flags)
  report.expect((0..<size).allSatisfy { flags[$0] == (speaks($0, c) ? 1 << UInt8($0 % 8) : 0) }, "or of flags")
  report.expect(try c.sum(rank + 1), factor, "sum of one")
  report.expect(try c.min(Double(rank)), Double(heard.min()!), "min of one")
  report.expect(try c.max(UInt64(rank)), UInt64(heard.max()!), "max of one")
  var empty: [Double] = []
  try c.sum(&empty)
  report.expect(empty, [], "sum of none")
  let memory = UnsafeMutableBufferPointer<Int32>.allocate(capacity: length)
  defer { memory.deallocate() }
  memory.initialize(repeating: Int32(rank + 1))
  try c.sum(memory)
  report.expect(memory.allSatisfy { $0 == Int32(factor) }, "sum of memory")

  // Broadcast from every rank.
  for root in [0, size / 2, size - 1] {
    var values = (0..<length).map { Pair(id: UInt32($0), weight: Double(rank)) }
    try c.broadcast(&values, from: root)
    let source = c.kind == .rehearsal ? rank : root
    report.expect(values == (0..<length).map { Pair(id: UInt32($0), weight: Double(source)) }, "broadcast from \(root)")
    let text = Array("rank \(rank)".utf8) + [UInt8](repeating: 7, count: 100 * rank)
    let expected = Array("rank \(source)".utf8) + [UInt8](repeating: 7, count: 100 * source)
    report.expect(try c.broadcastBytes(text, from: root), expected, "broadcastBytes from \(root)")
  }
  report.expectError("broadcast from nobody", "rank \(size) is not among") { try checkBroadcast(size) }
  func checkBroadcast(_ root: Int) throws {
    var none: [Int] = []
    try c.broadcast(&none, from: root)
  }

  // Gathering.
  let own = (0..<100).map { Double(1000 * rank + $0 + 1) }
  let expected = (0..<size).flatMap { other in (0..<100).map { speaks(other, c) ? Double(1000 * other + $0 + 1) : 0 } }
  report.expect(try c.allGather(own) == expected, "allGather")
  report.expect(try c.allGather([Int]()), [], "allGather of none")
  func list(_ other: Int) -> [Pair] {
    speaks(other, c) ? (0..<other % 3 * 50).map { Pair(id: UInt32($0), weight: Double(other)) } : []
  }
  let lists = (0..<size).map(list)
  let (values, counts) = try c.allGatherV(lists[rank])
  report.expect(counts, lists.map(\.count), "counts of allGatherV")
  report.expect(values == Array(lists.joined()), "values of allGatherV")
  for root in [0, size - 1] {
    let (values, counts) = try c.gatherV(lists[rank], to: root)
    report.expect(counts, rank == root ? lists.map(\.count) : [], "counts of gatherV to \(root)")
    report.expect(values == (rank == root ? Array(lists.joined()) : []), "values of gatherV to \(root)")
  }

  // A reduction that goes on meanwhile.
  for round in 0..<3 {
    var pending = try c.startMaximum(rank == size - 1 ? 7 + round : rank - 10)
    report.expect(try c.sum(rank + 1), factor, "sum beside a pending reduction")
    var answer: Int?
    if round == 1 { while answer == nil { answer = try pending.test() } }
    let maximum = try pending.wait()
    report.expect(maximum, speaks(size - 1, c) ? 7 + round : rank - 10, "startMaximum")
    report.expect(answer ?? maximum, maximum, "test of startMaximum")
  }
}

func checkGroups(_ c: borrowing Communicator, _ report: inout Report) throws {
  let (rank, size) = (c.rank, c.size)
  if c.kind == .rehearsal {
    let node = try c.splitByNode()
    report.expect(node.rank, rank % 2, "rank on the node of a rehearsal")
    report.expect(node.size, min(2, size - rank / 2 * 2), "size of the node of a rehearsal")
    let half = try c.split(color: rank % 2, key: 0)
    report.expect([half.rank, half.size], [rank, size], "split of a rehearsal")
  } else {
    let node = try c.splitByNode()
    let (names, lengths) = try c.allGatherV(Array(c.host.utf8))
    var hosts: [[UInt8]] = []
    for length in lengths { hosts.append(Array(names[hosts.joined().count...].prefix(length))) }
    let neighbours = (0..<size).filter { hosts[$0] == hosts[rank] }
    report.expect([node.rank, node.size], [neighbours.firstIndex(of: rank)!, neighbours.count], "splitByNode")
    report.expect(try node.sum(rank), neighbours.reduce(0, +), "sum on the node")
    let backwards = try c.split(color: 0, key: -rank)
    report.expect(backwards.rank, size - 1 - rank, "the key orders the ranks")
    let half = try c.split(color: rank % 2, key: 0)
    report.expect([half.rank, half.size], [rank / 2, (size + 1 - rank % 2) / 2], "split in two")
    report.expect(try half.sum(rank), (0..<size).filter { $0 % 2 == rank % 2 }.reduce(0, +), "sum in a half")
  }
  report.expectError("a negative colour", "must not be negative") { _ = try c.split(color: -1, key: 0) }
  let copy = try c.duplicate()
  report.expect([copy.rank, copy.size], [rank, size], "duplicate")
}

func checkMessages(_ c: borrowing Communicator, _ report: inout Report) throws {
  let (rank, size) = (c.rank, c.size)
  // A ring in which the even ranks send first.
  let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size)
  for count in size > 1 ? [0, 1, 100_000] : [] {
    func values(_ other: Int) -> [Double] { (0..<count).map { Double($0) + Double(other) / 8 } }
    var received = [Double](repeating: -1, count: count)
    if rank % 2 == 0 { try c.send(values(rank), to: next, tag: count % 16384) }
    try c.receive(into: &received, from: previous, tag: count % 16384)
    if rank % 2 == 1 { try c.send(values(rank), to: next, tag: count % 16384) }
    let expected = c.kind == .rehearsal ? [Double](repeating: 0, count: count) : values(previous)
    report.expect(received == expected, "message of \(count) around the ring")
  }
  // A message shorter than expected is an error, not a half-filled array.
  if size > 1 && c.kind == .mpi && rank < 2 {
    if rank == 0 { try c.send([1, 2, 3], to: 1, tag: 5) }
    if rank == 1 {
      var five = [Int](repeating: 0, count: 5)
      report.expectError("a short message", "rank 0 sent 24 bytes where rank 1 expects 40") { try c.receive(into: &five, from: 0, tag: 5) }
    }
  }
  report.expectError("a message to oneself", "with itself") { try c.send([1], to: rank, tag: 0) }
  report.expectError("a message to nobody", "is not among") { try c.send([1], to: size, tag: 0) }
  if size > 1 { report.expectError("a tag out of range", "tag 16384 is not in") { try c.send([1], to: next, tag: 16384) } }
}
