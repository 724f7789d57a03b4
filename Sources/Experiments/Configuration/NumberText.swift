// Numbers as configurations write them, read and written.
import Foundation

/// The text of numbers: decimal, with an exponent, or infinite; never octal, hexadecimal or not-a-number.
enum NumberText {
  private static let characters = Set("0123456789+-.eE")

  static func double(_ text: String) -> Double? {
    switch text.lowercased() {
    case ".inf", "+.inf": return .infinity
    case "-.inf": return -.infinity
    default:
      guard text.allSatisfy(characters.contains), let value = Double(text), value.isFinite else { return nil }
      return value
    }
  }

  /// A whole number; `1e3` is one too.
  static func integer(_ text: String) -> Int? {
    if text.allSatisfy({ $0.isNumber || $0 == "-" || $0 == "+" }), let value = Int(text) { return value }
    guard let value = double(text), abs(value) <= 0x1p53 else { return nil }
    return Int(exactly: value)
  }

  /// The shortest text that reads back as the same number.
  static func text(_ value: Double) -> String {
    if value == .infinity { return ".inf" }
    if value == -.infinity { return "-.inf" }
    if abs(value) < 1e15, let whole = Int(exactly: value), !(value == 0 && value.sign == .minus) { return String(whole) }
    return "\(value)"
  }
}
