// Writing datasets: whole ones, and ones that grow by blocks of rows.
import CHDF5

extension HDF5File {
  /// Writes a whole dataset, contiguous in the file.
  ///
  /// - `shape`: sizes of the axes, row-major; nil: one axis. Empty: a single value.
  /// - `fileType`: the element type in the file; nil: that of the values.
  public func write<T: HDF5Element>(
    _ dataset: String, _ values: [T], shape: [Int]? = nil, fileType: HDF5Type? = nil
  ) throws(StorageError) {
    let shape = shape ?? [values.count]
    precondition(shape.reduce(1, *) == values.count, "the shape and the number of values of \(dataset) disagree")
    try createDataset(dataset, fileType ?? T.hdf5Type, shape: shape, chunkRows: 0, deflate: 0, checksum: false)
    guard !values.isEmpty else { return }
    try withDataset(dataset) { (open, info) throws(StorageError) in
      try writeBlock(dataset, open, info, start: shape.map { _ in 0 }, count: shape, values)
    }
  }

  /// Creates a contiguous dataset whose rows are written later with `write(_:rows:)`.
  public func createFixed(_ dataset: String, _ type: HDF5Type, shape: [Int]) throws(StorageError) {
    try createDataset(dataset, type, shape: shape, chunkRows: 0, deflate: 0, checksum: false)
  }

  /// Creates an empty dataset that grows along its first axis.
  ///
  /// - `rowShape`: sizes of the other axes.
  /// - `chunkRows`: rows that are stored, compressed and read together.
  /// - `deflate`: 0 (none) to 9.
  /// - `checksum`: a checksum per chunk, tested on reading.
  public func createExtendible(
    _ dataset: String, _ type: HDF5Type, rowShape: [Int] = [], chunkRows: Int, deflate: Int = 0, checksum: Bool = false
  ) throws(StorageError) {
    precondition(chunkRows > 0 && (0...9).contains(deflate), "chunks need rows, and deflate is 0 to 9")
    try createDataset(dataset, type, shape: [0] + rowShape, chunkRows: chunkRows, deflate: deflate, checksum: checksum)
  }

  /// Appends whole rows to an extendible dataset.
  public func append<T: HDF5Element>(_ dataset: String, _ values: [T]) throws(StorageError) {
    guard !values.isEmpty else { return }
    try withDataset(dataset) { (open, info) throws(StorageError) in
      let sizes = info.sizes
      let width = sizes.dropFirst().reduce(1, *)
      precondition(!sizes.isEmpty && width > 0 && values.count % width == 0, "only whole rows can be appended to \(dataset)")
      let rows = values.count / width
      guard chdf5_set_rows(open, info.rank, Int64(sizes[0] + rows)) >= 0 else { throw failure("extend the dataset", dataset, .readWrite) }
      let start = [sizes[0]] + sizes.dropFirst().map { _ in 0 }
      try writeBlock(dataset, open, info, start: start, count: [rows] + sizes.dropFirst(), values)
    }
  }

  /// Overwrites rows that exist, from `firstRow` on.
  public func write<T: HDF5Element>(_ dataset: String, firstRow: Int, _ values: [T]) throws(StorageError) {
    guard !values.isEmpty else { return }
    try withDataset(dataset) { (open, info) throws(StorageError) in
      let sizes = info.sizes
      let width = sizes.dropFirst().reduce(1, *)
      precondition(!sizes.isEmpty && width > 0 && values.count % width == 0, "only whole rows can be written to \(dataset)")
      let rows = values.count / width
      precondition(firstRow >= 0 && firstRow + rows <= sizes[0], "rows outside \(dataset)")
      let start = [firstRow] + sizes.dropFirst().map { _ in 0 }
      try writeBlock(dataset, open, info, start: start, count: [rows] + sizes.dropFirst(), values)
    }
  }

  /// Overwrites elements of a dataset with one axis from plain memory that holds elements of `type`.
  func write(_ dataset: String, first: Int, bytes: UnsafeRawBufferPointer, as type: HDF5Type) throws(StorageError) {
    try withDataset(dataset) { (open, info) throws(StorageError) in
      let count = bytes.count / type.bytes
      precondition(first >= 0 && info.sizes.count == 1 && first + count <= info.sizes[0], "elements outside \(dataset)")
      guard chdf5_write(open, type.rawValue, 1, [Int64(first)], [Int64(count)], bytes.baseAddress) >= 0 else {
        throw failure("write the dataset", dataset, .readWrite)
      }
    }
  }

  /// Cuts or extends the first axis of an extendible dataset; new rows are zero.
  public func truncate(_ dataset: String, rows: Int) throws(StorageError) {
    try withDataset(dataset) { (open, info) throws(StorageError) in
      guard chdf5_set_rows(open, info.rank, Int64(rows)) >= 0 else {
        throw failure("set the dataset's length", dataset, .readWrite)
      }
    }
  }

  /// Writes texts of variable length.
  /// - `shape`: sizes of the axes, row-major; nil: one axis. Empty: a single text.
  public func write(_ dataset: String, strings: [String], shape: [Int]? = nil) throws(StorageError) {
    let shape = shape ?? [strings.count]
    precondition(shape.reduce(1, *) == strings.count, "the shape and the number of texts of \(dataset) disagree")
    try makeParent(of: dataset)
    let done = Self.withCStrings(strings) {
      chdf5_write_strings(handle, Self.absolute(dataset), Int32(shape.count), shape.map(Int64.init), $0)
    }
    guard done >= 0 else { throw failure("write the texts", dataset, .readWrite) }
  }

  /// Writes rows of different lengths.
  public func write<T: HDF5Element>(_ dataset: String, sequences: [[T]], fileType: HDF5Type? = nil) throws(StorageError) {
    try makeParent(of: dataset)
    let all = sequences.flatMap { $0 }
    let lengths = sequences.map { Int64($0.count) }
    let kind = fileType ?? T.hdf5Type
    let done = all.withUnsafeBufferPointer {
      chdf5_write_sequences(
        handle, Self.absolute(dataset), kind.rawValue, T.hdf5Type.rawValue, Int64(sequences.count), lengths, $0.baseAddress)
    }
    guard done >= 0 else { throw failure("write the sequences", dataset, .readWrite) }
  }
}

extension HDF5File {
  private func makeParent(of dataset: String) throws(StorageError) {
    try makeGroup(dataset.split(separator: "/").dropLast().joined(separator: "/"))
  }

  private func createDataset(
    _ dataset: String, _ type: HDF5Type, shape: [Int], chunkRows: Int, deflate: Int, checksum: Bool
  ) throws(StorageError) {
    try makeParent(of: dataset)
    let done = chdf5_create_dataset(
      handle, Self.absolute(dataset), type.rawValue, Int32(shape.count), shape.map(Int64.init), Int64(chunkRows), Int32(deflate),
      checksum ? 1 : 0)
    guard done >= 0 else { throw failure("create the dataset", dataset, .readWrite) }
  }

  private func writeBlock<T: HDF5Element>(
    _ dataset: String, _ open: Int64, _ info: chdf5_info, start: [Int], count: [Int], _ values: [T]
  ) throws(StorageError) {
    let done = values.withUnsafeBufferPointer {
      chdf5_write(open, T.hdf5Type.rawValue, info.rank, start.map(Int64.init), count.map(Int64.init), $0.baseAddress)
    }
    guard done >= 0 else { throw failure("write the dataset", dataset, .readWrite) }
  }

  /// Zero-ended copies of texts for the length of `body`.
  static func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for text in strings {
      offsets.append(bytes.count)
      bytes.append(contentsOf: text.utf8CString)
    }
    return bytes.withUnsafeBufferPointer { buffer in
      let pointers: [UnsafePointer<CChar>?] = offsets.map { buffer.baseAddress! + $0 }
      return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}
