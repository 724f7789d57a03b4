// Splits of a total over places: sums, single shares, marginal laws, urns.
import Glibc
import Testing

@testable import Maths
@testable import Networks

@Suite struct TotalSplitTests {
  private func split(_ weights: [Int], _ withReplacement: Bool, object: UInt64 = 0) -> TotalSplit {
    let sums = weights.reduce(into: [0]) { $0.append($0.last! + $1) }
    return TotalSplit(
      key: StreamKey(seed: 21, purpose: .test, object: object), weight: { sums[$1] - sums[$0] }, withReplacement: withReplacement)
  }
  private func shares(_ weights: [Int], _ total: Int, _ withReplacement: Bool, object: UInt64 = 0) -> [Int] {
    var shares: [Int] = []
    split(weights, withReplacement, object: object).forEach(total: total, places: weights.count) {
      precondition($0 == shares.count, "places in order")
      shares.append($1)
    }
    return shares
  }

  @Test(arguments: [1, 2, 3, 7, 64, 129], [true, false]) func sumsAreExactAndSharesAgree(places: Int, withReplacement: Bool) {
    let weights = (0..<places).map { ($0 * 37 % 11 + 1) * 5 }
    let all = weights.reduce(0, +)
    for total in [0, 1, all / 3, all] {
      let shares = shares(weights, total, withReplacement)
      #expect(shares.count == places && shares.reduce(0, +) == total)
      let split = split(weights, withReplacement)
      #expect(shares.indices.allSatisfy { split.share(of: $0, total: total, places: places) == shares[$0] })
      if !withReplacement { #expect(zip(shares, weights).allSatisfy { $0 <= $1 }) }
    }
  }
  @Test func withoutReplacementAllIsAll() {
    let weights = [3, 0, 5, 1, 7]
    #expect(shares(weights, 16, false) == weights)
  }
  @Test(arguments: [true, false]) func placesWithoutWeightGetNothing(withReplacement: Bool) {
    let weights = [0, 4, 0, 0, 9, 2, 0]
    for object in 0..<50 {
      let shares = shares(weights, 7, withReplacement, object: UInt64(object))
      #expect(shares[0] == 0 && shares[2] == 0 && shares[3] == 0 && shares[6] == 0 && shares.reduce(0, +) == 7)
    }
  }
  /// Each place's share is binomial.
  @Test(arguments: [0, 2, 4]) func marginalsWithReplacement(place: Int) {
    let weights = [5, 10, 20, 3, 12]
    let found = (0..<4000).map { shares(weights, 40, true, object: UInt64($0))[place] }
    #expect(binomialTest(found, trials: 40, probability: Double(weights[place]) / 50) > 0.001)
  }
  /// Each place's share is hypergeometric.
  @Test(arguments: [0, 2, 4]) func marginalsWithoutReplacement(place: Int) {
    let weights = [5, 10, 20, 3, 12]
    let (all, total, own) = (50, 20, weights[place])
    func logChoose(_ n: Int, _ k: Int) -> Double {
      Statistics.logGamma(Double(n + 1)) - Statistics.logGamma(Double(k + 1)) - Statistics.logGamma(Double(n - k + 1))
    }
    var observed = [Int](repeating: 0, count: own + 1)
    for object in 0..<4000 { observed[shares(weights, total, false, object: UInt64(object))[place]] += 1 }
    let expected = (0...own).map { k in
      k > total || total - k > all - own
        ? 0 : 4000 * exp(logChoose(own, k) + logChoose(all - own, total - k) - logChoose(all, total))
    }
    #expect(Statistics.chiSquare(observed: observed, expected: expected).probability > 0.001)
  }
}
