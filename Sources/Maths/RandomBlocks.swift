// Random words in bulk, by the vector kernel.
import CKernels

/// An address whose words are drawn in bulk: block `i` is Philox at the counter `(i, a, b, c)`, as in ``RandomStream``.
public struct RandomBlocks: Hashable, Sendable {
  public let key: StreamKey
  /// The address within the key.
  public let a: UInt32, b: UInt32, c: UInt32

  public init(_ key: StreamKey, a: UInt32 = 0, b: UInt32 = 0, c: UInt32 = 0) {
    self.key = key
    self.a = a
    self.b = b
    self.c = c
  }
  /// The words at a 64-bit index, typically the time step: `a` is its low half, `b` its high half.
  public init(_ key: StreamKey, index: UInt64, c: UInt32 = 0) {
    self.init(key, a: UInt32(truncatingIfNeeded: index), b: UInt32(truncatingIfNeeded: index >> 32), c: c)
  }

  /// Writes the four words of each of `count` blocks from block `first` on; `words` has room for `4 * count`.
  public func fill(first: UInt32 = 0, count: Int, into words: UnsafeMutablePointer<UInt32>) {
    ckernels_philox(address, first, Int64(count), words)
  }
  /// Writes `count` whole numbers below `bound`, number `i` made of word `first + i`. Each value has its probability to within 2^-32:
  /// good for bounds far below 2^32, such as the neurons of a tile; ``RandomStream/integer(below:)`` is exact.
  public func integers(below bound: UInt32, first: Int = 0, count: Int, into out: UnsafeMutablePointer<UInt32>) {
    forWords(first: first, count: count, perDraw: 1) { words, start, n in ckernels_integers(words, Int64(n), bound, out + start) }
  }

  /// Calls `body` with the words of draws `first + start ..< first + start + n`, for runs that together make up all `count` draws.
  func forWords(first: Int, count: Int, perDraw: Int, _ body: (_ words: UnsafePointer<UInt32>, _ start: Int, _ n: Int) -> Void) {
    precondition(first >= 0 && count >= 0 && (first + count) * perDraw <= 1 << 34, "an address holds 2^34 words")
    let run = min(count, 512)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: run * perDraw + 8) { buffer in
      guard let words = buffer.baseAddress else { return }
      var start = 0
      while start < count {
        let n = min(run, count - start)
        let word = (first + start) * perDraw
        fill(first: UInt32(word / 4), count: (word % 4 + n * perDraw + 3) / 4, into: words)
        body(words + word % 4, start, n)
        start += n
      }
    }
  }
  var address: ckernels_address {
    let key = key.words
    return ckernels_address(key0: key[0], key1: key[1], a: a, b: b, c: c)
  }
}
