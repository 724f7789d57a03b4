// Report files of a run: recordings that share one are all in it, and those of an earlier run are not taken for this one's.
import Foundation
import Storage
import TestKit
import Testing

/// Two populations, driven alike.
private let twoPopulations = """
  duration: 20
  resolution: 0.1
  populations:
    - {name: E, model: iaf_psc_exp, count: 60}
    - {name: I, model: iaf_psc_exp, count: 40}
  projections:
    - {from: E, to: I, rule: {fixed_indegree: 10}, weight: 20, delay: 1.5}
  inputs:
    - poisson: {to: [E, I], rate: 8000, weight: 60}
  """

@Suite(.serialized) struct ReportFileTests {
  private func simulate(_ config: String, _ output: String, _ settings: [String] = [], ranks: Int? = nil) throws {
    let outcome = try BuiltProgram.run(
      "colonnade", ranks: ranks, ["simulate", config, "--output", output, "--quiet"] + settings.flatMap { ["--set", $0] })
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  @Test func recordingsThatShareAFileAreAllInIt() throws {
    let folder = try ScratchFolder()
    let config = try folder.file(
      "config.yaml",
      twoPopulations + """

        record:
          columns:
            - {population: E, column: V_m, neurons: [3, 7], interval: 1}
            - {population: I, column: V_m, neurons: {range: [5, 9]}, interval: 1}
            - {population: E, column: V_m, neurons: [40], interval: 1}

        """)
    for ranks in [nil, 3] { try simulate(config, folder.place("run\(ranks ?? 1)"), ranks: ranks) }
    #expect(try folder.bytes("run1/report-V_m.h5") == folder.bytes("run3/report-V_m.h5"))
    #expect(try JSONValue.read(folder.place("run1/summary.json"))["reports"]?.array?.compactMap(\.string) == ["report-V_m.h5"])
    let file = try HDF5File.open(folder.place("run1/report-V_m.h5"))
    #expect(try file.children(of: "/report") == ["E", "I"])
    #expect(try file.read("/report/E/mapping/node_ids", as: UInt64.self) == [3, 7, 40])
    #expect(try file.read("/report/I/mapping/node_ids", as: UInt64.self) == [5, 6, 7, 8])
    // The values are those of a recording that has the file to itself.
    try simulate(config, folder.place("alone"), ["record.columns=[{population: E, column: V_m, neurons: [3, 7, 40], interval: 1}]"])
    let alone = try HDF5File.open(folder.place("alone/report.h5"))
    let values = try file.read("/report/E/data", as: Float.self)
    #expect(values.count == 60 && Set(values).count > 30)
    #expect(try alone.read("/report/E/data", as: Float.self) == values)
  }

  @Test(.enabled(if: Repository.hasSonata, "\(Repository.sonataMissing)"), arguments: [nil, 2])
  func aReportHoldsTheNodesOfAllModels(ranks: Int?) throws {
    let folder = try ScratchFolder()
    try simulate(Repository.sonata + "/300_pointneurons", folder.place("run"), ["duration=2"], ranks: ranks)
    let file = try HDF5File.open(folder.place("run/membrane_potential.h5"))
    #expect(try file.read("/report/internal/mapping/node_ids", as: UInt64.self) == [0, 80, 160, 240, 270])
    #expect(try file.shape(of: "/report/internal/data") == [200, 5])
  }

  @Test func reportsOfAnEarlierRunAreRemoved() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", twoPopulations)
    let (run, record) = (folder.place("run"), "record.columns=[{population: E, column: V_m, file: first.h5}]")
    try simulate(config, run, [record, "record.rates=5"])
    #expect(folder.has("run/first.h5") && folder.has("run/rates.csv"))
    let told = try JSONValue.read(folder.place("run/summary.json"))["reports"]?.array?.compactMap(\.string)
    #expect(told == ["first.h5", "rates.csv"])
    try folder.file("run/mine.h5", "a file of the user's")
    try simulate(config, run)
    #expect(folder.names("run") == ["configuration.yaml", "mine.h5", "report.html", "run.jsonl", "spikes.h5", "summary.json"])
  }

  /// The page is of all spikes of the recorded time, and of the neurons that are recorded.
  @Test func thePageIsOfWhatIsRecorded() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork + "\npresimulation: 10\n")
    func page(_ settings: [String]) throws -> (text: String, spikes: Int, rate: Double) {
      try simulate(config, folder.place("run"), settings)
      let summary = try JSONValue.read(folder.place("run/summary.json"))
      let text = try folder.text("run/report.html").replacing("\u{202F}", with: "")
      return (text, summary["spikes"]?.int ?? 0, summary["rates_hz"]?["E"]?.double ?? 0)
    }
    let whole = try page([])
    #expect(whole.spikes > 20 && whole.text.contains("All \(whole.spikes) spikes are shown."))
    #expect(!whole.text.contains("neurons are recorded"))
    let some = try page(["record.spikes=[{population: E, neurons: [3, 5, 8, 97]}]"])
    #expect(some.spikes == whole.spikes && some.text.contains("the spikes of 4 of 100 neurons are recorded"))
    #expect(some.text.contains("</th><td>4</td>"))
    let none = try page(["record.spikes=none"])
    #expect(!none.text.contains("id=\"populations\""))
  }

  /// Virtual nodes among those that are simulated leave gaps in the ids of their population.
  @Test func idsMayHaveGaps() throws {
    let folder = try ScratchFolder()
    let nodes = try HDF5File.create(folder.place("nodes.h5"))
    try nodes.makeGroup("/nodes/cells")
    try nodes.makeGroup("/nodes/cells/0")
    try nodes.write("/nodes/cells/node_type_id", [1, 2, 1, 1] as [Int64])
    try nodes.write("/nodes/cells/node_group_id", [0, 0, 0, 0] as [Int64])
    try nodes.write("/nodes/cells/node_group_index", [0, 1, 2, 3] as [Int64])
    try nodes.close()
    _ = try folder.file(
      "types.csv",
      "node_type_id model_type model_template dynamics_params\n1 point_neuron nest:iaf_psc_exp cell.json\n2 virtual NULL NULL\n")
    _ = try folder.file("cell.json", #"{"I_e": 800}"#)
    _ = try folder.file(
      "simulation_config.json",
      #"""
      {"components": {"point_neuron_models_dir": "."}, "run": {"tstop": 100, "dt": 0.1}, "output": {"output_dir": "out"},
       "networks": {"nodes": [{"nodes_file": "nodes.h5", "node_types_file": "types.csv"}], "edges": []}}
      """#)
    try simulate(folder.path, folder.place("run"))
    let spikes = try JSONValue.read(folder.place("run/summary.json"))["spikes"]?.int ?? 0
    let text = try folder.text("run/report.html").replacing("\u{202F}", with: "")
    #expect(spikes > 3 && text.contains("All \(spikes) spikes are shown.") && text.contains("</th><td>3</td>"))
  }

  @Test func filesAtOddsAreRefused() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", twoPopulations)
    let one = "{population: E, column: V_m, interval: 1}"
    try expectRefusal(
      [config, "--set", "record.columns=[\(one), {population: I, column: V_m, interval: 2}]"], output: folder.place("run"), code: 78,
      ["record.columns", "report-V_m.h5", "every 1 ms"])
    try expectRefusal(
      [config, "--set", "record.columns=[{population: E, column: V_m, file: spikes.h5}]"], output: folder.place("run"), code: 78,
      ["record.columns[0].file", "spikes.h5"], ranks: [nil])
    #expect(!folder.has("run"))
  }
}
