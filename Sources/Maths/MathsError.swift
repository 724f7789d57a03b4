// What can be wrong with a request to this module.

/// A law or a split that does not exist for the values given.
public struct MathsError: Error, Equatable, CustomStringConvertible {
  /// The law: "truncated normal", "Poisson".
  public let law: String
  /// Its parameter and the value given.
  public let parameter: String, value: Double
  /// What the value must be.
  public let requirement: String

  public var description: String { "\(law): \(parameter) is \(value), but must be \(requirement)" }

  /// Throws unless `holds`.
  static func check(_ holds: Bool, _ law: String, _ parameter: String, _ value: Double, _ requirement: String) throws(MathsError) {
    if !holds { throw MathsError(law: law, parameter: parameter, value: value, requirement: requirement) }
  }
}
