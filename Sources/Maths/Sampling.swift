// Subsets: draws whose result is several numbers.

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
