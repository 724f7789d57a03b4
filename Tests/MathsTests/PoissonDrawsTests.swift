// Bulk Poisson counts: their law, its exactness where eight bits leave a draw open, and all forms of output.
import CKernels
import Glibc
import Testing

@testable import Maths

private func probability(_ k: Double, _ mean: Double) -> Double { Glibc.exp(k * Glibc.log(mean) - mean - lgamma(k + 1)) }

@Suite struct PoissonDrawsTests {
  let key = StreamKey(seed: 3, purpose: .test, object: 8)

  @Test(arguments: [2e-3, 0.05, 0.8, 1.6, 2.32, 9, 20, 32, 32.1, 150, 10_000])
  func law(mean: Double) throws {
    let draws = try PoissonDraws(mean: mean)
    let counts = (0..<100).flatMap { step in draws.draws(RandomBlocks(key, index: UInt64(step)), count: 500).map(Int.init) }
    expectMoments(counts, mean: mean, variance: mean)
    #expect(chiSquare(counts, upTo: Int(mean + 12 * mean.squareRoot() + 10)) { probability($0, mean) }.probability > 0.001)
  }

  /// The thresholds are the law's cumulative probabilities, cut off, summed here from the other end in other arithmetic.
  @Test(arguments: [0.3, 2.0, 20.0]) func thresholds(mean: Double) {
    let entries = PoissonCumulative(mean: mean).thresholds(upperBits: 16)
    for (k, entry) in entries.enumerated() {
      let above = stride(from: 200.0, to: Double(k), by: -1).reduce(0) { $0 + probability($1, mean) }
      let threshold = UInt64(entry.high) << 32 | UInt64(entry.low)
      #expect(((1 - above) * 0x1p48 - Double(threshold)).magnitude < 64)
    }
    #expect(probability(Double(entries.count + 1), mean) < 0x1p-47)
    // With eight bits more, the same numbers to the first 48.
    let longer = PoissonCumulative(mean: mean).thresholds(upperBits: 24).map { UInt64($0.high) << 32 | UInt64($0.low) }
    #expect(longer.count >= entries.count)
    for (entry, long) in zip(entries, longer) { #expect(UInt64(entry.high) << 32 | UInt64(entry.low) == long >> 8) }
  }
  /// To the last bit, against sums in arithmetic with 50 digits (mpmath).
  @Test func thresholdsToTheLastBit() {
    let one = PoissonCumulative(mean: 1).thresholds(upperBits: 16).map { UInt64($0.high) << 32 | UInt64($0.low) }
    #expect(
      one[0...14].elementsEqual([
        103_548_857_136_060, 207_097_714_272_121, 258_872_142_840_152, 276_130_285_696_162, 280_444_821_410_164, 281_307_728_552_965,
        281_451_546_410_098, 281_472_091_818_260, 281_474_659_994_280, 281_474_945_347_172, 281_474_973_882_461, 281_474_976_476_578,
        281_474_976_692_754, 281_474_976_709_383, 281_474_976_710_571,
      ]))
    let twenty = PoissonCumulative(mean: 20).thresholds(upperBits: 16).map { UInt64($0.high) << 32 | UInt64($0.low) }
    #expect(
      [0, 10, 20, 30, 50].map { twenty[$0] } == [580_163, 3_043_228_304_934, 157_370_572_125_612, 277_682_191_111_206, 281_474_975_351_487])
  }

  /// All 56 bits decide: the counts equal those found by comparing whole thresholds with whole uniform numbers. The draws are many enough
  /// that some need their last bits.
  @Test(arguments: [(0.01, 60), (2.0, 60), (20.0, 60), (32.0, 3000)]) func drawsAreInversions(mean: Double, steps: UInt64) throws {
    let draws = try PoissonDraws(mean: mean)
    let thresholds = PoissonCumulative(mean: mean).thresholds(upperBits: 24).map { UInt64($0.high) << 32 | UInt64($0.low) }
    let (first, second) = (Set(thresholds.map { UInt8($0 >> 48) } + [.max]), Set(thresholds.map { $0 >> 32 }))
    // Eight bits alone: the thresholds at or below any number with these upper bits, where no threshold has them.
    let closed = (0..<256).map { byte in thresholds.count { $0 >> 48 < byte } }
    var (open, stillOpen) = (0, 0)
    for step in 0..<steps {
      let at = RandomBlocks(key, index: step)
      let counts = draws.draws(at, count: 1500)
      var words = [UInt32](repeating: 0, count: 376)
      at.fill(count: 94, into: &words)
      var place = 0
      for (i, count) in counts.enumerated() {
        let byte = UInt8(truncatingIfNeeded: words[i / 4] >> (8 * UInt32(i % 4)))
        var expected = closed[Int(byte)]
        if first.contains(byte) {
          func word(_ block: Int, _ number: Int) -> UInt32 {
            Philox.block(counter: SIMD4(UInt32(block), at.a, at.b, at.c), key: key.words)[number]
          }
          let half = word(place / 8 + (1 << 30), place / 2 % 4) >> (16 * UInt32(place % 2)) & 0xffff
          let last = word(place / 4 + (1 << 31), place % 4)
          let uniform = UInt64(byte) << 48 | UInt64(half) << 32 | UInt64(last)
          expected = thresholds.count { $0 <= uniform }
          place += 1
          if second.contains(uniform >> 32) { stillOpen += 1 }
        }
        guard Int(count) == expected else {
          Issue.record("step \(step), draw \(i): \(count), not \(expected)")
          return
        }
      }
      open += place
    }
    // The test means nothing unless some draws needed further bits.
    #expect(open > 0)
    if mean == 32 { #expect(stillOpen > 5) }
  }
  /// How many draws are asked for says nothing about the first of them.
  @Test func drawsDoNotDependOnTheirNumber() throws {
    let draws = try PoissonDraws(mean: 3)
    let all = draws.draws(RandomBlocks(key, index: 9), count: 5000)
    for count in [1, 63, 64, 700, 1023, 1024, 1025, 3000] {
      #expect(draws.draws(RandomBlocks(key, index: 9), count: count) == Array(all.prefix(count)))
    }
  }

  @Test(arguments: [0, 2.0, 20, 100]) func formsOfOutputAgree(mean: Double) throws {
    let draws = try PoissonDraws(mean: mean)
    for count in [0, 1, 63, 64, 65, 1000, 1024, 1025, 2500] {
      let at = RandomBlocks(key, index: 5)
      let wide = draws.draws(at, count: count)
      var single = [Float](repeating: 1, count: count + 1)
      draws.add(at, weight: 0.1, count: count, to: &single)
      #expect(single.dropLast().elementsEqual(wide.map { Float(1).addingProduct(0.1, Float($0)) }) && single[count] == 1)
      var anew = [Float](repeating: .nan, count: count)
      draws.add(at, weight: -0.1, count: count, anew: true, to: &anew)
      #expect(anew.map(\.bitPattern) == wide.map { Float(0).addingProduct(-0.1, Float($0)).bitPattern })
      var double = [Double](repeating: -1, count: count + 1)
      draws.add(at, weight: 87.8, count: count, to: &double)
      #expect(double.dropLast().elementsEqual(wide.map { Double(-1).addingProduct(87.8, Double($0)) }) && double[count] == -1)
    }
  }

  @Test func addressesAreIndependent() throws {
    let draws = try PoissonDraws(mean: 4)
    let here = draws.draws(RandomBlocks(key, index: 1), count: 20_000).map(Double.init)
    for other in [RandomBlocks(key, index: 2), RandomBlocks(key, index: 1, c: 1), RandomBlocks(key.of(1), index: 1)] {
      #expect(Statistics.correlation(here, draws.draws(other, count: 20_000).map(Double.init)).magnitude < 4 / 20_000.0.squareRoot())
    }
    #expect(Statistics.correlation(Array(here.dropFirst()), Array(here.dropLast())).magnitude < 4 / 20_000.0.squareRoot())
  }

  @Test(arguments: [-1, .nan, .infinity, 30_001]) func meansThatMakeNoLaw(mean: Double) {
    #expect(throws: MathsError.self) { try PoissonDraws(mean: mean) }
  }
}
