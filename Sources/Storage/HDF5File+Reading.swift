// Reading datasets whole or in ranges of rows, with every size checked against the file before memory is taken.
import CHDF5

extension HDF5File {
  /// The sizes of a dataset's axes; empty for a single value.
  public func shape(of dataset: String) throws(StorageError) -> [Int] {
    try withDataset(dataset) { (_, info) throws(StorageError) in info.sizes }
  }

  /// What a dataset's elements are.
  public func content(of dataset: String) throws(StorageError) -> HDF5Content {
    try withDataset(dataset) { (_, info) throws(StorageError) in HDF5Content(info) }
  }

  /// Reads a whole dataset, row-major.
  ///
  /// Floating types read integers and floating numbers of any width; integer types read integers only, and a value that does not
  /// fit the type is an error.
  public func read<T: HDF5Element>(_ dataset: String, as type: T.Type = T.self) throws(StorageError) -> [T] {
    try withDataset(dataset) { (handle, info) throws(StorageError) in
      try readBlock(dataset, handle, info, start: info.sizes.map { _ in 0 }, count: info.sizes)
    }
  }

  /// Reads rows of the first axis, with all of the others.
  public func read<T: HDF5Element>(_ dataset: String, rows: Range<Int>, as type: T.Type = T.self) throws(StorageError) -> [T] {
    try withDataset(dataset) { (handle, info) throws(StorageError) in
      let sizes = info.sizes
      guard !sizes.isEmpty else { throw .badData("\(path):\(dataset)", "read rows", "it is a single value") }
      try checkRange(dataset, rows, sizes[0], "rows")
      return try readBlock(
        dataset, handle, info, start: [rows.lowerBound] + sizes.dropFirst().map { _ in 0 }, count: [rows.count] + sizes.dropFirst())
    }
  }

  /// Reads a block of a dataset with two axes, row-major.
  public func read<T: HDF5Element>(
    _ dataset: String, rows: Range<Int>, columns: Range<Int>, as type: T.Type = T.self
  ) throws(StorageError) -> [T] {
    try withDataset(dataset) { (handle, info) throws(StorageError) in
      let sizes = info.sizes
      guard sizes.count == 2 else {
        throw .badData("\(path):\(dataset)", "read a block", "it has \(sizes.count) axes instead of 2")
      }
      try checkRange(dataset, rows, sizes[0], "rows")
      try checkRange(dataset, columns, sizes[1], "columns")
      return try readBlock(
        dataset, handle, info, start: [rows.lowerBound, columns.lowerBound], count: [rows.count, columns.count])
    }
  }

  /// Reads texts of fixed or variable length; a range of rows or all.
  public func readStrings(_ dataset: String, rows: Range<Int>? = nil) throws(StorageError) -> [String] {
    try withDataset(dataset) { (handle, info) throws(StorageError) in
      guard HDF5Content(info) == .text else { throw wrongType(dataset, info, "text") }
      let rows = try oneAxis(dataset, info, rows, "texts")
      guard rows.count > 0 else { return [] }
      try checkClaim(dataset, info, elementBytes: max(1, Int(info.element_bytes)))
      var block: UnsafeMutablePointer<CChar>?
      let count = chdf5_read_strings(handle, Int64(rows.lowerBound), Int64(rows.count), &block)
      guard count >= 0 else { throw failure("read the texts", dataset) }
      defer { chdf5_free(block) }
      return Self.strings(block, count: Int(count))
    }
  }

  /// Reads all texts of a dataset of any number of axes, row-major; a single text is one.
  public func readAllStrings(_ dataset: String) throws(StorageError) -> [String] {
    try withDataset(dataset) { (handle, info) throws(StorageError) in
      guard HDF5Content(info) == .text else { throw wrongType(dataset, info, "text") }
      guard info.rank >= 0, !info.sizes.contains(0) else { return [] }
      try checkClaim(dataset, info, elementBytes: max(1, Int(info.element_bytes)))
      var block: UnsafeMutablePointer<CChar>?
      let count = chdf5_read_all_strings(handle, &block)
      guard count >= 0 else { throw failure("read the texts", dataset) }
      defer { chdf5_free(block) }
      return Self.strings(block, count: Int(count))
    }
  }

  /// Reads sequences of variable length (float16 is widened exactly); a range of rows or all.
  public func readSequences<T: HDF5Element>(
    _ dataset: String, rows: Range<Int>? = nil, as type: T.Type = T.self
  ) throws(StorageError) -> [[T]] {
    try withDataset(dataset) { (handle, info) throws(StorageError) in
      guard case .sequences(let floating, let bytes) = HDF5Content(info), T.hdf5Type.isFloating || !floating, bytes <= 8 else {
        throw wrongType(dataset, info, "sequences of \(T.self)")
      }
      let rows = try oneAxis(dataset, info, rows, "sequences")
      guard rows.count > 0 else { return [] }
      try checkClaim(dataset, info, elementBytes: 8)
      var lengths = [Int64](repeating: 0, count: rows.count)
      var values: UnsafeMutableRawPointer?
      let total = chdf5_read_sequences(
        handle, T.hdf5Type.rawValue, Int64(rows.lowerBound), Int64(rows.count), &lengths, &values)
      guard total >= 0, let values else { throw failure("read the sequences", dataset) }
      defer { chdf5_free(values) }
      let all = UnsafeBufferPointer(start: values.assumingMemoryBound(to: T.self), count: Int(total))
      var at = 0
      return lengths.map { length in
        defer { at += Int(length) }
        return Array(all[at..<at + Int(length)])
      }
    }
  }
}

extension HDF5File {
  /// Opens a dataset for the length of `body`.
  func withDataset<Result>(
    _ dataset: String, _ body: (Int64, chdf5_info) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    guard try kind(of: dataset) == .dataset else {
      throw .badData("\(path):\(dataset)", "open the dataset", "there is no such dataset")
    }
    let open = chdf5_open_dataset(handle, Self.absolute(dataset))
    guard open >= 0 else { throw failure("open the dataset", dataset) }
    defer { chdf5_close_dataset(open) }
    var info = chdf5_info()
    guard chdf5_dataset_info(open, &info) >= 0 else { throw failure("read the dataset's description", dataset) }
    return try body(open, info)
  }

  func wrongType(_ dataset: String, _ info: chdf5_info, _ wanted: String) -> StorageError {
    .badData("\(path):\(dataset)", "read the dataset as \(wanted)", "it holds \(HDF5Content(info))")
  }

  private func checkRange(_ dataset: String, _ range: Range<Int>, _ size: Int, _ axis: String) throws(StorageError) {
    guard range.lowerBound >= 0, range.upperBound <= size else {
      throw .badData(
        "\(path):\(dataset)", "read \(axis) \(range.lowerBound) to \(range.upperBound)", "it has only \(size) \(axis)")
    }
  }

  private func oneAxis(
    _ dataset: String, _ info: chdf5_info, _ rows: Range<Int>?, _ what: String
  ) throws(StorageError) -> Range<Int> {
    guard info.rank == 1 else {
      throw .badData("\(path):\(dataset)", "read \(what)", "it has \(max(0, info.rank)) axes instead of 1")
    }
    let range = rows ?? 0..<info.sizes[0]
    try checkRange(dataset, range, info.sizes[0], "rows")
    return range
  }

  /// Refuses a dataset that claims more than its file can hold: compression gains at most a factor of 1032 (deflate's bound), plain
  /// storage nothing. The same factor bounds rows that were never written, which cost no space in the file.
  private func checkClaim(_ dataset: String, _ info: chdf5_info, elementBytes: Int) throws(StorageError) {
    let length = try length()
    let isPlain = info.is_chunked == 0 && info.is_filtered == 0 && info.stored_bytes > 0
    let bound = isPlain ? length : length.multipliedReportingOverflow(by: 1032).overflow ? Int64.max : length * 1032
    for sizes in info.is_chunked == 0 ? [info.sizes] : [info.sizes, info.chunkSizes] {
      var bytes = Int64(elementBytes)
      for size in sizes {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: Int64(size))
        guard !overflow, product <= bound else {
          throw .badData(
            "\(path):\(dataset)", "read the dataset",
            "it claims \(sizes.map(String.init).joined(separator: " x ")) elements of \(elementBytes) bytes in a file of \(length) bytes")
        }
        bytes = product
      }
    }
  }

  private func readBlock<T: HDF5Element>(
    _ dataset: String, _ open: Int64, _ info: chdf5_info, start: [Int], count: [Int]
  ) throws(StorageError) -> [T] {
    guard HDF5Content(info).canBeRead(as: T.hdf5Type) else { throw wrongType(dataset, info, "\(T.self)") }
    guard info.rank >= 0, !count.contains(0) else { return [] }
    try checkClaim(dataset, info, elementBytes: max(1, Int(info.element_bytes)))
    let total = count.reduce(1, *)
    var done: Int32 = -1
    let values = [T](unsafeUninitializedCapacity: total) { buffer, filled in
      done = chdf5_read(
        open, T.hdf5Type.rawValue, info.rank, start.map(Int64.init), count.map(Int64.init), buffer.baseAddress)
      // Invariant: the library has written every element of the block, or the array stays empty.
      filled = done >= 0 ? total : 0
    }
    guard done >= 0 else { throw failure("read the dataset", dataset) }
    return values
  }
}
