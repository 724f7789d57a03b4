// A small SONATA network written by the tests: multiplicities, own parameters, virtual nodes among others, and faults in the files.
import Foundation
import Networks
import Spiking
import Storage
import Testing

@testable import Experiments

/// Files of a network with a population `cells` (nodes 0 and 2 simulated, 1 virtual, 3 simulated with its own tau_m) and a virtual one.
private struct SmallCircuit {
  let folder: ScratchFolder
  var configuration: String { folder.path + "/config.json" }

  init(
    sources: [UInt64] = [0, 2, 3, 1], targets: [UInt64] = [2, 0, 3, 0], virtualTarget: UInt64 = 0, spikesOf: String = "input",
    reports: String = "", delay: Double = 0.8
  ) throws {
    folder = try ScratchFolder()
    let nodes = try HDF5File.create(folder.path + "/nodes.h5")
    try nodes.makeGroup("/nodes")
    try Self.nodes(nodes, "cells", types: [1, 2, 1, 1])
    try nodes.makeGroup("/nodes/cells/0/dynamics_params")
    try nodes.write("/nodes/cells/0/dynamics_params/tau_m", [Double.nan, .nan, .nan, 33])
    try Self.nodes(nodes, "input", types: [2, 2])
    try nodes.close()
    _ = try folder.file(
      "node_types.csv",
      """
      node_type_id model_type model_template dynamics_params
      1 point_neuron nest:iaf_psc_exp cell.json
      2 virtual NULL NULL

      """)
    _ = try folder.file("cell.json", "{\"C_m\": 100, \"V_m\": -61.5}")
    let edges = try HDF5File.create(folder.path + "/edges.h5")
    try edges.makeGroup("/edges")
    try Self.edges(edges, "recurrent", "cells", "cells", sources, targets, nsyns: [1, 3, 0, 2])
    try Self.edges(edges, "feedforward", "input", "cells", [1], [virtualTarget], nsyns: [1])
    try edges.close()
    _ = try folder.file("edge_types.csv", "edge_type_id syn_weight delay\n7 12.5 \(delay)\n")
    let spikes = try HDF5File.create(folder.path + "/spikes.h5")
    try spikes.makeGroup("/spikes")
    try spikes.makeGroup("/spikes/" + spikesOf)
    try spikes.write("/spikes/\(spikesOf)/timestamps", [5, 1, 20, 9.5])
    try spikes.write("/spikes/\(spikesOf)/node_ids", [1, 0, 1, 1] as [UInt64])
    try spikes.close()
    _ = try folder.file(
      "config.json",
      """
      {
        "components": {"point_neuron_models_dir": "."},
        "networks": {
          "nodes": [{"nodes_file": "nodes.h5", "node_types_file": "node_types.csv"}],
          "edges": [{"edges_file": "edges.h5", "edge_types_file": "edge_types.csv"}]
        },
        "run": {"tstop": 50, "dt": 0.1, "random_seed": 42},
        "inputs": {"drive": {"input_type": "spikes", "module": "sonata", "input_file": "spikes.h5",
                             "node_set": {"population": "input"}, "delay": 2, "duration": 10}},
        "output": {"output_dir": "out"},
        "reports": {\(reports)}
      }
      """)
  }

  private static func nodes(_ file: borrowing HDF5File, _ name: String, types: [Int64]) throws {
    let group = "/nodes/" + name
    try file.makeGroup(group)
    try file.makeGroup(group + "/0")
    try file.write(group + "/node_type_id", types)
    try file.write(group + "/node_group_id", types.map { _ in Int64(0) })
    try file.write(group + "/node_group_index", types.indices.map { Int64($0) })
  }

  private static func edges(
    _ file: borrowing HDF5File, _ name: String, _ source: String, _ target: String, _ sources: [UInt64], _ targets: [UInt64],
    nsyns: [UInt32]
  ) throws {
    let group = "/edges/" + name
    try file.makeGroup(group)
    try file.makeGroup(group + "/0")
    for (dataset, ids, population) in [("source_node_id", sources, source), ("target_node_id", targets, target)] {
      try file.write("\(group)/\(dataset)", ids)
      try file.setAttribute("node_population", of: "\(group)/\(dataset)", population)
    }
    try file.write(group + "/edge_type_id", sources.map { _ in Int64(7) })
    try file.write(group + "/0/nsyns", nsyns)
  }

  func load(_ overrides: [String] = []) throws -> Experiment { try Experiment.load(path: configuration, overrides: overrides) }
}

struct StudiesSonataFilesTests {
  @Test func nodesAreSplitByModelAndParameters() throws {
    let description = try SmallCircuit().load().description
    let populations = description.network.populations
    #expect(description.seed == 42 && description.duration == 50)
    #expect(populations.map(\.model) == ["iaf_psc_exp", nil, "iaf_psc_exp", nil])
    #expect(populations.map(\.count) == [2, 1, 1, 2])
    #expect(populations.map(\.output.group) == ["cells", "cells", "cells", "input"])
    #expect(populations[0].output.runs == [0..<1, 2..<3] && populations[2].output.runs == [3..<4])
    #expect(populations[0].parameters == ["C_m": 100] && populations[2].parameters == ["C_m": 100, "tau_m": 33])
    #expect(populations[0].initial["V_m"] == .constant(-61.5))
    #expect(Set(populations.map(\.name)).count == 4)
  }

  @Test func anEdgeOfNSynapsesIsNEdges() throws {
    let circuit = try SmallCircuit()
    defer { withExtendedLifetime(circuit) {} }
    let network = try circuit.load().description.network
    var found: [String] = []
    for projection in network.projections {
      guard case .explicit(let source) = projection.rule else { continue }
      let (from, to) = (network.populations[projection.source].output, network.populations[projection.target].output)
      var count = 0
      try source.forEachBlock { block in
        count += block.count
        for edge in block {
          found.append("\(from.group) \(from.id(of: Int(edge.source))) \(to.id(of: Int(edge.target))) \(edge.weight) \(edge.delay)")
        }
      }
      #expect(count == source.count && source.delays == 0.8...0.8)
    }
    // 0 -> 2 once, 2 -> 0 thrice, 3 -> 3 not at all, 1 (virtual) -> 0 twice, and from outside 1 -> 0.
    #expect(
      found.sorted() == [
        "cells 0 2 12.5 0.8", "cells 1 0 12.5 0.8", "cells 1 0 12.5 0.8", "cells 2 0 12.5 0.8", "cells 2 0 12.5 0.8", "cells 2 0 12.5 0.8",
        "input 1 0 12.5 0.8",
      ])
  }

  @Test func spikesCountWithinTheInputsTime() throws {
    let circuit = try SmallCircuit()
    defer { withExtendedLifetime(circuit) {} }
    let description = try circuit.load().description
    #expect(description.spikes.map(\.population) == [3])
    var spikes: [String] = []
    try description.spikes[0].source.forEachBlock { spikes += $0.map { "\($0.time) \($0.neuron)" } }
    #expect(spikes == ["5.0 1", "9.5 1"])
  }

  @Test func recordsNameNodeIDs() throws {
    let description = try SmallCircuit().load(["record.spikes=[{population: cells, neurons: [2, 3]}]"]).description
    #expect(description.spikeRecording == [.list([1]), .none, .list([0]), .none])
  }

  private func report(_ name: String, _ nodes: String, _ more: String = "") -> String {
    "\"\(name)\": {\"variable_name\": \"V_m\", \"cells\": {\"population\": \"cells\", \"node_id\": \(nodes)}\(more)}"
  }

  @Test func reportsMayShareAFile() throws {
    let shared = report("a", "[0, 3]", ", \"file_name\": \"v.h5\"") + "," + report("b", "[2]", ", \"file_name\": \"sub/v.h5\"")
    let circuit = try SmallCircuit(reports: shared)
    let description = try circuit.load().description
    #expect(description.columnRecordings.map(\.population) == [0, 2, 0] && description.reportFiles == ["v.h5"])
    // A recording of the configuration that goes on top must fit them too.
    let error = #expect(throws: ConfigurationError.self) {
      try circuit.load(["record.columns=[{population: cells, column: V_m, neurons: [3], file: v.h5}]"])
    }
    #expect(error?.exitCode == 78 && error?.description.contains("'record.columns[0].neurons' has neuron 3 of cells") == true)
  }

  @Test(arguments: [
    (", \"file_name\": \"spikes.h5\"", "reports.b.file_name", "it is spikes.h5, which the run writes itself"),
    (", \"file_name\": \"a.h5\"", "reports.b.cells", "it has neuron 3 of cells, whose V_m is already in a.h5"),
    (", \"file_name\": \"a\", \"dt\": 1", "reports.b.file_name", "it is a.h5, which already holds V_m every 0.1 ms"),
    (", \"dt\": 1e300", "reports.b.dt", "is not a multiple of the resolution"),
  ]) func reportsAtOddsAreRefused(more: String, place: String, words: String) throws {
    let error = try #require(try fault(SmallCircuit(reports: report("a", "[0, 3]") + "," + report("b", "[2, 3]", more))))
    #expect(error.exitCode == 65 && error.path.hasSuffix("config.json:" + place) && error.reason.contains(words), "\(error)")
  }

  /// The error of loading, building included.
  private func fault(_ circuit: SmallCircuit) throws -> StorageError? {
    defer { withExtendedLifetime(circuit) {} }
    do {
      let experiment = try circuit.load()
      for input in experiment.description.spikes { try input.source.forEachBlock { _ in } }
    } catch let error as StorageError {
      return error
    }
    return nil
  }

  @Test func faultsAreNamed() throws {
    let missing = try #require(try fault(SmallCircuit(sources: [0, 2, 4, 1])))
    #expect(missing.exitCode == 65 && missing.reason == "edge 2 has source_node_id 4, but population cells has 4 nodes")
    let target = try #require(try fault(SmallCircuit(virtualTarget: 9)))
    #expect(target.exitCode == 65 && target.reason == "edge 0 has target_node_id 9, but population cells has 4 nodes")
    let onVirtual = try #require(try fault(SmallCircuit(virtualTarget: 1)))
    #expect(onVirtual.exitCode == 65 && onVirtual.reason == "1 edges end on virtual nodes of cells")
    let stranger = try #require(try fault(SmallCircuit(spikesOf: "other")))
    #expect(stranger.exitCode == 65 && stranger.reason == "the file holds spikes of other only")
    #expect(try fault(SmallCircuit()) == nil)
    let short = try #require(try fault(SmallCircuit(delay: 0.04)))
    #expect(short.exitCode == 65 && short.reason == "an edge has a delay of 0.04 ms, below the resolution of 0.1 ms")
    let unknown = try #require(try fault(SmallCircuit(reports: #""a": {"variable_name": "V_m", "cells": "nobody"}"#)))
    #expect(unknown.exitCode == 65 && unknown.remedy == "where it is named, name a set, a population (cells, input) or all", "\(unknown)")
    for (cells, words) in [
      ("\"input\"", "its nodes are virtual"), ("{\"population\": \"cells\", \"node_id\": [1]}", "its nodes are virtual"),
    ] {
      let error = try #require(try fault(SmallCircuit(reports: #""a": {"variable_name": "V_m", "cells": \#(cells)}"#)))
      #expect(error.exitCode == 65 && error.path.hasSuffix("reports.a.cells") && error.reason.contains(words), "\(error)")
    }
  }

  /// Attributes that nothing reads are told.
  @Test func attributesWithoutEffectAreTold() throws {
    let circuit = try SmallCircuit()
    #expect(try circuit.load().notes.count == 1)
    do {
      let edges = try HDF5File.append(circuit.folder.path + "/edges.h5")
      try edges.write("/edges/recurrent/0/receptor", [1.0, 1, 0, 0])
      try edges.close()
    }
    let notes = try circuit.load().notes
    #expect(notes.count == 2 && notes.contains("edges recurrent: the attribute receptor has no effect"), "\(notes)")
  }

  /// Checkpoints carry checksums of what lies in files: another weight gives another one.
  @Test func otherEdgesHaveAnotherChecksum() throws {
    func sums(_ circuit: SmallCircuit) throws -> [UInt64?] {
      try circuit.load().description.network.projections.map { if case .explicit(let edges) = $0.rule { edges.checksum } else { nil } }
    }
    let circuit = try SmallCircuit()
    let first = try sums(circuit)
    #expect(first.count > 1 && !first.contains(nil))
    #expect(try sums(SmallCircuit()) == first)
    _ = try circuit.folder.file("edge_types.csv", "edge_type_id syn_weight delay\n7 12.25 0.8\n")
    #expect(zip(try sums(circuit), first).allSatisfy { $0 != $1 })
  }

  @Test func aFileThatIsCutShortIsRefused() throws {
    let circuit = try SmallCircuit()
    let path = circuit.folder.path + "/edges.h5"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    let error = try #require(try fault(circuit))
    #expect(error.exitCode == 65 && error.description.contains("edges.h5"))
  }

  @Test func aNetworkTakesASpikeFile() throws {
    let circuit = try SmallCircuit(spikesOf: "whatever")
    let experiment = try circuit.folder.load(
      """
      populations:
        - {name: in, model: spikes, count: 2, file: spikes.h5}
        - {name: E, model: iaf_psc_alpha, count: 1}
      """)
    defer { withExtendedLifetime(circuit) {} }
    var times: [Double] = []
    try experiment.description.spikes[0].source.forEachBlock { times += $0.map(\.time) }
    #expect(times == [5, 1, 20, 9.5])
  }
}
