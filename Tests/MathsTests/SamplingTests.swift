// Subsets and splits.
import Testing

@testable import Maths

@Suite struct SamplingTests {
  /// All ten pairs out of five numbers come equally often, and so do all ten triples.
  @Test(arguments: [2, 3]) func subsetsAreEquallyLikely(k: Int) {
    var stream = RandomStream(seed: 51, purpose: .test, index: UInt64(k))
    var tally: [[Int]: Int] = [:]
    for _ in 0..<20_000 { tally[stream.sampleWithoutReplacement(k, of: 5), default: 0] += 1 }
    #expect(tally.count == 10)
    let observed = tally.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    #expect(Statistics.chiSquare(observed: observed, expected: [Double](repeating: 2000, count: 10)).probability > 0.001)
  }
  @Test(arguments: [(0, 0), (0, 9), (9, 9), (8, 9), (1000, 1_000_000_000), (700, 1000)]) func subsets(k: Int, n: Int) {
    var stream = RandomStream(seed: 52, purpose: .test)
    let subset = stream.sampleWithoutReplacement(k, of: n)
    #expect(subset.count == k && Set(subset).count == k && subset == subset.sorted())
    #expect(subset.allSatisfy { 0..<n ~= $0 })
  }

  @Test func shufflesAreEquallyLikely() {
    var stream = RandomStream(seed: 53, purpose: .test)
    var tally: [[Int]: Int] = [:]
    for _ in 0..<24_000 {
      var order = [0, 1, 2, 3]
      stream.shuffle(&order)
      tally[order, default: 0] += 1
    }
    let observed = tally.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    #expect(Statistics.chiSquare(observed: observed, expected: [Double](repeating: 1000, count: 24)).probability > 0.001)
  }

  @Test(arguments: [1, 2, 7, 64, 1000]) func partsAloneEqualTheWhole(parts: Int) throws {
    let weights = (0..<parts).map { ($0 * 37 % 11) * 100 }
    let total = weights.reduce(0, +) > 0 ? 5_000_000 : 0
    let split = try TotalSplit(total: total, weights: weights, key: StreamKey(seed: 61, purpose: .test))
    let counts = split.counts()
    #expect(counts.count == parts && counts.reduce(0, +) == total)
    #expect((0..<parts).allSatisfy { split.count($0) == counts[$0] })
    #expect(zip(weights, counts).allSatisfy { $0 > 0 || $1 == 0 })
  }
  /// Each part is binomial, and the whole is multinomial: Pearson's statistic of many splits has its own law.
  @Test func splitIsMultinomial() throws {
    let weights = [1000, 200, 0, 3000, 800, 1024, 1, 475]
    let sum = Double(weights.reduce(0, +))
    let splits = try (0..<4000).map {
      try TotalSplit(total: 2000, weights: weights, key: StreamKey(seed: 62, purpose: .test, object: $0)).counts()
    }
    for part in [0, 3, 7] {
      let p = Double(weights[part]) / sum
      expectMoments(splits.map { $0[part] }, mean: 2000 * p, variance: 2000 * p * (1 - p))
    }
    let totals = weights.indices.map { part in splits.reduce(0) { $0 + $1[part] } }
    #expect(Statistics.chiSquare(observed: totals, expected: weights.map { Double($0) / sum * 8e6 }).probability > 0.001)
    // Two parts share what there is: their correlation is -sqrt(p q / ((1 - p) (1 - q))).
    let first = 1000 / sum
    let second = 3000 / sum
    let expected = -(first * second / ((1 - first) * (1 - second))).squareRoot()
    let found = Statistics.correlation(splits.map { Double($0[0]) }, splits.map { Double($0[3]) })
    #expect((found - expected).magnitude < 4 / 4000.0.squareRoot())
  }
  @Test func splitsThatDoNotExist() {
    let key = StreamKey(seed: 1, purpose: .test)
    #expect(throws: MathsError.self) { try TotalSplit(total: -1, weights: [1], key: key) }
    #expect(throws: MathsError.self) { try TotalSplit(total: 1, weights: [0, 0], key: key) }
    #expect(throws: MathsError.self) { try TotalSplit(total: 1, weights: [], key: key) }
    #expect(throws: MathsError.self) { try TotalSplit(total: 1, weights: [2, -1], key: key) }
    #expect(throws: MathsError.self) { try TotalSplit(total: 1, weights: [1 << 53, 1], key: key) }
  }
}
