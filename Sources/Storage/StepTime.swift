// The time of an integer step in milliseconds, as the number that a person would write.

/// Converts steps of a fixed resolution to milliseconds.
///
/// 0.1 ms is not a binary number, so `3 * 0.1` prints as 0.30000000000000004. Where the resolution is a whole number of micro- or
/// nanoseconds, the step is multiplied as an integer and divided once, which gives the double nearest to the decimal time.
public struct StepTime: Sendable, Equatable {
  /// [ms]
  public let resolution: Double
  private let multiplier: Int64
  private let divisor: Double

  public init(resolution: Double) {
    self.resolution = resolution
    for divisor in [1e3, 1e6] {
      let scaled = resolution * divisor
      if scaled >= 0.5, scaled < 1e9, abs(scaled - scaled.rounded()) <= 1e-9 * scaled {
        multiplier = Int64(scaled.rounded())
        self.divisor = divisor
        return
      }
    }
    multiplier = 0
    divisor = 1
  }

  /// [ms] The time of a step.
  public func milliseconds(_ step: Int64) -> Double {
    guard multiplier > 0 else { return Double(step) * resolution }
    let (product, overflow) = step.multipliedReportingOverflow(by: multiplier)
    return overflow ? Double(step) * resolution : Double(product) / divisor
  }
}
