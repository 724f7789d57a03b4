// One rank's file of a checkpoint: named datasets in which each object of the run has its values.

/// Writes one rank's part of a checkpoint, in large contiguous pieces.
///
/// A dataset holds the values of any number of objects (tiles, parameter blocks, ranks: whatever the name says) one after the other, and
/// an index with object, place, length and checksum of each, so that any number of ranks finds what it needs. In the whole checkpoint an
/// object has its values in a dataset once.
///
///     var writer = try CheckpointWriter(folder, number, rank: rank)
///     try writer.begin("V_m", Float.self, count: neurons)
///     for tile in tiles { try writer.append(object: tile.number, tile.potentials) }
///     try writer.write("spikes", object: rank, counts)
///     let description = try writer.close()
public struct CheckpointWriter: ~Copyable {
  /// Small enough to stay in a processor's second-level cache between being filled and being written.
  private static let bufferBytes = 1 << 20
  /// Values that are longer than the buffer go to the file from where they are, so much at a time.
  private static let pieceBytes = 4 << 20

  private let file: HDF5File
  private let name: String
  private var datasets: [CheckpointFile.Dataset] = []
  private var current: OpenDataset?
  private var buffer = [UInt8](repeating: 0, count: bufferBytes)
  /// Bytes of the buffer that wait to be written; whole elements of the open dataset.
  private var filled = 0
  /// Bytes of all values written.
  public private(set) var bytes = 0

  private struct OpenDataset {
    let name: String
    let type: HDF5Type
    let count: Int
    /// Elements appended, and those of them that are in the file.
    var appended = 0
    var written = 0
    /// Rows of four: object, first element, elements, checksum.
    var index: [UInt64] = []

    func hasRoom(for elements: Int, of type: HDF5Type) -> Bool { type == self.type && appended + elements <= count }

    mutating func note(_ object: Int, elements: Int, checksum: UInt64) {
      index += [UInt64(object), UInt64(appended), UInt64(elements), checksum]
      appended += elements
    }
  }

  /// Creates this rank's file of the checkpoint that `CheckpointFolder.begin` made.
  /// - Throws: `StorageError` 73 or 74 if it cannot be created.
  public init(_ folder: CheckpointFolder, _ number: Int, rank: Int) throws(StorageError) {
    name = CheckpointFolder.fileName(rank: rank)
    file = try HDF5File.create(folder.file(number, rank: rank))
  }

  /// Begins a dataset of `count` values in all; the one before it must be complete.
  public mutating func begin<T: HDF5Element>(_ name: String, _ type: T.Type, count: Int) throws(StorageError) {
    try finish()
    try file.createFixed(name, T.hdf5Type, shape: [count])
    current = OpenDataset(name: name, type: T.hdf5Type, count: count)
  }

  /// Appends the values of an object, which may be none, to the dataset that was begun last.
  public mutating func append<T: HDF5Element>(object: Int, _ values: UnsafeBufferPointer<T>) throws(StorageError) {
    guard current?.hasRoom(for: values.count, of: T.hdf5Type) == true else {
      preconditionFailure("begin a dataset of \(T.self) with room for object \(object)")
    }
    let raw = UnsafeRawBufferPointer(values)
    // In place: a copy of the dataset would copy its index for every object.
    current?.note(object, elements: values.count, checksum: Checksum.of(raw))
    bytes += raw.count
    try gather(raw)
  }

  public mutating func append<T: HDF5Element>(object: Int, _ values: [T]) throws(StorageError) {
    try values.withUnsafeBufferPointer { (values) throws(StorageError) in try append(object: object, values) }
  }

  /// Writes a dataset that is in memory.
  public mutating func write<T: HDF5Element>(_ name: String, _ objects: [(object: Int, values: [T])]) throws(StorageError) {
    try begin(name, T.self, count: objects.reduce(0) { $0 + $1.values.count })
    for (object, values) in objects { try append(object: object, values) }
  }

  /// Writes a dataset that holds one object on this rank.
  public mutating func write<T: HDF5Element>(_ name: String, object: Int, _ values: [T]) throws(StorageError) {
    try write(name, [(object, values)])
  }

  /// Takes bytes into the buffer, past it where it is empty and they would fill it.
  private mutating func gather(_ values: UnsafeRawBufferPointer) throws(StorageError) {
    var rest = values[...]
    while !rest.isEmpty {
      let isDirect = filled == 0 && rest.count >= Self.bufferBytes
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(isDirect ? Self.pieceBytes : Self.bufferBytes - filled))
      rest = rest.dropFirst(piece.count)
      if isDirect {
        try put(piece)
      } else {
        let place = filled..<filled + piece.count
        buffer.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[place]).copyMemory(from: piece) }
        filled = place.upperBound
        if filled == Self.bufferBytes { try flush() }
      }
    }
  }

  private mutating func put(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    guard let (name, type, written) = current.map({ ($0.name, $0.type, $0.written) }) else { return }
    try file.write(name, first: written, bytes: bytes, as: type)
    current?.written += bytes.count / type.bytes
    // The disk works while the next values are gathered, and little is left for the end.
    file.startWriteBack()
  }

  private mutating func flush() throws(StorageError) {
    if filled == 0 { return }
    let full = buffer
    try full.withUnsafeBufferPointer { (bytes) throws(StorageError) in
      try put(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[..<filled])))
    }
    filled = 0
  }

  private mutating func finish() throws(StorageError) {
    try flush()
    guard let dataset = current else { return }
    precondition(dataset.written == dataset.count, "\(dataset.name) has \(dataset.written) of \(dataset.count) values")
    current = nil
    let objects = stride(from: 0, to: dataset.index.count, by: 4).map { Int(dataset.index[$0]) }
    try file.write(Self.indexName(dataset.name), dataset.index, shape: [objects.count, 4])
    datasets.append(
      CheckpointFile.Dataset(
        name: dataset.name, type: dataset.type, values: dataset.count, objects: objects.count, first: objects.min() ?? 0,
        last: objects.max() ?? 0, checksum: Checksum.text(Checksum.of(dataset.index))))
  }

  static func indexName(_ dataset: String) -> String { dataset + ".index" }

  /// Brings the file to disk; returns its description, which `CheckpointFolder.commit` wants from every rank.
  /// - Throws: `StorageError` 74 if it could not be written; the file is then removed.
  public consuming func close() throws(StorageError) -> [UInt8] {
    try finish()
    let description = CheckpointFile(name: name, datasets: datasets).json.text
    try file.close()
    return Array(description.utf8)
  }
}
