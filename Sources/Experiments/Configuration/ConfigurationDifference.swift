// Where two resolved configurations differ in what a run that goes on must not change.

/// A key in which two configurations differ.
struct ConfigurationDifference: Sendable, Equatable {
  let key: String
  /// The values, as they are written; nil where the key is missing.
  let first: String?
  let second: String?

  /// The difference in words that begin with what the first configuration belongs to.
  func text(_ run: String) -> String {
    func text(_ value: String?) -> String { value.map { "'\($0)'" } ?? "not there" }
    return "\(run) with key '\(key)' = \(text(first)), now it is \(text(second))"
  }

  /// Keys that change neither the state nor the recordings of a run: where synapses are kept, and when a run is given up.
  static let free = ["storage", "checks"]

  /// The first difference in the order of the first configuration, apart from keys that are free and those in `ignoring`.
  /// - Throws: `ConfigurationError` 78 where a text is no configuration.
  static func first(
    _ first: String, _ second: String, files: (String, String), ignoring: [String] = free
  ) throws -> ConfigurationDifference? {
    let (a, b) = (try leaves(first, files.0), try leaves(second, files.1))
    let other = Dictionary(b.map { ($0.key, $0.value) }) { $1 }
    let known = Set(a.map(\.key))
    func counts(_ key: String) -> Bool { !ignoring.contains { key == $0 || key.hasPrefix($0 + ".") } }
    for (key, value) in a where counts(key) && other[key] != value {
      return ConfigurationDifference(key: key, first: value, second: other[key])
    }
    for (key, value) in b where counts(key) && !known.contains(key) {
      return ConfigurationDifference(key: key, first: nil, second: value)
    }
    return nil
  }

  /// The value of a key that stands outside of sections.
  static func value(of key: String, in text: String, file: String) throws -> String? {
    try leaves(text, file).first { $0.key == key }?.value
  }

  /// All plain values with their keys: `populations.0.count`.
  private static func leaves(_ text: String, _ file: String) throws -> [(key: String, value: String)] {
    var leaves: [(key: String, value: String)] = []
    func add(_ tree: ConfigurationTree, _ path: String) {
      switch tree.content {
      case .plain(let text), .quoted(let text): leaves.append((path, text))
      case .list(let elements):
        if elements.isEmpty { leaves.append((path, "[]")) }
        for (i, element) in elements.enumerated() { add(element, "\(path).\(i)") }
      case .section(let members):
        if members.isEmpty { leaves.append((path, "{}")) }
        for member in members { add(member.value, path.isEmpty ? member.key : path + "." + member.key) }
      }
    }
    add(try ConfigurationTree.parse(text, file: file), "")
    return leaves
  }
}
