// The columns of a node or edge group, read and checked: numbers, integers, texts, texts by number.

/// One attribute of the nodes of a group.
public enum SonataColumn: Sendable, Equatable {
  case numbers([Double])
  case integers([Int64])
  case texts([String])
  /// Numbers of texts in a library.
  case chosen([UInt32], from: [String])

  public var count: Int {
    switch self {
    case .numbers(let values): values.count
    case .integers(let values): values.count
    case .texts(let values): values.count
    case .chosen(let values, _): values.count
    }
  }

  public subscript(row: Int) -> SonataValue {
    switch self {
    case .numbers(let values): .number(values[row])
    case .integers(let values): .integer(values[row])
    case .texts(let values): .text(values[row])
    case .chosen(let values, let library): .text(library[Int(values[row])])
    }
  }

  /// Whether a dataset has one number or text for each row.
  static func canRead(_ file: borrowing HDF5File, _ dataset: String) throws(StorageError) -> Bool {
    guard try file.shape(of: dataset).count == 1 else { return false }
    return switch try file.content(of: dataset) {
    case .integer, .enumeration, .floating, .text: true
    default: false
    }
  }

  /// Reads all of a dataset with one axis.
  static func read(_ file: borrowing HDF5File, _ dataset: String, library: [String]? = nil) throws(StorageError) -> SonataColumn {
    let shape = try file.shape(of: dataset)
    guard shape.count == 1 else {
      throw .badData("\(file.path):\(dataset)", "read the attribute", "it has \(shape.count) axes instead of 1")
    }
    switch try file.content(of: dataset) {
    case .integer, .enumeration:
      guard let library else { return .integers(try file.read(dataset)) }
      let numbers: [UInt32] = try file.read(dataset)
      if let row = numbers.firstIndex(where: { $0 >= library.count }) {
        throw .badData(
          "\(file.path):\(dataset)", "read the attribute",
          "value \(numbers[row]) at index \(row) is beyond the \(library.count) texts of its library")
      }
      return .chosen(numbers, from: library)
    case .floating: return .numbers(try file.read(dataset))
    case .text: return .texts(try file.readStrings(dataset))
    case let content: throw .badData("\(file.path):\(dataset)", "read the attribute", "it holds \(content)")
    }
  }
}

extension HDF5File {
  /// The length of a dataset with one axis.
  func rows(of dataset: String) throws(StorageError) -> Int {
    let shape = try shape(of: dataset)
    guard shape.count == 1 else { throw .badData("\(path):\(dataset)", "read the dataset", "it has \(shape.count) axes instead of 1") }
    return shape[0]
  }

  /// Refuses a dataset that has not the same length as another.
  func requireRows(_ count: Int, of dataset: String, as other: String) throws(StorageError) {
    let rows = try rows(of: dataset)
    guard rows == count else {
      throw .badData("\(path):\(dataset)", "read the dataset", "it has \(rows) rows, but \(other) has \(count)")
    }
  }
}
