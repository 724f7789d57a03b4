// Node sets: named selections of nodes by population, id and attribute, and sets of sets.

/// Some nodes of one population.
public struct SonataSelection: Sendable, Equatable {
  public var population: String
  /// Ids within the population.
  public var nodes: NodeRanges

  public init(population: String, nodes: NodeRanges) {
    self.population = population
    self.nodes = nodes
  }
}

/// The node sets of a file.
public struct SonataNodeSets: Sendable {
  private let path: String
  private let sets: JSONObject

  public init() {
    path = "node_set"
    sets = [:]
  }

  /// - Throws: `StorageError` 66 if the file is missing, 65 where it is not an object of sets.
  public init(_ path: String) throws(StorageError) {
    guard let sets = try JSONValue.read(path).object else { throw .badData(path, "read the node sets", "it is not a JSON object") }
    self.path = path
    self.sets = sets
  }

  /// The nodes of a set, by population in the order of the network; populations without a node in it are left out.
  /// - Throws: `StorageError` 65 naming the set where it is unknown, refers to itself, or asks for what is not there.
  public func resolve(_ reference: SonataNodeSetReference, in network: SonataNetwork) throws(StorageError) -> [SonataSelection] {
    let chosen: [NodeRanges]
    switch reference {
    case .named(let name): chosen = try resolve(name, network, above: [])
    case .described(let description): chosen = try resolve(description, "in the configuration", network, above: [])
    }
    return zip(network.nodes, chosen).compactMap { population, nodes in
      nodes.isEmpty ? nil : SonataSelection(population: population.name, nodes: nodes)
    }
  }

  private func error(_ set: String, _ reason: String) -> StorageError {
    .badData("\(path):\(set)", "resolve the node set", reason, remedy: "correct the node set")
  }

  private func resolve(_ name: String, _ network: SonataNetwork, above: [String]) throws(StorageError) -> [NodeRanges] {
    guard !above.contains(name) else { throw error(name, "the set refers to itself: \((above + [name]).joined(separator: " -> "))") }
    guard let description = sets[name] else {
      // Without a set of its own, the name of a population means all of it, and "all" means all nodes.
      if name == "all" || network.nodes(name) != nil {
        return network.nodes.map { NodeRanges(below: name == "all" || name == $0.name ? $0.count : 0) }
      }
      let there = sets.keys.isEmpty ? "" : "; there are \(sets.keys.sorted().joined(separator: ", "))"
      throw .badData(
        "\(path):\(name)", "resolve the node set", "there is no set of this name" + there,
        remedy: "where it is named, name a set, a population (\(network.nodes.map(\.name).joined(separator: ", "))) or all")
    }
    return try resolve(description, name, network, above: above + [name])
  }

  private func resolve(
    _ description: JSONValue, _ name: String, _ network: SonataNetwork, above: [String]
  ) throws(StorageError) -> [NodeRanges] {
    switch description {
    case .array(let members):
      var union = network.nodes.map { _ in NodeRanges() }
      for member in members {
        guard let part = member.string else { throw error(name, "a set of sets lists names, not \(member.kindName)") }
        union = zip(union, try resolve(part, network, above: above)).map { $0.union($1) }
      }
      return union
    case .object(let conditions): return try resolve(conditions, name, network)
    default: throw error(name, "a set is an object of conditions or a list of names, not \(description.kindName)")
    }
  }

  /// The nodes that meet all conditions.
  private func resolve(_ conditions: JSONObject, _ name: String, _ network: SonataNetwork) throws(StorageError) -> [NodeRanges] {
    var populations = network.nodes.map { _ in true }
    if let value = conditions["population"] {
      var wanted: [String] = []
      for element in value.array ?? [value] {
        guard let population = element.string else { throw error(name, "'population' holds \(element.kindName), not the name of one") }
        wanted.append(population)
      }
      for population in wanted where network.nodes(population) == nil {
        throw error(name, "there is no population \(population); there are \(network.nodes.map(\.name).joined(separator: ", "))")
      }
      populations = network.nodes.map { wanted.contains($0.name) }
    }
    var result = zip(network.nodes, populations).map { NodeRanges(below: $1 ? $0.count : 0) }
    for (key, value) in conditions.members where key != "population" {
      if key == "node_id" || key == "node_ids" {
        try keep(ids: value, name, network, populations, &result)
      } else {
        try keep(key, value, name, network, populations, &result)
      }
    }
    return result
  }

  private func keep(
    ids value: JSONValue, _ name: String, _ network: SonataNetwork, _ populations: [Bool], _ result: inout [NodeRanges]
  ) throws(StorageError) {
    var ids: [Int] = []
    for element in value.array ?? [value] {
      guard let id = element.int, id >= 0 else { throw error(name, "a node_id is \(element.text) instead of an integer from 0") }
      ids.append(id)
    }
    // Every id must exist somewhere among the populations that the set is about.
    let largest = zip(network.nodes, populations).filter(\.1).map(\.0.count).max() ?? 0
    if let id = ids.first(where: { $0 >= largest }) { throw error(name, "node_id \(id) does not exist: there are \(largest) nodes") }
    let wanted = NodeRanges(Set(ids).sorted())
    result = result.map { $0.intersection(wanted) }
  }

  private func keep(
    _ attribute: String, _ value: JSONValue, _ name: String, _ network: SonataNetwork, _ populations: [Bool], _ result: inout [NodeRanges]
  ) throws(StorageError) {
    guard zip(network.nodes, populations).contains(where: { $1 && $0.hasAttribute(attribute) }) else {
      throw error(name, "no node has the attribute \(attribute)")
    }
    let condition = try Condition(value) { error(name, "\(attribute): \($0)") }
    for (p, population) in network.nodes.enumerated() where !result[p].isEmpty {
      let values = try population.attribute(attribute)
      var holding = NodeRanges()
      population.forEachRange(alike: [values]) { nodes in
        if condition.holds(values[nodes.lowerBound]) { holding.append(nodes) }
      }
      result[p] = result[p].intersection(holding)
    }
  }
}

/// What an attribute's value must be: one of some values, or in a range.
private enum Condition {
  case oneOf([JSONValue])
  case all([(word: String, bound: Double)])

  init(_ value: JSONValue, error: (String) -> StorageError) throws(StorageError) {
    switch value {
    case .object(let object):
      var bounds: [(String, Double)] = []
      for (word, bound) in object.members {
        guard ["$gt", "$gte", "$lt", "$lte", "$eq", "$neq"].contains(word) else { throw error("the comparison \(word) is not supported") }
        guard let number = bound.double else { throw error("\(word) needs a number") }
        bounds.append((word, number))
      }
      self = .all(bounds)
    case .array(let values): self = .oneOf(values)
    case .null: throw error("null is no value")
    default: self = .oneOf([value])
    }
  }

  func holds(_ value: SonataValue?) -> Bool {
    guard let value else { return false }
    switch self {
    case .oneOf(let wanted):
      return wanted.contains { wanted in
        switch wanted {
        case .string(let text): value.text == text
        case .bool(let truth): value == .integer(truth ? 1 : 0)
        default: wanted.double != nil && wanted.double == value.double
        }
      }
    case .all(let bounds):
      guard let number = value.double else { return false }
      return bounds.allSatisfy { word, bound in
        switch word {
        case "$gt": number > bound
        case "$gte": number >= bound
        case "$lt": number < bound
        case "$lte": number <= bound
        case "$eq": number == bound
        default: number != bound
        }
      }
    }
  }
}
