// Text and numbers as they may stand in a page.
import Running

enum HTMLText {
  /// Any text as HTML text or attribute value.
  static func escape(_ text: String) -> String {
    var out = ""
    out.reserveCapacity(text.utf8.count)
    for c in text.unicodeScalars {
      switch c {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      // Control characters (but tab and line ends) are not allowed in a page.
      case "\u{0}"..<"\u{9}", "\u{B}", "\u{C}", "\u{E}"..<"\u{20}", "\u{7F}": out += "\u{FFFD}"
      default: out.unicodeScalars.append(c)
      }
    }
    return out
  }

  /// A name that can be an element's id; "figure" if nothing is left.
  static func identifier(_ text: String) -> String {
    let kept = text.unicodeScalars.map { c -> Character in
      c.isASCII && (c.properties.isAlphabetic || ("0"..."9").contains(c)) ? Character(c) : "-"
    }
    return kept.contains { $0 != "-" } ? String(kept) : "figure"
  }

  /// A coordinate on a canvas of a few thousand units: one decimal is below a pixel's tenth.
  static func coordinate(_ x: Double) -> String {
    let tenths = Int((x * 10).rounded())
    return tenths % 10 == 0 ? String(tenths / 10) : HumanUnits.fixed(Double(tenths) / 10, 1)
  }

  /// A percentage for a style.
  static func percent(_ fraction: Double) -> String { HumanUnits.significant(100 * fraction, 5) + "%" }

  /// A count with thin spaces between groups of three digits.
  static func count(_ n: Int) -> String { HumanUnits.count(n, separator: "\u{202F}") }

  /// A value with three significant digits and a true minus and multiplication sign.
  static func value(_ x: Double) -> String {
    guard x.isFinite else { return "–" }
    let text = HumanUnits.significant(x, 3)
    guard let e = text.firstIndex(of: "e") else { return text.replacingOccurrences("-", "−") }
    let exponent = text[text.index(after: e)...].map { superscripts[$0] ?? String($0) }.joined()
    let mantissa = text[..<e].description.replacingOccurrences("-", "−")
    return mantissa + "\u{202F}×\u{202F}10" + exponent
  }

  private static let superscripts: [Character: String] = [
    "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
  ]
}

extension String {
  fileprivate func replacingOccurrences(_ old: Character, _ new: String) -> String { map { $0 == old ? new : String($0) }.joined() }
}
