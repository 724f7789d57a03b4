// The known spelling nearest to a mistyped key, for error messages.

public enum NearestKey {
  /// The candidate that `key` most likely meant, or nil if none is near.
  ///
  /// Distance is the number of insertions, deletions, substitutions and swaps of neighbours; a wrong case counts a quarter,
  /// since `Delta_t` for `Delta_T` is the likeliest slip. Near means at most a third of the key's length, and at least 1.
  /// The first of equally near candidates wins.
  public static func suggestion(for key: String, among candidates: some Sequence<String>) -> String? {
    let limit = max(4, key.count * 4 / 3)
    var best: (distance: Int, key: String)?
    for candidate in candidates {
      let d = quarterDistance(Array(key), Array(candidate))
      if d <= limit, best.map({ d < $0.distance }) ?? true { best = (d, candidate) }
    }
    return best?.key
  }

  /// The hint that ends an error message: "; did you mean 'tau_m'?", or the known keys if none is near.
  public static func hint(for key: String, among candidates: [String]) -> String {
    if let near = suggestion(for: key, among: candidates) { return "; did you mean '\(near)'?" }
    return candidates.isEmpty ? "" : "; known keys: " + candidates.joined(separator: ", ")
  }

  /// Optimal string alignment distance in quarters of an edit.
  static func quarterDistance(_ a: [Character], _ b: [Character]) -> Int {
    let edit = 4
    var before: [Int] = []
    var above = (0...b.count).map { $0 * edit }
    for (i, x) in a.enumerated() {
      var row = [(i + 1) * edit]
      for (j, y) in b.enumerated() {
        let change = x == y ? 0 : x.lowercased() == y.lowercased() ? 1 : edit
        var d = min(above[j] + change, above[j + 1] + edit, row[j] + edit)
        if i > 0, j > 0, x != y, x == b[j - 1], y == a[i - 1] { d = min(d, before[j - 1] + edit) }
        row.append(d)
      }
      (before, above) = (above, row)
    }
    return above[b.count]
  }
}
