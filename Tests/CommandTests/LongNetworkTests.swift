// Long loops, run by Tests/long.sh: the microcircuit at full size, and hashes over long runs on many ranks.
import Foundation
import Storage
import TestKit
import Testing

private let isLong = ProcessInfo.processInfo.environment["COLONNADE_LONG"] != nil

@Suite(.serialized, .enabled(if: isLong, "long loops are run by Tests/long.sh")) struct LongNetworkTests {
  /// The table: mean rates of the published model. 299 million synapses need some 3 GB.
  @Test func theWholeMicrocircuit() throws {
    let run = try FinishedRun(Repository.place("jobs/microcircuit"), ["presimulation=500", "duration=1000"], ranks: 2, limit: 1800)
    #expect(run.summary["neurons"]?.int == 77_169)
    #expect(abs((run.summary["synapses"]?.int ?? 0) - 298_880_968) <= 5)
    #expect(run.summary["peak_memory_bytes"]?.int ?? .max < 24 << 30)
    Microcircuit.expect(
      rates(run, Microcircuit.populations), near: [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829], within: 0.03,
      sparse: ["L23E": 0.08, "L5E": 0.08, "L6E": 0.08])
  }

  @Test(arguments: [
    ("microcircuit", ["scale=0.1", "duration=2000"]), ("brunel", ["duration=1000"]),
    ("column-grid", ["grid=6x6", "kernel=exponential", "duration=2000"]),
    ("column-grid", ["grid=6x6", "kernel=gaussian", "duration=2000"]),
  ]) func longRunsOnManyRanks(study: String, settings: [String]) throws {
    let reference = try FinishedRun(Repository.place("jobs/\(study)"), settings, ranks: nil, limit: 900)
    for storage in study == "column-grid" ? ["stored", "procedural"] : ["stored"] {
      for ranks in [1, 2, 3, 4, 7] {
        let run = try FinishedRun(Repository.place("jobs/\(study)"), settings + ["storage=\(storage)"], ranks: ranks, limit: 900)
        #expect(run.spikeHash == reference.spikeHash && run.stateHash == reference.stateHash, "\(storage), \(ranks) ranks")
        #expect(run.spikeFile == reference.spikeFile, "\(storage), \(ranks) ranks")
      }
    }
  }

  /// The rates of the asynchronous states in the job's step of 0.5 ms agree with those in steps of 0.1 ms within 3 %.
  @Test(arguments: ["AW2.8", "AW8.8"]) func theCoarseStepOfTheGridIsGoodEnough(state: String) throws {
    let settings = ["grid=4x4", "state=\(state)", "presimulation=500", "duration=3000"]
    let coarse = try FinishedRun(Repository.place("jobs/column-grid"), settings, ranks: 2, limit: 900)
    let fine = try FinishedRun(Repository.place("jobs/column-grid"), settings + ["resolution=0.1"], ranks: 2, limit: 900)
    let (a, b) = (coarse.summary["mean_rate_hz"]?.double ?? 0, fine.summary["mean_rate_hz"]?.double ?? 0)
    #expect(b > 1 && abs(a / b - 1) < 0.03, "\(a) and \(b) Hz")
  }
}
