// Node populations: which type and group each node has, and its attributes by node or by type.

/// The attributes that nodes of one group have each for themselves.
public struct SonataNodeGroup: Sendable {
  public let columns: [String: SonataColumn]
  /// Model parameters that override those of the type, by name.
  public let dynamics: [String: SonataColumn]
}

/// A population of nodes.
public struct SonataNodePopulation: Sendable {
  /// The kinds of nodes that can be simulated.
  public static let supportedModelTypes: Set<String> = ["virtual", "point_process", "point_neuron"]

  public let path: String
  public let name: String
  public let types: SonataTypeTable
  /// The type of each node.
  public let typeIDs: [Int64]
  public let groups: [Int64: SonataNodeGroup]
  /// The group of each node and the row in it; empty where the population has one group in the order of its nodes.
  private let groupIDs: [Int64]
  private let groupRows: [Int]
  private let onlyGroup: Int64?

  public var count: Int { typeIDs.count }

  /// The names of the populations in a nodes file.
  public static func names(in path: String) throws(StorageError) -> [String] {
    let file = try HDF5File.open(path)
    guard try file.kind(of: "/nodes") == .group else { throw .badData(path, "read the nodes", "there is no group /nodes") }
    return try file.children(of: "/nodes")
  }

  /// Reads one population.
  /// - Throws: `StorageError` 66 if a file is missing, 65 where the datasets disagree.
  public init(_ path: String, name: String, types: SonataTypeTable) throws(StorageError) {
    let file = try HDF5File.open(path)
    let group = "/nodes/" + name
    guard try file.kind(of: group) == .group else { throw .badData("\(path):\(group)", "read the nodes", "there is no such population") }
    var typeIDs: [Int64] = try file.read(group + "/node_type_id")
    try file.requireRows(typeIDs.count, of: group + "/node_type_id", as: "the population")
    var groups: [Int64: SonataNodeGroup] = [:]
    var rows: [Int64: Int] = [:]
    for child in try file.children(of: group) {
      guard let id = Int64(child), try file.kind(of: group + "/" + child) == .group else { continue }
      (groups[id], rows[id]) = try Self.readGroup(file, group + "/" + child)
    }
    var groupIDs: [Int64] = []
    var groupRows: [Int] = []
    if try file.exists(group + "/node_group_id") {
      for dataset in ["/node_group_id", "/node_group_index"] {
        try file.requireRows(typeIDs.count, of: group + dataset, as: "node_type_id")
      }
      groupIDs = try file.read(group + "/node_group_id")
      groupRows = (try file.read(group + "/node_group_index") as [Int64]).map(Int.init)
      try Self.check(groupIDs, groupRows, groups, rows, "\(path):\(group)")
    } else if groups.count > 1 || rows.values.contains(where: { $0 != typeIDs.count }) {
      throw .badData("\(path):\(group)", "read the nodes", "node_group_id is missing, though the groups do not follow the nodes")
    }
    if try file.exists(group + "/node_id") {
      try file.requireRows(typeIDs.count, of: group + "/node_id", as: "node_type_id")
      let ids: [Int64] = try file.read(group + "/node_id")
      let order = try Self.order(ids, "\(path):\(group)/node_id")
      if let order {
        typeIDs = order.map { typeIDs[$0] }
        if groupIDs.isEmpty {
          groupIDs = ids.map { _ in groups.keys.first ?? 0 }
          groupRows = Array(ids.indices)
        }
        groupIDs = order.map { groupIDs[$0] }
        groupRows = order.map { groupRows[$0] }
      }
    }
    if !types.path.isEmpty, let node = typeIDs.firstIndex(where: { !types.hasType($0) }) {
      throw .badData(
        "\(path):\(group)", "read the nodes", "node \(node) has type \(typeIDs[node]), which is not in \(types.path)",
        remedy: "give the type table that belongs to the file")
    }
    self.path = path
    self.name = name
    self.types = types
    self.typeIDs = typeIDs
    self.groups = groups
    self.groupIDs = groupIDs
    self.groupRows = groupRows
    onlyGroup = groupIDs.isEmpty ? groups.keys.first : nil
  }

  /// The value of an attribute for a node: its own, else that of its type, else nil.
  public func value(_ attribute: String, node: Int) -> SonataValue? {
    if attribute == "node_type_id" { return .integer(typeIDs[node]) }
    if let (group, row) = place(of: node), let column = group.columns[attribute] { return column[row] }
    return types.value(attribute, type: typeIDs[node])
  }

  /// A model parameter that a node has for itself.
  public func dynamics(_ parameter: String, node: Int) -> SonataValue? {
    guard let (group, row) = place(of: node) else { return nil }
    return group.dynamics[parameter]?[row]
  }

  /// Whether any group or type has the attribute.
  public func hasAttribute(_ attribute: String) -> Bool {
    attribute == "node_type_id" || types.columns.contains(attribute) || groups.values.contains { $0.columns[attribute] != nil }
  }

  private func place(of node: Int) -> (SonataNodeGroup, Int)? {
    if groupIDs.isEmpty { return onlyGroup.flatMap { groups[$0] }.map { ($0, node) } }
    return groups[groupIDs[node]].map { ($0, groupRows[node]) }
  }

  private static func readGroup(_ file: borrowing HDF5File, _ path: String) throws(StorageError) -> (SonataNodeGroup, Int?) {
    var columns: [String: SonataColumn] = [:]
    var dynamics: [String: SonataColumn] = [:]
    let names = try file.children(of: path)
    for name in names where try file.kind(of: path + "/" + name) == .dataset {
      // Others, such as positions in space, are nothing that a model takes.
      if try !SonataColumn.canRead(file, path + "/" + name) { continue }
      let library = path + "/@library/" + name
      columns[name] = try .read(file, path + "/" + name, library: try file.exists(library) ? try file.readStrings(library) : nil)
    }
    if names.contains("dynamics_params") {
      for name in try file.children(of: path + "/dynamics_params") {
        dynamics[name] = try .read(file, path + "/dynamics_params/" + name)
      }
    }
    let all = columns.map { ($0.key, $0.value) } + dynamics.map { ("dynamics_params/" + $0.key, $0.value) }
    guard let first = all.min(by: { $0.0 < $1.0 }) else { return (SonataNodeGroup(columns: [:], dynamics: [:]), nil) }
    for (name, column) in all where column.count != first.1.count {
      throw .badData("\(file.path):\(path)/\(name)", "read the nodes", "it has \(column.count) rows, but \(first.0) has \(first.1.count)")
    }
    return (SonataNodeGroup(columns: columns, dynamics: dynamics), first.1.count)
  }

  private static func check(
    _ ids: [Int64], _ places: [Int], _ groups: [Int64: SonataNodeGroup], _ rows: [Int64: Int], _ place: String
  ) throws(StorageError) {
    for (node, (id, row)) in zip(ids, places).enumerated() {
      guard groups[id] != nil else { throw .badData(place, "read the nodes", "node \(node) is in group \(id), which does not exist") }
      // A group without attributes has no rows to be beyond.
      guard row >= 0, row < rows[id] ?? .max else {
        throw .badData(place, "read the nodes", "node \(node) is in row \(row) of group \(id), which has \(rows[id] ?? 0) rows")
      }
    }
  }

  /// Where each node stands in the file; nil if they stand in the order of their ids.
  private static func order(_ ids: [Int64], _ place: String) throws(StorageError) -> [Int]? {
    if zip(ids, 0...).allSatisfy({ $0 == $1 }) { return nil }
    var order = [Int](repeating: -1, count: ids.count)
    for (row, id) in ids.enumerated() {
      guard id >= 0, id < ids.count, order[Int(id)] < 0 else {
        throw .badData(place, "read the nodes", "id \(id) at index \(row) is not one of 0 to \(ids.count - 1), each once")
      }
      order[Int(id)] = row
    }
    return order
  }
}
