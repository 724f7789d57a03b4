// Forecasts of jobs: arithmetic of classes and nodes, calibrations that read back, scripts that parse, rates from where they are said to be.
import Foundation
import Storage
import Testing

@testable import Experiments

@Suite struct PlanTests {
  private func experiment(_ text: String, _ overrides: [String] = []) throws -> Experiment {
    let path = NSTemporaryDirectory() + "colonnade-plan-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try AtomicFile.write(path, text: text)
    return try Experiment.load(path: path, overrides: overrides)
  }

  @Test func microcircuitAtFullSize() throws {
    let full = try experiment(try Examples.text("microcircuit"))
    let rates = ExpectedRates(full)
    #expect(rates.origin.contains("full model") && rates.hertz.count == 8)
    let one = try JobForecast(full, ranks: 1, nodes: 1, rates, .defaults)
    let two = try JobForecast(full, ranks: 2, nodes: 1, rates, .defaults)
    // The number of synapses that the model states, however it is cut.
    #expect(abs(one.synapses - 298_880_941) < 1000 && abs(two.synapses / one.synapses - 1) < 1e-9)
    #expect((1.8e9...2.1e9).contains(one.totalMemory) && two.largestMemory < 0.6 * one.totalMemory)
    #expect(two.run < 0.7 * one.run && two.build < 0.7 * one.build)
    // The slowest rank counts: it is no faster than the mean.
    #expect(two.run >= two.spread(\.busy).mean)
  }

  @Test func aThousandTimesTheGrid() throws {
    let grid = try experiment(try Examples.text("column-grid"), ["grid=1024x1024"])
    let start = Date()
    let job = try JobForecast(grid, ranks: 16_384, nodes: 256, ExpectedRates(grid), .defaults)
    #expect(job.classes.count == 9 && job.ranksPerNode == 64 && Date().timeIntervalSince(start) < 60)
    #expect(job.spread { Double($0.layout.totalNeurons) }.most == 80_000)
    // 1,125 synapses per neuron, less what the border costs.
    #expect((1.46e12...1.475e12).contains(job.synapses) && job.largestMemory < 700e6)
    #expect(job.spread { Double($0.layout.destinations) }.most == 8)
  }

  @Test func calibrationReadsBack() throws {
    var model = CostModel.defaults
    model.costs["delivery.event"] = 3.25
    (model.crowding, model.waiting, model.cores) = (1.25, 0.125, 8)
    let read = try CostModel(try JSONValue.parse(JSONValue.object(model.json(host: "h")).text, path: "f"), path: "f")
    #expect(read.costs == model.costs && read.crowding == 1.25 && read.cores == 8 && read.origin.contains("calibrated on h"))
    #expect(throws: PlanError.self) { try CostModel(["kind": "other"], path: "f") }
    #expect(throws: PlanError.self) { try CostModel(["kind": "calibration", "costs_ns": [:], "crowding": -1], path: "f") }
    // One that was written when deliveries were not yet told apart.
    model.costs["delivery.far_visit"] = nil
    let old = try JSONValue.parse(JSONValue.object(model.json(host: "h")).text, path: "f")
    let refusal = #expect(throws: PlanError.self) { try CostModel(old, path: "f") }
    #expect(refusal?.description.contains("no cost of delivery.far_visit") == true)
    // A full node is slower by the factor, a single rank is not, and what lies between lies between.
    #expect(read.crowding(ranksPerNode: 1) == 1 && read.crowding(ranksPerNode: 8) == 1.25)
    #expect(read.crowding(ranksPerNode: 4) > 1 && read.crowding(ranksPerNode: 4) < 1.25)
    #expect(read.process(ranksPerNode: 2, usesMPI: true) < read.process(ranksPerNode: 1, usesMPI: true))
  }

  @Test func ratesAreSaidToComeFromWhereTheyCome() throws {
    let network = try experiment(
      """
      populations:
        - {name: A, model: iaf_psc_exp, count: 100}
      """)
    #expect(ExpectedRates(network).origin.contains("guessed"))
    #expect(ExpectedRates.constant(12, network).hertz == [12])
    let brunel = try experiment(try Examples.text("brunel"))
    #expect(ExpectedRates(brunel).origin.contains("figure 8C"))
    #expect(ExpectedRates(try experiment(try Examples.text("brunel"), ["g=3"])).origin.contains("guessed"))
    #expect(throws: PlanError.self) { try ExpectedRates.hertz(["rates_hz": ["E": 3]], brunel, "s") }
    #expect(try ExpectedRates.hertz(["rates_hz": ["E": 3, "I": 4]], brunel, "s") == [3, 4])
  }

  /// A volley fills the memory of events, whatever the mean rates are; two ranks took 448-518 MB.
  @Test func memoryHoldsThePeak() throws {
    let grid = try experiment(try Examples.text("column-grid"), ["grid=16x16", "storage=procedural"])
    func memory(_ rates: ExpectedRates) throws -> Double { try JobForecast(grid, ranks: 2, nodes: 1, rates, .defaults).totalMemory }
    let stated = ExpectedRates(grid)
    let low = ExpectedRates.constant(0.01, grid), high = ExpectedRates.constant(100, grid)
    #expect(low.peak == stated.peak && high.peak == [100, 100, 100])
    #expect(try (4.3e8...5.5e8).contains(memory(stated)) && memory(low) == memory(stated))
    #expect(try memory(ExpectedRates(stated.hertz, origin: "mean")) < 0.5 * memory(stated) && memory(high) > 4 * memory(stated))
    let brunel = try experiment(try Examples.text("brunel"))
    #expect(ExpectedRates.constant(12, brunel).peak == nil && ExpectedRates(brunel).most == ExpectedRates(brunel).hertz)
  }

  @Test func eventsFollowRates() throws {
    let brunel = try experiment(try Examples.text("brunel"), ["presimulation=0", "duration=1000"])
    let job = try JobForecast(brunel, ranks: 2, nodes: 1, .constant(10, brunel), .defaults)
    // 12,500 neurons with 1,250 synapses each at 10 Hz for a second.
    #expect(abs(job.sum { $0.work.events } / (12_500 * 1250 * 10) - 1) < 1e-6)
    #expect(job.sum { $0.work.neuronSteps } == 12_500 * 10_000)
    // Delays are 1.5 ms, so spikes travel for 7 steps while the next 7 are computed: 10,000 / 7 exchanges with one message.
    #expect(abs(job.spread { $0.work.messages }.most - 10_000.0 / 7) < 1)
  }

  /// The share of a rank's rows that no cache holds follows from the synapses that it stores.
  @Test func visitsOutsideTheCacheAreCounted() throws {
    let brunel = try experiment(try Examples.text("brunel"))
    func far(ranks: Int) throws -> (share: Double, bytes: Double) {
      let rank = try JobForecast(brunel, ranks: ranks, nodes: 1, .constant(10, brunel), .defaults).classes[0]
      // All synapses of a row have the same delay: it is visited once.
      let rows = try #require(rank.work.counts["delivery.row"]), far = try #require(rank.work.counts["delivery.far_visit"])
      return (far / rows, 6 * rank.layout.reach.reduce(0) { $0 + $1.synapses })
    }
    // 15.6 million synapses are 94 MB, of which 32 MB are taken to stay in cache.
    let (one, two, four) = try (far(ranks: 1), far(ranks: 2), far(ranks: 4))
    #expect((93e6...95e6).contains(one.bytes) && abs(one.share - (1 - 32e6 / one.bytes)) < 1e-9)
    #expect(two.bytes > 40e6 && two.share > 0.1 && abs(two.share - (1 - 32e6 / two.bytes)) < 1e-9)
    #expect(four.bytes < 32e6 && four.share == 0)
    #expect(CostModel.defaults.costs["delivery.far_visit"] ?? 0 > 0)
    let drawn = try experiment(try Examples.text("column-grid"), ["storage=procedural"])
    let job = try JobForecast(drawn, ranks: 1, nodes: 1, ExpectedRates(drawn), .defaults)
    #expect(job.classes[0].work.counts["delivery.far_visit"] == nil)
  }

  @Test func proceduralNetworksHoldNoSynapses() throws {
    let stored = try experiment(try Examples.text("column-grid"))
    let drawn = try experiment(try Examples.text("column-grid"), ["storage=procedural"])
    let (a, b) = try (
      JobForecast(stored, ranks: 1, nodes: 1, ExpectedRates(stored), .defaults),
      JobForecast(drawn, ranks: 1, nodes: 1, ExpectedRates(drawn), .defaults)
    )
    #expect(b.classes[0].memory["synapses"] == 0 && b.totalMemory < 0.5 * a.totalMemory)
    #expect(abs(a.synapses - b.synapses) < 1)
  }

  @Test func scriptIsShortAndNamesTheJob() throws {
    let brunel = try experiment(try Examples.text("brunel"))
    let job = try JobForecast(brunel, ranks: 6, nodes: 2, ExpectedRates(brunel), .defaults)
    let report = PlanReport(job, memory: 64e9, memoryOrigin: "as given", cores: 3)
    let script = try report.script(config: "jobs/brunel", overrides: ["N=10"], name: "brunel")
    let lines = script.split(separator: "\n")
    #expect(lines.count < 30 && lines[0].hasPrefix("#!") && lines[1].hasPrefix("# "))
    #expect(script.contains("--nodes=2 --ntasks=6 --ntasks-per-node=3") && script.contains("--set 'N=10'"))
    #expect(report.fits && !PlanReport(job, memory: 1e6, memoryOrigin: "", cores: 64).fits)
    #expect(report.json["per_rank"]?["synapses"]?["mean"]?.double ?? 0 > 1e6)
    #expect(report.text.contains("fits") && report.text.contains("synapses"))
  }

  /// More ranks than tiles: the totals are those of the network, and the plan says how many ranks idle.
  @Test func ranksWithoutNeuronsAreTold() throws {
    let grid = try experiment(try Examples.text("column-grid"))
    let few = try JobForecast(grid, ranks: 4, nodes: 1, ExpectedRates(grid), .defaults)
    let many = try JobForecast(grid, ranks: 500, nodes: 4, ExpectedRates(grid), .defaults)
    #expect(few.idle == 0 && many.idle == 392)
    #expect(try JobForecast(grid, ranks: 500, nodes: 4, ExpectedRates(grid), .defaults, only: 499).idle == nil)
    // The ranks that were looked at stand for those with as many tiles.
    #expect(abs(many.synapses / few.synapses - 1) < 0.01)
    let report = PlanReport(many, memory: 64e9, memoryOrigin: "", cores: 200)
    #expect(report.text.contains("392 of the ranks HAVE NO NEURONS") && report.json["ranks_idle"]?.int == 392)
  }

  /// More ranks than cores on a node: the plan says so, and there is no job script for it.
  @Test func ranksThatShareCoresAreTold() throws {
    let brunel = try experiment(try Examples.text("brunel"))
    let job = try JobForecast(brunel, ranks: 6, nodes: 2, ExpectedRates(brunel), .defaults)
    let apart = PlanReport(job, memory: 64e9, memoryOrigin: "", cores: 3),
      shared = PlanReport(job, memory: 64e9, memoryOrigin: "", cores: 2)
    #expect(!apart.sharesCores && !apart.text.contains("TAKE TURNS") && apart.json["shares_cores"] == .bool(false))
    #expect(shared.text.contains("3 ranks on a node of 2 cores TAKE TURNS") && shared.json["shares_cores"] == .bool(true))
    let error = #expect(throws: PlanError.self) { try shared.script(config: "a", overrides: [], name: "brunel") }
    #expect(error?.exitCode == 78 && error?.description.contains("--cores") == true)
  }

  @Test func scriptAsksForWhatNodesHaveAndQuotes() throws {
    let brunel = try experiment(try Examples.text("brunel"))
    let job = try JobForecast(brunel, ranks: 2, nodes: 1, ExpectedRates(brunel), .defaults)
    func megabytes(_ memory: Double) throws -> Double {
      let script = try PlanReport(job, memory: memory, memoryOrigin: "", cores: 64).script(config: "a", overrides: [], name: "brunel")
      return Double(try #require(script.firstMatch(of: /--mem=(\d+)M/)).1) ?? 0
    }
    let need = job.memoryPerNode
    #expect(try abs(megabytes(2 * need + 1e9) - max(1.2 * need, 256e6) / 1_048_576) <= 1)
    // Slurm rejects a job that asks for more than it may give away of a node.
    #expect(try megabytes(1.1 * need) <= 0.97 * 1.1 * need / 1_048_576 && megabytes(1.1 * need) > need / 1_048_576)
    for memory in [need, 0.5 * need] { #expect(throws: PlanError.self) { try megabytes(memory) } }
    let report = PlanReport(job, memory: 64e9, memoryOrigin: "", cores: 64)
    let script = try report.script(config: "it's here/x.yaml", overrides: ["title=it's"], name: "brunel")
    let here = FileManager.default.currentDirectoryPath
    #expect(script.contains("simulate '\(here)/it'\\''s here/x.yaml' --set 'title=it'\\''s' --output"), "\(script)")
    #expect(ShellText.quoted("") == "''" && ShellText.quoted("a/b-c.1") == "a/b-c.1")
  }

  @Test func codesOfOthersAreToldApart() {
    #expect(BenchmarkError(command: ["x"], code: 66).exitCode == 66 && BenchmarkError(command: ["x"], code: 78).exitCode == 78)
    for code in [1, 2, 127, 137] as [Int32] { #expect(BenchmarkError(command: ["x"], code: code).exitCode == 70, "\(code)") }
  }

  @Test func theCheapestJobFits() throws {
    let full = try experiment(try Examples.text("microcircuit"))
    let rates = ExpectedRates(full)
    let roomy = try JobForecast.cheapest(full, coresPerNode: 8, memoryPerNode: 16e9, rates, .defaults)
    #expect(roomy?.nodes == 1)
    let narrow = try #require(try JobForecast.cheapest(full, coresPerNode: 8, memoryPerNode: 1e9, rates, .defaults))
    #expect(narrow.memoryPerNode <= 1e9 && narrow.ranks > 8)
    #expect(try JobForecast.cheapest(full, coresPerNode: 8, memoryPerNode: 1e6, rates, .defaults) == nil)
  }
}
