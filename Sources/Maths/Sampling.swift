// Subsets and splits: draws whose result is several numbers.

extension RandomStream {
  /// `k` different numbers out of `0 ..< n`, each set equally likely, in ascending order (Floyd's algorithm; Bentley and Floyd 1987).
  /// Time and memory go with the lesser of `k` and `n - k`, and with `k` for the result.
  public mutating func sampleWithoutReplacement(_ k: Int, of n: Int) -> [Int] {
    precondition(k >= 0 && k <= n, "cannot take \(k) different numbers out of \(n)")
    if k > n - k {
      let left = sampleWithoutReplacement(n - k, of: n)
      var taken: [Int] = []
      taken.reserveCapacity(k)
      var next = 0
      for number in left + [n] {
        taken.append(contentsOf: next..<number)
        next = number + 1
      }
      return taken
    }
    var taken = Set<Int>(minimumCapacity: k)
    for top in (n - k)..<n {
      let number = integer(below: top + 1)
      if !taken.insert(number).inserted { taken.insert(top) }
    }
    return taken.sorted()
  }
}

/// A total split at random over parts in proportion to their weights (a multinomial draw), by a binary tree of conditional binomials:
/// the count of one part takes O(log parts) draws and needs no other part's.
public struct TotalSplit: Sendable {
  public let total: Int
  /// Of each part.
  public var parts: Int { sums.count - 1 }
  private let key: StreamKey
  /// Sums of the weights of the parts before each.
  private let sums: [Int]

  /// A split of `total` over `weights.count` parts. Every node of the tree has its own address under `key`.
  ///
  /// Throws ``MathsError`` for a negative total or weight, weights that sum to zero under a positive total, or a sum above 2^53.
  public init(total: Int, weights: [Int], key: StreamKey) throws(MathsError) {
    try MathsError.check(total >= 0 && total <= 1 << 52, "split of a total", "total", Double(total), "in [0, 2^52]")
    var sums = [0]
    sums.reserveCapacity(weights.count + 1)
    for weight in weights {
      let sum = sums[sums.count - 1]
      let fits = weight >= 0 && weight <= (1 << 53) - sum
      try MathsError.check(fits, "split of a total", "weight of part \(sums.count - 1)", Double(weight), "at least 0, and 2^53 in sum")
      sums.append(sum + weight)
    }
    let positive = total == 0 || sums[sums.count - 1] > 0
    try MathsError.check(positive, "split of a total", "sum of the weights", 0, "positive, as there are \(total) to split")
    self.total = total
    self.key = key
    self.sums = sums
  }

  /// The count of one part.
  public func count(_ part: Int) -> Int {
    precondition(part >= 0 && part < parts, "part \(part) of \(parts)")
    var low = 0
    var high = parts
    var count = total
    while high - low > 1 && count > 0 {
      let middle = (low + high) / 2
      let left = left(low, high, count)
      if part < middle {
        high = middle
        count = left
      } else {
        low = middle
        count -= left
      }
    }
    return count
  }
  /// The counts of all parts.
  public func counts() -> [Int] {
    var counts = [Int](repeating: 0, count: parts)
    func descend(_ low: Int, _ high: Int, _ count: Int) {
      guard count > 0 else { return }
      guard high - low > 1 else { return counts[low] = count }
      let left = left(low, high, count)
      let middle = (low + high) / 2
      descend(low, middle, left)
      descend(middle, high, count - left)
    }
    if parts > 0 { descend(0, parts, total) }
    return counts
  }

  /// How many of `count` fall to the left half of parts `low ..< high`.
  private func left(_ low: Int, _ high: Int, _ count: Int) -> Int {
    let whole = sums[high] - sums[low]
    let half = sums[(low + high) / 2] - sums[low]
    if half == whole { return count }
    var stream = RandomStream(key, a: UInt32(low), b: UInt32(high))
    return stream.binomial(count, Double(half) / Double(whole))
  }
}
