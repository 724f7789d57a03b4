// Laws of counts from streams: moments, and chi-square against their probabilities.
import Glibc
import Testing

@testable import Maths

/// log k!, by the C library: a reference apart from our own Stirling series.
private func logFactorial(_ k: Double) -> Double { lgamma(k + 1) }
private func binomialProbability(_ k: Double, _ n: Double, _ p: Double) -> Double {
  Glibc.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Glibc.log(p) + (n - k) * log1p(-p))
}
private func poissonProbability(_ k: Double, _ mean: Double) -> Double { Glibc.exp(k * Glibc.log(mean) - mean - logFactorial(k)) }

/// Compares counts with the probabilities of 0 ... up to `upTo`, the rest being one class.
func chiSquare(_ counts: [Int], upTo: Int, _ probability: (Double) -> Double) -> Statistics.Test {
  var observed = [Int](repeating: 0, count: upTo + 2)
  for count in counts { observed[min(count, upTo + 1)] += 1 }
  var expected = (0...upTo).map { probability(Double($0)) * Double(counts.count) }
  expected.append(max(0, Double(counts.count) - expected.reduce(0, +)))
  return Statistics.chiSquare(observed: observed, expected: expected)
}
func expectMoments(_ counts: [Int], mean: Double, variance: Double, _ location: SourceLocation = #_sourceLocation) {
  let sample = counts.map(Double.init)
  let n = Double(counts.count)
  #expect((Statistics.mean(sample) - mean).magnitude < 4 * (variance / n).squareRoot(), sourceLocation: location)
  #expect((Statistics.variance(sample) / variance - 1).magnitude < 4 * ((2 + 1 / variance) / n).squareRoot(), sourceLocation: location)
}

@Suite struct CountLawTests {
  let count = 30_000

  @Test(arguments: [
    (1, 0.3), (7, 0.5), (40, 0.02), (1000, 0.009), (30, 0.97), (20, 0.5), (25, 0.41), (100, 0.11), (1000, 0.5), (1000, 0.95),
    (100_000, 2e-3),
  ])
  func binomial(n: Int, p: Double) {
    var stream = RandomStream(seed: 11, purpose: .test, object: UInt64(n), index: p.bitPattern)
    let counts = (0..<count).map { _ in stream.binomial(n, p) }
    expectMoments(counts, mean: Double(n) * p, variance: Double(n) * p * (1 - p))
    #expect(chiSquare(counts, upTo: n) { binomialProbability($0, Double(n), p) }.probability > 0.001)
  }

  /// So many trials that the law is normal to within what the sample can tell.
  @Test(arguments: [(1 << 40, 0.3), (1 << 40, 1e-6), (1 << 52, 0.5), (299_000_000, 0.0137)])
  func binomialOfManyTrials(n: Int, p: Double) {
    var stream = RandomStream(seed: 12, purpose: .test, object: UInt64(n), index: p.bitPattern)
    let mean = Double(n) * p
    let deviation = (mean * (1 - p)).squareRoot()
    // A uniform number fills the gap between counts; the first term of the Edgeworth series corrects the law's skew.
    let sample = (0..<count).map { _ in Double(stream.binomial(n, p)) - mean + stream.uniform() - 0.5 }.map { $0 / deviation }
    let skew = (1 - 2 * p) / deviation
    let test = Statistics.kolmogorovSmirnov(sample) { x in
      Elementary.normalCDF(x) - skew / 6 * (x * x - 1) * Elementary.exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
    }
    #expect(test.probability > 0.001)
  }
  @Test func binomialAtItsEnds() {
    var stream = RandomStream(seed: 13, purpose: .test)
    #expect(stream.binomial(0, 0.5) == 0 && stream.binomial(50, 0) == 0 && stream.binomial(50, 1) == 50)
    #expect((0..<1000).allSatisfy { _ in stream.binomial(1 << 40, 1e-13) < 20 })
  }

  @Test(arguments: [0.01, 0.7, 4.2, 9.99, 10, 12.5, 55, 400])
  func poisson(mean: Double) {
    var stream = RandomStream(seed: 21, purpose: .test, index: mean.bitPattern)
    let counts = (0..<count).map { _ in stream.poisson(mean) }
    expectMoments(counts, mean: mean, variance: mean)
    #expect(chiSquare(counts, upTo: Int(mean + 12 * mean.squareRoot() + 10)) { poissonProbability($0, mean) }.probability > 0.001)
  }
  @Test func poissonOfLargeMean() {
    var stream = RandomStream(seed: 22, purpose: .test)
    let mean = 1e11
    let sample = (0..<count).map { _ in (Double(stream.poisson(mean)) - mean) / mean.squareRoot() }
    #expect(Statistics.kolmogorovSmirnov(sample, cdf: Elementary.normalCDF).probability > 0.001)
    #expect(stream.poisson(0) == 0)
  }

  @Test(arguments: [0.9, 0.5, 0.03]) func geometric(p: Double) {
    var stream = RandomStream(seed: 31, purpose: .test, index: p.bitPattern)
    let counts = (0..<count).map { _ in stream.geometric(p) }
    #expect((Statistics.mean(counts.map(Double.init)) - (1 - p) / p).magnitude < 4 * ((1 - p) / (p * p) / Double(count)).squareRoot())
    #expect(chiSquare(counts, upTo: Int(12 / p)) { p * Glibc.pow(1 - p, $0) }.probability > 0.001)
  }
  @Test func geometricAtItsEnds() {
    var stream = RandomStream(seed: 32, purpose: .test)
    #expect(stream.geometric(1) == 0 && stream.geometric(1e-300) == 1 << 62)
  }

  /// Our logarithms of probabilities against the C library's gamma function, where both are good.
  @Test func logDensities() {
    for (k, n, p) in [(0.0, 20.0, 0.3), (20, 20, 0.3), (7, 20, 0.3), (30, 1000, 0.04), (520, 1000, 0.5), (450, 1000, 0.3)] {
      #expect((Glibc.exp(BinomialDensity(n: n, p: p).log(k)) / binomialProbability(k, n, p) - 1).magnitude < 1e-11)
    }
    for (k, mean) in [(0.0, 3.0), (1, 3), (17, 15), (40, 15), (1000, 1010), (1500, 1000)] {
      #expect((Glibc.exp(logPoissonDensity(k, mean: mean)) / poissonProbability(k, mean) - 1).magnitude < 1e-11)
    }
  }

  @Test func uniformIntegers() {
    var stream = RandomStream(seed: 41, purpose: .test)
    let counts = (0..<count).map { _ in stream.integer(below: 37) }
    #expect(chiSquare(counts, upTo: 36) { _ in 1.0 / 37 }.probability > 0.001)
    #expect(counts.allSatisfy { 0..<37 ~= $0 })
    let large = (0..<1000).map { _ in Double(stream.integer(below: 3 << 60)) / Double(3 << 60) }
    #expect(Statistics.kolmogorovSmirnov(large) { $0 }.probability > 0.001)
  }
  @Test func uniformIntegersInBulk() {
    let at = RandomBlocks(StreamKey(seed: 43, purpose: .test))
    var numbers = [UInt32](repeating: 0, count: count)
    at.integers(below: 24, count: count, into: &numbers)
    #expect(chiSquare(numbers.map(Int.init), upTo: 23) { _ in 1.0 / 24 }.probability > 0.001)
    var part = [UInt32](repeating: 0, count: 900)
    at.integers(below: 24, first: 1001, count: 900, into: &part)
    #expect(part.elementsEqual(numbers[1001..<1901]))
    var stream = RandomStream(at.key)
    #expect(numbers.allSatisfy { UInt64($0) == (UInt64(stream.nextWord()) * 24) >> 32 })
  }
  @Test func uniformAndBernoulli() {
    var stream = RandomStream(seed: 42, purpose: .test)
    #expect(Statistics.kolmogorovSmirnov((0..<count).map { _ in stream.uniform() }) { $0 }.probability > 0.001)
    #expect(Statistics.kolmogorovSmirnov((0..<count).map { _ in stream.uniform(-1, 4) }) { ($0 + 1) / 5 }.probability > 0.001)
    #expect(Statistics.kolmogorovSmirnov((0..<count).map { _ in stream.normal() }, cdf: Elementary.normalCDF).probability > 0.001)
    #expect(
      Statistics.kolmogorovSmirnov((0..<count).map { _ in stream.exponential(mean: 1) }) { -Elementary.expMinusOne(-$0) }.probability
        > 0.001)
    let hits = (0..<count).count { _ in stream.bernoulli(0.2) }
    #expect((Double(hits) - 6000).magnitude < 4 * 4800.0.squareRoot())
  }
}
