// Ways to fail, on one rank, on some, on all.

import Glibc
import Parallel

struct TestError: Error, CustomStringConvertible, ExitCoded {
  let description: String
  let exitCode: Int32
}
/// An error whose text is the rank's own and whose cause is not.
struct CausedError: Error, CustomStringConvertible, ExitCoded {
  let description: String
  let cause: String
  let exitCode: Int32
}
struct PlainError: Error, CustomStringConvertible {
  let description = "a plain error"
}

func fail(_ c: borrowing Communicator, how: String, rank: Int) throws -> Int32 {
  switch how {
  case "one":  // One rank throws, the others wait for it.
    if c.rank == rank { throw TestError(description: "the disk is full", exitCode: 74) }
    try c.barrier()
  case "all":  // Every rank meets the same error.
    throw TestError(description: "config.yaml, line 3: unknown key 'seeed'", exitCode: 78)
  case "late":  // The same, and rank 0 meets it last, half a second after the others.
    if c.rank == 0 { usleep(500_000) }
    throw TestError(description: "config.yaml, line 3: unknown key 'seeed'", exitCode: 78)
  case "stubborn":  // The same with ranks that hold the launcher's signals back.
    signal(SIGTERM, SIG_IGN)
    throw TestError(description: "config.yaml, line 3: unknown key 'seeed'", exitCode: 78)
  case "some":  // All but one rank throw.
    if c.rank != rank { throw TestError(description: "the node's disk is full", exitCode: 73) }
    try c.barrier()
  case "different":  // Every rank meets an error, one another than the others.
    throw TestError(description: c.rank == rank ? "another error" : "the error", exitCode: 74)
  case "all-different":  // Every rank meets its own error.
    throw TestError(description: "error \(c.rank)", exitCode: 74)
  case "one-cause":  // Every rank meets the same trouble in its own words.
    throw CausedError(description: "cannot write part \(c.rank): the disk is full", cause: "the disk is full", exitCode: 74)
  case "plain": throw PlainError()
  case "unwind":  // An error while a round of an exchange and a reduction are under way.
    let others = (0..<c.size).filter { $0 != c.rank }
    var exchange = try PacketExchange(c, destinations: others, sources: others, packetWords: 8)
    if c.rank != rank {
      var pending = try c.startMaximum(1)
      try exchange.start(others.map { _ in [1, 2, 3] })
      try exchange.finish { _, _ in throw TestError(description: "a word that cannot be", exitCode: 65) }
      return Int32(try pending.wait())
    }
    try exchange.start(others.map { _ in [4, 5] })
    throw TestError(description: "a broken round", exitCode: 65)
  case "abort":
    if c.rank == rank { c.abort(code: 76, reason: "population L4E, step 17: V_m is not a number") }
    try c.barrier()
  case "abort-all": c.abort(code: 76, reason: "V_m is not a number")
  case "return": return Int32(rank)
  case "disagree": return c.rank == rank ? 75 : 0
  case "twice": return withWorld { _ in 0 }
  default: throw TestError(description: "unknown way to fail: \(how)", exitCode: 64)
  }
  return 0
}
