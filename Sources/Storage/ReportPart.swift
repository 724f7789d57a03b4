// The values of recorded neurons that one rank writes during a run.

/// What a column report holds: a variable of some neurons of one population on a regular time grid.
public struct ReportDescription: Sendable, Equatable {
  public var population: String
  /// The recorded column: "V_m".
  public var variable: String
  public var units: String
  /// [ms] Time of frame 0.
  public var start: Double
  /// [ms] Time between frames.
  public var interval: Double

  public init(population: String, variable: String, units: String, start: Double, interval: Double) {
    self.population = population
    self.variable = variable
    self.units = units
    self.start = start
    self.interval = interval
  }

  var json: JSONValue {
    [
      "population": .string(population), "variable": .string(variable), "units": .string(units), "start": JSONValue(start),
      "interval": JSONValue(interval),
    ]
  }

  init?(_ json: JSONValue) {
    guard let population = json["population"]?.string, let variable = json["variable"]?.string, let units = json["units"]?.string,
      let start = json["start"]?.double, let interval = json["interval"]?.double, interval > 0
    else { return nil }
    self.init(population: population, variable: variable, units: units, start: start, interval: interval)
  }
}

/// A rank's own file of frames: for each, its number and one value per recorded element the rank owns.
public struct ReportPart: ~Copyable {
  static let magic = "COLREP1\n"

  private var writer: PartWriter
  private let width: Int

  /// Checksum of the bytes up to the last `flush`.
  public var checksum: UInt64 { writer.checksum.sum }

  /// Starts an empty part.
  ///
  /// - `nodeIDs`: ids within the population of the recorded neurons that this rank owns, one per value; may be empty.
  /// - `elementIDs`: the compartment of each value; nil: 0 for all.
  /// - Throws: `StorageError` 73 if it cannot be created, 74 if it cannot be written.
  public init(
    creating path: String, _ description: ReportDescription, nodeIDs: [UInt64], elementIDs: [UInt32]? = nil
  ) throws(StorageError) {
    writer = try PartWriter(creating: path, header: Self.header(description, nodeIDs, elementIDs))
    width = nodeIDs.count
  }

  /// Goes on with a part after cutting it to the `length` bytes that a checkpoint names.
  /// - Parameter checksum: of these bytes, if it is known; nil reads them.
  /// - Throws: `StorageError` 66 if it is missing, 65 if it is shorter or of another run.
  public init(
    resuming path: String, length: Int64, checksum: RunningChecksum? = nil, _ description: ReportDescription, nodeIDs: [UInt64],
    elementIDs: [UInt32]? = nil
  ) throws(StorageError) {
    writer = try PartWriter(resuming: path, length: length, checksum: checksum, header: Self.header(description, nodeIDs, elementIDs))
    width = nodeIDs.count
  }

  private static func header(_ description: ReportDescription, _ nodeIDs: [UInt64], _ elementIDs: [UInt32]?) -> PartHeader {
    let elements = elementIDs ?? [UInt32](repeating: 0, count: nodeIDs.count)
    precondition(elements.count == nodeIDs.count, "one element id per value")
    var table: [UInt8] = []
    for id in nodeIDs { withUnsafeBytes(of: id.littleEndian) { table.append(contentsOf: $0) } }
    for id in elements { withUnsafeBytes(of: id.littleEndian) { table.append(contentsOf: $0) } }
    return PartHeader(magic: magic, text: description.json, table: table, recordBytes: 8 + 4 * nodeIDs.count)
  }

  /// Appends a frame; frames of a part follow each other without gaps.
  /// - `values`: one per element, in the order of the ids.
  public mutating func append(frame: Int64, _ values: [Float]) throws(StorageError) { try append(frame: frame, values.span) }

  /// Appends a frame from a view of the values.
  public mutating func append(frame: Int64, _ values: Span<Float>) throws(StorageError) {
    precondition(values.count == width, "a frame has \(width) values, not \(values.count)")
    try writer.append([UInt64(bitPattern: frame).littleEndian])
    try values.withUnsafeBufferPointer { (buffer) throws(StorageError) in try writer.append(UnsafeRawBufferPointer(buffer)) }
  }

  /// Hands all frames to the operating system, which keeps them when this process is killed; `synchronise` also to the disk.
  /// Returns the length of the part.
  @discardableResult
  public mutating func flush(synchronise: Bool = false) throws(StorageError) -> Int64 {
    try writer.flush(synchronise: synchronise)
  }

  /// Brings everything to disk and closes the part.
  public consuming func close() throws(StorageError) { try writer.close() }
}
