// Counts of values in bins of equal width.

/// A histogram over lower ..< upper; values beyond the ends count in `below` and `above` alone.
public struct Histogram: Sendable, Equatable {
  public let lower, upper: Double
  public private(set) var counts: [Int]
  public private(set) var below = 0
  public private(set) var above = 0
  /// Of all finite values counted, beyond the ends or not; nil if there were none.
  public private(set) var mean: Double?
  public private(set) var median: Double?

  /// Counts finite values into `bins` bins of equal width between `lower` and `upper`.
  public init(_ values: [Double], lower: Double, upper: Double, bins: Int) {
    precondition(bins > 0 && upper > lower, "a histogram needs a bin and a span")
    self.lower = lower
    self.upper = upper
    counts = Array(repeating: 0, count: bins)
    let finite = values.filter(\.isFinite).sorted()
    for v in finite {
      if v < lower {
        below += 1
      } else if v >= upper {
        above += 1
      } else {
        counts[min(bins - 1, Int((v - lower) / (upper - lower) * Double(bins)))] += 1
      }
    }
    guard !finite.isEmpty else { return }
    mean = finite.reduce(0, +) / Double(finite.count)
    median = Histogram.quantile(0.5, ofSorted: finite)
  }

  /// All finite values counted.
  public var total: Int { counts.reduce(below + above, +) }

  /// The q-quantile (0...1) of rising values, interpolated between neighbours; nil if there are none.
  static func quantile(_ q: Double, ofSorted values: [Double]) -> Double? {
    guard let last = values.last else { return nil }
    let place = q * Double(values.count - 1)
    let i = Int(place)
    return i + 1 < values.count ? values[i] + (place - Double(i)) * (values[i + 1] - values[i]) : last
  }

  /// Histograms of several sets over one span: from 0 to a round value that holds 99.5 % of each set.
  public static func common(_ sets: [[Double]], bins: Int = 60) -> [Histogram] {
    var upper = 0.0
    for s in sets {
      let sorted = s.filter(\.isFinite).sorted()
      if let q = quantile(0.995, ofSorted: sorted) { upper = max(upper, q) }
    }
    let span = AxisScale.nice(0, upper > 0 ? upper * 1.02 : 1, ticks: 6)
    return sets.map { Histogram($0, lower: 0, upper: span.upper, bins: bins) }
  }
}
