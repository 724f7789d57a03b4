// Random numbers by address: the only place where training draws any.

/// What a draw is for; each purpose has streams of its own.
public enum DrawPurpose: UInt32, Sendable, CaseIterable {
  case weights = 1
  case timeConstants
  case order
  case split
  case composition
  case contextNoise
}

/// Random words addressed by (purpose, object, index); the seed is inside. The same address always gives the same word.
public struct Draws: Sendable {
  private let word: @Sendable (DrawPurpose, UInt64, UInt64) -> UInt64

  /// - Parameter word: a uniformly distributed 64-bit word for purpose, object and index, from a counter-based generator.
  public init(word: @escaping @Sendable (DrawPurpose, UInt64, UInt64) -> UInt64) { self.word = word }

  /// Uniform in [0, 1), 53 bits.
  public func uniform(_ purpose: DrawPurpose, object: UInt64, index: UInt64) -> Double {
    Double(word(purpose, object, index) >> 11) * 0x1p-53
  }

  /// Uniform in 0..<count; the bias of the product method is below 2⁻³² for the counts used here.
  public func below(_ count: Int, _ purpose: DrawPurpose, object: UInt64, index: UInt64) -> Int {
    Int(word(purpose, object, index).multipliedFullWidth(by: UInt64(count)).high)
  }

  /// Standard normal by the Box-Muller transform of the words at `2 index` and `2 index + 1`.
  public func normal(_ purpose: DrawPurpose, object: UInt64, index: UInt64) -> Double {
    let radius = (-2 * Double.logOnePlus(-uniform(purpose, object: object, index: 2 * index))).squareRoot()
    return radius * Double.cosine(2 * .pi * uniform(purpose, object: object, index: 2 * index + 1))
  }

  /// A permutation of 0..<count (Fisher-Yates).
  public func permutation(_ count: Int, _ purpose: DrawPurpose, object: UInt64) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, below(last + 1, purpose, object: object, index: UInt64(last)))
    }
    return order
  }

  /// Steps 0..<steps at which independent trials of the given probability succeed, drawn as gaps between successes.
  public func successes(_ probability: Double, steps: Int, _ purpose: DrawPurpose, object: UInt64) -> [Int] {
    if probability <= 0 { return [] }
    if probability >= 1 { return Array(0..<steps) }
    let scale = 1 / Double.logOnePlus(-probability)
    var found: [Int] = [], step = -1, index: UInt64 = 0
    while true {
      let gap = Double.logOnePlus(-uniform(purpose, object: object, index: index)) * scale
      if gap >= Double(steps) { return found }
      step += 1 + Int(gap)
      if step >= steps { return found }
      found.append(step)
      index += 1
    }
  }
}
