// A JSON value whose objects keep the order of their keys, and its text.

/// A JSON value. Objects keep the order in which their keys were written.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Infinities and NaN are written as null.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The value under a key of an object; nil for other values and missing keys.
  public subscript(key: String) -> JSONValue? {
    if case .object(let object) = self { return object[key] }
    return nil
  }

  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The number as a Double, also of an integer.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  /// The integer; also of a number without a fraction.
  public var int: Int? {
    switch self {
    case .integer(let value): Int(value)
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }
  /// The kind of value in words, for messages.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .integer, .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// The members of a JSON object in their order.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  public private(set) var members: [(key: String, value: JSONValue)] = []
  private var places: [String: Int] = [:]

  public init() {}
  /// The last of equal keys counts, at the place of the first.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  public var keys: [String] { members.map(\.key) }
  public var isEmpty: Bool { members.isEmpty }
  public var count: Int { members.count }

  /// Setting a new key appends it; setting nil removes the key.
  public subscript(key: String) -> JSONValue? {
    get { places[key].map { members[$0].value } }
    set {
      switch (places[key], newValue) {
      case (let place?, let value?): members[place].value = value
      case (nil, let value?):
        places[key] = members.count
        members.append((key, value))
      case (let place?, nil):
        members.remove(at: place)
        places = [:]
        for (i, member) in members.enumerated() { places[member.key] = i }
      case (nil, nil): break
      }
    }
  }

  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.members.count == b.members.count && zip(a.members, b.members).allSatisfy { $0.key == $1.key && $0.value == $1.value }
  }
}

// No nil literal: in `there ? value : nil` of an optional it would be a value, null.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }

  public init(_ value: Int) { self = .integer(Int64(value)) }
  public init(_ value: Double) { self = .number(value) }
  public init(_ value: String) { self = .string(value) }
  public init(_ value: Bool) { self = .bool(value) }
}

extension JSONValue {
  /// The value on one line, without spaces.
  public var text: String {
    var out = ""
    write(to: &out, indent: nil)
    return out
  }

  /// The value over several lines, two spaces per level, with a line end. Lists of plain values stay on one line.
  public var prettyText: String {
    var out = ""
    write(to: &out, indent: 0)
    return out + "\n"
  }

  private var isPlain: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func write(to out: inout String, indent: Int?) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .integer(let value): out += String(value)
    case .number(let value): out += value.isFinite ? value.description : "null"
    case .string(let value): Self.quote(value, to: &out)
    case .array(let values):
      let broken = indent != nil && !values.allSatisfy(\.isPlain)
      out += "["
      for (i, value) in values.enumerated() {
        if i > 0 { out += indent != nil && !broken ? ", " : "," }
        if broken { Self.newLine(indent! + 1, to: &out) }
        value.write(to: &out, indent: broken ? indent! + 1 : indent)
      }
      if broken { Self.newLine(indent!, to: &out) }
      out += "]"
    case .object(let object):
      let broken = indent != nil && !object.isEmpty
      out += "{"
      for (i, member) in object.members.enumerated() {
        if i > 0 { out += "," }
        if broken { Self.newLine(indent! + 1, to: &out) }
        Self.quote(member.key, to: &out)
        out += indent == nil ? ":" : ": "
        member.value.write(to: &out, indent: broken ? indent! + 1 : indent)
      }
      if broken { Self.newLine(indent!, to: &out) }
      out += "}"
    }
  }

  private static func newLine(_ level: Int, to out: inout String) {
    out += "\n"
    for _ in 0..<level { out += "  " }
  }

  private static func quote(_ text: String, to out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
