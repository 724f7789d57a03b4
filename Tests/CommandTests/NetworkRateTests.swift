// Published networks fire as published: sizes and rates of the microcircuit and of the column grid.
import Foundation
import Storage
import TestKit
import Testing

/// Mean rates [Hz] by population, in the order of a table.
func rates(_ run: FinishedRun, _ populations: [String]) -> [Double] {
  populations.map { run.summary["rates_hz"]?[$0]?.double ?? -1 }
}

enum Microcircuit {
  /// Potjans & Diesmann's populations in the order of the tables.
  static let populations = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]

  /// Expects rates within a share of a table's, a greater share for the populations that fire least.
  static func expect(_ found: [Double], near table: [Double], within share: Double, sparse: [String: Double]) {
    for (name, (rate, expected)) in zip(populations, zip(found, table)) {
      let bound = sparse[name] ?? share
      #expect(abs(rate / expected - 1) <= bound, "\(name) fires at \(rate) Hz, the table says \(expected)")
    }
  }
}

@Suite(.serialized) struct NetworkRateTests {
  /// The table: NEST 3.10, six seeds of 2 s each after 0.1 s. One run alone strays by up to 10 %, as runs of NEST do.
  @Test func aTenthOfTheMicrocircuit() throws {
    let seeds = 1...6
    var means = [Double](repeating: 0, count: Microcircuit.populations.count)
    for seed in seeds {
      let run = try FinishedRun(
        Repository.place("jobs/microcircuit"), ["scale=0.1", "presimulation=100", "duration=2000", "seed=\(seed)"], ranks: 2)
      #expect(run.summary["neurons"]?.int == 7717 && run.summary["synapses"]?.int == 2_988_686)
      for (index, rate) in rates(run, Microcircuit.populations).enumerated() { means[index] += rate / Double(seeds.count) }
    }
    Microcircuit.expect(
      means, near: [0.472, 2.108, 3.979, 4.995, 6.581, 7.779, 0.821, 7.021], within: 0.05, sparse: ["L23E": 0.08, "L6E": 0.08])
  }

  /// Pastorelli et al. (2019): 20.4 million recurrent synapses on 4 x 4 columns with open borders, and the rates of their asynchronous
  /// states there.
  @Test(arguments: [("AW2.8", 2.94), ("AW8.8", 9.56)]) func asynchronousColumns(state: String, rate: Double) throws {
    let run = try FinishedRun(Repository.place("jobs/column-grid"), ["grid=4x4", "state=\(state)", "presimulation=500"], ranks: 2)
    let synapses = run.summary["synapses"]?.int ?? 0
    #expect(abs(Double(synapses) / 20.4e6 - 1) < 0.005, "\(synapses) synapses")
    let mean = run.summary["mean_rate_hz"]?.double ?? 0
    #expect(abs(mean / rate - 1) < 0.05, "\(mean) Hz")
  }
}
