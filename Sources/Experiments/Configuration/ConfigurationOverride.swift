// The --set option: a value on the command line takes the place of a key of the file.

extension ConfigurationTree {
  /// Puts the values of `key.path=value` options into the tree, in their order. A part of a path is a key, or in a list the index or the
  /// `name` of an element.
  /// - Throws: `ConfigurationError` naming the option.
  mutating func apply(overrides: [String]) throws {
    for text in overrides {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ConfigurationError(.option(text), "an override is written --set key=value, or --set section.key=value")
      }
      let option = String(text[..<equals])
      let parts = option.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.allSatisfy({ !$0.isEmpty }) else { throw ConfigurationError(.option(option), "a part of the key is empty") }
      let value = try ConfigurationTree.parse(value: String(text[text.index(after: equals)...]), option: option)
      try set(parts[...], to: value, option: option)
    }
  }

  private mutating func set(_ path: ArraySlice<String>, to value: ConfigurationTree, option: String) throws {
    guard let key = path.first else {
      self = value
      return
    }
    let rest = path.dropFirst()
    switch content {
    case .section(var members):
      let place = ConfigurationPlace.option(option)
      if let i = members.firstIndex(where: { $0.key == key }) {
        if rest.isEmpty { members[i].place = place }
        try members[i].value.set(rest, to: value, option: option)
      } else {
        var inner = ConfigurationTree(.section([]), place)
        try inner.set(rest, to: value, option: option)
        members.append(Member(key: key, place: place, value: inner))
      }
      content = .section(members)
    case .list(var elements):
      guard let i = Self.place(of: key, in: elements) else {
        throw ConfigurationError(
          .option(option), "there is no element '\(key)' in a list of \(elements.count); give an index from 0 or the name of an element")
      }
      try elements[i].set(rest, to: value, option: option)
      content = .list(elements)
    default:
      throw ConfigurationError(.option(option), "'\(key)' cannot be set inside \(kind) (\(place)), which is not a section of keys")
    }
  }

  private static func place(of key: String, in elements: [ConfigurationTree]) -> Int? {
    if let index = Int(key) { return elements.indices.contains(index) ? index : nil }
    return elements.firstIndex { element in
      guard case .section(let members) = element.content else { return false }
      return members.contains { member in
        guard member.key == "name" else { return false }
        switch member.value.content {
        case .plain(let text), .quoted(let text): return text == key
        default: return false
        }
      }
    }
  }
}
