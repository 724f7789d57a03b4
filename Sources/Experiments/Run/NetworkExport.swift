// A network as SONATA nodes and edges, for other tools to read: drawn again tile by tile, in bounded memory.
import Foundation
import Networks
import Spiking
import Storage

/// Writes nodes.h5, edges.h5, their types, the models' parameters and circuit_config.json into a folder.
///
/// Synapses come from the very draws that a simulation makes, so the files hold the network that is simulated under the same seed.
public enum NetworkExport {
  /// Returns the number of edges written.
  /// - Throws: `StorageError` 73 if the folder holds a run or cannot be made, 74 if it cannot be written, `NetworkError` 78 for a projection
  ///   that files cannot express, and errors of the network itself.
  public static func write(_ experiment: Experiment, to folder: String) throws -> Int {
    switch experiment.precision {
    case .single: return try write(experiment, to: folder, as: Float.self)
    case .double: return try write(experiment, to: folder, as: Double.self)
    }
  }

  /// What an experiment has that a SONATA circuit has no word for, in one sentence each.
  public static func leftOut(of experiment: Experiment) -> [String] {
    let description = experiment.description
    let drawn = description.network.populations.filter { !$0.initial.values.allSatisfy(\.isConstant) }.map(\.name).joined(separator: ", ")
    return
      (description.inputs.isEmpty
      ? [] : ["\(description.inputs.count) inputs are left out: \(description.inputs.map(\.name).joined(separator: ", "))"])
      + (description.spikes.isEmpty ? [] : ["the spikes of virtual populations are left out"])
      + (drawn.isEmpty ? [] : ["initial states that are drawn are left out: those of \(drawn)"])
  }

  private static func write<S: SimulationScalar>(_ experiment: Experiment, to folder: String, as: S.Type) throws -> Int {
    let run = RunFolder(folder)
    try make(run)
    let network = experiment.description.network
    // Edges first: a projection that cannot be written shows while they are drawn, and then nothing is left.
    let edges = try writeEdges(experiment, folder, as: S.self)
    try writeNodes(network, folder)
    let circuit = SonataCircuit(
      nodes: [.init(path: "nodes.h5", typesPath: "node_types.csv")], edges: [.init(path: "edges.h5", typesPath: "edge_types.csv")],
      components: ["point_neuron_models_dir": "cell_models"])
    try circuit.write(run.file("circuit_config.json"))
    return edges
  }

  /// Makes the folder; one that holds a run is left as it is.
  private static func make(_ folder: RunFolder) throws {
    func error(_ operation: String, _ reason: String) -> StorageError {
      StorageError(.cannotCreate, path: folder.path, operation: operation, reason: reason, remedy: "choose another folder with --output")
    }
    let ofRuns = [folder.configuration, folder.summary, folder.checkpoints.path, folder.parts]
    if let found = ofRuns.first(where: RunFolder.exists) {
      throw error("export the network", "the folder holds a run (\(found.dropFirst(folder.path.count + 1)))")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    } catch let failure {
      throw error("create the output folder", RunFolder.reason(failure))
    }
  }

  private static func typeID(_ population: Int) -> UInt32 { UInt32(100 + population) }

  /// Nodes in the order of their ids; the type of a node is its population.
  private static func writeNodes(_ network: Network, _ folder: String) throws {
    var writer = try SonataNodesWriter(creating: folder + "/nodes.h5")
    var types: [(id: Int64, values: [(column: String, value: SonataValue)])] = []
    // A population without nodes cannot be read again.
    for group in groups(network) where group.nodes > 0 {
      try writer.begin(population: group.name)
      var ids = [UInt32](repeating: 0, count: group.nodes)
      for index in group.populations {
        let population = network.populations[index]
        for neuron in 0..<population.count { ids[population.output.id(of: neuron)] = typeID(index) }
      }
      try writer.append(typeIDs: ids)
    }
    try writer.close()
    for (index, population) in network.populations.enumerated() where population.count > 0 {
      var values: [(column: String, value: SonataValue)] = [("pop_name", .text(population.name))]
      if let model = population.model {
        let file = "population-\(index).json"
        values += [("model_type", .text("point_process")), ("model_template", .text("nest:" + model)), ("dynamics_params", .text(file))]
        try writeParameters(population, model, folder + "/cell_models/" + file, folder)
      } else {
        values.append(("model_type", .text("virtual")))
      }
      types.append((Int64(typeID(index)), values))
    }
    try SonataTypeTable.write(folder + "/node_types.csv", idColumn: "node_type_id", types: types)
  }

  private static func writeParameters(_ population: Population, _ model: String, _ path: String, _ folder: String) throws {
    try? FileManager.default.createDirectory(atPath: folder + "/cell_models", withIntermediateDirectories: true)
    var object: JSONObject = [:]
    for parameter in NeuronCatalogue.description(of: model)?.parameters ?? [] {
      let value = population.parameters[parameter.name] ?? parameter.value
      if value.isFinite { object[parameter.name] = JSONValue(value) }
    }
    for (column, law) in population.initial.sorted(by: { $0.key < $1.key }) {
      if law.isConstant { object[column] = JSONValue(law.support.lowerBound) }
    }
    try AtomicFile.write(path, text: JSONValue.object(object).prettyText + "\n")
  }

  /// Populations by the name under which they are written, virtual ones included, with the number of their nodes.
  private static func groups(_ network: Network) -> [(name: String, populations: [Int], nodes: Int)] {
    var groups: [(name: String, populations: [Int], nodes: Int)] = []
    for (index, population) in network.populations.enumerated() {
      let name = population.output.group
      if let known = groups.firstIndex(where: { $0.name == name }) {
        groups[known].populations.append(index)
        groups[known].nodes += population.count
      } else {
        groups.append((name, [index], population.count))
      }
    }
    return groups
  }

  private static func writeEdges<S: SimulationScalar>(_ experiment: Experiment, _ folder: String, as: S.Type) throws -> Int {
    let d = experiment.description
    let tiles = TileMap(d.network)
    var byEnds: [(source: String, target: String, projections: [Int])] = []
    for (number, projection) in d.network.projections.enumerated() {
      let ends = (d.network.populations[projection.source].output.group, d.network.populations[projection.target].output.group)
      if let known = byEnds.firstIndex(where: { $0.source == ends.0 && $0.target == ends.1 }) {
        byEnds[known].projections.append(number)
      } else {
        byEnds.append((ends.0, ends.1, [number]))
      }
    }
    var writer = try SonataEdgesWriter(creating: folder + "/edges.h5", weights: S.self == Double.self ? .float64 : .float32)
    var total = 0
    let sizes = Dictionary(uniqueKeysWithValues: groups(d.network).map { ($0.name, $0.nodes) })
    // Edges from files are read once for all projections.
    var draws = try d.network.projections.indices.map {
      try TileDraw<S>(d.network, projection: $0, tiles: tiles, seed: d.seed, resolution: d.resolution)
    }
    try TileDraw.loadEdges(of: &draws) { _ in true }
    for (source, target, projections) in byEnds where sizes[source] != 0 && sizes[target] != 0 {
      try writer.begin(population: "\(source)_to_\(target)", source: source, target: target)
      for number in projections {
        total += try append(draws[number], d.network, tiles, d.resolution, to: &writer)
        draws[number].dropEdges()
      }
    }
    try writer.close()
    try SonataTypeTable.write(
      folder + "/edge_types.csv", idColumn: "edge_type_id",
      types: d.network.projections.enumerated().map { number, projection in
        (Int64(typeID(number)), [("projection", .text(projection.name)), ("model_template", .text("static_synapse"))])
      })
    return total
  }

  /// Appends the synapses of a projection, target tile by target tile.
  private static func append<S: SimulationScalar>(
    _ draw: TileDraw<S>, _ network: Network, _ tiles: TileMap, _ resolution: Double, to writer: inout SonataEdgesWriter
  ) throws -> Int {
    let (from, onto) = (network.populations[draw.projection.source].output, network.populations[draw.projection.target].output)
    var batch = SynapseBatch<S>()
    var rows: [Int32] = []
    var total = 0
    for number in tiles.tiles(ofPopulation: draw.projection.target) {
      let target = tiles[number]
      let counts = draw.counts(onto: target)
      for sourceNumber in draw.sourceTiles(of: target) {
        let source = tiles[sourceNumber]
        draw.draw(source, onto: target, counts, into: &batch, rows: &rows)
        if batch.count == 0 { continue }
        try check(batch, of: draw.projection, network)
        var sources: [UInt32] = []
        sources.reserveCapacity(batch.count)
        for i in 0..<source.count {
          let id = UInt32(from.id(of: source.range.lowerBound + i))
          for _ in rows[i]..<rows[i + 1] { sources.append(id) }
        }
        try writer.append(
          sources: sources, targets: (0..<batch.count).map { UInt32(onto.id(of: target.range.lowerBound + Int(batch.target[$0]))) },
          typeIDs: [UInt32](repeating: typeID(draw.number), count: batch.count),
          weights: (0..<batch.count).map { Double(batch.weight[$0]) },
          delays: (0..<batch.count).map { Float(Double(batch.delay[$0]) * resolution) })
        total += batch.count
      }
    }
    return total
  }

  /// Refuses weights whose sign says another receptor than the projection does: files have the sign alone.
  private static func check<S: SimulationScalar>(_ batch: borrowing SynapseBatch<S>, of projection: Projection, _ network: Network) throws {
    guard case .index(let receptor) = projection.receptor else { return }
    let model = network.populations[projection.target].model.flatMap { NeuronCatalogue.description(of: $0) }
    guard let receptors = model?.receptors, receptors.count > 1 else { return }
    for i in 0..<batch.count where batch.weight[i] != 0 && (batch.weight[i] < 0 ? 1 : 0) != receptor {
      throw NetworkError(
        "projection \(projection.name): a weight of \(batch.weight[i]) goes to the receptor \(receptors[receptor]), but in SONATA files the "
          + "sign of a weight chooses the receptor, so another network would come back; give the weights the sign of the receptor")
    }
  }
}
