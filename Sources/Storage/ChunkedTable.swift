// Datasets of one length that grow together, written chunk by chunk in a fixed order whatever the blocks they come in.

/// Columns that are appended to in blocks of any size and stored in chunks of one size.
struct ChunkedTable {
  static let chunkRows = 1 << 16

  private let integerColumns: [(path: String, type: HDF5Type)]
  private let numberColumns: [(path: String, type: HDF5Type)]
  private let deflate: Int
  private var integers: [[UInt64]]
  private var numbers: [[Double]]
  private var isCreated = false

  init(integers: [(String, HDF5Type)], numbers: [(String, HDF5Type)], deflate: Int = 0) {
    integerColumns = integers.map { (path: $0.0, type: $0.1) }
    numberColumns = numbers.map { (path: $0.0, type: $0.1) }
    self.deflate = deflate
    self.integers = integers.map { _ in [] }
    self.numbers = numbers.map { _ in [] }
  }

  private var pending: Int { integers[0].count }

  mutating func append(integers new: [[UInt64]], numbers newNumbers: [[Double]], to file: borrowing HDF5File) throws(StorageError) {
    precondition(new.count == integers.count && newNumbers.count == numbers.count, "one array per column")
    precondition(Set(new.map(\.count) + newNumbers.map(\.count)).count == 1, "columns of different lengths")
    for i in new.indices { integers[i] += new[i] }
    for i in newNumbers.indices { numbers[i] += newNumbers[i] }
    var written = 0
    while pending - written >= Self.chunkRows {
      try write(written..<written + Self.chunkRows, to: file)
      written += Self.chunkRows
    }
    if written > 0 {
      for i in integers.indices { integers[i].removeFirst(written) }
      for i in numbers.indices { numbers[i].removeFirst(written) }
    }
  }

  /// Writes what is left.
  mutating func finish(_ file: borrowing HDF5File) throws(StorageError) {
    try write(0..<pending, to: file)
    for i in integers.indices { integers[i] = [] }
    for i in numbers.indices { numbers[i] = [] }
  }

  private mutating func write(_ rows: Range<Int>, to file: borrowing HDF5File) throws(StorageError) {
    if !isCreated {
      // A table shorter than a chunk gets a chunk of its own length.
      let chunk = max(1, min(rows.count, Self.chunkRows))
      for (path, type) in integerColumns + numberColumns {
        try file.createExtendible(path, type, chunkRows: chunk, deflate: deflate)
      }
      isCreated = true
    }
    for (i, column) in integerColumns.enumerated() { try file.append(column.path, Array(integers[i][rows])) }
    for (i, column) in numberColumns.enumerated() { try file.append(column.path, Array(numbers[i][rows])) }
  }
}
