// A SONATA study on disk: the configuration that a user points at, with the circuit and the simulation it refers to.

/// Which files make up the circuit.
public struct SonataCircuit: Sendable, Equatable {
  public struct NodesFile: Sendable, Equatable {
    public var path: String
    public var typesPath: String?

    public init(path: String, typesPath: String?) {
      self.path = path
      self.typesPath = typesPath
    }
  }
  public struct EdgesFile: Sendable, Equatable {
    public var path: String
    public var typesPath: String?

    public init(path: String, typesPath: String?) {
      self.path = path
      self.typesPath = typesPath
    }
  }
  public var nodes: [NodesFile]
  public var edges: [EdgesFile]
  /// Folders by their names in the configuration: "point_neuron_models_dir", "synaptic_models_dir".
  public var components: [String: String]
  public var nodeSetsFile: String?

  public init(nodes: [NodesFile] = [], edges: [EdgesFile] = [], components: [String: String] = [:], nodeSetsFile: String? = nil) {
    self.nodes = nodes
    self.edges = edges
    self.components = components
    self.nodeSetsFile = nodeSetsFile
  }
}

/// A circuit, the simulation of it if there is one, and what in the files has no effect.
public struct SonataConfiguration: Sendable {
  public var circuit: SonataCircuit
  public var simulation: SonataSimulation?
  /// One sentence for each thing that is understood as harmless and left out.
  public var notes: [String]

  /// Reads a configuration: of a circuit, of a simulation, of both in one file, or a file that names the two.
  ///
  /// - Throws: `StorageError` 66 if a file is missing, 65 with file and key for what is wrong or not supported.
  public init(_ path: String) throws(StorageError) {
    var circuit: SonataCircuit?
    var simulation: SonataSimulation?
    var notes: [String] = []
    try Self.read(try SonataSection(path), depth: 0, &circuit, &simulation, &notes)
    guard let circuit else {
      throw .badData(
        path, "read the configuration", "it names no circuit", remedy: "add \"network\" with the path of a circuit configuration")
    }
    self.circuit = circuit
    self.simulation = simulation
    self.notes = notes
    if let file = simulation?.nodeSetsFile { self.circuit.nodeSetsFile = file }
  }

  private static let topKeys: Set = [
    "manifest", "network", "circuit", "simulation", "networks", "components", "node_sets_file", "run", "conditions", "inputs", "output",
    "reports", "target_simulator", "version", "metadata", "name", "config_path", "config_dir",
  ]

  private static func read(
    _ file: SonataSection, depth: Int, _ circuit: inout SonataCircuit?, _ simulation: inout SonataSimulation?, _ notes: inout [String]
  ) throws(StorageError) {
    guard depth < 8 else { throw file.error("network", "the configuration files refer to each other in a circle") }
    notes += file.notes(known: topKeys)
    if file.value("run") != nil { simulation = try SonataSimulation(file, &notes) }
    if file.value("networks") != nil { circuit = try readCircuit(file, &notes) }
    for key in ["simulation", "network", "circuit"] {
      guard let value = file.value(key) else { continue }
      if key != "simulation", circuit != nil { continue }
      if key == "simulation", simulation != nil { continue }
      if value.object != nil, key != "simulation", let inline = try file.section(key) {
        circuit = try readCircuit(inline, &notes)
      } else if let path = try file.path(key) {
        try read(try SonataSection(path, inherited: file.inheritedVariables), depth: depth + 1, &circuit, &simulation, &notes)
      }
    }
  }

  private static func readCircuit(_ file: SonataSection, _ notes: inout [String]) throws(StorageError) -> SonataCircuit {
    var circuit = SonataCircuit()
    circuit.nodeSetsFile = try file.path("node_sets_file")
    if let components = try file.section("components") {
      for key in components.object.keys { circuit.components[key] = try components.path(key) }
    }
    guard let networks = try file.section("networks") else { throw file.error("networks", "it is missing") }
    notes += networks.notes(known: ["nodes", "edges"])
    for (_, entry) in try networks.sections("nodes") {
      guard let path = try entry.path("nodes_file") else { throw entry.error("nodes_file", "it is missing") }
      if try entry.bool("enabled") == false {
        notes.append("\(path) is not enabled and is left out")
        continue
      }
      notes += entry.notes(known: ["nodes_file", "node_types_file", "populations", "enabled"])
      try checkPopulationTypes(entry)
      circuit.nodes.append(.init(path: path, typesPath: try entry.path("node_types_file")))
    }
    for (_, entry) in try networks.sections("edges") {
      guard let path = try entry.path("edges_file") else { throw entry.error("edges_file", "it is missing") }
      if try entry.bool("enabled") == false {
        notes.append("\(path) is not enabled and is left out")
        continue
      }
      notes += entry.notes(known: ["edges_file", "edge_types_file", "populations", "enabled"])
      circuit.edges.append(.init(path: path, typesPath: try entry.path("edge_types_file")))
    }
    guard !circuit.nodes.isEmpty else { throw networks.error("nodes", "there are no nodes files") }
    return circuit
  }

  /// The current specification lets the circuit name the kind of each population.
  private static func checkPopulationTypes(_ entry: SonataSection) throws(StorageError) {
    guard entry.value("populations")?.object != nil else { return }
    for (name, population) in try entry.sections("populations") {
      guard let type = try population.string("type") else { continue }
      guard SonataNodePopulation.supportedModelTypes.contains(type) else {
        throw population.error(
          "type", "population \(name) is of type \(type), which is not supported",
          remedy: "use point neurons: \(SonataNodePopulation.supportedModelTypes.sorted().joined(separator: ", "))")
      }
    }
  }
}
