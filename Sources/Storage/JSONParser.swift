// Reads JSON text (RFC 8259) into a JSONValue; an error names the line and the column.
import Foundation

extension JSONValue {
  /// Reads one JSON value from a file.
  /// - Throws: `StorageError` 66 if the file is missing, 65 with line and column where it is not JSON.
  public static func read(_ path: String) throws(StorageError) -> JSONValue {
    var parser = JSONParser(bytes: try WholeFile.read(path), path: path)
    return try parser.document()
  }

  /// Reads one JSON value from text; `path` names it in errors.
  public static func parse(_ text: String, path: String = "text") throws(StorageError) -> JSONValue {
    var parser = JSONParser(bytes: Array(text.utf8), path: path)
    return try parser.document()
  }
}

struct JSONParser {
  /// Deeper nesting than any file of ours; bounds the recursion.
  static let depthLimit = 200

  let bytes: [UInt8]
  let path: String
  private var at = 0
  private var depth = 0

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  mutating func document() throws(StorageError) -> JSONValue {
    let result = try value()
    skipSpace()
    guard at == bytes.count else { throw failure("there is text behind the end of the value") }
    return result
  }

  private func failure(_ reason: String) -> StorageError {
    let before = bytes[..<min(at, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return .badData("\(path):\(line):\(column)", "read JSON", reason, remedy: "correct the file at this line and column")
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func value() throws(StorageError) -> JSONValue {
    skipSpace()
    guard at < bytes.count else { throw failure("the text ends where a value should stand") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try nested { (parser) throws(StorageError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(StorageError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(_ body: (inout JSONParser) throws(StorageError) -> JSONValue) throws(StorageError) -> JSONValue {
    guard depth < Self.depthLimit else { throw failure("nested deeper than \(Self.depthLimit) levels") }
    depth += 1
    at += 1
    let result = try body(&self)
    depth -= 1
    return result
  }

  private mutating func object() throws(StorageError) -> JSONValue {
    var result = JSONObject()
    if take(UInt8(ascii: "}")) { return .object(result) }
    while true {
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure("a key in quotes should stand here") }
      let key = try string()
      guard result[key] == nil else { throw failure("the key \"\(key)\" stands twice") }
      guard take(UInt8(ascii: ":")) else { throw failure("a colon should follow the key \"\(key)\"") }
      result[key] = try value()
      if take(UInt8(ascii: "}")) { return .object(result) }
      guard take(UInt8(ascii: ",")) else { throw failure("a comma or } should stand here") }
    }
  }

  private mutating func array() throws(StorageError) -> JSONValue {
    var result: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return .array(result) }
    while true {
      result.append(try value())
      if take(UInt8(ascii: "]")) { return .array(result) }
      guard take(UInt8(ascii: ",")) else { throw failure("a comma or ] should stand here") }
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(StorageError) -> JSONValue {
    guard bytes[at...].starts(with: text.utf8) else { throw failure("this is no JSON value") }
    at += text.utf8.count
    return value
  }

  private mutating func number() throws(StorageError) -> JSONValue {
    let start = at
    var isInteger = true
    func digits(_ parser: inout JSONParser) -> Int {
      let first = parser.at
      while parser.at < parser.bytes.count, (0x30...0x39).contains(parser.bytes[parser.at]) { parser.at += 1 }
      return parser.at - first
    }
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
    guard digits(&self) > 0 else {
      at = start
      throw failure("this is no JSON value")
    }
    let first = bytes[start] == UInt8(ascii: "-") ? start + 1 : start
    if bytes[first] == UInt8(ascii: "0"), at > first + 1 { throw failure("a number begins with a superfluous 0") }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      guard digits(&self) > 0 else { throw failure("a digit should follow the point") }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      at += 1
      if at < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[at]) { at += 1 }
      guard digits(&self) > 0 else { throw failure("a digit should follow the exponent's mark") }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw failure("the number \(text) is too large") }
    return .number(value)
  }

  private mutating func string() throws(StorageError) -> String {
    at += 1
    var out: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: out, as: UTF8.self) else { throw failure("the text is not UTF-8") }
        return text
      case UInt8(ascii: "\\"): try escape(to: &out)
      case 0..<0x20:
        at -= 1
        throw failure("a line end or control character stands inside quotes")
      default: out.append(byte)
      }
    }
    throw failure("the closing quote is missing")
  }

  private mutating func escape(to out: inout [UInt8]) throws(StorageError) {
    guard at < bytes.count else { throw failure("the text ends inside quotes") }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "b"): out.append(8)
    case UInt8(ascii: "f"): out.append(12)
    case UInt8(ascii: "n"): out.append(10)
    case UInt8(ascii: "r"): out.append(13)
    case UInt8(ascii: "t"): out.append(9)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        guard bytes[at...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { throw failure("half of a surrogate pair") }
        at += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
      out.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw failure("unknown escape after \\")
    }
  }

  private mutating func hexadecimal() throws(StorageError) -> UInt32 {
    guard at + 4 <= bytes.count, let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16) else {
      throw failure("four hexadecimal digits should follow \\u")
    }
    at += 4
    return code
  }
}
