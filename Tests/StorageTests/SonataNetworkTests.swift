// Nodes, edges, node sets and spikes in their rarer forms, and files whose parts disagree.
import Foundation
import Testing

@testable import Storage

@Suite struct SonataNetworkTests {
  let scratch = Scratch()

  /// Two groups, ids out of order, a library of texts, parameters by node.
  private func writeNodes(_ change: (borrowing HDF5File) throws -> Void = { _ in }) throws -> SonataNodePopulation {
    try put(
      scratch("types.csv"),
      """
      node_type_id model_type model_template dynamics_params "layer name" rank
      1 point_neuron nest:iaf_psc_exp '{"C_m": 250}' "layer 4" 2.5

      5 virtual NULL NULL NULL 3
      """)
    let file = try HDF5File.create(scratch("nodes.h5"))
    let group = "/nodes/E/"
    try file.write(group + "node_id", [2, 0, 1, 3] as [UInt64])
    try file.write(group + "node_type_id", [1, 1, 5, 1] as [Int32])
    try file.write(group + "node_group_id", [0, 0, 1, 0] as [UInt8])
    try file.write(group + "node_group_index", [2, 1, 0, 0] as [UInt64])
    try file.write(group + "0/x", [0.5, 1.5, 2.5])
    try file.write(group + "0/kind", [1, 0, 1] as [UInt32])
    try file.write(group + "0/@library/kind", strings: ["basket", "chandelier"])
    try file.write(group + "0/dynamics_params/V_th", [-50, -51, -52] as [Float])
    try file.write(group + "1/rank", [9] as [Int32])
    try change(file)
    try file.close()
    return try SonataNodePopulation(
      scratch("nodes.h5"), name: "E", types: try SonataTypeTable(scratch("types.csv"), idColumn: "node_type_id"))
  }

  @Test func nodesOverrideTheirTypes() throws {
    let nodes = try writeNodes()
    #expect(Array(nodes.typeIDs) == [1, 5, 1, 1])
    func values(_ attribute: SonataNodeAttribute) -> [SonataValue?] { (0..<4).map { attribute[$0] } }
    #expect(try values(nodes.attribute("x")).map { $0?.double } == [1.5, nil, 2.5, 0.5])
    #expect(try values(nodes.attribute("kind")).map { $0?.text } == ["basket", nil, "chandelier", "chandelier"])
    #expect(try values(nodes.attribute("rank")).map { $0?.double } == [2.5, 9, 2.5, 2.5])
    #expect(try values(nodes.dynamics("V_th")).map { $0?.double } == [-51, nil, -52, -50])
    #expect(try values(nodes.attribute("layer name"))[..<2] == [.text("layer 4"), nil])
    // Nodes stay together whose attributes are those of the type; those of a group with its own do not.
    func ranges(_ attribute: String) throws -> [Range<Int>] {
      var ranges: [Range<Int>] = []
      try nodes.forEachRange(alike: [nodes.attribute(attribute)]) { ranges.append($0) }
      return ranges
    }
    #expect(try ranges("layer name") == [0..<1, 1..<2, 2..<4] && ranges("x") == [0..<1, 1..<2, 2..<3, 3..<4])
    let models = try SonataNodeModels(nodes, components: [:])
    #expect(Array(models.indices) == [0, 1, 0, 0])
    #expect(models.models[0].parameters == ["C_m": 250] && models.models[0].template == "iaf_psc_exp")
  }

  /// Positions in space, as other programs write them, are nothing that a model takes.
  @Test func attributesOfSeveralAxesArePassedOver() throws {
    let nodes = try writeNodes { try $0.write("/nodes/E/0/positions", [1, 2, 3, 4, 5, 6], shape: [3, 2]) }
    #expect(try nodes.attribute("positions")[0] == nil && nodes.attribute("x")[0]?.double == 1.5)
    let edges = try writeEdges { try $0.write("/edges/E_to_E/0/afferent_section_pos", [1, 2, 3, 4], shape: [2, 2]) }
    #expect(edges.weights == [0.25, 20, 10, 0.25])
  }

  @Test func nodesThatDisagreeAreRefused() throws {
    func refusal(_ change: (borrowing HDF5File) throws -> Void) -> String {
      failure { _ = try writeNodes(change).attribute("kind") }?.description ?? "no error"
    }
    #expect(refusal { try $0.write("/nodes/E/0/y", [1.0, 2]) }.contains("rows"))
    #expect(
      refusal { try $0.write("/nodes/E/node_group_index", firstRow: 0, [3] as [UInt64]) }.contains("row 3 of group 0, which has 3 rows"))
    #expect(refusal { try $0.write("/nodes/E/node_group_id", firstRow: 0, [4] as [UInt8]) }.contains("group 4"))
    #expect(refusal { try $0.write("/nodes/E/node_id", firstRow: 0, [4] as [UInt64]) }.contains("id 4 at index 0"))
    #expect(refusal { try $0.write("/nodes/E/node_id", firstRow: 0, [0] as [UInt64]) }.contains("each once"))
    #expect(refusal { try $0.write("/nodes/E/node_id", firstRow: 0, [.max] as [UInt64]) }.contains("node_id"))
    #expect(refusal { try $0.write("/nodes/E/node_type_id", firstRow: 1, [8] as [Int32]) }.contains("type 8"))
    #expect(refusal { try $0.write("/nodes/E/0/kind", firstRow: 0, [2] as [UInt32]) }.contains("beyond the 2 texts"))
    #expect(refusal { try $0.write("/nodes/E/0/dynamics_params/m", [1, 2, 3, 4, 5, 6], shape: [3, 2]) }.contains("2 axes"))
  }

  @Test(arguments: [
    ("biophysical", "ctdb:Biophys1.hoc", "model_type biophysical"), ("point_neuron", "nrn:IntFire1", "nrn:IntFire1"),
    ("point_neuron", "NULL", "model_template NULL"), ("NULL", "nest:x", "no model_type"),
  ]) func modelsThatAreNotSupportedAreNamed(type: String, template: String, word: String) throws {
    try put(scratch("types.csv"), "node_type_id model_type model_template\n0 \(type) \(template)\n")
    var writer = try SonataNodesWriter(creating: scratch("n.h5"))
    try writer.begin(population: "E")
    try writer.append(typeIDs: [0, 0])
    try writer.close()
    let nodes = try SonataNodePopulation(
      scratch("n.h5"), name: "E", types: try SonataTypeTable(scratch("types.csv"), idColumn: "node_type_id"))
    let error = failure { _ = try SonataNodeModels(nodes, components: [:]) }
    #expect(error?.exitCode == 65 && error?.reason.contains(word) == true && error?.reason.contains("node 0") == true)
  }

  @Test(arguments: [
    ("", "no header"), ("a b\n1 2\n", "no column"), ("node_type_id a\n1\n", "1 fields"), ("node_type_id a\n1 2\n1 3\n", "stands twice"),
    ("node_type_id a\nx 2\n", "not an integer"), ("node_type_id a\n1 \"open\n", "quote"),
    ("node_type_id a a\n1 2 3\n", "column stands twice"),
    ("\u{FEFF}node_type_id a\n1 2 3\n", "3 fields"),
  ]) func wrongTablesAreRefused(text: String, word: String) throws {
    try put(scratch("t.csv"), text)
    let error = failure { _ = try SonataTypeTable(scratch("t.csv"), idColumn: "node_type_id") }
    #expect(error?.exitCode == 65 && error?.reason.contains(word) == true, "\(error?.description ?? "no error")")
  }

  /// Edges of two groups, one with multiplicities, in shuffled rows.
  private func writeEdges(
    types: String = "edge_type_id syn_weight delay model_template\n7 0.25 NULL nest:static_synapse\n8 NULL 3.5 NULL\n",
    _ change: (borrowing HDF5File) throws -> Void = { _ in }
  ) throws -> SonataEdgeBlock {
    try put(scratch("edge_types.csv"), types)
    let file = try HDF5File.create(scratch("edges.h5"))
    let group = "/edges/E_to_E/"
    try file.write(group + "source_node_id", [0, 1, 2, 3] as [UInt64])
    try file.write(group + "target_node_id", [3, 2, 1, 0] as [UInt64])
    try file.setAttribute("node_population", of: group + "source_node_id", "E")
    try file.setAttribute("node_population", of: group + "target_node_id", "E")
    try file.write(group + "edge_type_id", [7, 8, 8, 7] as [Int32])
    try file.write(group + "edge_group_id", [1, 0, 0, 1] as [UInt16])
    try file.write(group + "edge_group_index", [1, 1, 0, 0] as [UInt32])
    try file.write(group + "0/syn_weight", [10, 20] as [Float])
    try file.write(group + "0/delay", [1.25, 1.5] as [Float])
    try file.write(group + "1/nsyns", [3, 4] as [UInt32])
    try change(file)
    try file.close()
    let population = try SonataEdgePopulation(
      scratch("edges.h5"), name: "E_to_E", types: try SonataTypeTable(scratch("edge_types.csv"), idColumn: "edge_type_id"), components: [:])
    return try SonataEdgeReader(population, sourceCount: 4, targetCount: 4).read(rows: 0..<population.count)
  }

  @Test func edgesTakeFromGroupTypeAndDefault() throws {
    let block = try writeEdges()
    #expect(block.weights == [0.25, 20, 10, 0.25])
    #expect(block.delays == [1, 1.5, 1.25, 1])
    #expect(block.multiplicities == [4, 1, 1, 3])
    #expect(block.types == [0, 1, 1, 0])
  }

  /// What the group of an edge does not tell, its type does, in a column or among the parameters of its synapse model.
  @Test func edgesTakeFromTheirTypes() throws {
    let block = try writeEdges(
      types: """
        edge_type_id nsyns dynamics_params
        7 5 {"weight":0.5,"delay":2.5,"receptor_type":0}
        8 2 {}

        """)
    #expect(block.weights == [0.5, 20, 10, 0.5])
    #expect(block.delays == [2.5, 1.5, 1.25, 2.5])
    #expect(block.multiplicities == [4, 2, 2, 3])
  }

  @Test(arguments: [
    ("nsyns", "-1", "nsyns -1.0"), ("nsyns", "1.5", "nsyns 1.5"), ("weight_function", "gaussianLL", "weight_function gaussianLL"),
    ("dynamics_params", "{\"tau_rec\":3}", "the parameter tau_rec"), ("dynamics_params", "{\"receptor_type\":2}", "receptor_type"),
    ("dynamics_params", "{\"weight\":0.5}", "syn_weight 0.25 and another weight, 0.5"),
    ("dynamics_params", "{\"delay\":\"x\"}", "a delay of"),
  ]) func typesOfEdgesWithMoreThanThatAreRefused(column: String, value: String, words: String) throws {
    let error = failure { _ = try writeEdges(types: "edge_type_id syn_weight \(column)\n7 0.25 \(value)\n8 NULL NULL\n") }
    #expect(error?.exitCode == 65 && error?.reason.contains(words) == true, "\(error?.description ?? "no error")")
  }

  @Test func parametersOfSingleEdgesAreRefused() throws {
    let error = failure { _ = try writeEdges { try $0.write("/edges/E_to_E/0/dynamics_params/delay", [9, 9] as [Float]) } }
    #expect(error?.exitCode == 65 && error?.description.contains("parameters of their own (delay)") == true, "\(error!)")
  }

  @Test func edgesThatDisagreeAreRefused() throws {
    func refusal(_ change: (borrowing HDF5File) throws -> Void) -> String {
      let error = failure { _ = try writeEdges(change) }
      return error?.exitCode == 65 ? error!.description : "no error"
    }
    let group = "/edges/E_to_E/"
    #expect(refusal { try $0.write(group + "source_node_id", firstRow: 2, [4] as [UInt64]) }.contains("edge 2 has source_node_id 4"))
    #expect(refusal { try $0.write(group + "target_node_id", firstRow: 1, [UInt64.max]) }.contains("edge 1 has target_node_id"))
    #expect(refusal { try $0.write(group + "edge_type_id", firstRow: 3, [9] as [Int32]) }.contains("edge 3 has type 9"))
    #expect(refusal { try $0.write(group + "edge_group_id", firstRow: 0, [2] as [UInt16]) }.contains("edge 0 is in group 2"))
    #expect(refusal { try $0.write(group + "edge_group_index", firstRow: 1, [2] as [UInt32]) }.contains("edge 1 is row 2 of group 0"))
    #expect(refusal { try $0.write(group + "0/syn_weight", firstRow: 0, [Float.nan]) }.contains("edge 2 has no syn_weight"))
    #expect(refusal { try $0.write(group + "0/delay", firstRow: 1, [Float(-1)]) }.contains("edge 1 has weight"))
    let delay = refusal {
      try $0.write(group + "edge_type_id", firstRow: 2, [7] as [Int32])
      try $0.write(group + "0/delay", firstRow: 0, [Float.nan])
    }
    #expect(delay.contains("edge 2 has delay nan, and its type has none"))
    #expect(refusal { try $0.write(group + "0/short", [1.0]) }.contains("rows"))
  }

  @Test func anIndexThatLeadsOutsideIsRefused() throws {
    let nodes = try writeNodes()
    let group = "/edges/E_to_E/indices/target_to_source/"
    let circuit = SonataCircuit(
      nodes: [.init(path: nodes.path, typesPath: nil)], edges: [.init(path: scratch("edges.h5"), typesPath: scratch("edge_types.csv"))])
    func open(_ nodeRanges: [UInt64], _ ranges: [UInt64], width: Int = 2) throws -> String {
      _ = try writeEdges { file in
        try file.write(group + "node_id_to_range", nodeRanges, shape: [nodeRanges.count / width, width])
        try file.write(group + "range_to_edge_id", ranges, shape: [ranges.count / width, width])
      }
      return failure { _ = try SonataNetwork(circuit) }?.description ?? "no error"
    }
    #expect(try open([0, 1, 1, 2, 2, 2, 2, 3], [3, 4, 1, 3, 0, 1]) == "no error")
    #expect(try open([0, 1, 1, 2, 2, 2, 2, 4], [3, 4, 1, 3, 0, 1]).contains("row 3 leads from 2 to 4, but there are only 3"))
    #expect(try open([0, 1, 1, 2, 2, 2, 2, 3], [3, 5, 1, 3, 0, 1]).contains("row 0 leads from 3 to 5, but there are only 4"))
    #expect(try open([0, 1, 2, 1, 2, 2, 2, 3], [3, 4, 1, 3, 0, 1]).contains("row 1 leads from 2 to 1"))
    #expect(try open([0, 1, 1, 2, 2, 2, 2, .max], [3, 4]).contains("does not fit"))
    #expect(try open([0, 1, 1, 2, 2, 2, 2, 3, 3, 3], [3, 4, 1, 3, 0, 1]).contains("5 nodes"))
    #expect(try open([0, 1, 1, 2], [3, 4], width: 1).contains("two columns"))
  }

  @Test func edgesOfDifferentLengthAndForeignTypesAreRefused() throws {
    _ = try writeEdges()
    let types = try SonataTypeTable(scratch("edge_types.csv"), idColumn: "edge_type_id")
    func open() -> StorageError? {
      failure { _ = try SonataEdgePopulation(scratch("edges.h5"), name: "E_to_E", types: types, components: [:]) }
    }
    #expect(open() == nil)
    for dataset in ["target_node_id", "edge_type_id", "edge_group_id", "edge_group_index"] {
      let script = """
        import sys, h5py
        f = h5py.File(sys.argv[1], "r+"); g = f["edges/E_to_E"]; v = g[sys.argv[2]][:3]; a = dict(g[sys.argv[2]].attrs)
        del g[sys.argv[2]]; g[sys.argv[2]] = v; g[sys.argv[2]].attrs.update(a)
        """
      guard Python.has("h5py") else { break }
      _ = try writeEdges()
      #expect(Python.run(script, [scratch("edges.h5"), dataset]).status == 0)
      #expect(open()?.description.contains("\(dataset): cannot read the dataset: it has 3 rows, but source_node_id has 4") == true)
    }
    _ = try writeEdges()
    try put(scratch("edge_types.csv"), "edge_type_id model_template\n7 stdp_synapse\n")
    let stdp = try SonataTypeTable(scratch("edge_types.csv"), idColumn: "edge_type_id")
    let error = failure { _ = try SonataEdgePopulation(scratch("edges.h5"), name: "E_to_E", types: stdp, components: [:]) }
    #expect(error?.reason.contains("stdp_synapse") == true)
  }

  /// A table that lost its rows is not no table: all edges would take the defaults.
  @Test func aTableWithoutRowsIsRefused() throws {
    _ = try writeEdges { try $0.write("/edges/E_to_E/1/syn_weight", [1, 2] as [Float]) }
    try put(scratch("edge_types.csv"), "edge_type_id syn_weight delay model_template\n")
    func read(_ types: SonataTypeTable) -> StorageError? {
      failure {
        let population = try SonataEdgePopulation(scratch("edges.h5"), name: "E_to_E", types: types, components: [:])
        _ = try SonataEdgeReader(population, sourceCount: 4, targetCount: 4).read(rows: 0..<4)
      }
    }
    let error = read(try SonataTypeTable(scratch("edge_types.csv"), idColumn: "edge_type_id"))
    #expect(error?.exitCode == 65 && error?.reason.contains("edge 0 has type 7, which is not in the type table") == true, "\(error!)")
    #expect(read(SonataTypeTable()) == nil)
  }

  @Test func nodeSetsAreResolved() throws {
    _ = try writeNodes()
    let network = try SonataNetwork(SonataCircuit(nodes: [.init(path: scratch("nodes.h5"), typesPath: scratch("types.csv"))]))
    try put(
      scratch("sets.json"),
      #"""
      {"neurons": {"model_type": "point_neuron"}, "right": {"population": ["E"], "x": {"$gt": 1, "$lte": 2.5}},
       "both": ["right", "one"], "one": {"node_id": [1]}, "baskets": {"kind": ["basket", "x"]}, "rank": {"rank": 9}, "every": {},
       "loop": ["loop2"], "loop2": ["one", "loop"], "far": {"node_id": [4]}, "typo": {"knid": "basket"}, "lost": {"population": "X"},
       "word": {"kind": {"$regex": "b"}}, "number": 3, "mixed": {"population": ["E", 7]}, "missing": ["none"], "negative": {"node_id": -1}}
      """#)
    let sets = try SonataNodeSets(scratch("sets.json"))
    func nodes(_ name: String) throws -> NodeRanges? { try sets.resolve(.named(name), in: network).first?.nodes }
    #expect(try nodes("neurons") == [0, 2, 3])
    #expect(try nodes("right") == [0, 2])
    #expect(try nodes("both") == [0, 1, 2])
    #expect(try nodes("baskets") == [0])
    #expect(try nodes("rank") == [1])
    #expect(try nodes("every") == [0, 1, 2, 3] && nodes("all") == [0, 1, 2, 3])
    #expect(try sets.resolve(.described(["one", "baskets"]), in: network).first?.nodes == [0, 1])
    #expect(try sets.resolve(.described(["node_type_id": 5]), in: network).first?.nodes == [1])
    #expect(try sets.resolve(.described(["x": 77]), in: network) == [])
    for (name, word) in [
      ("loop", "loop -> loop2 -> loop"), ("far", "node_id 4"), ("typo", "knid"), ("lost", "population X"), ("word", "$regex"),
      ("number", "a number"), ("mixed", "'population' holds a number"), ("missing", "no set"), ("negative", "-1"), ("nothing", "no set"),
    ] {
      let error = failure { _ = try nodes(name) }
      #expect(error?.exitCode == 65 && error?.reason.contains(word) == true, "\(name): \(error?.description ?? "no error")")
    }
  }

  private func writeSpikes(_ times: [Double], sorting: String?, units: String? = "ms") throws -> String {
    let file = try HDF5File.create(scratch("s.h5"))
    try file.write("/spikes/a/timestamps", times)
    try file.write("/spikes/a/node_ids", (0..<times.count).map(UInt64.init))
    if let sorting { try file.setAttribute("sorting", of: "/spikes/a", member: sorting, in: ["none", "by_id", "by_time"]) }
    if let units { try file.setAttribute("units", of: "/spikes/a/timestamps", units) }
    try file.close()
    return scratch("s.h5")
  }

  @Test func spikesAreReadAsTheyStand() throws {
    let spikes = try SonataSpikes.read(hdf5: try writeSpikes([0.5, 1, 1, 0.25], sorting: "by_id"))
    #expect(spikes == [SonataSpikes(population: "a", timestamps: [0.5, 1, 1, 0.25], nodeIDs: [0, 1, 2, 3], sorting: .byID)])
    #expect(try SonataSpikes.read(hdf5: try writeSpikes([1, 2], sorting: nil, units: nil))[0].sorting == .none)
    #expect(try SonataSpikes.read(hdf5: try writeSpikes([], sorting: "by_time"))[0].timestamps == [])
    try put(scratch("s.csv"), "timestamps population node_ids\n1.5 a 3\n0.5 b 1\n\n2.5 a 0\n")
    #expect(
      try SonataSpikes.read(csv: scratch("s.csv")) == [
        SonataSpikes(population: "a", timestamps: [1.5, 2.5], nodeIDs: [3, 0], sorting: .none),
        SonataSpikes(population: "b", timestamps: [0.5], nodeIDs: [1], sorting: .none),
      ])
  }

  @Test func wrongSpikesAreNamed() throws {
    func refusal(_ times: [Double], _ sorting: String? = nil, units: String? = "ms") -> String {
      failure { _ = try SonataSpikes.read(hdf5: try writeSpikes(times, sorting: sorting, units: units)) }?.description ?? "no error"
    }
    #expect(refusal([1, 3, 2], "by_time").contains("index 2"))
    #expect(refusal([1, .nan]).contains("index 1 is nan"))
    #expect(refusal([-1, 2]).contains("index 0"))
    #expect(refusal([1], units: "s").contains("unit is s"))
    for (text, word) in [
      ("timestamps node_ids\nx 1\n", ":2"), ("timestamps node_ids\n1 -1\n", "-1"), ("gid spike-times\n0 1,2\n", "header"),
    ] {
      try put(scratch("s.csv"), text)
      let error = failure { _ = try SonataSpikes.read(csv: scratch("s.csv")) }
      #expect(error?.exitCode == 65 && error?.description.contains(word) == true)
    }
  }
}
