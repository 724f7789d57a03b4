// What one exchange of short lists costs, by packets and by the neighbourhood collective.

import Glibc
import Parallel

func measureExchange(_ c: borrowing Communicator, words: Int) throws -> Int32 {
  let others = (0..<c.size).filter { $0 != c.rank }
  let lists = others.map { other in (0..<words).map { UInt32($0 + other) } }
  var packets = try PacketExchange(c, destinations: others, sources: others, packetWords: 2 * words)
  let neighbours = try NeighbourExchange(c, destinations: others, sources: others)
  var total = 0
  let packetCost = try time(c) {
    try packets.start(lists)
    try packets.finish { _, words in total += words.count }
  }
  let neighbourCost = try time(c) { total += try neighbours.allToAllV(lists).reduce(0) { $0 + $1.count } }
  let barrierCost = try time(c) { try c.barrier() }
  if c.rank == 0 {
    print(
      "exchange of \(words) words, \(c.size) ranks: packets \(packetCost) us, neighbourhood \(neighbourCost) us, barrier \(barrierCost) us")
  }
  return total >= 0 ? 0 : 1
}

/// The median over 41 runs of 500 of the microseconds of a call.
private func time(_ c: borrowing Communicator, _ body: () throws -> Void) throws -> Double {
  var times: [Double] = []
  for _ in 0..<41 {
    try c.barrier()
    let start = now()
    for _ in 0..<500 { try body() }
    times.append((now() - start) / 500)
  }
  return times.sorted()[20]
}
private func now() -> Double {
  var t = timespec()
  clock_gettime(CLOCK_MONOTONIC, &t)
  return Double(t.tv_sec) * 1e6 + Double(t.tv_nsec) / 1e3
}
