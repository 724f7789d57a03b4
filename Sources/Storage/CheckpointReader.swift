// Reads a checkpoint on any number of ranks: each asks for the objects it needs, and every value is checked.

/// A committed checkpoint.
public struct CheckpointReader: Sendable {
  private static let pieceBytes = 4 << 20

  /// The checkpoint's folder.
  public let path: String
  public let header: CheckpointHeader
  /// How many ranks wrote it.
  public var ranks: Int { files.count }
  private let files: [CheckpointFile]

  /// - Parameter path: the checkpoint's own folder.
  /// - Throws: `StorageError` 66 if it was never committed, 65 if its manifest is damaged.
  public init(_ path: String) throws(StorageError) {
    self.path = path
    let manifest = try CheckpointManifest(reading: path + "/" + CheckpointManifest.fileName)
    header = manifest.header
    files = manifest.files
  }

  /// Whether any rank wrote a dataset of this name.
  public func has(_ name: String) -> Bool { files.contains { $0.datasets.contains { $0.name == name } } }

  /// Hands over the values of the objects, each once, in the order in which they lie in the files.
  ///
  /// - Throws: `StorageError` 65 where a file is damaged or cut, or an object is missing or stands there twice; 66 if a file is missing;
  ///   and what `body` throws. Values are checked before they are handed over.
  public func read<T: HDF5Element>(
    _ name: String, objects: Set<Int>, as type: T.Type = T.self, _ body: (Int, UnsafeBufferPointer<T>) throws -> Void
  ) throws {
    guard let least = objects.min(), let greatest = objects.max() else { return }
    var found: Set<Int> = []
    for file in files {
      for dataset in file.datasets where dataset.name == name && dataset.objects > 0 {
        if dataset.last < least || dataset.first > greatest { continue }
        let place = path + "/" + file.name
        guard dataset.type == T.hdf5Type else {
          throw StorageError.badData(place, "read \(name) as \(T.self)", "it holds values of another type (\(dataset.type))")
        }
        try read(try HDF5File.open(place), place, dataset, objects, &found, body)
      }
    }
    if found.count < objects.count, let missing = objects.first(where: { !found.contains($0) }) {
      throw StorageError.badData(path, "read \(name)", "object \(missing) is missing")
    }
  }

  /// The values of one object.
  public func read<T: HDF5Element>(_ name: String, object: Int, as type: T.Type = T.self) throws -> [T] {
    var values: [T] = []
    try read(name, objects: [object], as: T.self) { _, found in values = Array(found) }
    return values
  }

  private func read<T: HDF5Element>(
    _ file: borrowing HDF5File, _ place: String, _ dataset: CheckpointFile.Dataset, _ objects: Set<Int>, _ found: inout Set<Int>,
    _ body: (Int, UnsafeBufferPointer<T>) throws -> Void
  ) throws {
    let operation = "read \(dataset.name)"
    let index = try file.read(CheckpointWriter.indexName(dataset.name), as: UInt64.self)
    guard index.count == 4 * dataset.objects, Checksum.text(Checksum.of(index)) == dataset.checksum else {
      throw StorageError.badData(place, operation, "the checksum of its index does not fit: the file is damaged")
    }
    var row = 0
    while row < dataset.objects {
      // Neighbours that are wanted are read in one piece.
      let start = row
      var bytes = 0
      while row < dataset.objects, bytes < Self.pieceBytes, objects.contains(Int(index[4 * row])) {
        bytes += Int(index[4 * row + 2]) * dataset.type.bytes
        row += 1
      }
      if row == start {
        row += 1
        continue
      }
      let first = Int(index[4 * start + 1])
      let end = Int(index[4 * (row - 1) + 1] + index[4 * (row - 1) + 2])
      let values = try file.read(dataset.name, rows: first..<end, as: T.self)
      try values.withUnsafeBufferPointer { values in
        for r in start..<row {
          let (object, from, count) = (Int(index[4 * r]), Int(index[4 * r + 1]) - first, Int(index[4 * r + 2]))
          let own = UnsafeBufferPointer(rebasing: values[from..<from + count])
          guard Checksum.of(UnsafeRawBufferPointer(own)) == index[4 * r + 3] else {
            throw StorageError.badData(place, operation, "the checksum of object \(object) does not fit: the file is damaged")
          }
          guard found.insert(object).inserted else { throw StorageError.badData(place, operation, "object \(object) stands there twice") }
          try body(object, own)
        }
      }
    }
  }
}
