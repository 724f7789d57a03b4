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
}
