// The summation tree: its value, its independence of order and of the split over ranks.
import Testing

@testable import Training

struct GradientSumTests {
  /// The tree written down as a recursion over aligned halves.
  static func reference(_ leaves: [Float], level: Int, place: Int) -> Float? {
    if level == 0 { return place < leaves.count ? leaves[place] : nil }
    guard let left = reference(leaves, level: level - 1, place: 2 * place) else { return nil }
    guard let right = reference(leaves, level: level - 1, place: 2 * place + 1) else { return left }
    return left + right
  }

  static func leaves(_ count: Int) -> [Float] {
    var draws = TestDraws(seed: UInt64(count))
    return (0..<count).map { _ in Float((draws.uniform() - 0.5) * (draws.uniform() < 0.3 ? 1e6 : 1)) }
  }

  @Test(arguments: [1, 2, 3, 5, 7, 8, 11, 16, 21])
  func followsTheTreeInAnyOrder(_ count: Int) throws {
    let values = Self.leaves(count)
    let root = TreeNode.root(leaves: count)
    let expected = try #require(Self.reference(values, level: root.level, place: 0))
    for order in [Array(0..<count), Array((0..<count).reversed()), testDraws.permutation(count, .order, object: 1)] {
      let sum = GradientSum<Float>(count: 1, leaves: count)
      for leaf in order {
        let buffer = sum.leafBuffer()
        buffer[0] = values[leaf]
        sum.add(buffer, leaf: leaf)
      }
      #expect(try sum.total()[0] == expected)
    }
  }

  @Test(arguments: [3, 4, 6, 8, 13])
  func isTheSameOnAnyNumberOfRanks(_ count: Int) throws {
    let values = Self.leaves(count)
    let root = TreeNode.root(leaves: count)
    let expected = try #require(Self.reference(values, level: root.level, place: 0))
    for ranks in 1...count {
      let found = try onRanks(ranks) { transport in
        let sum = GradientSum<Float>(count: 1, leaves: count)
        for leaf in try TreeShare(leaves: count, ranks: ranks).range(transport.rank) {
          let buffer = sum.leafBuffer()
          buffer[0] = values[leaf]
          sum.add(buffer, leaf: leaf)
        }
        return try sum.total(over: transport)[0]
      }
      #expect(found == Array(repeating: expected, count: ranks), "\(ranks) ranks")
    }
  }

  @Test func saysWhatIsMissing() {
    let sum = GradientSum<Float>(count: 1, leaves: 3)
    sum.add(sum.leafBuffer(), leaf: 1)
    #expect(throws: TrainingError.self) { try sum.total() }
  }
}
