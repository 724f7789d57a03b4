// Same bits everywhere: spikes, state and files do not depend on the number of ranks or on how synapses are stored.
import Foundation
import Storage
import TestKit
import Testing

/// A finished run: its summary and the bytes of its spikes.
struct FinishedRun {
  let summary: JSONValue
  let spikeFile: [UInt8]

  var spikeHash: String { summary["spike_hash"]?.string ?? "none" }
  var stateHash: String { summary["state_hash"]?.string ?? "none" }
  var spikes: Int { summary["spikes"]?.int ?? -1 }

  init(_ configuration: String, _ settings: [String], ranks: Int?, limit: Int = 300) throws {
    let folder = try ScratchFolder()
    let output = folder.place("run")
    let arguments = ["simulate", configuration, "--output", output, "--quiet"] + settings.flatMap { ["--set", $0] }
    let outcome = try BuiltProgram.run("colonnade", ranks: ranks, arguments, limit: limit)
    try #require(outcome.code == 0, "\(outcome.errors)")
    summary = try JSONValue.read(output + "/summary.json")
    // A run that records no spikes leaves no file.
    spikeFile = folder.has("run/spikes.h5") ? try folder.bytes("run/spikes.h5") : []
  }
}

@Suite(.serialized) struct RankHashTests {
  struct Network: CustomTestStringConvertible {
    let study: String
    let settings: [String]
    /// Of the recorded time, so that hashes are hashes of something.
    let leastSpikes: Int
    var testDescription: String { ([study] + settings).joined(separator: " ") }
    func run(_ more: [String] = [], ranks: Int?) throws -> FinishedRun {
      try FinishedRun(Repository.place("jobs/\(study)"), settings + more, ranks: ranks)
    }
  }

  static let networks = [
    Network(study: "microcircuit", settings: ["scale=0.1", "presimulation=20", "duration=60"], leastSpikes: 1000),
    Network(study: "brunel", settings: ["N=5000", "presimulation=10", "duration=50"], leastSpikes: 1000),
  ]
  static let grids = ["exponential", "gaussian"].map { kernel in
    Network(
      study: "column-grid", settings: ["grid=6x6", "kernel=\(kernel)", "state=AW8.8", "presimulation=20", "duration=60"], leastSpikes: 5000)
  }

  private func expectSame(_ run: FinishedRun, _ reference: FinishedRun, _ what: Comment) {
    #expect(run.spikeHash == reference.spikeHash, what)
    #expect(run.stateHash == reference.stateHash, what)
    #expect(run.spikes == reference.spikes, what)
    #expect(!run.spikeFile.isEmpty && run.spikeFile == reference.spikeFile, what)
  }

  @Test(arguments: networks + grids) func ranksDoNotMatter(network: Network) throws {
    let reference = try network.run(ranks: nil)
    #expect(reference.spikes >= network.leastSpikes && reference.spikeHash.count == 64 && reference.stateHash.count == 64)
    for ranks in [1, 2, 3, 4, 7] { expectSame(try network.run(ranks: ranks), reference, "\(ranks) ranks") }
  }

  @Test(arguments: grids) func storageDoesNotMatter(network: Network) throws {
    let reference = try network.run(ranks: nil)
    for ranks in [1, 2, 3, 7] { expectSame(try network.run(["storage=procedural"], ranks: ranks), reference, "procedural, \(ranks) ranks") }
  }

  @Test func precisionAndRanksInDouble() throws {
    let network = Self.networks[0]
    let reference = try network.run(["precision=double", "scale=0.05"], ranks: nil)
    #expect(reference.summary["precision"]?.string == "double")
    for ranks in [2, 7] { expectSame(try network.run(["precision=double", "scale=0.05"], ranks: ranks), reference, "\(ranks) ranks") }
  }

  /// Blocks of tiles are updated one after the other over an interval: the first and the last may spike before the middle one does.
  @Test func spikesOfBlocksAreWrittenInOrder() throws {
    let folder = try ScratchFolder()
    _ = try folder.file(
      "three.yaml",
      """
      duration: 2
      resolution: 0.1
      populations:
        - {name: A, model: iaf_psc_delta, count: 65536, parameters: {C_m: 250, E_L: -70, V_th: -55}, initial: {V_m: -70}}
        - {name: B, model: iaf_psc_delta, count: 65536, parameters: {C_m: 250, E_L: -70, V_th: -55}, initial: {V_m: -70}}
        - {name: C, model: iaf_psc_delta, count: 65536, parameters: {C_m: 250, E_L: -70, V_th: -55}, initial: {V_m: -70}}
      projections:
        - {from: A, to: B, rule: one_to_one, weight: 0, delay: 1}
      inputs:
        - dc: {to: [A, C], amplitude: 50000}
        - dc: {to: [B], amplitude: 25000}
      checks: {rate: {below: 1000000}}
      """)
    let run = try FinishedRun(folder.place("three.yaml"), [], ranks: nil)
    #expect(run.spikes == 3 * 65_536 && !run.spikeFile.isEmpty)
    expectSame(try FinishedRun(folder.place("three.yaml"), [], ranks: 2), run, "2 ranks")
  }

  /// Another seed is another network: hashes that never change would pass everything above.
  @Test func hashesTellRunsApart() throws {
    let network = Self.networks[1]
    let runs = try [[], ["seed=2"], ["duration=50.1"], ["eta=2.01"]].map { try network.run($0, ranks: nil) }
    #expect(Set(runs.map(\.spikeHash)).count >= 3)
    #expect(Set(runs.map(\.stateHash)).count == 4)
    // The hash is over the spikes of the recorded time, whether or not they are written to a file.
    let silent = try network.run(["record.spikes=none", "record.columns=[]"], ranks: nil)
    #expect(silent.stateHash == runs[0].stateHash && silent.spikeHash == runs[0].spikeHash)
  }
}
