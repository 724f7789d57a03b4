// Ranks that wait for one that works are not taken for stuck, and those that wait for one that is stuck are.
import Testing

@Suite(.serialized) struct WorkOfOneTests {
  @Test(arguments: [nil, 3] as [Int?]) func waitingRanksBeatWithTheOneThatWorks(ranks: Int?) throws {
    let outcome = try runChecks(ranks: ranks, ["work", "1"])
    #expect(outcome.code == 0 && outcome.output == "25 pieces\n", "\(outcome.code): \(outcome.errors)")
  }

  @Test func withoutBeatsTheWatchEndsAll() throws {
    let outcome = try runChecks(ranks: 3, ["work", "0"])
    #expect(outcome.code == 70, "\(outcome.code): \(outcome.errors)")
    #expect(outcome.errors.contains("no progress for 1") && outcome.errors.contains("in phase assembly"), "\(outcome.errors)")
  }
}
