// The resolved configuration: everything that was read, defaults included, written as YAML that reads back as the same run.

/// What a value was understood as.
enum ResolvedValue {
  /// A number, a truth value: written bare.
  case word(String)
  /// A text: quoted where it would read as something else.
  case text(String)
  case list([ConfigurationValue])
  /// A list of defaults.
  case words([String])
  case section(ConfigurationSection)

  static func == (a: ResolvedValue, b: ResolvedValue) -> Bool {
    switch (a, b) {
    case (.word(let a), .word(let b)), (.text(let a), .text(let b)): a == b
    default: false
    }
  }

  func finish() throws {
    switch self {
    case .section(let section): try section.finish()
    case .list(let values): for value in values { try value.resolved.finish() }
    default: break
    }
  }

  private var isBlock: Bool {
    switch self {
    case .section(let section): !section.values.isEmpty
    case .list(let values): values.contains { if case .section = $0.resolved { true } else { false } }
    default: false
    }
  }

  /// The value on one line.
  private var flow: String {
    switch self {
    case .word(let word): word
    case .text(let text): Self.quoted(text)
    case .words(let words): "[" + words.joined(separator: ", ") + "]"
    case .list(let values): "[" + values.map(\.resolved.flow).joined(separator: ", ") + "]"
    case .section(let section):
      "{" + section.values.map { Self.quoted($0.key) + ": " + $0.value.resolved.flow }.joined(separator: ", ") + "}"
    }
  }

  /// Writes the lines below a key.
  private func write(indent: String, to out: inout String) {
    switch self {
    case .section(let section):
      for (key, value) in section.values {
        out += indent + Self.quoted(key) + ":"
        if value.resolved.isBlock {
          out += "\n"
          value.resolved.write(indent: indent + "  ", to: &out)
        } else {
          out += " " + value.resolved.flow + "\n"
        }
      }
    case .list(let values):
      for value in values {
        guard case .section = value.resolved, value.resolved.isBlock else {
          out += indent + "- " + value.resolved.flow + "\n"
          continue
        }
        // The dash takes the place of the first key's indentation.
        var lines = ""
        value.resolved.write(indent: indent + "  ", to: &lines)
        out += indent + "- " + lines.dropFirst(indent.count + 2)
      }
    default: out += indent + flow + "\n"
    }
  }

  /// A text that reads back as itself.
  static func quoted(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0)) }
    let words = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    let startsWell = text.first.map { $0.isLetter || $0 == "_" || $0 == "/" } ?? false
    if plain, startsWell, NumberText.double(text) == nil, !words.contains(text.lowercased()) { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: out += "\\x" + hex(scalar.value)
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return digits.count < 2 ? "0" + digits : digits
  }
}

extension ConfigurationSection {
  /// The section as YAML, with every key that was asked for and has a value.
  var resolvedText: String {
    var out = ""
    ResolvedValue.section(self).writeAll(to: &out)
    return out
  }
}

extension ResolvedValue {
  fileprivate func writeAll(to out: inout String) { write(indent: "", to: &out) }
}
