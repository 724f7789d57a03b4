// A SONATA configuration file as JSON with its manifest: variables in texts, paths relative to the file, errors that name the key.

/// One section of a configuration file, an object with known keys.
struct SonataSection {
  let file: String
  /// The keys down to this section, with points between: "inputs.lgn_spikes".
  let place: String
  let object: JSONObject
  /// Where the file lies.
  let folder: String
  private let variables: [String: String]

  /// Reads a configuration file; variables of the file that refers to it are known in it too.
  init(_ path: String, inherited: [String: String] = [:]) throws(StorageError) {
    guard let object = try JSONValue.read(path).object else {
      throw .badData(path, "read the configuration", "it is not a JSON object")
    }
    file = path
    place = ""
    self.object = object
    folder = path.contains("/") ? String(path[..<path.lastIndex(of: "/")!]) : "."
    var variables = inherited
    variables["configdir"] = folder
    variables["workingdir"] = "."
    if let manifest = object["manifest"] {
      guard let members = manifest.object?.members else { throw Self.wrong(path, "manifest", "an object", manifest) }
      for (key, value) in members {
        guard let text = value.string else { throw Self.wrong(path, "manifest.\(key)", "a text", value) }
        variables[String(key.hasPrefix("$") ? key.dropFirst() : key[...])] = text
      }
    }
    self.variables = variables
  }

  private init(_ parent: SonataSection, _ key: String, _ object: JSONObject) {
    file = parent.file
    place = parent.place.isEmpty ? key : parent.place + "." + key
    self.object = object
    folder = parent.folder
    variables = parent.variables
  }

  var inheritedVariables: [String: String] { variables }

  func error(_ key: String, _ reason: String, remedy: String = "correct the configuration") -> StorageError {
    .badData("\(file):\(place.isEmpty ? key : place + "." + key)", "read the configuration", reason, remedy: remedy)
  }
  private static func wrong(_ file: String, _ place: String, _ wanted: String, _ value: JSONValue) -> StorageError {
    .badData(
      "\(file):\(place)", "read the configuration", "it is \(value.kindName) instead of \(wanted)", remedy: "correct the configuration")
  }
  private func wrong(_ key: String, _ wanted: String, _ value: JSONValue) -> StorageError {
    Self.wrong(file, place.isEmpty ? key : place + "." + key, wanted, value)
  }

  /// The value of a key; JSON's null counts as missing.
  func value(_ key: String) -> JSONValue? {
    if let value = object[key], value != .null { value } else { nil }
  }

  func string(_ key: String) throws(StorageError) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else { throw wrong(key, "a text", value) }
    return try substituted(text, key)
  }
  func double(_ key: String) throws(StorageError) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.double else { throw wrong(key, "a number", value) }
    return number
  }
  func bool(_ key: String) throws(StorageError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let truth = value.bool else { throw wrong(key, "true or false", value) }
    return truth
  }
  /// One text or a list of texts.
  func strings(_ key: String) throws(StorageError) -> [String]? {
    guard let value = value(key) else { return nil }
    var texts: [String] = []
    for element in value.array ?? [value] {
      guard let text = element.string else { throw wrong(key, "a text or a list of texts", value) }
      texts.append(try substituted(text, key))
    }
    return texts
  }
  /// A path, made absolute or relative to the working folder like the file's own.
  func path(_ key: String, in base: String? = nil) throws(StorageError) -> String? {
    guard let text = try string(key) else { return nil }
    return Self.join(base ?? folder, text)
  }
  func section(_ key: String) throws(StorageError) -> SonataSection? {
    guard let value = value(key) else { return nil }
    guard let members = value.object else { throw wrong(key, "an object", value) }
    return SonataSection(self, key, members)
  }
  /// The objects in a list, or the members of an object that are objects themselves, with their names.
  func sections(_ key: String) throws(StorageError) -> [(name: String, section: SonataSection)] {
    guard let value = value(key) else { return [] }
    var result: [(String, SonataSection)] = []
    switch value {
    case .array(let elements):
      for (i, element) in elements.enumerated() {
        guard let members = element.object else { throw wrong("\(key)[\(i)]", "an object", element) }
        result.append((String(i), SonataSection(self, "\(key)[\(i)]", members)))
      }
    case .object(let object):
      for member in object.members {
        guard let members = member.value.object else { throw wrong("\(key).\(member.key)", "an object", member.value) }
        result.append((member.key, SonataSection(self, "\(key).\(member.key)", members)))
      }
    default: throw wrong(key, "a list or an object", value)
    }
    return result
  }

  /// A word for each key that is neither known nor empty.
  func notes(known: Set<String>) -> [String] {
    object.keys.filter { !known.contains($0) && value($0) != nil }
      .map { "\(file): the key \(place.isEmpty ? $0 : place + "." + $0) has no effect" }
  }

  static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") { return path }
    var parts = folder == "." ? [] : folder.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    let isAbsolute = folder.hasPrefix("/")
    for part in path.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": if let last = parts.last, last != ".." { parts.removeLast() } else if !isAbsolute { parts.append("..") }
      default: parts.append(String(part))
      }
    }
    return (isAbsolute ? "/" : "") + (parts.isEmpty && !isAbsolute ? "." : parts.joined(separator: "/"))
  }

  /// Replaces $NAME and ${NAME}. A manifest may use its own variables in any order; a circle is an error.
  private func substituted(_ text: String, _ key: String) throws(StorageError) -> String {
    var text = text
    for _ in 0..<32 {
      guard let dollar = text.firstIndex(of: "$") else { return text }
      let after = text.index(after: dollar)
      let name: Substring
      let end: String.Index
      if after < text.endIndex, text[after] == "{" {
        guard let close = text[after...].firstIndex(of: "}") else { throw error(key, "a closing } is missing in \"\(text)\"") }
        name = text[text.index(after: after)..<close]
        end = text.index(after: close)
      } else {
        name = text[after...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        end = name.endIndex
      }
      guard let value = variables[String(name)] else {
        throw error(key, "the manifest has no variable $\(name)", remedy: "add it to \"manifest\" or correct its name")
      }
      text.replaceSubrange(dollar..<end, with: value)
    }
    throw error(key, "the variables of the manifest refer to each other in a circle")
  }
}
