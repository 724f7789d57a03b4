// The program that the tests of Parallel start on one or more ranks: laws of the transports, and ways to fail.

import Glibc
import Parallel

@main
enum MPIChecks {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let number = arguments.dropFirst().map { Int($0) ?? 0 }
    switch arguments.first {
    case "laws": exit(withWorld(messageLimit: number.first ?? 1 << 30) { try checkLaws($0) })
    case "rehearse": exit(withWorld { _ in try checkLaws(Communicator.rehearsal(rank: number[0], of: number[1], perNode: 2)) })
    case "fail": exit(withWorld { try fail($0, how: arguments[1], rank: number.count > 1 ? number[1] : 0) })
    case "work": exit(withWorld { try workAlone($0, beats: number.first == 1) })
    case "launch": exit(withWorld { try tellLaunch($0) })
    default:
      print("mpi-checks laws [MESSAGE-LIMIT] | rehearse RANK SIZE | fail HOW [RANK] | work BEATS | launch")
      exit(64)
    }
  }

  /// Runs all laws; rank 0 prints how many checks held on how many ranks.
  static func checkLaws(_ world: borrowing Communicator) throws -> Int32 {
    var report = Report(rank: world.rank)
    try checkCollectives(world, &report)
    try checkGroups(world, &report)
    try checkMessages(world, &report)
    try checkPackets(world, &report)
    let failed = try world.sum(report.failed)
    if world.rank == 0 || world.kind == .rehearsal {
      print("\(report.checked) checks, \(failed) failed, \(world.size) ranks, \(world.kind)")
    }
    return failed == 0 ? 0 : 1
  }

  static func tellLaunch(_ world: borrowing Communicator) throws -> Int32 {
    print("rank \(world.rank) of \(world.size), \(world.kind), launched \(world.launchedSize ?? 0), \(Communicator.libraryVersion)")
    return 0
  }
}

/// Counts checks, and tells those that fail.
struct Report {
  let rank: Int
  var checked = 0
  var failed = 0

  mutating func expect(_ holds: Bool, _ law: String) {
    checked += 1
    if holds { return }
    failed += 1
    print("rank \(rank): does not hold: \(law)")
  }
  mutating func expect<T: Equatable>(_ value: T, _ expected: T, _ law: String) {
    expect(value == expected, "\(law): \(value), expected \(expected)")
  }
  mutating func expectError(_ law: String, _ words: String, _ body: () throws -> Void) {
    do {
      try body()
      expect(false, "\(law): no error")
    } catch {
      expect("\(error)".contains(words), "\(law): the error says '\(error)', not '\(words)'")
    }
  }
}
