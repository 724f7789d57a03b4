// Edge populations: between which nodes, of which types, and their edges in blocks of bounded size.

/// What edges of one type share.
public struct SonataEdgeType: Sendable, Equatable {
  public var id: Int64
  /// The synapse model, without "nest:"; nil where the table names none.
  public var template: String?
  /// [pA for currents, nS for conductances] nil: each edge has its own.
  public var weight: Double?
  /// [ms] nil: each edge has its own, or the default of 1 ms.
  public var delay: Double?
  /// Synapses of an edge for which the file tells no number.
  public var multiplicity: UInt32
}

/// A population of edges, without the edges.
public struct SonataEdgePopulation: Sendable {
  /// [ms] The delay of edges for which neither the file nor the type table tells one.
  public static let defaultDelay = 1.0
  /// The synapse models that edges may name; others are refused by name.
  public static let supportedTemplates: Set<String> = ["static_synapse"]

  public let path: String
  public let name: String
  /// The population of the sources and of the targets.
  public let source: String
  public let target: String
  public let count: Int
  public let types: [SonataEdgeType]
  /// Whether there is a table of types, which then has to hold every edge's.
  let hasTypeTable: Bool

  /// The names of the populations in an edges file.
  public static func names(in path: String) throws(StorageError) -> [String] {
    let file = try HDF5File.open(path)
    guard try file.kind(of: "/edges") == .group else { throw .badData(path, "read the edges", "there is no group /edges") }
    return try file.children(of: "/edges")
  }

  /// Reads the description of one population and checks that its datasets agree.
  ///
  /// - `components`: folders by name, of the circuit.
  /// - Throws: `StorageError` 66 if a file is missing, 65 where datasets disagree or a synapse model is not supported.
  public init(_ path: String, name: String, types table: SonataTypeTable, components: [String: String]) throws(StorageError) {
    let file = try HDF5File.open(path)
    let group = "/edges/" + name
    guard try file.kind(of: group) == .group else { throw .badData("\(path):\(group)", "read the edges", "there is no such population") }
    count = try file.rows(of: group + "/source_node_id")
    for dataset in ["target_node_id", "edge_type_id"] {
      try file.requireRows(count, of: "\(group)/\(dataset)", as: "source_node_id")
    }
    for dataset in ["edge_group_id", "edge_group_index"] where try file.exists("\(group)/\(dataset)") {
      try file.requireRows(count, of: "\(group)/\(dataset)", as: "source_node_id")
    }
    source = try Self.population(file, group + "/source_node_id")
    target = try Self.population(file, group + "/target_node_id")
    self.path = path
    self.name = name
    var types: [SonataEdgeType] = []
    for id in table.ids { types.append(try Self.type(id, table, components)) }
    self.types = types
    hasTypeTable = !table.path.isEmpty
  }

  private static func population(_ file: borrowing HDF5File, _ dataset: String) throws(StorageError) -> String {
    for attribute in ["node_population", "network"] {
      if let name = try file.textAttribute(attribute, of: dataset) { return name }
    }
    throw .badData(
      "\(file.path):\(dataset)", "read the edges", "the attribute node_population is missing", remedy: "add it with the population's name")
  }

  private static func number(_ column: String, type id: Int64, _ table: SonataTypeTable) throws(StorageError) -> Double? {
    guard let value = table.value(column, type: id) else { return nil }
    guard let number = value.double else {
      throw .badData(table.path, "read the edge types", "\(column) of type \(id) is \"\(value.text)\" instead of a number")
    }
    return number
  }

  private static func type(
    _ id: Int64, _ table: SonataTypeTable, _ components: [String: String]
  ) throws(StorageError) -> SonataEdgeType {
    func number(_ column: String) throws(StorageError) -> Double? { try self.number(column, type: id, table) }
    var template = table.value("model_template", type: id)?.text
    if let name = template, name.hasPrefix("nest:") { template = String(name.dropFirst(5)) }
    if let name = template, !supportedTemplates.contains(name) {
      throw .badData(
        table.path, "read the edge types", "type \(id) has model_template \(name), which is not supported",
        remedy: "use \(supportedTemplates.sorted().joined(separator: ", "))")
    }
    func unsupported(_ what: String, _ remedy: String) -> StorageError {
      .badData(table.path, "read the edge types", "type \(id) has \(what), which is not supported", remedy: remedy)
    }
    if let function = table.value("weight_function", type: id)?.text {
      throw unsupported("weight_function \(function)", "write each edge's weight to syn_weight and remove the column")
    }
    let parameters = try SonataNodeModels.parameters(
      table.value("dynamics_params", type: id)?.text, folder: components["synaptic_models_dir"], component: "synaptic_models_dir",
      table.path)
    if let key = parameters.keys.first(where: { !["weight", "delay"].contains($0) && !($0 == "receptor_type" && parameters[$0]?.int == 0) })
    {
      throw unsupported("the parameter \(key) in its dynamics_params", "take it out; weight and delay can stand there")
    }
    /// The column, or the parameter of the synapse model.
    func number(_ column: String, or parameter: String) throws(StorageError) -> Double? {
      guard let value = parameters[parameter] else { return try number(column) }
      guard let number = value.double else {
        throw unsupported("a \(parameter) of \(value.kindName) in its dynamics_params", "give a number")
      }
      if let other = try self.number(column, type: id, table), other != number {
        throw unsupported("\(column) \(other) and another \(parameter), \(number), in its dynamics_params", "remove one of them")
      }
      return number
    }
    var multiplicity: UInt32 = 1
    if let value = try number("nsyns") {
      guard let count = UInt32(exactly: value) else { throw unsupported("nsyns \(value)", "give a whole number from 0 on") }
      multiplicity = count
    }
    return SonataEdgeType(
      id: id, template: template, weight: try number("syn_weight", or: "weight"), delay: try number("delay", or: "delay"),
      multiplicity: multiplicity)
  }

}
