// What the reader understands: numbers, defaults, overrides, and the resolved configuration.
import Foundation
import Networks
import Spiking
import Testing

@testable import Experiments

struct ConfigurationReadingTests {
  @Test(arguments: [
    ("1e-3", 0.001), ("1e3", 1000), ("-65", -65), ("+2.5", 2.5), (".5", 0.5), ("010", 10), (".inf", Double.infinity),
    ("-.inf", -Double.infinity),
  ]) func numbersAreDecimal(text: String, value: Double) { #expect(NumberText.double(text) == value) }

  @Test(arguments: ["", "nan", ".nan", "0x10", "1_000", "1,5", "ten", "1e999", "inf", "infinity", "--1", "1 2"])
  func otherTextsAreNoNumbers(text: String) { #expect(NumberText.double(text) == nil) }

  @Test func wholeNumbersMayHaveAnExponent() {
    #expect(NumberText.integer("1e3") == 1000)
    #expect(NumberText.integer("2.50e1") == 25)
    #expect(NumberText.integer("9007199254740993") == 9_007_199_254_740_993)
    #expect(NumberText.integer("2.5") == nil)
    #expect(NumberText.integer("1e300") == nil)
  }

  @Test(arguments: [0.1, 1e-20, 1e22, 0.30000000000000004, -65, .infinity]) func numbersReadBackAsThemselves(value: Double) {
    #expect(NumberText.double(NumberText.text(value)) == value)
  }

  @Test(arguments: [
    "plain", "two words", "yes", "null", "12", "a: b", "# no", "quote \" back \\ line\nend", "naïve", "", "-x", "{a}", "~", "1e3", "*a",
  ])
  func textsReadBackAsThemselves(text: String) throws {
    let tree = try ConfigurationTree.parse("key: \(ResolvedValue.quoted(text))\n", file: "f")
    guard case .section(let members) = tree.content else { return #expect(Bool(false), "no section") }
    #expect(try ConfigurationSection(members, place: tree.place, path: "", folder: ".").text("key") == text)
  }

  @Test func defaultsAndOverrides() throws {
    let folder = try ScratchFolder()
    let plain = try folder.load("study: microcircuit\nscale: 0.1\n")
    #expect(plain.description.duration == 1000 && plain.description.presimulation == 500 && plain.description.resolution == 0.1)
    #expect(plain.description.seed == 1 && plain.precision == .single && plain.description.storage == .stored)
    #expect(plain.description.checks.highestRate == 500 && plain.description.checks.lowestRate == 0 && plain.description.checks.finite)
    let other = try folder.load(
      "study: microcircuit\nscale: 0.1\nseed: 4\n",
      [
        "seed=9", "duration=2e2", "checks.rate.below=90", "checks.finite=no", "precision=double", "v_init=-58", "record.spikes=none",
        "seed=10",
      ])
    #expect(other.description.seed == 10 && other.description.duration == 200 && other.precision == .double)
    #expect(other.description.checks.highestRate == 90 && !other.description.checks.finite)
    #expect(other.description.network.populations.allSatisfy { $0.initial["V_m"] == .constant(-58) })
    #expect(other.description.spikeRecording.allSatisfy { $0 == .none })
  }

  @Test func overridesReachIntoLists() throws {
    let folder = try ScratchFolder()
    let experiment = try folder.load(
      wholeNetwork, ["populations.E.count=100", "populations.1.per_column=7", "projections.2.rule={fixed_indegree: 3}"])
    #expect(experiment.description.network.populations.map(\.count) == [100, 42, 24, 3])
    guard case .fixedIndegree(3) = experiment.description.network.projections[2].rule else {
      return #expect(Bool(false), "the rule was not replaced")
    }
  }

  @Test func aWholeNetworkIsRead() throws {
    let experiment = try ScratchFolder().load(wholeNetwork)
    let network = experiment.description.network
    #expect(experiment.study == "network" && experiment.groups.map(\.name) == ["E", "I", "J"])
    #expect(network.populations.map(\.count) == [80, 30, 24, 3])
    #expect(network.populations[0].parameters["tau_m"] == 10 && network.populations[0].parameters["t_ref"] == 2)
    #expect(network.populations[0].initial["V_m"] == .uniform(low: -65, high: -50))
    #expect(network.populations[1].layout == .columns(grid: ColumnGrid(width: 2, height: 3, periodic: true), perColumn: 5))
    #expect(network.populations[3].isVirtual)
    #expect(
      network.projections.map(\.rule.name) == [
        "explicit", "explicit", "fixed_indegree", "pairwise_bernoulli", "fixed_outdegree", "distance", "distance", "one_to_one",
        "all_to_all", "fixed_total_number",
      ])
    #expect(network.projections[2].weight == .normal(mean: 40, sd: 4, min: 0) && !network.projections[2].allowAutapses)
    #expect(network.projections[3].weight == .lognormal(mu: -1, sigma: 0.5) && network.projections[3].delay == .uniform(low: 1, high: 2))
    #expect(network.projections[4].receptor == .index(1) && network.projections[4].delay == .exponential(mean: 1, offset: 0.5, max: 10))
    #expect(network.projections[6].receptor == .index(0))
    #expect(network.projections[9].delay == .rounded(to: 1, of: .uniform(low: 1, high: 5)))
    if case .explicit(let edges) = network.projections[0].rule {
      #expect(edges.count == 2 && edges.delays == 0.2...1)
      try edges.forEachBlock { #expect($0[1] == Edge(source: 2, target: 79, weight: -3, delay: 0.2)) }
    }
    if case .explicit(let edges) = network.projections[1].rule {
      try edges.forEachBlock { #expect($0 == [Edge(source: 1, target: 1, weight: 4, delay: 1)]) }
    }
    var spikes: [Double] = []
    try experiment.description.spikes[0].source.forEachBlock { spikes += $0.map(\.time) }
    #expect(spikes == [1.5, 2] && experiment.description.spikes[0].population == 3)
    #expect(experiment.description.inputs.map(\.population) == [0, 1, 0, 0, 2])
    guard case .poisson(8000, .constant(87.8), .index(0)) = experiment.description.inputs[0].kind else {
      return #expect(Bool(false), "\(experiment.description.inputs[0])")
    }
    #expect(experiment.description.inputs[2].start == 5 && experiment.description.inputs[2].stop == 50)
    #expect(experiment.description.spikeRecording == [.range(0..<10), .none, .fraction(0.5), .none])
    let column = try #require(experiment.description.columnRecordings.first)
    #expect(column.column == "V_m" && column.neurons == .list([1, 3]) && column.interval == 0.5 && column.file == "report.h5")
  }

  /// Everything of a description but the populations, whose dictionaries have no order.
  private func text(_ description: SimulationDescription) -> String {
    var description = description
    description.network.populations = []
    var out = ""
    dump(description, to: &out)
    return out
  }

  @Test(arguments: [
    wholeNetwork, "study: microcircuit\nscale: 0.1\nv_init: -60\n", "study: column_grid\ngrid: 4x3\nstate: AW8.8\nkernel: gaussian\n",
    "study: brunel\nN: 1e3\nprecision: double\n",
  ]) func theResolvedConfigurationIsTheSameRun(config: String) throws {
    let folder = try ScratchFolder()
    let first = try folder.load(config, ["seed=77"])
    #expect(first.configuration.contains("seed: 77\n") && first.configuration.contains("checks:\n"))
    let second = try folder.load(first.configuration)
    #expect(second.configuration == first.configuration)
    #expect(text(second.description) == text(first.description))
    #expect(second.description.network.populations == first.description.network.populations)
    #expect(second.precision == first.precision && second.study == first.study && second.title == first.title)
  }

  /// However a grid is written, the run is the same, and one that goes on finds its own configuration.
  @Test(arguments: ["column_grid", "network"]) func aGridHasOneForm(study: String) throws {
    let folder = try ScratchFolder()
    func resolved(_ grid: String) throws -> String {
      try folder.load(
        study == "column_grid"
          ? "study: column_grid\ngrid: \(grid)\n"
          : "populations: [{name: E, model: lif_sfa, grid: \(grid), per_column: 2}]\n"
      ).configuration
    }
    let list = try resolved("[4, 3]")
    #expect(list.contains("grid: [4, 3]\n"))
    for other in ["4x3", "4X3", "\"4x3\"", "[4e0, 3]", "\n  - 4\n  - 3"] where study == "column_grid" || !other.contains("\n") {
      #expect(try resolved(other) == list, "\(other)")
    }
    if study == "column_grid" { #expect(try folder.load("study: column_grid\n").configuration == (try resolved("6x6"))) }
  }

  @Test func jsonIsYAMLToo() throws {
    let folder = try ScratchFolder()
    let experiment = try Experiment.load(
      path: try folder.file("a.json", "{\"populations\": [{\"name\": \"E\", \"model\": \"iaf_psc_delta\", \"count\": 3}]}"))
    #expect(experiment.description.network.neurons == 3)
  }
}
