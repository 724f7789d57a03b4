// A section of keys: asked for one by one, with defaults; in the end no key may be left that nobody asked for.
import Running

/// Keys and values of one section. Every key that is asked for is known; `finish()` refuses the others.
public final class ConfigurationSection {
  private let members: [ConfigurationTree.Member]
  public let place: ConfigurationPlace
  public let path: String
  let folder: String
  /// Keys in the order in which they were asked for first.
  private var asked: [String] = []
  private(set) var values: [(key: String, value: ConfigurationValue)] = []
  /// What keys are that are not written, as far as they have a default.
  private var defaults: [String: ResolvedValue] = [:]

  init(_ members: [ConfigurationTree.Member], place: ConfigurationPlace, path: String, folder: String) {
    self.members = members
    self.place = place
    self.path = path
    self.folder = folder
  }

  public var keys: [String] { members.map(\.key) }
  public func has(_ key: String) -> Bool { members.contains { $0.key == key } }

  /// Keys that are written and that nobody has asked for yet.
  var unknownKeys: [String] { members.map(\.key).filter { !asked.contains($0) } }
  /// Whether a key was asked for.
  func knows(_ key: String) -> Bool { asked.contains(key) }

  private func path(of key: String) -> String { path.isEmpty ? key : path + "." + key }

  /// Whether a key that was asked for is written, and means something else than where it is left out. A resolved configuration has all
  /// keys, so that one is written tells nothing.
  func isChanged(_ key: String) -> Bool {
    guard has(key), let value = values.first(where: { $0.key == key })?.value, let standard = defaults[key] else { return false }
    return !(value.resolved == standard)
  }

  /// An error at a key, or at the section where the key is not written.
  public func error(_ key: String, _ text: String) -> ConfigurationError {
    let place = members.first { $0.key == key }?.value.place ?? place
    return ConfigurationError(place, "'\(path(of: key))' \(text)")
  }

  /// The value of a key, if it is written.
  public func value(_ key: String) -> ConfigurationValue? {
    if !asked.contains(key) { asked.append(key) }
    guard let member = members.first(where: { $0.key == key }) else { return nil }
    // Asked again (by a second reader of the same key) the value is the same.
    if let known = values.first(where: { $0.key == key }) { return known.value }
    let value = ConfigurationValue(member.value, path: path(of: key), folder: folder)
    values.append((key, value))
    return value
  }

  /// The value of a key, or what it is when it is not written.
  func value(_ key: String, default word: ResolvedValue) -> ConfigurationValue? {
    defaults[key] = word
    if let value = value(key) { return value }
    let standIn = ConfigurationValue(ConfigurationTree(.plain(""), place), path: path(of: key), folder: folder)
    standIn.resolved = word
    if !values.contains(where: { $0.key == key }) { values.append((key, standIn)) }
    return nil
  }

  /// The value of a key that must be written. A key that nearly is this one is called misspelt.
  public func required(_ key: String) throws -> ConfigurationValue {
    if let value = value(key) { return value }
    let unknown = members.filter { !asked.contains($0.key) }
    if let near = NearestKey.suggestion(for: key, among: unknown.map(\.key)), let member = unknown.first(where: { $0.key == near }) {
      throw ConfigurationError(member.place, "unknown key '\(near)'; did you mean '\(key)'?")
    }
    throw ConfigurationError(place, "the key '\(key)' is missing\(path.isEmpty ? "" : " in '\(path)'"); add it")
  }

  public func number(_ key: String, default value: Double, _ check: NumberCheck = .any, unit: String = "") throws -> Double {
    try self.value(key, default: .word(NumberText.text(value)))?.number(check, unit: unit) ?? value
  }
  public func number(_ key: String, _ check: NumberCheck = .any, unit: String = "") throws -> Double {
    try required(key).number(check, unit: unit)
  }
  public func integer(_ key: String, default value: Int, _ check: NumberCheck = .any) throws -> Int {
    try self.value(key, default: .word(String(value)))?.integer(check) ?? value
  }
  public func integer(_ key: String, _ check: NumberCheck = .any) throws -> Int { try required(key).integer(check) }
  public func flag(_ key: String, default value: Bool) throws -> Bool {
    try self.value(key, default: .word(value ? "true" : "false"))?.flag() ?? value
  }
  public func text(_ key: String, default value: String) throws -> String {
    try self.value(key, default: .text(value))?.text() ?? value
  }
  public func text(_ key: String) throws -> String { try required(key).text() }
  public func choice<T: RawRepresentable & CaseIterable>(_ key: String, default value: T) throws -> T where T.RawValue == String {
    try self.value(key, default: .text(value.rawValue))?.choice(T.self) ?? value
  }
  /// The section under a key, empty if it is not written.
  public func section(_ key: String) throws -> ConfigurationSection {
    if let value = value(key) { return try value.section() }
    let empty = ConfigurationSection([], place: place, path: path(of: key), folder: folder)
    _ = value(key, default: .section(empty))
    return empty
  }

  /// Refuses keys that nobody asked for, here and in all sections below.
  /// - Throws: `ConfigurationError` for the first unknown key, with the nearest key that is known.
  public func finish() throws {
    try refuseUnknown()
    for (_, value) in values { try value.resolved.finish() }
  }

  /// Refuses keys of this section alone.
  func refuseUnknown() throws {
    if let unknown = members.first(where: { !asked.contains($0.key) }) {
      throw ConfigurationError(
        unknown.place,
        "unknown key '\(unknown.key)'\(path.isEmpty ? "" : " in '\(path)'")\(NearestKey.hint(for: unknown.key, among: asked))")
    }
  }
}
