// Bulk Poisson counts: their law, its exactness where sixteen bits leave a draw open, and all forms of output.
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

  /// The thresholds are the law's cumulative probabilities, cut off at 48 bits, summed here from the other end in other arithmetic.
  @Test(arguments: [0.3, 2.0, 20.0]) func thresholds(mean: Double) {
    let entries = PoissonCumulative(mean: mean).thresholds(upperBits: 16)
    for (k, entry) in entries.enumerated() {
      let above = stride(from: 200.0, to: Double(k), by: -1).reduce(0) { $0 + probability($1, mean) }
      let threshold = UInt64(entry.high) << 32 | UInt64(entry.low)
      #expect(((1 - above) * 0x1p48 - Double(threshold)).magnitude < 64)
    }
    #expect(probability(Double(entries.count + 1), mean) < 0x1p-47)
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

  /// All 48 bits decide: the counts equal those found by comparing whole thresholds with whole uniform numbers.
  @Test(arguments: [0.01, 2.0, 20.0, 32.0]) func drawsAreInversions(mean: Double) throws {
    let draws = try PoissonDraws(mean: mean)
    let thresholds = PoissonCumulative(mean: mean).thresholds(upperBits: 16).map { UInt64($0.high) << 32 | UInt64($0.low) }
    let upper = Set(thresholds.map { $0 >> 32 })
    var open = 0
    for step in UInt64(0)..<60 {
      let at = RandomBlocks(key, index: step)
      let counts = draws.draws(at, count: 1000)
      for (i, count) in counts.enumerated() {
        let word = Philox.block(counter: SIMD4(UInt32(i / 8), at.a, at.b, at.c), key: key.words)[i / 2 % 4]
        let first = UInt64(word >> (16 * UInt32(i % 2)) & 0xffff)
        let further = Philox.block(counter: SIMD4(UInt32(i / 4) + (1 << 31), at.a, at.b, at.c), key: key.words)[i % 4]
        if upper.contains(first) { open += 1 }
        let uniform = first << 32 | UInt64(further)
        guard Int(count) == thresholds.count(where: { $0 <= uniform }) else {
          Issue.record("step \(step), draw \(i): \(count)")
          return
        }
      }
    }
    // The test means nothing unless some draws needed their further bits.
    #expect(open > 0)
  }
  /// The rare bits get their share: among draws whose upper bits equal a threshold's, counts split as its lower bits say.
  @Test func openDrawsSplitByTheirFurtherBits() throws {
    let mean = 2.0
    let draws = try PoissonDraws(mean: mean)
    let threshold = PoissonCumulative(mean: mean).thresholds(upperBits: 16)[2]
    var below = 0
    var all = 0
    for step in UInt64(0)..<2500 {
      let at = RandomBlocks(key, index: step, c: 1)
      let counts = draws.draws(at, count: 1024)
      var words = [UInt32](repeating: 0, count: 512)
      at.fill(count: 128, into: &words)
      for (i, count) in counts.enumerated() where words[i / 2] >> (16 * UInt32(i % 2)) & 0xffff == threshold.high {
        all += 1
        if count <= 2 { below += 1 }
      }
    }
    let share = Double(threshold.low) * 0x1p-32
    #expect(all > 30)
    #expect((Double(below) - share * Double(all)).magnitude < 4 * (share * (1 - share) * Double(all)).squareRoot() + 1)
  }

  @Test(arguments: [0, 2.0, 20, 100]) func formsOfOutputAgree(mean: Double) throws {
    let draws = try PoissonDraws(mean: mean)
    for count in [0, 1, 63, 64, 65, 1000, 1024, 1025, 2500] {
      let at = RandomBlocks(key, index: 5)
      let wide = draws.draws(at, count: count)
      if mean <= PoissonDraws.largestShortMean {
        var bytes = [UInt8](repeating: 9, count: count + 1)
        draws.fill(at, count: count, into: &bytes)
        #expect(bytes.dropLast().map(UInt16.init) == wide && bytes[count] == 9)
      }
      var single = [Float](repeating: 1, count: count + 1)
      draws.add(at, weight: 0.1, count: count, to: &single)
      #expect(single.dropLast().elementsEqual(wide.map { Float(1).addingProduct(0.1, Float($0)) }) && single[count] == 1)
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
