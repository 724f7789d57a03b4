// Splits a total over the places of a range by a binary tree of addressed draws, so that one place's share is known without the others'.
import Maths

/// A tree whose node over places [lo, hi) draws how much of its share goes to the lower half, from the stream at (key; lo, hi).
struct TotalSplit {
  let key: StreamKey
  /// Weight of the places [lo, hi): the chance of a place is its weight over that of all.
  let weight: (Int, Int) -> Int
  /// With replacement the halves are binomial; without, each unit of weight is taken at most once.
  let withReplacement: Bool

  /// The share of one place.
  func share(of place: Int, total: Int, places: Int) -> Int {
    var (low, high, left) = (0, places, total)
    while high - low > 1 && left > 0 {
      let middle = (low + high) / 2
      let lower = lowerHalf(low, middle, high, left)
      if place < middle { (high, left) = (middle, lower) } else { (low, left) = (middle, left - lower) }
    }
    return left
  }

  /// The shares of all places, ascending.
  func forEach(total: Int, places: Int, _ body: (_ place: Int, _ share: Int) -> Void) { descend(0, places, total, body) }

  private func descend(_ low: Int, _ high: Int, _ total: Int, _ body: (Int, Int) -> Void) {
    if high - low <= 1 || total == 0 {
      for place in low..<high { body(place, place == low ? total : 0) }
      return
    }
    let middle = (low + high) / 2
    let lower = lowerHalf(low, middle, high, total)
    descend(low, middle, lower, body)
    descend(middle, high, total - lower, body)
  }

  private func lowerHalf(_ low: Int, _ middle: Int, _ high: Int, _ total: Int) -> Int {
    var stream = RandomStream(key, a: UInt32(truncatingIfNeeded: low), b: UInt32(truncatingIfNeeded: high))
    let lower = weight(low, middle)
    let all = weight(low, high)
    if lower == 0 { return 0 }
    if lower == all { return total }
    if withReplacement { return stream.binomial(total, Double(lower) / Double(all)) }
    // An urn: each draw takes one unit of weight out.
    var taken = 0
    for i in 0..<total where stream.integer(below: all - i) < lower - taken { taken += 1 }
    return taken
  }
}
