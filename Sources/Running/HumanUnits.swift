// Numbers, byte counts and times as people read them.

/// Text of quantities. Pure functions, the same in any locale.
public enum HumanUnits {
  /// A number with a fixed count of decimals: `fixed(3.14159, 2)` is "3.14". Not finite: "nan", "inf", "-inf".
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let scale = power(decimals)
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let units = UInt64(scaled)
    let sign = value < 0 && units > 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(units) }
    let fraction = String(units % UInt64(scale))
    return sign + String(units / UInt64(scale)) + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// A number in the form 2.99e8.
  public static func scientific(_ value: Double, _ decimals: Int = 2) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, 0) }
    var exponent = 0
    var mantissa = abs(value)
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    var digits = fixed(mantissa, decimals)
    if digits.hasPrefix("10") {  // rounded up to the next power
      digits = fixed(mantissa / 10, decimals)
      exponent += 1
    }
    return "\(value < 0 ? "-" : "")\(digits)e\(exponent)"
  }

  /// A number with about `digits` significant digits, without trailing zeros; scientific outside 1e-4 ..< 1e6.
  public static func significant(_ value: Double, _ digits: Int = 3) -> String {
    guard value.isFinite else { return fixed(value, 0) }
    guard value != 0 else { return "0" }
    let size = abs(value)
    if size < 1e-4 || size >= 1e6 { return scientific(value, max(0, digits - 1)) }
    var decimals = digits - 1
    var edge = 1.0
    while size >= edge * 10 {
      edge *= 10
      decimals -= 1
    }
    while size < edge {
      edge /= 10
      decimals += 1
    }
    var text = fixed(value, max(0, decimals))
    if text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return text
  }

  /// A count in groups of three digits: 77 169. From `scientificFrom` on in the form 2.99e8.
  public static func count(_ value: Int64, separator: String = " ", scientificFrom limit: Int64 = 10_000_000) -> String {
    if value.magnitude >= limit.magnitude { return scientific(Double(value)) }
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: separator)
  }
  public static func count(_ value: Int, separator: String = " ") -> String { count(Int64(value), separator: separator) }

  /// A byte count in decimal units: 2.39 GB, 512 B.
  public static func bytes(_ count: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    var value = Double(count)
    var unit = 0
    // 999.5 would print as 1000 of a unit, so the next one takes over there.
    while abs(value) >= (unit == 0 ? 1000 : 999.5), unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(count) B" : "\(fixed(value, abs(value) >= 99.95 ? 0 : abs(value) >= 9.995 ? 1 : 2)) \(units[unit])"
  }

  /// A span of time in words: 12 ms, 8.4 s, 1.2 minutes, 3.5 hours, 2.1 days.
  public static func duration(_ seconds: Double) -> String {
    let size = abs(seconds)
    switch size {
    case ..<0.00095: return "\(significant(seconds * 1e6, 2)) us"
    case ..<0.095: return "\(significant(seconds * 1e3, 2)) ms"
    case ..<60: return "\(fixed(seconds, size < 10 ? 2 : 1)) s"
    case ..<3600: return "\(fixed(seconds / 60, 1)) minutes"
    case ..<86400: return "\(fixed(seconds / 3600, 1)) hours"
    case ..<Double.infinity: return "\(fixed(seconds / 86400, 1)) days"
    default: return "unknown"
    }
  }

  /// A span of time as a clock: 00:11, 1:02:03, 2d 03:04:05; "--:--" if unknown.
  public static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "--:--" }
    let whole = Int(seconds.rounded())
    let (days, hours, minutes, rest) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60, whole % 60)
    let tail = "\(twoDigits(minutes)):\(twoDigits(rest))"
    if days > 0 { return "\(days)d \(twoDigits(hours)):\(tail)" }
    return hours > 0 ? "\(hours):\(tail)" : tail
  }

  private static func twoDigits(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
  private static func power(_ decimals: Int) -> Double {
    var scale = 1.0
    for _ in 0..<max(0, decimals) { scale *= 10 }
    return scale
  }
}
