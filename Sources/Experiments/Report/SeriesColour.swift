// Colours that tell populations and curves apart, also for colour-blind readers, on light and dark ground.

/// One of eight hues in a strong or a soft shade. The excitatory and inhibitory population of a layer share a hue.
public struct SeriesColour: Sendable, Hashable {
  public var hue: Int
  public var isSoft: Bool
  public init(hue: Int, isSoft: Bool = false) {
    self.hue = ((hue % Self.hues) + Self.hues) % Self.hues
    self.isSoft = isSoft
  }

  static let hues = 8
  /// The custom property that holds the colour on the page.
  var css: String { "var(--\(isSoft ? "q" : "p")\(hue))" }

  /// Colours for names in their order: names that differ only in a last E or I (L4E, L4I; exc, inh) share a hue.
  ///
  /// After eight hues the soft shades are used, after sixteen colours they repeat.
  public static func assign(to names: [String]) -> [SeriesColour] {
    let parts = names.map(split)
    var hueOfStem: [String: Int] = [:]
    for p in parts where hueOfStem[p.stem] == nil { hueOfStem[p.stem] = hueOfStem.count }
    let excitatory = Set(parts.filter { !$0.isInhibitory }.map(\.stem))
    let paired = Set(parts.filter { $0.isInhibitory }.map(\.stem)).intersection(excitatory)
    // Without a pair among the names, all are shown strong as long as hues last.
    guard !paired.isEmpty else { return names.indices.map { SeriesColour(hue: $0, isSoft: $0 / hues % 2 == 1) } }
    return parts.map { SeriesColour(hue: hueOfStem[$0.stem] ?? 0, isSoft: $0.isInhibitory && paired.contains($0.stem)) }
  }

  /// The part of a name that an excitatory and an inhibitory population share, and which of the two it is.
  private static func split(_ name: String) -> (stem: String, isInhibitory: Bool) {
    let lower = name.lowercased()
    for (ending, inhibitory) in [("excitatory", false), ("inhibitory", true), ("exc", false), ("inh", true)] where lower.hasSuffix(ending) {
      return (String(lower.dropLast(ending.count)), inhibitory)
    }
    if let last = name.last, last == "E" || last == "I" || lower == "e" || lower == "i" {
      return (String(lower.dropLast()), last == "I" || last == "i")
    }
    return (lower, false)
  }

  /// Strong and soft shade of each hue on light ground. Neighbours differ in lightness as well as in hue.
  static let onLight: [(strong: String, soft: String)] = [
    ("#1b6ca8", "#66a6d6"), ("#bb4f14", "#e8935a"), ("#0f7f63", "#4fb394"), ("#a8467f", "#d689b8"), ("#86690a", "#bf9f33"),
    ("#4d4fa3", "#a3a5dd"), ("#a83240", "#e58f96"), ("#52606b", "#a0adb7"),
  ]
  /// The same on dark ground: brighter, the soft shade paler still.
  static let onDark: [(strong: String, soft: String)] = [
    ("#3f93d6", "#97cdf7"), ("#e8763a", "#f9b98a"), ("#2aa985", "#84dcc0"), ("#d067a6", "#f0b0d6"), ("#c4a22e", "#ecd987"),
    ("#8b8df0", "#c6c7f8"), ("#ea6f7b", "#f6b6bc"), ("#93a2ae", "#cbd5dc"),
  ]
}
