// Continuous laws: moments, Kolmogorov-Smirnov, precision of the quantiles, requests that make no law.
import CKernels
import Testing

@testable import Maths

/// A law with its cumulative probability, mean and deviation.
struct KnownLaw: CustomTestStringConvertible, Sendable {
  let law: ContinuousLaw
  let mean: Double, deviation: Double
  let cdf: @Sendable (Double) -> Double
  var testDescription: String { "\(law)" }
}

private func normal(_ x: Double) -> Double { Elementary.normalCDF(x) }
private func density(_ x: Double) -> Double { x.isInfinite ? 0 : Elementary.exp(-0.5 * x * x) / (2 * Double.pi).squareRoot() }

/// The truncated normal law in standard units a, b, by its textbook moments.
private func truncated(_ mean: Double, _ deviation: Double, _ low: Double, _ high: Double) -> KnownLaw {
  let a = (low - mean) / deviation
  let b = (high - mean) / deviation
  // Probabilities are taken from the side where they are small.
  let mass = a > 0 ? normal(-a) - normal(-b) : normal(b) - normal(a)
  let shift = (density(a) - density(b)) / mass
  let spread = 1 + ((a.isInfinite ? 0 : a * density(a)) - (b.isInfinite ? 0 : b * density(b))) / mass - shift * shift
  return KnownLaw(
    law: .truncatedNormal(mean: mean, deviation: deviation, low: low, high: high), mean: mean + deviation * shift,
    deviation: deviation * spread.squareRoot()
  ) { value in
    let x = (value - mean) / deviation
    return a > 0 ? (normal(-a) - normal(-x)) / mass : (normal(x) - normal(a)) / mass
  }
}

let knownLaws: [KnownLaw] = [
  KnownLaw(law: .uniform(low: -2, high: 3), mean: 0.5, deviation: 5 / 12.0.squareRoot()) { ($0 + 2) / 5 },
  KnownLaw(law: .normal(mean: 87.8, deviation: 8.78), mean: 87.8, deviation: 8.78) { normal(($0 - 87.8) / 8.78) },
  KnownLaw(
    law: .lognormal(logMean: -1, logDeviation: 0.5), mean: Elementary.exp(-0.875),
    deviation: Elementary.exp(-0.875) * Elementary.expMinusOne(0.25).squareRoot()
  ) { normal((Elementary.log($0) + 1) / 0.5) },
  KnownLaw(law: .exponential(mean: 3), mean: 3, deviation: 3) { -Elementary.expMinusOne(-$0 / 3) },
  KnownLaw(
    law: .truncatedExponential(mean: 2, high: 3), mean: 2 - 3 * Elementary.exp(-1.5) / (1 - Elementary.exp(-1.5)),
    deviation: (4 - 9 * Elementary.exp(-1.5) / ((1 - Elementary.exp(-1.5)) * (1 - Elementary.exp(-1.5)))).squareRoot()
  ) { Elementary.expMinusOne(-$0 / 2) / Elementary.expMinusOne(-1.5) },
  truncated(1.5, 0.75, 0.05, .infinity),
  truncated(0, 1, -1, 2),
  truncated(-351, 35.1, -.infinity, 0),
  truncated(10, 2, 14, .infinity),
  truncated(10, 2, -.infinity, 0),
  truncated(0, 1, 8, 9),
  truncated(0, 1, 0.3, 0.31),
]

@Suite struct ContinuousLawTests {
  func check<Scalar: VectorScalar>(_ known: KnownLaw, _ scalar: Scalar.Type) throws {
    let count = 40_000
    let sampler = try LawSampler<Scalar>(known.law)
    let sample = sampler.draws(RandomBlocks(StreamKey(seed: 5, purpose: .test), index: 77), count: count).map { Double($0) }
    let error = known.deviation / Double(count).squareRoot()
    #expect((Statistics.mean(sample) - known.mean).magnitude < 4 * error)
    // The deviation of the sample deviation, with the heavier tails of exponential and lognormal laws allowed for.
    #expect((Statistics.standardDeviation(sample) / known.deviation - 1).magnitude < 10 / Double(count).squareRoot())
    #expect(Statistics.kolmogorovSmirnov(sample, cdf: known.cdf).probability > 0.001)
    if case .truncatedNormal(_, _, let low, let high) = known.law {
      #expect(sample.allSatisfy { $0 >= Double(Scalar(low)) && $0 <= Double(Scalar(high)) })
    }
  }
  @Test(arguments: knownLaws) func single(known: KnownLaw) throws { try check(known, Float.self) }
  @Test(arguments: knownLaws) func double(known: KnownLaw) throws { try check(known, Double.self) }

  @Test func drawsAreAddressed() throws {
    let at = RandomBlocks(StreamKey(seed: 1, purpose: .test), a: 3)
    for law in knownLaws.map(\.law) {
      let single = try LawSampler<Float>(law)
      let whole = single.draws(at, count: 1500)
      var part = [Float](repeating: 0, count: 700)
      single.fill(at, first: 613, count: 700, into: &part)
      #expect(part.elementsEqual(whole[613..<1313]))
      #expect(single.draw(at, 1499) == whole[1499])
      let double = try LawSampler<Double>(law)
      let exact = double.draws(at, count: 1500)
      var stream = RandomStream(at.key, a: 3)
      #expect(exact == (0..<1500).map { _ in stream.draw(double) })
      #expect(double.draw(at, 601) == exact[601])
    }
  }

  /// Every draw a word can give lies at its quantile, over words near both ends, around one half, and in between.
  @Test func normalOfFloatIsItsQuantile() throws {
    let offsets = (0..<10_000).map { UInt32($0) }
    let words = offsets + offsets.map { ~$0 } + offsets.map { 0x7fff_0000 &+ $0 &* 4 } + offsets.map { $0 &* 429_497 }
    var out = [Float](repeating: 0, count: words.count)
    Float.kernelDraw(try ckernels_law(.normal(mean: 0, deviation: 1)), nil, words, Int64(words.count), &out)
    var largest = 0.0
    for (word, z) in zip(words, out) {
      let p = (Double(word) + 0.5) * 0x1p-32
      let exact = Elementary.normalQuantile(p)
      largest = max(largest, (Double(z) / exact - 1).magnitude)
    }
    #expect(largest < 3e-7)
    #expect((out[0] + 6.337_957_8).magnitude < 3e-6 && (out[10_000] - 6.337_957_8).magnitude < 3e-6)
  }
  /// The least and the greatest words stay inside open ranges.
  @Test func endsOfTheUnitInterval() throws {
    let words: [UInt32] = [0, 0, .max, .max]
    var single = [Float](repeating: 0, count: 4)
    var double = [Double](repeating: 0, count: 2)
    Float.kernelDraw(try ckernels_law(.uniform(low: 0, high: 1)), nil, words, 4, &single)
    Double.kernelDraw(try ckernels_law(.uniform(low: 0, high: 1)), nil, words, 2, &double)
    #expect(single[0] == 0x1p-33 && single[3] == 0x1.fffffep-1 && double[0] == 0x1p-53 && double[1] == 1 - 0x1p-53)
    Float.kernelDraw(try ckernels_law(.exponential(mean: 1)), nil, words, 4, &single)
    Double.kernelDraw(try ckernels_law(.exponential(mean: 1)), nil, words, 2, &double)
    #expect((single[0] / 0x1p-33 - 1).magnitude < 1e-6 && (single[3] - 22.873_856).magnitude < 1e-5)
    #expect((double[0] / 0x1p-53 - 1).magnitude < 1e-15 && (double[1] - 36.736_800_569_677_1).magnitude < 1e-12)
  }

  @Test func lawsThatDoNotExist() {
    for law: ContinuousLaw in [
      .constant(.nan), .uniform(low: 1, high: 0), .normal(mean: 0, deviation: -1), .normal(mean: .infinity, deviation: 1),
      .lognormal(logMean: 0, logDeviation: .nan), .exponential(mean: -1), .truncatedExponential(mean: 1, high: 0),
      .truncatedNormal(mean: 0, deviation: 1, low: 2, high: 1), .truncatedNormal(mean: 0, deviation: 1, low: 40, high: 41),
      .truncatedNormal(mean: 0, deviation: 0, low: 1, high: 2),
    ] {
      #expect(throws: MathsError.self) { try LawSampler<Float>(law) }
    }
    let error = MathsError(law: "normal", parameter: "deviation", value: -1, requirement: "finite and not negative")
    #expect(throws: error) { try LawSampler<Double>(.normal(mean: 0, deviation: -1)) }
    #expect("\(error)" == "normal: deviation is -1.0, but must be finite and not negative")
  }
  @Test func lawsWithoutWidth() throws {
    let at = RandomBlocks(StreamKey(seed: 1, purpose: .test))
    for law: ContinuousLaw in [
      .constant(2), .uniform(low: 2, high: 2), .normal(mean: 2, deviation: 0), .truncatedNormal(mean: 1, deviation: 1, low: 2, high: 2),
      .truncatedNormal(mean: 2, deviation: 0, low: 1, high: .infinity),
    ] {
      #expect(try LawSampler<Float>(law).draws(at, count: 3) == [2, 2, 2])
    }
  }
}
