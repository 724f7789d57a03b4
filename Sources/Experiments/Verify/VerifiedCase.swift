// What a reference case gave.
import Storage

/// One case in one precision.
public struct VerifiedCase: Sendable {
  public let name: String
  public let precision: String
  /// The largest error, in the measure of the tolerance; infinite where something is plainly different.
  public let error: Double
  public let tolerance: Double
  /// Where the largest error lies, or what differs.
  public let detail: String
  public var holds: Bool { error <= tolerance }
  public init(name: String, precision: String, error: Double, tolerance: Double, detail: String) {
    self.name = name
    self.precision = precision
    self.error = error
    self.tolerance = tolerance
    self.detail = detail
  }
}

/// Tolerances stated in a case or its file: a number, or an object with `double` and `single`.
struct Tolerance {
  var double: Double
  var single: Double?

  init(of value: JSONValue, in file: JSONValue, double: Double, single: Double? = nil) {
    self.double = double
    self.single = single
    for source in [file, value] {
      for key in ["tolerance", "tolerances", "rtol"] {
        if let number = source[key]?.double { self.double = number }
        if let number = source[key]?["double"]?.double { self.double = number }
        if let number = source[key]?["single"]?.double { self.single = number }
      }
      if let number = source["tolerance_double"]?.double { self.double = number }
      if let number = source["tolerance_single"]?.double { self.single = number }
    }
  }
}
