// The SONATA network of 300 point neurons as a description, and what is refused in SONATA files.
import Foundation
import Networks
import Spiking
import Storage
import Testing

@testable import Experiments

@Suite(.enabled(if: SharedData.hasPointNeurons, "the shared data set sonata_300_pointneurons is not beside the repository"))
struct StudiesSonataTests {
  private func load(_ name: String = "/simulation_config.json", _ overrides: [String] = []) throws -> Experiment {
    try Experiment.load(path: SharedData.pointNeurons + name, overrides: overrides)
  }

  @Test(arguments: ["/simulation_config.json", "/config.json", ""]) func theNetworkIsWhole(name: String) throws {
    let experiment = try load(name)
    let description = experiment.description
    let network = description.network
    #expect(
      experiment.study == "sonata" && description.duration == 1500 && description.resolution == 0.01 && description.presimulation == 0)
    #expect(experiment.groups == [ReportedGroup(name: "internal", populations: [0, 1, 2, 3, 4], neurons: 300)])
    #expect(network.populations.map(\.model) == [String?](repeating: "iaf_psc_alpha", count: 5) + [nil])
    #expect(network.populations.allSatisfy { $0.isVirtual || $0.initial["V_m"] == .constant(-80) })
    // Every node id is there once, and the edges end where the file says.
    let ids = network.populations[0..<5].flatMap { population in (0..<population.count).map { population.output.id(of: $0) } }
    #expect(ids.sorted() == Array(0..<300))
    var edges = 0
    var weights = 0.0
    for projection in network.projections {
      guard case .explicit(let source) = projection.rule else { return #expect(Bool(false), "\(projection.name)") }
      var found = 0
      try source.forEachBlock { block in
        found += block.count
        weights += block.reduce(0) { $0 + $1.weight }
        for edge in block {
          #expect(Int(edge.source) < network.populations[projection.source].count)
          #expect(Int(edge.target) < network.populations[projection.target].count)
          // External edges have no delay in the files.
          #expect(edge.delay == (projection.source == 5 ? 1 : 2))
        }
      }
      #expect(found == source.count && source.delays.contains(projection.source == 5 ? 1 : 2))
      edges += found
    }
    #expect(edges == 48_432)
    #expect(weights.isFinite && weights != 0)
    var spikes = 0
    #expect(description.spikes.map(\.population) == [5])
    try description.spikes[0].source.forEachBlock { spikes += $0.count }
    #expect(spikes == 4334)
  }

  @Test func nodeIDsSurviveTheSplit() throws {
    let network = try load().description.network
    let circuit = try SonataNetwork(try SonataConfiguration(SharedData.pointNeurons + "/config.json").circuit)
    // The same edges with the same weights, by node ids.
    for edges in circuit.edges {
      var expected: [String] = []
      let reader = try circuit.open(edges)
      let block = try reader.read(rows: 0..<edges.count)
      for i in 0..<block.count { expected.append("\(block.sources[i]) \(block.targets[i]) \(block.weights[i])") }
      var found: [String] = []
      for projection in network.projections where projection.name.hasPrefix(edges.name + ":") {
        guard case .explicit(let source) = projection.rule else { continue }
        let (from, to) = (network.populations[projection.source].output, network.populations[projection.target].output)
        try source.forEachBlock { block in
          for edge in block { found.append("\(from.id(of: Int(edge.source))) \(to.id(of: Int(edge.target))) \(edge.weight)") }
        }
      }
      #expect(found.sorted() == expected.sorted())
    }
  }

  @Test func parametersComeFromTheFiles() throws {
    let network = try load().description.network
    let rorb = try #require(network.populations.first { $0.name == "internal/101" })
    #expect(rorb.parameters["tau_m"] == 11.5 && rorb.parameters["C_m"] == 53 && rorb.parameters["V_th"] == -25)
    // Where the files are silent the model's defaults hold.
    let model = try #require(NeuronCatalogue.description(of: "iaf_psc_alpha"))
    #expect(rorb.parameters["tau_syn_ex"] == nil && model.parameters.first { $0.name == "tau_syn_ex" }?.value == 2)
  }

  @Test func reportsBecomeRecordings() throws {
    let experiment = try load()
    let recordings = experiment.description.columnRecordings
    #expect(recordings.allSatisfy { $0.column == "V_m" && $0.file == "membrane_potential.h5" && $0.interval == 0.01 })
    let ids = recordings.flatMap { recording -> [Int] in
      guard case .list(let list) = recording.neurons else { return [] }
      return list.map { experiment.description.network.populations[recording.population].output.id(of: $0) }
    }
    #expect(ids.sorted() == [0, 80, 160, 240, 270])
    #expect(experiment.notes.contains { $0.contains("the output goes to the folder of the run") })
  }

  @Test func keysCanBeSet() throws {
    let experiment = try load(
      "/config.json",
      ["v_init=-70", "precision=double", "duration=100", "resolution=0.1", "record.spikes=[{population: internal, neurons: [0, 299]}]"])
    let description = experiment.description
    #expect(description.duration == 100 && description.resolution == 0.1 && experiment.precision == .double)
    #expect(description.network.populations.allSatisfy { $0.isVirtual || $0.initial["V_m"] == .constant(-70) })
    let chosen = description.spikeRecording.enumerated().flatMap { index, selection in
      (0..<description.network.populations[index].count).filter(selection.contains).map {
        description.network.populations[index].output.id(of: $0)
      }
    }
    #expect(chosen.sorted() == [0, 299])
    #expect(throws: ConfigurationError.self) { try load("/config.json", ["scale=0.1"]) }
    let stored = #expect(throws: ConfigurationError.self) { try load("/config.json", ["storage=procedural"]) }
    #expect(stored?.description == "--set storage: 'storage' must be stored: the edges of a SONATA network are read from its files")
  }

  @Test func theResolvedConfigurationIsTheSameRun() throws {
    let folder = try ScratchFolder()
    let first = try load("/config.json", ["v_init=-70", "precision=double", "presimulation=100"])
    #expect(first.description.duration == 1400)
    let second = try folder.load(first.configuration)
    #expect(second.configuration == first.configuration && second.precision == .double)
    #expect(second.description.network.populations == first.description.network.populations)
    #expect(second.description.network.projections.map(\.name) == first.description.network.projections.map(\.name))
    #expect(second.description.duration == 1400 && second.description.presimulation == 100)
  }

  /// A copy of the data set with one file changed.
  private func changed(_ file: String, _ change: (String) -> String) throws -> (ScratchFolder, Error?) {
    let folder = try ScratchFolder()
    let root = URL(fileURLWithPath: SharedData.pointNeurons).deletingLastPathComponent()
    let manager = FileManager.default
    for case let name as String in try #require(manager.enumerator(atPath: root.path)) {
      var isFolder: ObjCBool = false
      _ = manager.fileExists(atPath: root.path + "/" + name, isDirectory: &isFolder)
      if isFolder.boolValue {
        try manager.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
      } else if name == file {
        let text = try String(contentsOfFile: root.path + "/" + name, encoding: .utf8)
        let new = change(text)
        #expect(new != text)
        _ = try folder.file(name, new)
      } else {
        try manager.createSymbolicLink(atPath: folder.path + "/" + name, withDestinationPath: root.path + "/" + name)
      }
    }
    do {
      _ = try Experiment.load(path: folder.path + "/300_pointneurons/simulation_config.json")
      return (folder, nil)
    } catch { return (folder, error) }
  }

  @Test(arguments: [
    (
      "300_pointneurons/network/internal_node_types.csv", "nest:iaf_psc_alpha", "nest:iaf_psc_alhpa", 65,
      "nest:iaf_psc_alhpa is not known; did you mean 'iaf_psc_alpha'?"
    ),
    (
      "300_pointneurons/network/internal_node_types.csv", "nest:iaf_psc_alpha", "nest:aeif_cond_exp", 65,
      "the neuron model nest:aeif_cond_exp is not known"
    ),
    (
      "shared_components/nest_models/cell_models/472363762_point.json", "tau_m", "taum", 65,
      "unknown parameter 'taum' of iaf_psc_alpha; did you mean 'tau_m'?"
    ),
    ("shared_components/nest_models/cell_models/472363762_point.json", "44.9", "-44.9", 65, "tau_m must be above 0, got -44.9 ms"),
    (
      "300_pointneurons/simulation_config.json", "external_spike_trains.h5", "spikes.h5", 66,
      "correct inputs.external_spike_trains.input_file in"
    ),
    (
      "300_pointneurons/simulation_config.json", "\"external\"", "\"recorded_cells\"", 65,
      "its node set holds nodes of internal, which are simulated, not virtual"
    ),
    (
      "300_pointneurons/simulation_config.json", "\"external\"", "\"extrenal\"", 65,
      "there is no set of this name; there are external, recorded_cells"
    ),
    ("300_pointneurons/simulation_config.json", "\"V_m\"", "\"Vm\"", 65, "internal/100 has no state 'Vm'; did you mean 'V_m'?"),
    (
      "300_pointneurons/simulation_config.json", "\"dt\": 0.01,", "\"dt\": 0.01, \"tstart\": 5,", 65,
      "set tstart to 0: simulations begin at 0"
    ),
    ("300_pointneurons/simulation_config.json", "\"dt\"", "\"ddt\"", 65, "a positive time in ms should stand here"),
    ("300_pointneurons/simulation_config.json", "circuit_config.json", "none.json", 66, "none.json"),
  ]) func isRefused(file: String, part: String, change: String, exitCode: Int32, message: String) throws {
    let (folder, error) = try changed(file) { $0.replacingOccurrences(of: part, with: change) }
    let fault = try #require(error as? StorageError)
    #expect(fault.exitCode == exitCode && fault.description.contains(message), "\(fault)")
    _ = folder
  }
}
