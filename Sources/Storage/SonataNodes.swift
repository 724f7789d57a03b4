// Node populations: which type and group each node has, and what can be asked of it.

/// What the nodes of one group have each for themselves.
public struct SonataNodeGroup: Sendable {
  /// Names of attributes, those of texts by number with their library.
  let columns: [String: String?]
  /// Names of model parameters that override those of the type.
  let dynamics: Set<String>
  /// Rows of each; nil where there is none.
  let rows: Int?
}

/// A population of nodes. It holds runs of equal types and groups, and no attribute until it is asked for.
public struct SonataNodePopulation: Sendable {
  /// The kinds of nodes that can be simulated.
  public static let supportedModelTypes: Set<String> = ["virtual", "point_process", "point_neuron"]

  public let path: String
  public let name: String
  public let types: SonataTypeTable
  /// The type of each node.
  public let typeIDs: IntegerRuns
  let groups: [Int64: SonataNodeGroup]
  /// The group of each node and the row in it.
  let groupIDs: IntegerRuns
  let groupRows: IntegerRuns

  public var count: Int { typeIDs.count }
  private var place: String { "\(path):/nodes/\(name)" }

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
    let count = try file.rows(of: group + "/node_type_id")
    var typeIDs = try Self.runs(file, group + "/node_type_id", count, step: 0)
    var groups: [Int64: SonataNodeGroup] = [:]
    for child in try file.children(of: group) {
      guard let id = Int64(child), try file.kind(of: group + "/" + child) == .group else { continue }
      groups[id] = try SonataNodeGroup(file, group + "/" + child)
    }
    var (groupIDs, groupRows) = (IntegerRuns(step: 0), IntegerRuns(step: 1))
    if try file.exists(group + "/node_group_id") {
      for dataset in ["/node_group_id", "/node_group_index"] { try file.requireRows(count, of: group + dataset, as: "node_type_id") }
      groupIDs = try Self.runs(file, group + "/node_group_id", count, step: 0)
      groupRows = try Self.runs(file, group + "/node_group_index", count, step: 1)
    } else if groups.count > 1 || groups.values.contains(where: { $0.rows ?? count != count }) {
      throw .badData("\(path):\(group)", "read the nodes", "node_group_id is missing, though the groups do not follow the nodes")
    } else if let only = groups.keys.first, count > 0 {
      groupIDs.append(from: only, count: count)
      groupRows.append(from: 0, count: count)
    }
    if try file.exists(group + "/node_id") {
      try file.requireRows(count, of: group + "/node_id", as: "node_type_id")
      let ids = try Self.runs(file, group + "/node_id", count, step: 1)
      if let order = try Self.order(ids, "\(path):\(group)/node_id") {
        typeIDs = IntegerRuns(order.lazy.map { typeIDs[$0] }, step: 0)
        if !groupIDs.isEmpty {
          groupIDs = IntegerRuns(order.lazy.map { groupIDs[$0] }, step: 0)
          groupRows = IntegerRuns(order.lazy.map { groupRows[$0] }, step: 1)
        }
      }
    }
    self.path = path
    self.name = name
    self.types = types
    self.typeIDs = typeIDs
    self.groups = groups
    self.groupIDs = groupIDs
    self.groupRows = groupRows
    try checkGroups()
    try checkTypes()
  }

  /// An attribute of the nodes: their own, else that of their type.
  /// - Throws: `StorageError` 65 where the file is wrong.
  public func attribute(_ name: String) throws(StorageError) -> SonataNodeAttribute {
    if name == "node_type_id" { return SonataNodeAttribute(self, columns: [:]) { .integer($0) } }
    let library = groups.compactMapValues { $0.columns[name] }
    return SonataNodeAttribute(self, columns: try read(name, library)) { [types] in types.value(name, type: $0) }
  }

  /// A model parameter that nodes have for themselves.
  /// - Throws: `StorageError` 65 where the file is wrong.
  public func dynamics(_ parameter: String) throws(StorageError) -> SonataNodeAttribute {
    let there = groups.filter { $1.dynamics.contains(parameter) }.mapValues { _ in String?.none }
    return SonataNodeAttribute(self, columns: try read("dynamics_params/" + parameter, there)) { _ in nil }
  }

  /// The model parameters that some nodes have for themselves, by name.
  public var dynamicsNames: [String] { groups.values.reduce(into: Set()) { $0.formUnion($1.dynamics) }.sorted() }

  /// Whether any group or type has the attribute.
  public func hasAttribute(_ attribute: String) -> Bool {
    attribute == "node_type_id" || types.columns.contains(attribute) || groups.values.contains { $0.columns[attribute] != nil }
  }

  /// Calls `body` with ranges of nodes, one after the other, that have the same value of each attribute.
  public func forEachRange<E: Error>(alike attributes: [SonataNodeAttribute], _ body: (Range<Int>) throws(E) -> Void) throws(E) {
    for type in 0..<typeIDs.runCount {
      let nodes = typeIDs.places(ofRun: type)
      var first = nodes.lowerBound
      while first < nodes.upperBound {
        let end = groupIDs.isEmpty ? nodes.upperBound : min(nodes.upperBound, groupIDs.places(ofRun: groupIDs.run(at: first)).upperBound)
        if attributes.contains(where: { $0.isOwn(first) }) {
          for node in first..<end { try body(node..<node + 1) }
        } else {
          try body(first..<end)
        }
        first = end
      }
    }
  }

  private func read(_ name: String, _ libraries: [Int64: String?]) throws(StorageError) -> [Int64: SonataColumn] {
    if libraries.isEmpty { return [:] }
    let file = try HDF5File.open(path)
    var columns: [Int64: SonataColumn] = [:]
    for (group, library) in libraries {
      let folder = "/nodes/\(self.name)/\(group)/"
      let column = try SonataColumn.read(
        file, folder + name, library: try library.map { (l) throws(StorageError) in try file.readStrings(l) })
      guard column.count == groups[group]?.rows else {
        throw .badData("\(path):\(folder)\(name)", "read the nodes", "it has not as many rows as before: another program writes the file")
      }
      columns[group] = column
    }
    return columns
  }

  /// One integer per node, read a piece at a time.
  private static func runs(
    _ file: borrowing HDF5File, _ dataset: String, _ count: Int, step: Int64
  ) throws(StorageError) -> IntegerRuns {
    let blockRows = 1 << 20
    var runs = IntegerRuns(step: step)
    for first in stride(from: 0, to: count, by: blockRows) {
      for value in try file.read(dataset, rows: first..<min(first + blockRows, count)) as [Int64] { runs.append(value) }
    }
    return runs
  }

  /// Where each node stands in the file; nil if they stand in the order of their ids.
  private static func order(_ ids: IntegerRuns, _ place: String) throws(StorageError) -> [Int]? {
    if ids.isEmpty || (ids.runCount == 1 && ids.first(ofRun: 0) == 0) { return nil }
    var order = [Int](repeating: -1, count: ids.count)
    for run in 0..<ids.runCount {
      let rows = ids.places(ofRun: run)
      for row in rows {
        let id = ids.first(ofRun: run) + Int64(row - rows.lowerBound)
        guard id >= 0, id < ids.count, order[Int(id)] < 0 else {
          throw .badData(place, "read the nodes", "id \(id) at index \(row) is not one of 0 to \(ids.count - 1), each once")
        }
        order[Int(id)] = row
      }
    }
    return order
  }

  private func checkTypes() throws(StorageError) {
    if types.path.isEmpty { return }
    for run in 0..<typeIDs.runCount where !types.hasType(typeIDs.first(ofRun: run)) {
      let node = typeIDs.places(ofRun: run).lowerBound
      throw .badData(
        place, "read the nodes", "node \(node) has type \(typeIDs[node]), which is not in \(types.path)",
        remedy: "give the type table that belongs to the file")
    }
  }

  private func checkGroups() throws(StorageError) {
    for run in 0..<groupIDs.runCount {
      let (nodes, id) = (groupIDs.places(ofRun: run), groupIDs.first(ofRun: run))
      guard let group = groups[id] else {
        throw .badData(place, "read the nodes", "node \(nodes.lowerBound) is in group \(id), which does not exist")
      }
      var node = nodes.lowerBound
      while node < nodes.upperBound {
        let end = min(nodes.upperBound, groupRows.places(ofRun: groupRows.run(at: node)).upperBound)
        let row = groupRows[node]
        // A group without attributes has no rows to be beyond.
        let beyond = Int64(group.rows ?? .max)
        if row < 0 || groupRows[end - 1] >= beyond {
          let wrong = row < 0 || row >= beyond ? node : node + Int(beyond - row)
          throw .badData(
            place, "read the nodes",
            "node \(wrong) is in row \(groupRows[wrong]) of group \(id), which has \(group.rows ?? 0) rows")
        }
        node = end
      }
    }
  }
}

extension SonataNodeGroup {
  /// Looks at a group of nodes.
  init(_ file: borrowing HDF5File, _ path: String) throws(StorageError) {
    var columns: [String: String?] = [:]
    var dynamics: Set<String> = []
    let names = try file.children(of: path)
    for name in names where try file.kind(of: path + "/" + name) == .dataset {
      // Others, such as positions in space, are nothing that a model takes.
      if try !SonataColumn.canRead(file, path + "/" + name) { continue }
      let library = path + "/@library/" + name
      columns[name] = .some(try file.exists(library) ? library : nil)
    }
    if names.contains("dynamics_params") { dynamics = Set(try file.children(of: path + "/dynamics_params")) }
    var rows: (name: String, count: Int)?
    for name in (columns.keys + dynamics.map { "dynamics_params/" + $0 }).sorted() {
      let count = try file.rows(of: path + "/" + name)
      if let rows, rows.count != count {
        throw .badData("\(file.path):\(path)/\(name)", "read the nodes", "it has \(count) rows, but \(rows.name) has \(rows.count)")
      }
      rows = rows ?? (name, count)
    }
    (self.columns, self.dynamics, self.rows) = (columns, dynamics, rows?.count)
  }
}
