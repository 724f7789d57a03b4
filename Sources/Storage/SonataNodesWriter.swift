// Writes a SONATA nodes file, population by population, in blocks of nodes.

/// A nodes file in the making; it appears under its name when it is closed.
///
/// The bytes depend on the content alone, not on the sizes of the blocks.
public struct SonataNodesWriter: ~Copyable {
  private let file: HDF5File
  private var table: ChunkedTable?
  private var count = 0

  /// - Throws: `StorageError` 73 if the file cannot be created.
  public init(creating path: String) throws(StorageError) {
    let file = try HDF5File.create(path)
    try SonataSpikeLayout.writeSonataMark(file)
    try file.makeGroup("/nodes")
    self.file = file
  }

  /// Begins a population; later blocks belong to it.
  /// - `attributes`: names of the numbers that each node has for itself ("x", "V_m").
  public mutating func begin(population: String, attributes: [String] = []) throws(StorageError) {
    try finishPopulation()
    let group = "/nodes/" + population
    try file.makeGroup(group + "/0")
    count = 0
    table = ChunkedTable(
      integers: [(group + "/node_type_id", .uint32), (group + "/node_group_id", .uint16), (group + "/node_group_index", .uint64)],
      numbers: attributes.map { ("\(group)/0/\($0)", .float64) })
  }

  /// Appends nodes.
  /// - Parameters:
  ///   - typeIDs: the type of each node.
  ///   - attributes: for each attribute, in the order of `begin`, one value per node.
  public mutating func append(typeIDs: [UInt32], attributes: [[Double]] = []) throws(StorageError) {
    guard table != nil else { preconditionFailure("begin a population before appending nodes") }
    let rows = UInt64(count)..<UInt64(count + typeIDs.count)
    try table!.append(
      integers: [typeIDs.map(UInt64.init), [UInt64](repeating: 0, count: typeIDs.count), Array(rows)], numbers: attributes, to: file)
    count += typeIDs.count
  }

  private mutating func finishPopulation() throws(StorageError) {
    try table?.finish(file)
    table = nil
  }

  /// Writes the rest and gives the file its name.
  /// - Throws: `StorageError` 74 (disk full); the file is then removed.
  public consuming func close() throws(StorageError) {
    try finishPopulation()
    try file.close()
  }
}
