// Reads the edges of a population in blocks: ends, types, weights, delays and multiplicities, all checked.

/// Some consecutive edges of a population; all arrays have one entry per edge.
public struct SonataEdgeBlock: Sendable {
  /// The place of the first edge in the population.
  public var first: Int
  /// Ids within the source and the target population.
  public var sources: [UInt64]
  public var targets: [UInt64]
  /// The place of each edge's type in the population's `types`; -1 where there is no type table.
  public var types: [Int32]
  /// In the unit of the target's model.
  public var weights: [Double]
  /// [ms]
  public var delays: [Double]
  /// How many synapses each edge stands for; nil: one.
  public var multiplicities: [UInt32]?

  public var count: Int { sources.count }
}

/// An open population of edges.
public struct SonataEdgeReader: ~Copyable {
  private struct Group {
    let path: String
    let rows: Int?
    let attributes: Set<String>
  }

  public let population: SonataEdgePopulation
  private let file: HDF5File
  private let sourceCount: Int
  private let targetCount: Int
  private let groups: [Int64: Group]
  private let hasGroupIDs: Bool
  private let typeRows: [Int64: Int32]

  /// Opens the population.
  ///
  /// - `sourceCount`: nodes in the source population, to check ids against.
  /// - `targetCount`: nodes in the target population.
  /// - Throws: `StorageError` 66 or 65.
  public init(_ population: SonataEdgePopulation, sourceCount: Int, targetCount: Int) throws(StorageError) {
    let file = try HDF5File.open(population.path)
    let path = "/edges/" + population.name
    var groups: [Int64: Group] = [:]
    for child in try file.children(of: path) {
      guard let id = Int64(child), try file.kind(of: path + "/" + child) == .group else { continue }
      groups[id] = try Self.group(file, path + "/" + child)
    }
    let hasGroupIDs = try file.exists(path + "/edge_group_id")
    if hasGroupIDs, try !file.exists(path + "/edge_group_index") {
      throw .badData("\(population.path):\(path)", "read the edges", "edge_group_index is missing")
    }
    if !hasGroupIDs, groups.count > 1 || groups.values.contains(where: { $0.rows != nil && $0.rows != population.count }) {
      throw .badData("\(population.path):\(path)", "read the edges", "edge_group_id is missing, though the groups do not follow the edges")
    }
    self.hasGroupIDs = hasGroupIDs
    self.groups = groups
    self.population = population
    self.sourceCount = sourceCount
    self.targetCount = targetCount
    typeRows = Dictionary(uniqueKeysWithValues: population.types.enumerated().map { ($1.id, Int32($0)) })
    self.file = file
  }

  private static func group(_ file: borrowing HDF5File, _ path: String) throws(StorageError) -> Group {
    var rows: Int?
    var attributes: Set<String> = []
    let own = path + "/dynamics_params"
    if try file.exists(own), try file.kind(of: own) == .group, let first = try file.children(of: own).first {
      throw .badData(
        "\(file.path):\(own)", "read the edges", "edges have parameters of their own (\(first)), which are not supported",
        remedy: "write weights and delays to the attributes syn_weight and delay, and remove the group")
    }
    for name in try file.children(of: path) where try file.kind(of: path + "/" + name) == .dataset {
      attributes.insert(name)
      // Others may have any form, as they have no effect.
      if !known.contains(name), try file.shape(of: path + "/" + name).count != 1 { continue }
      if let rows { try file.requireRows(rows, of: path + "/" + name, as: "the group's first attribute") }
      rows = try file.rows(of: path + "/" + name)
    }
    return Group(path: path, rows: rows, attributes: attributes)
  }

  /// Reads the edges of some rows; a million at a time keeps memory at some 100 MB.
  /// - Throws: `StorageError` 65 naming the edge whose end, type or group does not exist, or that has no weight.
  public func read(rows: Range<Int>) throws(StorageError) -> SonataEdgeBlock {
    let path = "/edges/" + population.name
    let sources: [UInt64] = try file.read(path + "/source_node_id", rows: rows)
    let targets: [UInt64] = try file.read(path + "/target_node_id", rows: rows)
    try check(sources, below: sourceCount, rows, "source_node_id", population.source)
    try check(targets, below: targetCount, rows, "target_node_id", population.target)
    let typeIDs: [Int64] = try file.read(path + "/edge_type_id", rows: rows)
    var block = SonataEdgeBlock(
      first: rows.lowerBound, sources: sources, targets: targets, types: try types(typeIDs, rows),
      weights: [Double](repeating: .nan, count: rows.count), delays: [Double](repeating: Self.untold, count: rows.count))
    if hasGroupIDs {
      let ids: [Int64] = try file.read(path + "/edge_group_id", rows: rows)
      let places: [Int64] = try file.read(path + "/edge_group_index", rows: rows)
      if let id = ids.first, ids.allSatisfy({ $0 == id }) {
        try fill(&block, id, Array(0..<rows.count), places, rows)
      } else {
        for (id, members) in Dictionary(grouping: ids.indices, by: { ids[$0] }) {
          try fill(&block, id, members, members.map { places[$0] }, rows)
        }
      }
    } else if let group = groups.first {
      try fill(&block, group.key, Array(0..<rows.count), rows.map(Int64.init), rows)
    }
    try complete(&block)
    return block
  }

  /// Attributes of the edges that are read; others have no effect.
  private static let known: Set<String> = ["syn_weight", "delay", "nsyns"]
  public var ineffectiveAttributes: [String] { Set(groups.values.flatMap(\.attributes)).subtracting(Self.known).sorted() }

  private func error(_ edge: Int, _ reason: String) -> StorageError {
    .badData("\(population.path):/edges/\(population.name)", "read the edges", "edge \(edge) \(reason)", remedy: "correct the edges")
  }

  private func check(
    _ ids: [UInt64], below count: Int, _ rows: Range<Int>, _ dataset: String, _ nodes: String
  ) throws(StorageError) {
    guard let largest = ids.max(), largest >= count else { return }
    let edge = ids.firstIndex { $0 >= count }!
    throw error(rows.lowerBound + edge, "has \(dataset) \(ids[edge]), but population \(nodes) has \(count) nodes")
  }

  private func types(_ ids: [Int64], _ rows: Range<Int>) throws(StorageError) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(ids.count)
    if !population.hasTypeTable { return [Int32](repeating: -1, count: ids.count) }
    // Edges of one type mostly follow each other.
    var lastID: Int64?
    var lastRow: Int32 = -1
    for (i, id) in ids.enumerated() {
      if id != lastID {
        guard let row = typeRows[id] else { throw error(rows.lowerBound + i, "has type \(id), which is not in the type table") }
        (lastID, lastRow) = (id, row)
      }
      result.append(lastRow)
    }
    return result
  }

  /// Takes over the attributes of one group for the edges `members` of a block, which are its rows `places`.
  private func fill(
    _ block: inout SonataEdgeBlock, _ id: Int64, _ members: [Int], _ places: [Int64], _ rows: Range<Int>
  ) throws(StorageError) {
    guard let group = groups[id] else { throw error(rows.lowerBound + (members.first ?? 0), "is in group \(id), which does not exist") }
    guard let length = group.rows else { return }
    if let i = places.firstIndex(where: { $0 < 0 || $0 >= length }) {
      throw error(rows.lowerBound + members[i], "is row \(places[i]) of group \(id), which has \(length) rows")
    }
    if group.attributes.contains("syn_weight") {
      try take("syn_weight", of: group, members, places, rows) { block.weights[$0] = $1 }
    }
    if group.attributes.contains("delay") { try take("delay", of: group, members, places, rows) { block.delays[$0] = $1 } }
    if group.attributes.contains("nsyns") {
      var multiplicities = block.multiplicities ?? [UInt32](repeating: Self.untoldMultiplicity, count: block.count)
      for (member, value) in zip(members, try gather(group.path + "/nsyns", places) as [UInt32]) { multiplicities[member] = value }
      block.multiplicities = multiplicities
    }
  }

  /// The delay and the number of synapses of edges whose group has no attribute for it, until their type or the default tells one.
  private static let untold = -Double.infinity
  private static let untoldMultiplicity = UInt32.max

  /// Takes over numbers of a group.
  private func take(
    _ attribute: String, of group: Group, _ members: [Int], _ places: [Int64], _ rows: Range<Int>, into set: (Int, Double) -> Void
  ) throws(StorageError) {
    for (member, value) in zip(members, try gather(group.path + "/" + attribute, places) as [Double]) {
      if value == Self.untold { throw error(rows.lowerBound + member, "has \(attribute) \(value)") }
      set(member, value)
    }
  }

  /// The values of an attribute at some rows, read in windows of a million rows where they do not follow each other.
  private func gather<T: HDF5Element>(_ dataset: String, _ places: [Int64]) throws(StorageError) -> [T] {
    guard let first = places.first else { return [] }
    if zip(places, first...).allSatisfy({ $0 == $1 }) { return try file.read(dataset, rows: Int(first)..<Int(first) + places.count) }
    let window: Int64 = 1 << 20
    let order = places.indices.sorted { places[$0] < places[$1] }
    let start = try file.read(dataset, rows: Int(first)..<Int(first) + 1) as [T]
    var result = [T](repeating: start[0], count: places.count)
    var at = 0
    while at < order.count {
      let from = places[order[at]]
      let end = order[at...].firstIndex { places[$0] >= from + window } ?? order.count
      let values: [T] = try file.read(dataset, rows: Int(from)..<Int(places[order[end - 1]]) + 1)
      for i in order[at..<end] { result[i] = values[Int(places[i] - from)] }
      at = end
    }
    return result
  }

  /// Weights, delays and numbers of synapses that edges do not have for themselves, or as no number, come from their type. The default is
  /// for delays that nothing tells: one that is told and is no number must not pass for it.
  private func complete(_ block: inout SonataEdgeBlock) throws(StorageError) {
    let weights = population.types.map { $0.weight ?? .nan }
    let delays = population.types.map(\.delay)
    let ofTypes = population.types.map(\.multiplicity)
    if block.multiplicities != nil || ofTypes.contains(where: { $0 != 1 }) {
      var all = block.multiplicities ?? [UInt32](repeating: Self.untoldMultiplicity, count: block.count)
      for i in all.indices where all[i] == Self.untoldMultiplicity { all[i] = block.types[i] < 0 ? 1 : ofTypes[Int(block.types[i])] }
      block.multiplicities = all
    }
    for i in 0..<block.count {
      let type = Int(block.types[i])
      if block.weights[i].isNaN {
        block.weights[i] = type >= 0 ? weights[type] : .nan
        guard block.weights[i].isFinite else { throw error(block.first + i, "has no syn_weight, nor has its type") }
      }
      if block.delays[i].isNaN || block.delays[i] == Self.untold {
        let standard = block.delays[i].isNaN ? .nan : SonataEdgePopulation.defaultDelay
        block.delays[i] = (type >= 0 ? delays[type] : nil) ?? standard
        if block.delays[i].isNaN { throw error(block.first + i, "has delay nan, and its type has none") }
      }
      guard block.delays[i] > 0, block.delays[i].isFinite, block.weights[i].isFinite else {
        throw error(block.first + i, "has weight \(block.weights[i]) and delay \(block.delays[i]) ms")
      }
    }
  }
}
