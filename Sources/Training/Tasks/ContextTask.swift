// The composite context tasks: which context a sample shows and what its items should answer.

/// Tasks on a sequence of L items of distinct classes with a context class shown throughout.
public enum ContextTask: String, Sendable, CaseIterable {
  /// Which item is of the context class? Exactly one is, except at L = 1, where every other sample is a negative.
  case recognition
  /// Has an item of the context class come by? Half of the samples have none.
  case memory

  /// Context class of sample `index`.
  /// - `sequence`: classes of the items, distinct.
  /// - `absent`: a class that is not in the sequence.
  /// - `chance`: uniform in [0, 1), for memory.
  /// - `member`: a uniformly drawn place in the sequence, for memory.
  public func context(index: Int, sequence: [Int], absent: Int, chance: Double, member: Int) -> Int {
    switch self {
    case .recognition:
      if sequence.count == 1 { return index % 2 == 0 ? absent : sequence[0] }
      return sequence[index % sequence.count]
    case .memory: return chance < 0.5 ? sequence[member] : absent
    }
  }

  /// Answer of each item: recognition 1 at the matching item; memory 1 from it on.
  public func targets(sequence: [Int], context: Int) -> [Double] {
    var seen = false
    return sequence.map { item in
      let hit = item == context
      seen = seen || hit
      return (self == .recognition ? hit : seen) ? 1 : 0
    }
  }

  /// Expected ratio of negative to positive answers: recognition max(1, L − 1), memory (3L − 1)/(L + 1).
  public func positiveWeight(length: Int) -> Double {
    switch self {
    case .recognition: Double(max(1, length - 1))
    case .memory: Double(3 * length - 1) / Double(length + 1)
    }
  }
}
