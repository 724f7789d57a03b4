// The tables of node and edge types: text, fields apart by spaces, quotes around fields with spaces, NULL for nothing.

/// A value of a node or edge attribute.
public enum SonataValue: Sendable, Hashable {
  case integer(Int64)
  case number(Double)
  case text(String)

  /// Reads a field of a table: an integer, else a number, else text.
  init(field: String) {
    if let value = Int64(field) {
      self = .integer(value)
    } else if let value = Double(field), value.isFinite {
      self = .number(value)
    } else {
      self = .text(field)
    }
  }

  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text: nil
    }
  }
  public var text: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .text(let value): value
    }
  }
}

/// A table of node or edge types.
public struct SonataTypeTable: Sendable {
  public let path: String
  /// All columns but that of the ids.
  public let columns: [String]
  public let ids: [Int64]
  private let rows: [[SonataValue?]]
  private let rowOfID: [Int64: Int]
  private let placeOfColumn: [String: Int]

  /// A table without types, for files that say everything themselves.
  public init() {
    (path, columns, ids, rows, rowOfID, placeOfColumn) = ("", [], [], [], [:], [:])
  }

  /// - `idColumn`: "node_type_id" or "edge_type_id".
  /// - Throws: `StorageError` 66 if the file is missing, 65 with the line where it is not such a table.
  public init(_ path: String, idColumn: String) throws(StorageError) {
    let table = try SpacedTable(path)
    guard let idPlace = table.header.firstIndex(of: idColumn) else {
      throw .badData(path, "read the types", "there is no column \(idColumn)", remedy: "give the type table that belongs to the file")
    }
    var ids: [Int64] = []
    var rows: [[SonataValue?]] = []
    var rowOfID: [Int64: Int] = [:]
    for (line, var fields) in table.rows {
      guard let field = fields.remove(at: idPlace), let id = Int64(field) else {
        throw .badData("\(path):\(line)", "read the types", "\(idColumn) is not an integer")
      }
      guard rowOfID.updateValue(rows.count, forKey: id) == nil else {
        throw .badData("\(path):\(line)", "read the types", "\(idColumn) \(id) stands twice")
      }
      ids.append(id)
      rows.append(fields.map { $0.map(SonataValue.init(field:)) })
    }
    var columns = table.header
    columns.remove(at: idPlace)
    self.path = path
    self.columns = columns
    self.ids = ids
    self.rows = rows
    self.rowOfID = rowOfID
    placeOfColumn = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public func hasType(_ id: Int64) -> Bool { rowOfID[id] != nil }

  /// The value of a column for a type; nil for NULL, unknown columns and unknown types.
  public func value(_ column: String, type id: Int64) -> SonataValue? {
    guard let row = rowOfID[id], let place = placeOfColumn[column] else { return nil }
    return rows[row][place]
  }
}

/// Text with a header line and fields apart by spaces or tabs.
struct SpacedTable {
  let header: [String]
  let rows: [(line: Int, fields: [String?])]

  init(_ path: String) throws(StorageError) {
    var header: [String]?
    var rows: [(line: Int, fields: [String?])] = []
    var text = Array(try WholeFile.text(path).utf8)[...]
    // Some editors put a byte order mark in front.
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    var line = 0
    for bytes in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      let fields = try Self.fields(bytes, "\(path):\(line)")
      if fields.isEmpty { continue }
      if let header {
        guard fields.count == header.count else {
          throw .badData("\(path):\(line)", "read the table", "the line has \(fields.count) fields, the header \(header.count)")
        }
        rows.append((line, fields))
      } else {
        let names = fields.map { $0 ?? "NULL" }
        guard Set(names).count == names.count else { throw .badData("\(path):\(line)", "read the table", "a column stands twice") }
        header = names
      }
    }
    guard let header else { throw .badData(path, "read the table", "it has no header line") }
    self.header = header
    self.rows = rows
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private static func fields(_ line: ArraySlice<UInt8>, _ place: @autoclosure () -> String) throws(StorageError) -> [String?] {
    var fields: [String?] = []
    var rest = line
    while true {
      rest = rest.drop(while: isSpace)
      guard let first = rest.first else { return fields }
      let isApostrophe = first == UInt8(ascii: "'") && rest.dropFirst().contains(first)
      if first == UInt8(ascii: "\"") || isApostrophe {
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: first) else { throw .badData(place(), "read the table", "the closing quote is missing") }
        fields.append(String(decoding: rest[..<end], as: UTF8.self))
        rest = rest[(end + 1)...]
        if let next = rest.first, !isSpace(next) {
          throw .badData(place(), "read the table", "text follows a closing quote without a space")
        }
      } else {
        let field = rest.prefix { !isSpace($0) }
        let text = String(decoding: field, as: UTF8.self)
        fields.append(["NULL", "NaN", "nan"].contains(text) ? nil : text)
        rest = rest[field.endIndex...]
      }
    }
  }
}
