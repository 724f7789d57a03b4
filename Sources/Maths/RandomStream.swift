// One addressed stream of random words, and the uniform draws made of them.

/// The random words of one address, in order. A value: copying it copies the position.
///
/// The address is a key and three counter words, typically a step or an index; block `i` of the stream is Philox at the counter
/// `(i, a, b, c)`, so the words equal those of ``RandomBlocks`` at the same address. A stream holds 2^34 words.
///
/// All draws have the same bits on every processor. Draws of more than one word take them in the order of the stream.
public struct RandomStream: Sendable {
  public let key: StreamKey
  /// The address within the key.
  public let a: UInt32, b: UInt32, c: UInt32
  private var nextBlock: UInt64 = 0
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// The stream at counter words `a`, `b`, `c` of a key.
  public init(_ key: StreamKey, a: UInt32 = 0, b: UInt32 = 0, c: UInt32 = 0) {
    self.key = key
    self.a = a
    self.b = b
    self.c = c
  }
  /// The stream at a 64-bit index (a step, a synapse, a sample): `a` is its low half, `b` its high half.
  public init(_ key: StreamKey, index: UInt64, c: UInt32 = 0) {
    self.init(key, a: UInt32(truncatingIfNeeded: index), b: UInt32(truncatingIfNeeded: index >> 32), c: c)
  }
  public init(seed: UInt64, purpose: Purpose, object: UInt64 = 0, index: UInt64 = 0) {
    self.init(StreamKey(seed: seed, purpose: purpose, object: object), index: index)
  }

  /// The next word.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      precondition(nextBlock < 1 << 32, "a random stream holds 2^34 words: give each object its own address")
      words = Philox.block(counter: SIMD4(UInt32(truncatingIfNeeded: nextBlock), a, b, c), key: key.words)
      nextBlock += 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }
  /// The next two words, the first one low.
  public mutating func nextPair() -> UInt64 {
    let low = UInt64(nextWord())
    return low | UInt64(nextWord()) << 32
  }

  /// Uniform on the open interval (0, 1): the midpoints of 2^52 equal parts. Two words.
  public mutating func uniform() -> Double { (Double(nextPair() >> 12) + 0.5) * 0x1p-52 }
  /// Uniform on the open interval (low, high). Two words.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    // In this form neither end is reached by rounding up over `high`, nor does the width overflow.
    let u = uniform()
    return min(max((1 - u) * low + u * high, low.nextUp), high.nextDown)
  }
  /// Uniform on `0 ..< bound`, exactly (Lemire 2019). Two words, rarely more.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "integer(below:) needs a positive bound, not \(bound)")
    let n = UInt64(bound)
    var product = n.multipliedFullWidth(by: nextPair())
    if product.low < n {
      let threshold = (0 &- n) % n
      while product.low < threshold { product = n.multipliedFullWidth(by: nextPair()) }
    }
    return Int(product.high)
  }
  /// True with probability `p`, to within 2^-53. Two words.
  public mutating func bernoulli(_ p: Double) -> Bool { uniform() < p }

  /// Puts the elements into a random order, each order equally likely (Fisher and Yates).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for i in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(i, integer(below: i + 1)) }
  }
}
