// A value of a configuration, asked for by type; what was understood is kept for the resolved configuration.
import Running

/// What a number must be.
public enum NumberCheck: Sendable {
  case any
  case positive
  case notNegative
  case within(ClosedRange<Double>)

  func fault(_ value: Double) -> String? {
    switch self {
    case .any: value.isNaN ? "must be a number" : nil
    case .positive: value > 0 ? nil : "must be above 0"
    case .notNegative: value >= 0 ? nil : "must not be negative"
    case .within(let range):
      range.contains(value) ? nil : "must lie between \(NumberText.text(range.lowerBound)) and \(NumberText.text(range.upperBound))"
    }
  }
}

/// A value with its place and the path of its key. Each getter says what the value was understood as.
public final class ConfigurationValue {
  let tree: ConfigurationTree
  /// The keys down to here: "checks.rate.below".
  public let path: String
  /// Relative paths in the file count from this folder.
  let folder: String
  var resolved: ResolvedValue = .word("null")

  init(_ tree: ConfigurationTree, path: String, folder: String) {
    self.tree = tree
    self.path = path
    self.folder = folder
  }

  public var place: ConfigurationPlace { tree.place }
  public func error(_ text: String) -> ConfigurationError { ConfigurationError(place, "'\(path)' \(text)") }
  private func wrong(_ wanted: String) -> ConfigurationError { error("must be \(wanted), not \(tree.kind)") }

  public var isSection: Bool { if case .section = tree.content { true } else { false } }
  public var isList: Bool { if case .list = tree.content { true } else { false } }
  /// Whether it is written as a number.
  public var isNumber: Bool { if case .plain(let text) = tree.content { NumberText.double(text) != nil } else { false } }

  public func number(_ check: NumberCheck = .any, unit: String = "") throws -> Double {
    guard case .plain(let text) = tree.content, let value = NumberText.double(text) else { throw wrong("a number") }
    if let fault = check.fault(value) { throw error("\(fault), got \(text)\(unit.isEmpty ? "" : " " + unit)") }
    resolved = .word(NumberText.text(value))
    return value
  }

  public func integer(_ check: NumberCheck = .any) throws -> Int {
    guard case .plain(let text) = tree.content, let value = NumberText.integer(text) else {
      if case .plain(let text) = tree.content, let number = NumberText.double(text), number.rounded() == number {
        throw error("is \(text), which is too large for a whole number")
      }
      throw wrong("a whole number")
    }
    if let fault = check.fault(Double(value)) { throw error("\(fault), got \(text)") }
    resolved = .word(String(value))
    return value
  }

  public func flag() throws -> Bool {
    guard case .plain(let text) = tree.content else { throw wrong("true or false") }
    switch text.lowercased() {
    case "true", "yes", "on": resolved = .word("true")
    case "false", "no", "off": resolved = .word("false")
    default: throw wrong("true or false")
    }
    return resolved == .word("true")
  }

  /// A word or a text; a number does not count as one unless it is quoted.
  public func text() throws -> String {
    switch tree.content {
    case .quoted(let text):
      resolved = .text(text)
      return text
    case .plain(let text) where tree.isWord:
      resolved = .text(text)
      return text
    default: throw wrong("a text")
    }
  }

  /// One of some words.
  public func choice(_ words: [String]) throws -> String {
    guard case .plain(let text) = tree.content else {
      guard case .quoted(let text) = tree.content else { throw wrong("one of \(words.joined(separator: ", "))") }
      return try choice(text, words)
    }
    return try choice(text, words)
  }
  private func choice(_ text: String, _ words: [String]) throws -> String {
    guard words.contains(text) else {
      let near = NearestKey.suggestion(for: text, among: words).map { "; did you mean '\($0)'?" } ?? ""
      throw error("must be one of \(words.joined(separator: ", ")), not '\(text)'\(near)")
    }
    resolved = .text(text)
    return text
  }
  public func choice<T: RawRepresentable & CaseIterable>(_: T.Type) throws -> T where T.RawValue == String {
    T(rawValue: try choice(T.allCases.map(\.rawValue)))!
  }

  /// The path of a file or folder: relative to the configuration's folder, or to the working folder where it comes from the command line.
  public func filePath() throws -> String {
    let base = if case .option = place { "." } else { folder }
    let path = ConfigurationFile.absolute(try text(), in: base)
    resolved = .text(path)
    return path
  }

  public func list() throws -> [ConfigurationValue] {
    guard case .list(let elements) = tree.content else { throw wrong("a list") }
    let values = elements.enumerated().map { ConfigurationValue($1, path: "\(path)[\($0)]", folder: folder) }
    resolved = .list(values)
    return values
  }

  /// - Parameter wanted: what the section is, for the message where it is something else.
  public func section(_ wanted: String = "a section of keys") throws -> ConfigurationSection {
    guard case .section(let members) = tree.content else { throw wrong(wanted) }
    let section = ConfigurationSection(members, place: place, path: path, folder: folder)
    resolved = .section(section)
    return section
  }
}
