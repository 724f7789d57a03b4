// Whatever goes wrong on some ranks or all: every rank ends, with the right code and one message.

import TestKit
import Testing

@Suite(.serialized) struct FailureTests {
  @Test(arguments: [0, 1, 2]) func errorOnOneRankEndsAll(rank: Int) throws {
    let outcome = try runChecks(ranks: 3, ["fail", "one", "\(rank)"])
    #expect(outcome.code == 74)
    expectOneMessage(outcome, "rank \(rank) on ", "the disk is full")
    #expect(outcome.seconds < 8)
  }

  @Test(arguments: ["all", "late", "stubborn"], [2, 4]) func errorOfAllRanksIsToldOnce(how: String, ranks: Int) throws {
    let outcome = try runChecks(ranks: ranks, ["fail", how])
    #expect(outcome.code == 78)
    expectOneMessage(outcome, "rank 0 on ", "config.yaml, line 3: unknown key 'seeed'")
  }

  @Test(arguments: [0, 2]) func errorOfSomeRanksIsToldOncePerNode(spared: Int) throws {
    let outcome = try runChecks(ranks: 4, ["fail", "some", "\(spared)"])
    #expect(outcome.code == 73)
    expectOneMessage(outcome, "rank ", "the node's disk is full")
  }

  @Test func errorWithoutCodeEndsWith70() throws {
    let outcome = try runChecks(ranks: 2, ["fail", "plain"])
    #expect(outcome.code == 70)
    expectOneMessage(outcome, "rank 0 on ", "a plain error")
  }

  /// Ranks that meet different errors at a time tell each once, by the lowest rank that met it.
  @Test(arguments: [0, 1, 3]) func differentErrorsAreToldOnceEach(odd: Int) throws {
    let outcome = try runChecks(ranks: 4, ["fail", "different", "\(odd)"])
    #expect(outcome.code == 74)
    #expect(outcome.messages.count == 2, "\(outcome.errors)")
    #expect(outcome.messages.contains { $0.hasPrefix("rank \(odd) on ") && $0.hasSuffix(": another error") }, "\(outcome.errors)")
    #expect(
      outcome.messages.contains { $0.hasPrefix("rank \(odd == 0 ? 1 : 0) on ") && $0.hasSuffix(": the error") }, "\(outcome.errors)")
  }

  /// One cause in the words of four ranks is told once, in those of the lowest.
  @Test func oneCauseIsToldOnce() throws {
    let outcome = try runChecks(ranks: 4, ["fail", "one-cause"])
    #expect(outcome.code == 74)
    expectOneMessage(outcome, "rank 0 on ", "cannot write part 0: the disk is full")
  }

  @Test func manyDifferentErrorsAreBounded() throws {
    let outcome = try runChecks(ranks: 6, ["fail", "all-different"])
    #expect(outcome.code == 74)
    #expect(outcome.messages.count == 4, "\(outcome.errors)")
  }

  @Test(arguments: [0, 1, 2]) func errorWithinAnExchangeEndsAll(rank: Int) throws {
    let outcome = try runChecks(ranks: 3, ["fail", "unwind", "\(rank)"])
    #expect(outcome.code == 65)
    #expect(outcome.messages.count == 2, "\(outcome.errors)")
    #expect(outcome.messages.contains { $0.hasPrefix("rank \(rank) on ") && $0.hasSuffix(": a broken round") }, "\(outcome.errors)")
  }

  @Test(arguments: [0, 1]) func abortNamesRankAndReason(rank: Int) throws {
    let outcome = try runChecks(ranks: 2, ["fail", "abort", "\(rank)"])
    #expect(outcome.code == 76)
    expectOneMessage(outcome, "rank \(rank) on ", "population L4E, step 17: V_m is not a number")
  }

  @Test func abortOfAllRanksIsToldOncePerNode() throws {
    let outcome = try runChecks(ranks: 4, ["fail", "abort-all"])
    #expect(outcome.code == 76)
    expectOneMessage(outcome, "rank ", "V_m is not a number")
  }

  @Test(arguments: [1, 3]) func agreedCodeIsTheResult(ranks: Int) throws {
    let outcome = try runChecks(ranks: ranks, ["fail", "return", "75"])
    #expect(outcome.code == 75)
    #expect(outcome.messages.isEmpty, "\(outcome.errors)")
  }

  @Test func codesThatDisagreeAreAnError() throws {
    let outcome = try runChecks(ranks: 3, ["fail", "disagree", "1"])
    #expect(outcome.code == 70)
    expectOneMessage(outcome, "rank 0 on ", "the ranks ended with different exit codes, from 0 to 75")
  }

  @Test func oneProcessFailsWithoutALauncher() throws {
    for how in ["all", "one", "abort", "plain"] {
      let outcome = try runChecks(ranks: nil, ["fail", how])
      #expect(outcome.code == ["all": 78, "one": 74, "abort": 76, "plain": 70][how])
      #expect(outcome.messages.count == 1 && outcome.errors.hasPrefix("error: "), "\(outcome.errors)")
    }
    let single = try runChecks(ranks: 1, ["fail", "all"])
    #expect(single.code == 78)
    #expect(single.messages == ["error: config.yaml, line 3: unknown key 'seeed'"])
  }

  @Test func theWorldStartsOnce() throws {
    let outcome = try runChecks(ranks: 1, ["fail", "twice"])
    #expect(outcome.code == 70)
    #expect(outcome.errors.contains("MPI was started before"))
  }

  private func expectOneMessage(_ outcome: ProgramOutcome, _ start: String, _ end: String) {
    #expect(outcome.messages.count == 1, "\(outcome.errors)")
    #expect(outcome.messages.first.map { $0.hasPrefix(start) && $0.hasSuffix(": \(end)") } == true, "\(outcome.errors)")
  }
}
