// A configuration file as a tree that remembers where each key and value stands.
import Foundation
import Yams

/// A node of a configuration with its place.
struct ConfigurationTree: Sendable {
  indirect enum Content: Sendable {
    /// A bare word or number: its meaning depends on what is asked for.
    case plain(String)
    /// A quoted text, never a number.
    case quoted(String)
    case list([ConfigurationTree])
    case section([Member])
  }
  struct Member: Sendable {
    var key: String
    var place: ConfigurationPlace
    var value: ConfigurationTree
  }
  var content: Content
  var place: ConfigurationPlace

  init(_ content: Content, _ place: ConfigurationPlace) {
    self.content = content
    self.place = place
  }

  /// Whether it is a bare word, neither a number nor nothing.
  var isWord: Bool {
    guard case .plain(let text) = content else { return false }
    return !Self.isNothing(text) && NumberText.double(text) == nil
  }
  private static func isNothing(_ text: String) -> Bool { text.isEmpty || text == "~" || text.lowercased() == "null" }

  /// The kind of value in words, for messages.
  var kind: String {
    switch content {
    case .plain(let text):
      if Self.isNothing(text) { return "nothing" }
      return NumberText.double(text) != nil ? "the number \(text)" : "'\(text)'"
    case .quoted(let text): return "the text \"\(text)\""
    case .list(let elements): return "a list of \(elements.count)"
    case .section: return "a section of keys"
    }
  }
}

extension ConfigurationTree {
  /// Reads a file; it must hold one section of keys.
  /// - Throws: `ConfigurationError` 66 if the file is missing or cannot be read, 78 with line for what is no YAML.
  static func read(_ path: String) throws -> ConfigurationTree {
    let text = try ConfigurationFile.text(path)
    return try parse(text, file: path)
  }

  /// Parses the text of a file.
  static func parse(_ text: String, file: String) throws -> ConfigurationTree {
    let tree = try compose(text) { .line($0, of: file) } ?? ConfigurationTree(.section([]), .line(1, of: file))
    guard case .section = tree.content else {
      throw ConfigurationError(tree.place, "a configuration is a section of keys (key: value), not \(tree.kind)")
    }
    return tree
  }

  /// Parses the value of a `--set`.
  static func parse(value: String, option: String) throws -> ConfigurationTree {
    try compose(value) { _ in .option(option) } ?? ConfigurationTree(.plain(""), .option(option))
  }

  private static func compose(_ text: String, place: (Int) -> ConfigurationPlace) throws -> ConfigurationTree? {
    do {
      // The basic resolver leaves the meaning of bare words to the reader of the key.
      guard let node = try Yams.compose(yaml: text, .basic) else { return nil }
      return try convert(node, place, depth: 0)
    } catch let error as YamlError {
      throw configurationError(error, in: text, place)
    }
  }

  private static func convert(_ node: Node, _ place: (Int) -> ConfigurationPlace, depth: Int) throws -> ConfigurationTree {
    let here = place(node.mark?.line ?? 1)
    guard depth < 64 else { throw ConfigurationError(here, "the keys are nested deeper than 64 levels") }
    switch node {
    case .scalar(let scalar):
      switch scalar.style {
      case .singleQuoted, .doubleQuoted, .literal, .folded: return ConfigurationTree(.quoted(scalar.string), here)
      default: return ConfigurationTree(.plain(scalar.string), here)
      }
    case .sequence(let sequence):
      return ConfigurationTree(.list(try sequence.map { try convert($0, place, depth: depth + 1) }), here)
    case .mapping(let mapping):
      var members: [Member] = []
      for (key, value) in mapping {
        let keyPlace = place(key.mark?.line ?? 1)
        guard case .scalar(let name) = key else { throw ConfigurationError(keyPlace, "a key must be one word") }
        members.append(Member(key: name.string, place: keyPlace, value: try convert(value, place, depth: depth + 1)))
      }
      return ConfigurationTree(.section(members), here)
    case .alias(let alias):
      throw ConfigurationError(here, "the alias *\(alias.anchor.rawValue) names no anchor")
    }
  }

  private static func configurationError(
    _ error: YamlError, in text: String, _ place: (Int) -> ConfigurationPlace
  ) -> ConfigurationError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
      ConfigurationError(place(mark.line), "this is not YAML: \(problem); check indentation, colons and brackets")
    case .duplicatedKeysInMapping(let keys, let context):
      ConfigurationError(
        place(keys.first.flatMap { secondLine(of: $0, in: text, from: context.mark) } ?? context.mark.line),
        "key \(keys.map { "'\($0)'" }.joined(separator: ", ")) stands twice in the same section; remove one of them")
    case .reader(let problem, _, _, _): ConfigurationError(place(1), "this is not text in UTF-8: \(problem)")
    default: ConfigurationError(place(1), "this is not YAML: \(error)")
    }
  }

  /// The line on which a key stands for the second time in the section, in lines of its own, that begins at `start`.
  private static func secondLine(of key: String, in text: String, from start: Mark) -> Int? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().dropFirst(start.line - 1)
    let found = lines.filter { _, line in
      let indentation = line.prefix { $0 == " " || $0 == "-" }
      let rest = line.dropFirst(indentation.count)
      return indentation.count == start.column - 1
        && ["", "\"", "'"].contains { quote in
          rest.hasPrefix(quote + key + quote) && rest.dropFirst(key.count + 2 * quote.count).drop { $0 == " " }.first == ":"
        }
    }
    return found.dropFirst().first.map { $0.offset + 1 }
  }
}

/// Reading a configuration from disk.
enum ConfigurationFile {
  /// - Throws: `ConfigurationError` 66 if the file cannot be read, 78 if it is not text.
  static func text(_ path: String) throws -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      let isThere = FileManager.default.fileExists(atPath: path)
      throw ConfigurationError(
        .file(path),
        isThere
          ? "the configuration cannot be read; check its permissions"
          : "there is no such file; give the path of a configuration (YAML), of a SONATA simulation_config.json or of a SONATA folder",
        exitCode: .missingInput)
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ConfigurationError(.file(path), "the configuration is not text in UTF-8; give a YAML file or a SONATA configuration")
    }
    return text
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func folder(of path: String) -> String { (absolute(path, in: ".") as NSString).deletingLastPathComponent }

  static func isFolder(_ path: String) -> Bool {
    var folder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &folder) && folder.boolValue
  }

  /// A path made absolute: relative ones count from a folder.
  static func absolute(_ path: String, in folder: String) -> String {
    let base = URL(fileURLWithPath: folder, isDirectory: true)
    return URL(fileURLWithPath: (path as NSString).expandingTildeInPath, relativeTo: base).standardizedFileURL.path
  }
}
