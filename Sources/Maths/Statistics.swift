// Sample statistics and tests of goodness of fit.

/// Sample statistics. Sums run in the order of the sample, so they have the same bits everywhere.
public enum Statistics {
  public static func mean(_ sample: [Double]) -> Double {
    sample.reduce(0, +) / Double(sample.count)
  }
  /// The unbiased variance, by two passes. NaN for fewer than two values.
  public static func variance(_ sample: [Double]) -> Double {
    guard sample.count > 1 else { return .nan }
    let mean = mean(sample)
    return sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sample.count - 1)
  }
  public static func standardDeviation(_ sample: [Double]) -> Double {
    variance(sample).squareRoot()
  }
  /// Standard deviation over mean: of inter-spike intervals it is 1 for a Poisson train, 0 for a regular one.
  public static func coefficientOfVariation(_ sample: [Double]) -> Double {
    standardDeviation(sample) / mean(sample)
  }
  /// Pearson's correlation of two samples of one length. NaN where one of them is constant.
  public static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    precondition(x.count == y.count, "correlation of \(x.count) with \(y.count) values")
    let meanX = mean(x)
    let meanY = mean(y)
    var xx = 0.0
    var yy = 0.0
    var xy = 0.0
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    return xy / (xx * yy).squareRoot()
  }

  /// The statistic of a test and the probability of one at least as large if the hypothesis holds.
  public struct Test: Sendable, Equatable {
    public let statistic: Double, probability: Double
  }

  /// The test of Kolmogorov and Smirnov of a sample against a continuous law, with Stephens's (1970) correction for its size.
  public static func kolmogorovSmirnov(_ sample: [Double], cdf: (Double) -> Double) -> Test {
    let n = Double(sample.count)
    var largest = 0.0
    for (i, value) in sample.sorted().enumerated() {
      let expected = cdf(value)
      largest = max(largest, expected - Double(i) / n, Double(i + 1) / n - expected)
    }
    let root = n.squareRoot()
    return Test(statistic: largest, probability: kolmogorovTail((root + 0.12 + 0.11 / root) * largest))
  }
  /// The same test of two samples against each other.
  public static func kolmogorovSmirnov(_ x: [Double], _ y: [Double]) -> Test {
    let first = x.sorted()
    let second = y.sorted()
    var i = 0
    var j = 0
    var largest = 0.0
    while i < first.count && j < second.count {
      let value = min(first[i], second[j])
      while i < first.count && first[i] <= value { i += 1 }
      while j < second.count && second[j] <= value { j += 1 }
      largest = max(largest, (Double(i) / Double(first.count) - Double(j) / Double(second.count)).magnitude)
    }
    let root = (Double(first.count) * Double(second.count) / Double(first.count + second.count)).squareRoot()
    return Test(statistic: largest, probability: kolmogorovTail((root + 0.12 + 0.11 / root) * largest))
  }
  private static func kolmogorovTail(_ x: Double) -> Double {
    if x < 0.2 { return 1 }
    var sum = 0.0
    for k in 1...100 {
      let term = Elementary.exp(-2 * Double(k * k) * x * x)
      sum += k % 2 == 1 ? term : -term
      if term < 1e-17 { break }
    }
    return min(1, max(0, 2 * sum))
  }

  /// Pearson's chi-square test of observed against expected counts. Neighbouring classes are joined until at least `least` are expected
  /// in each; `fitted` parameters were taken from the sample.
  public static func chiSquare(observed: [Int], expected: [Double], least: Double = 5, fitted: Int = 0) -> Test {
    precondition(observed.count == expected.count, "\(observed.count) observed, \(expected.count) expected counts")
    var classes: [(Double, Double)] = []
    var pending = (0.0, 0.0)
    for (o, e) in zip(observed, expected) {
      pending = (pending.0 + Double(o), pending.1 + e)
      if pending.1 >= least {
        classes.append(pending)
        pending = (0, 0)
      }
    }
    if let last = classes.popLast() {
      classes.append((last.0 + pending.0, last.1 + pending.1))
    }
    let statistic = classes.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
    let freedom = classes.count - 1 - fitted
    guard freedom > 0 else { return Test(statistic: statistic, probability: .nan) }
    return Test(statistic: statistic, probability: upperGamma(Double(freedom) / 2, statistic / 2))
  }

  /// The regularised upper incomplete gamma function Q(a, x), by its series below a + 1 and its continued fraction above
  /// (Abramowitz and Stegun 6.5.29, 6.5.31).
  public static func upperGamma(_ a: Double, _ x: Double) -> Double {
    precondition(a > 0 && x >= 0, "upperGamma(\(a), \(x))")
    if x == 0 { return 1 }
    let factor = Elementary.exp(a * Elementary.log(x) - x - logGamma(a))
    if x < a + 1 {
      var term = 1 / a
      var sum = term
      var k = a
      while term > sum * 1e-16 {
        k += 1
        term *= x / k
        sum += term
      }
      return 1 - factor * sum
    }
    var b = x + 1 - a
    var c = 1e300
    var d = 1 / b
    var fraction = d
    for i in 1...1000 {
      let numerator = -Double(i) * (Double(i) - a)
      b += 2
      d = 1 / (numerator * d + b)
      c = b + numerator / c
      fraction *= c * d
      if (c * d - 1).magnitude < 1e-15 { break }
    }
    return factor * fraction
  }
  /// log of the gamma function of a positive number, by Stirling's series after shifting the argument above 16.
  public static func logGamma(_ x: Double) -> Double {
    var shifted = x
    var product = 1.0
    while shifted < 16 {
      product *= shifted
      shifted += 1
    }
    return (shifted - 0.5) * Elementary.log(shifted) - shifted + 0.918938533204672741780330 + stirlingError(shifted)
      - Elementary.log(product)
  }
}
