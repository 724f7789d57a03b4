// The cumulative probabilities of a Poisson law, for tables of thresholds.

/// The probabilities of a Poisson law around its mode, relative to that of the mode, and their sum, in twice the digits of a double.
struct PoissonCumulative {
  /// The first count whose probability is kept; that of all below it is under 2^-70.
  let firstCount: Int
  private let relative: [DoubleDouble]
  private let sum: DoubleDouble

  init(mean: Double) {
    let mode = Int(mean)
    var below: [DoubleDouble] = []
    var term = DoubleDouble(1)
    var k = mode
    while k > 0 && (mode < 100 || term.high > 0x1p-90) {
      term = term * Double(k) / mean
      k -= 1
      below.append(term)
    }
    firstCount = k
    var above: [DoubleDouble] = []
    term = DoubleDouble(1)
    k = mode
    while term.high > 0x1p-90 {
      k += 1
      term = term * mean / Double(k)
      above.append(term)
    }
    relative = below.reversed() + [DoubleDouble(1)] + above
    sum = relative.reduce(DoubleDouble(0), +)
  }

  /// P(count <= k) for k = firstCount, firstCount + 1, ... as `upperBits` and 32 more bits of a fraction, cut off below; as many as
  /// are less than one to that precision.
  func thresholds(upperBits: Int) -> [(high: UInt32, low: UInt32)] {
    let whole = UInt64(1) << UInt64(upperBits)
    var result: [(high: UInt32, low: UInt32)] = []
    var cumulative = DoubleDouble(0)
    for term in relative {
      cumulative = cumulative + term
      let (high, rest) = (cumulative / sum * Double(whole)).floorAndRest
      guard high < whole else { break }
      result.append((UInt32(high), UInt32(truncatingIfNeeded: (rest * 0x1p32).floorAndRest.0)))
    }
    // The sum's own rounding leaves some last entries a hair below one.
    while let last = result.last, UInt64(last.high) == whole - 1, last.low == .max { result.removeLast() }
    return result
  }
}
