// Nodes and edges files: what is written is read back, by us and by Python; blocks of any size give the same bytes.
import Foundation
import Testing

@testable import Storage

@Suite struct SonataWriterTests {
  let scratch = Scratch()
  let count = 150_000

  private func delay(_ edge: Int) -> Float { Float(1 + edge % 15) / 10 }

  private func writeEdges(_ name: String, blocks: [Int], deflate: Int = 0) throws -> String {
    var writer = try SonataEdgesWriter(creating: scratch(name), deflate: deflate)
    for (population, target) in [("E_to_E", "E"), ("E_to_I", "I")] {
      try writer.begin(population: population, source: "E", target: target)
      var start = 0
      var i = 0
      while start < count {
        let rows = start..<min(count, start + blocks[i % blocks.count])
        try writer.append(
          sources: rows.map { UInt32($0 % 100) }, targets: rows.map { UInt32($0 % 20) }, typeIDs: rows.map { UInt32($0 % 2) },
          weights: rows.map { Double($0) / 8 }, delays: rows.map(delay))
        start = rows.upperBound
        i += 1
      }
    }
    try writer.close()
    return scratch(name)
  }

  private func writeNodes() throws -> String {
    var writer = try SonataNodesWriter(creating: scratch("nodes.h5"))
    try writer.begin(population: "E", attributes: ["x", "y"])
    try writer.append(typeIDs: [UInt32](repeating: 0, count: 60), attributes: [(0..<60).map(Double.init), (0..<60).map { -Double($0) }])
    try writer.append(
      typeIDs: [UInt32](repeating: 1, count: 40), attributes: [(60..<100).map(Double.init), (60..<100).map { -Double($0) }])
    try writer.begin(population: "I")
    try writer.append(typeIDs: [UInt32](repeating: 2, count: 20))
    try writer.close()
    try SonataTypeTable.write(
      scratch("node_types.csv"), idColumn: "node_type_id",
      types: [
        (0, [("model_type", .text("point_neuron")), ("model_template", .text("nest:lif")), ("dynamics_params", .text("lif model.json"))]),
        (1, [("model_type", .text("point_neuron")), ("model_template", .text("nest:lif")), ("ei", .text("e"))]),
        (2, [("model_type", .text("virtual"))]),
      ])
    return scratch("nodes.h5")
  }

  @Test func anyBlocksGiveTheSameBytes() throws {
    let one = try writeEdges("one.h5", blocks: [count])
    #expect(sameBytes(one, try writeEdges("many.h5", blocks: [1, 1000, 65_536, 65_535, 20_000])))
    #expect(sameBytes(try writeEdges("deflated.h5", blocks: [7000], deflate: 1), try writeEdges("d2.h5", blocks: [count], deflate: 1)))
    #expect(bytes(of: scratch("deflated.h5")).count < bytes(of: one).count / 2)
  }

  @Test(arguments: [0, 4]) func theNetworkComesBack(deflate: Int) throws {
    let nodes = try writeNodes()
    let edges = try writeEdges("edges.h5", blocks: [40_000], deflate: deflate)
    try SonataTypeTable.write(
      scratch("edge_types.csv"), idColumn: "edge_type_id", types: [(0, [("model_template", .text("static_synapse"))]), (1, [])])
    try AtomicFile.write(scratch("lif model.json"), text: #"{"tau_m": 10.0}"#)
    let circuit = SonataCircuit(
      nodes: [.init(path: nodes, typesPath: scratch("node_types.csv"))], edges: [.init(path: edges, typesPath: scratch("edge_types.csv"))],
      components: ["point_neuron_models_dir": scratch.path])
    try circuit.write(scratch("circuit.json"))
    let configuration = try SonataConfiguration(scratch("circuit.json"))
    #expect(configuration.circuit == circuit && configuration.notes == [])
    let network = try SonataNetwork(configuration.circuit)
    #expect(network.nodes.map(\.count) == [100, 20])
    #expect(try network.nodes[0].attribute("y")[70] == .number(-70))
    #expect(try network.nodes[0].attribute("ei")[70] == .text("e") && network.nodes[0].attribute("ei")[7] == nil)
    let models = try SonataNodeModels(network.nodes[0], components: circuit.components)
    #expect(models.models.map(\.parameters) == [["tau_m": 10.0], [:]])
    #expect(network.edges.map(\.target) == ["E", "I"])
    let block = try network.open(network.edges[1]).read(rows: 100_000..<150_000)
    for (i, edge) in (100_000..<150_000).enumerated() {
      let expected: (UInt64, Float, Float, Int32) = (UInt64(edge % 100), Float(edge) / 8, delay(edge), Int32(edge % 2))
      let found = (block.sources[i], Float(block.weights[i]), Float(block.delays[i]), block.types[i])
      if found != expected { Issue.record("edge \(edge): \(found) instead of \(expected)") }
    }
  }

  @Test(.enabled(if: Python.has("h5py", "libsonata"), "python3 has no h5py or libsonata"))
  func pythonReadsTheSame() throws {
    let script = """
      import sys, libsonata
      n = libsonata.NodeStorage(sys.argv[1])
      e = libsonata.EdgeStorage(sys.argv[2])
      p = n.open_population("E")
      q = e.open_population("E_to_I")
      s = libsonata.Selection([(140000, 140002)])
      print(sorted(n.population_names), p.size, sorted(p.attribute_names), p.get_attribute("y", libsonata.Selection([7])).tolist())
      print(sorted(e.population_names), q.size, q.source, q.target, sorted(q.attribute_names))
      print(q.source_nodes(s).tolist(), q.target_nodes(s).tolist(), q.get_attribute("syn_weight", s).tolist())
      """
    let result = Python.run(script, [try writeNodes(), try writeEdges("edges.h5", blocks: [40_000])])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("['E', 'I'] 100 ['x', 'y'] [-7.0]"), "\(result.output)")
    #expect(result.output.contains("['E_to_E', 'E_to_I'] 150000 E I ['delay', 'syn_weight']"), "\(result.output)")
    #expect(result.output.contains("[0, 1] [0, 1] [17500.0, 17500.125]"), "\(result.output)")
  }
}
