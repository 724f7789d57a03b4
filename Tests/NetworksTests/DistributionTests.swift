// Laws of one number: cumulative probabilities, and draws in both precisions against them.
import Glibc
import Testing

@testable import Maths
@testable import Networks

let continuousLaws: [Distribution] = [
  .normal(mean: 87.8, sd: 8.78), .normal(mean: 87.8, sd: 8.78, min: 0), .normal(mean: -351, sd: 35.1, max: 0),
  .normal(mean: 1.5, sd: 0.75, min: 0.1, max: 2), .normal(mean: 0, sd: 1, min: 1, max: 1.5), .lognormal(mu: -1, sigma: 0.5),
  .lognormal(mu: 0.3, sigma: 1, min: 0.5, max: 4), .lognormal(mu: 0.3, sigma: 1, max: 2), .uniform(low: -2, high: 3),
  .exponential(mean: 3), .exponential(mean: 26.4, offset: 1, max: 80), .exponential(mean: 0.5, offset: -2),
]

/// The density without its bounds, from the textbook.
private func density(_ law: Distribution, _ x: Double) -> Double {
  switch law {
  case .normal(let mean, let sd, _, _): exp(-0.5 * (x - mean) * (x - mean) / (sd * sd)) / (sd * (2 * Double.pi).squareRoot())
  case .lognormal(let mu, let sigma, _, _):
    x <= 0
      ? 0
      : exp(-0.5 * (log(x) - mu) * (log(x) - mu) / (sigma * sigma)) / (x * sigma * (2 * Double.pi).squareRoot())
  case .uniform(let low, let high): x < low || x > high ? 0 : 1 / (high - low)
  case .exponential(let mean, let offset, _): x < offset ? 0 : exp(-(x - offset) / mean) / mean
  case .constant, .rounded: 0
  }
}
/// Simpson's rule.
private func integral(_ law: Distribution, from a: Double, to b: Double) -> Double {
  let n = 4000
  let h = (b - a) / Double(n)
  return (0...n).reduce(0) { $0 + density(law, a + Double($1) * h) * ($1 == 0 || $1 == n ? 1 : $1 % 2 == 1 ? 4 : 2) } * h / 3
}

@Suite struct DistributionTests {
  @Test(arguments: continuousLaws) func cumulativeIsTheIntegralOfTheDensity(law: Distribution) {
    let (low, high) =
      switch law {
      case .normal(let mean, let sd, let low, let high): (max(low, mean - 9 * sd), min(high, mean + 9 * sd))
      case .lognormal(let mu, let sigma, let low, let high): (max(low, 1e-9), min(high, exp(mu + 6 * sigma)))
      case .exponential(let mean, let offset, let high): (offset, min(high, offset + 30 * mean))
      default: (law.support.lowerBound, law.support.upperBound)
      }
    let whole = integral(law, from: low, to: high)
    for i in 1..<10 {
      let x = low + (high - low) * Double(i) / 10
      #expect((law.cumulative(x) - integral(law, from: low, to: x) / whole).magnitude < 1e-7, "at \(x)")
    }
    #expect(law.cumulative(low - 1) <= 1e-9 && law.cumulative(high + 1) >= 1 - 1e-8)
  }
  @Test func knownValues() {
    #expect((Distribution.normal(mean: 0, sd: 1).cumulative(1.959_963_984_540_054) - 0.975).magnitude < 1e-15)
    #expect((Distribution.normal(mean: 5, sd: 2, min: 5).cumulative(7) - 0.682_689_492_137_086).magnitude < 1e-14)
    #expect((Distribution.exponential(mean: 2, offset: 1).cumulative(3) - 0.632_120_558_828_558).magnitude < 1e-14)
    #expect((Distribution.lognormal(mu: 1, sigma: 3).cumulative(2.718_281_828_459_045) - 0.5).magnitude < 1e-15)
    #expect(Distribution.uniform(low: 2, high: 6).cumulative(3) == 0.25)
  }
  @Test func lawsWithoutWidth() throws {
    for law: Distribution in [
      .constant(2), .normal(mean: 2, sd: 0), .uniform(low: 2, high: 2), .lognormal(mu: log(2), sigma: 0),
    ] {
      #expect(law.cumulative(1.99) == 0 && law.cumulative(2.01) == 1)
    }
    for (law, isConstant) in [
      (Distribution.constant(2), true), (.normal(mean: 2, sd: 0), true), (.normal(mean: 2, sd: 1), false),
      (.lognormal(mu: 0, sigma: 0), true), (.lognormal(mu: 0, sigma: 1), false), (.uniform(low: 0, high: 1), false),
      (.exponential(mean: 1), false), (.rounded(to: 0.5, of: .normal(mean: 2, sd: 0)), true),
      (.rounded(to: 0.5, of: .uniform(low: 0, high: 1)), false),
    ] {
      #expect(law.isConstant == isConstant)
      #expect(try (Law<Float>(law, of: "it").constant != nil) == isConstant)
    }
  }
  @Test func roundedGathersHalfAUnitToEitherSide() {
    let inner = Distribution.exponential(mean: 3, offset: 1)
    let law = Distribution.rounded(to: 2, of: inner)
    for k in 0..<6 {
      let value = 2 * Double(k)
      // The probability of the value itself.
      let mass = law.cumulative(value + 0.001) - law.cumulative(value)
      #expect((mass - (inner.cumulative(value + 1) - inner.cumulative(value - 1))).magnitude < 1e-15)
      #expect(law.cumulative(value + 0.001) == law.cumulative(value + 2))
    }
    #expect(law.support == 2...Double.infinity && law.mean == 4)
  }

  /// Mean by the integral of the tail.
  @Test(arguments: [
    Distribution.normal(mean: 3, sd: 2), .lognormal(mu: -1, sigma: 0.5), .uniform(low: 1, high: 4), .exponential(mean: 3, offset: 1),
    .constant(3),
  ]) func means(law: Distribution) {
    let (low, high, n) = (-20.0, 100.0, 400_000)
    let h = (high - low) / Double(n)
    let mean = low + (0..<n).reduce(0) { $0 + (1 - law.cumulative(low + (Double($1) + 0.5) * h)) } * h
    #expect((mean - law.mean).magnitude < 1e-3)
  }

  @Test func faults() {
    for law: Distribution in [
      .constant(.nan), .constant(.infinity), .normal(mean: 0, sd: -1), .normal(mean: .nan, sd: 1), .normal(mean: 0, sd: .infinity),
      .normal(mean: 0, sd: 1, min: 2, max: 1), .normal(mean: 0, sd: 1, min: .nan), .lognormal(mu: 0, sigma: -1),
      .lognormal(mu: .infinity, sigma: 1),
      .lognormal(mu: 0, sigma: 1, min: 2, max: 1), .uniform(low: 1, high: 0), .uniform(low: .nan, high: 1),
      .uniform(low: 0, high: .infinity),
      .exponential(mean: 0), .exponential(mean: -1), .exponential(mean: .nan), .exponential(mean: 1, offset: 3, max: 2),
      .exponential(mean: 1, offset: .nan), .rounded(to: 0, of: .constant(1)), .rounded(to: .nan, of: .constant(1)),
      .rounded(to: 1, of: .constant(.nan)),
    ] {
      #expect(law.fault != nil, "\(law)")
      #expect(throws: NetworkError.self) { try Law<Float>(law, of: "weight") }
      #expect(throws: NetworkError.self) { try DelayTable(law, resolution: 0.1, projection: "p") }
    }
    for law in continuousLaws { #expect(law.fault == nil) }
    let error = #expect(throws: NetworkError.self) { try Law<Double>(.normal(mean: 0, sd: -1), of: "projection e: weight") }
    #expect("\(error!)" == "projection e: weight has the negative sd -1.0")
  }
}

@Suite struct LawTests {
  private func draws<W: VectorScalar>(_ law: Distribution, _: W.Type, count: Int = 20_000) throws -> [W] {
    let prepared = try Law<W>(law, of: "test")
    var values = [W](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer {
      prepared.fill(RandomBlocks(StreamKey(seed: 11, purpose: .test), a: 3), count: count, into: $0.baseAddress!)
    }
    return values
  }
  private func check<W: VectorScalar>(_ law: Distribution, _: W.Type) throws {
    let values = try draws(law, W.self).map { Double($0) }
    #expect(Statistics.kolmogorovSmirnov(values) { law.cumulative($0) }.probability > 0.001)
    let slack = W.self == Float.self ? 1e-6 : 1e-14
    let support = law.support
    #expect(
      values.allSatisfy {
        $0 >= support.lowerBound - slack * abs(support.lowerBound) && $0 <= support.upperBound + slack * abs(support.upperBound)
      })
  }
  @Test(arguments: continuousLaws) func drawsFollowTheLawInSingle(law: Distribution) throws { try check(law, Float.self) }
  @Test(arguments: continuousLaws) func drawsFollowTheLawInDouble(law: Distribution) throws { try check(law, Double.self) }

  @Test func roundedDraws() throws {
    let law = Distribution.rounded(to: 0.5, of: .exponential(mean: 2, offset: 1))
    let values = try draws(law, Double.self)
    #expect(values.allSatisfy { ($0 * 2).rounded() == $0 * 2 })
    var observed = [Int](repeating: 0, count: 40)
    for value in values { observed[min(39, Int(value * 2))] += 1 }
    let expected = (0..<40).map { k in
      20_000 * ((k == 39 ? 1 : law.cumulative(Double(k) / 2 + 0.1)) - law.cumulative(Double(k) / 2))
    }
    #expect(Statistics.chiSquare(observed: observed, expected: expected).probability > 0.001)
    #expect(throws: NetworkError.self) { try Law<Float>(.rounded(to: 1, of: .rounded(to: 2, of: .constant(3))), of: "test") }
  }
  @Test func constants() throws {
    #expect(try Law<Float>(.constant(2.5), of: "test").constant == 2.5)
    #expect(try Law<Float>(.normal(mean: 2.5, sd: 0), of: "test").constant == 2.5)
    #expect(try Law<Double>(.rounded(to: 2, of: .constant(2.5)), of: "test").constant == 2)
    #expect(try Law<Double>(.uniform(low: 0, high: 1), of: "test").constant == nil)
    let exponentialOfOne = try draws(.lognormal(mu: 1, sigma: 0), Double.self, count: 10)
    #expect(exponentialOfOne.allSatisfy { $0 == Elementary.exp(1) } && abs(Elementary.exp(1) - exp(1)) <= exp(1).ulp)
    #expect(try draws(.constant(-7), Float.self, count: 100) == [Float](repeating: -7, count: 100))
  }
  /// Draw i does not depend on how many are drawn.
  @Test(arguments: continuousLaws) func drawsAreAddressed(law: Distribution) throws {
    #expect(try draws(law, Float.self, count: 37) == Array(draws(law, Float.self, count: 1000)[..<37]))
    #expect(try draws(law, Double.self, count: 37) == Array(draws(law, Double.self, count: 1000)[..<37]))
  }
}
