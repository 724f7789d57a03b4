// The spikes that one rank records during a run.

/// A rank's own file of (step, population, id) records, 16 bytes each.
///
/// Steps never decrease within a part; ids within a step may stand in any order.
public struct SpikePart: ~Copyable {
  static let magic = "COLSPK1\n"
  static let largestID = UInt64(1) << 48
  static let mostPopulations = 1 << 16

  private var writer: PartWriter
  private var records: [UInt64] = []

  /// Bytes of the part, with those that are still in memory: what a checkpoint keeps after `flush`.
  public var length: Int64 { writer.length + Int64(8 * records.count) }

  /// Checksum of the bytes up to the last `flush`.
  public var checksum: UInt64 { writer.checksum.sum }

  /// Starts an empty part.
  ///
  /// - `populations`: the names of all recorded populations of the run, the same list on every rank.
  /// - `resolution`: [ms] of a step.
  /// - Throws: `StorageError` 73 if it cannot be created, 74 if it cannot be written.
  public init(creating path: String, populations: [String], resolution: Double) throws(StorageError) {
    writer = try PartWriter(creating: path, header: Self.header(populations, resolution))
  }

  /// Goes on with a part after cutting it to the `length` bytes that a checkpoint names.
  /// - Parameter checksum: of these bytes, if it is known; nil reads them.
  /// - Throws: `StorageError` 66 if it is missing, 65 if it is shorter or of another run.
  public init(
    resuming path: String, length: Int64, checksum: RunningChecksum? = nil, populations: [String], resolution: Double
  ) throws(StorageError) {
    writer = try PartWriter(resuming: path, length: length, checksum: checksum, header: Self.header(populations, resolution))
  }

  private static func header(_ populations: [String], _ resolution: Double) -> PartHeader {
    precondition(populations.count <= mostPopulations, "at most \(mostPopulations) populations")
    let text: JSONValue = [
      "resolution": JSONValue(resolution), "populations": .array(populations.map { .string($0) }),
    ]
    return PartHeader(magic: magic, text: text, recordBytes: 16)
  }

  /// Appends one spike; `id` counts from 0 within its population.
  public mutating func append(step: Int64, population: Int, id: UInt64) throws(StorageError) {
    precondition(id < Self.largestID && population < Self.mostPopulations, "neuron \(id) of population \(population) cannot be recorded")
    records.append(UInt64(bitPattern: step).littleEndian)
    records.append((UInt64(population) << 48 | id).littleEndian)
    if records.count >= 1 << 14 { try hand() }
  }

  /// Appends the spikes of one step.
  public mutating func append(step: Int64, population: Int, ids: [UInt32]) throws(StorageError) {
    try append(step: step, population: population, ids: ids.span)
  }

  /// Appends the spikes of one step.
  public mutating func append(step: Int64, population: Int, ids: Span<UInt32>) throws(StorageError) {
    precondition(population < Self.mostPopulations, "population \(population) cannot be recorded")
    records.reserveCapacity(records.count + 2 * ids.count)
    let time = UInt64(bitPattern: step).littleEndian
    for i in ids.indices {
      records.append(time)
      records.append((UInt64(population) << 48 | UInt64(ids[i])).littleEndian)
    }
    if records.count >= 1 << 14 { try hand() }
  }

  private mutating func hand() throws(StorageError) {
    try writer.append(records)
    records.removeAll(keepingCapacity: true)
  }

  /// Hands all spikes to the operating system, which keeps them when this process is killed; `synchronise` also to the disk.
  /// Returns the length of the part.
  @discardableResult
  public mutating func flush(synchronise: Bool = false) throws(StorageError) -> Int64 {
    try hand()
    return try writer.flush(synchronise: synchronise)
  }

  /// Brings everything to disk and closes the part.
  public consuming func close() throws(StorageError) {
    try hand()
    try writer.close()
  }
}
