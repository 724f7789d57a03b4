// Writes a SONATA edges file, population by population, in blocks of edges.

/// An edges file in the making; it appears under its name when it is closed.
///
/// The bytes depend on the edges alone, not on the sizes of the blocks, so blocks of any number of ranks give the same file if they come
/// in the same order.
public struct SonataEdgesWriter: ~Copyable {
  private let file: HDF5File
  private var table: ChunkedTable?
  private var group = ""
  private var ends = ("", "")
  private var count = 0
  private let deflate: Int
  private let weightType: HDF5Type

  /// - `weights`: how weights are stored; the simulation that wrote them may have more digits than `.float32` keeps.
  /// - `deflate`: 0 (none) to 9.
  /// - Throws: `StorageError` 73 if the file cannot be created.
  public init(creating path: String, weights: HDF5Type = .float32, deflate: Int = 0) throws(StorageError) {
    let file = try HDF5File.create(path)
    try SonataSpikeLayout.writeSonataMark(file)
    try file.makeGroup("/edges")
    self.deflate = deflate
    weightType = weights
    self.file = file
  }

  /// Begins a population; later blocks belong to it.
  /// - `source`: the node population of the sources; `target` that of the targets.
  public mutating func begin(population: String, source: String, target: String) throws(StorageError) {
    try finishPopulation()
    group = "/edges/" + population
    ends = (source, target)
    count = 0
    try file.makeGroup(group + "/0")
    table = ChunkedTable(
      integers: [
        (group + "/source_node_id", .uint64), (group + "/target_node_id", .uint64), (group + "/edge_type_id", .uint32),
        (group + "/edge_group_id", .uint16), (group + "/edge_group_index", .uint64),
      ], numbers: [(group + "/0/syn_weight", weightType), (group + "/0/delay", .float32)], deflate: deflate)
  }

  /// Appends edges; all arrays have one entry per edge.
  /// - `sources`: ids within the source population; `targets` within the target population.
  /// - `weights`: in the unit of the target's model.
  /// - `delays`: [ms]
  public mutating func append(
    sources: [UInt32], targets: [UInt32], typeIDs: [UInt32], weights: [Double], delays: [Float]
  ) throws(StorageError) {
    guard table != nil else { preconditionFailure("begin a population before appending edges") }
    let n = sources.count
    precondition(targets.count == n && typeIDs.count == n && weights.count == n && delays.count == n, "arrays of different lengths")
    // Bounded pieces, since every column is widened on its way.
    for start in stride(from: 0, to: n, by: ChunkedTable.chunkRows) {
      let piece = start..<min(n, start + ChunkedTable.chunkRows)
      try table!.append(
        integers: [
          sources[piece].map(UInt64.init), targets[piece].map(UInt64.init), typeIDs[piece].map(UInt64.init),
          [UInt64](repeating: 0, count: piece.count), Array(UInt64(count)..<UInt64(count + piece.count)),
        ], numbers: [Array(weights[piece]), delays[piece].map(Double.init)], to: file)
      count += piece.count
    }
  }

  private mutating func finishPopulation() throws(StorageError) {
    guard table != nil else { return }
    try table!.finish(file)
    table = nil
    try file.setAttribute("node_population", of: group + "/source_node_id", ends.0)
    try file.setAttribute("node_population", of: group + "/target_node_id", ends.1)
  }

  /// Writes the rest and gives the file its name.
  /// - Throws: `StorageError` 74 (disk full); the file is then removed.
  public consuming func close() throws(StorageError) {
    try finishPopulation()
    try file.close()
  }
}
