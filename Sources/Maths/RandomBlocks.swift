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
    precondition(first >= 0 && count >= 0 && first + count <= 1 << 34, "an address holds 2^34 words")
    ckernels_integers(address, bound, Int64(first), Int64(count), out)
  }
  /// For each of `count` things a place below `bound`, and the words that a draw of a `Scalar` takes for it: both come from its own words, of
  /// which block `first` of the address holds the first ones. Each place has its probability to within 2^-32, and the words are even in
  /// steps of `bound`. `places` and `words`, ``VectorScalar/wordsPerDraw`` each, have room up to the next multiple of 64.
  @inline(__always)
  public func spread<Scalar: VectorScalar>(
    below bound: UInt32, first: UInt32, count: Int, places: UnsafeMutablePointer<UInt32>, words: UnsafeMutablePointer<UInt32>,
    as: Scalar.Type
  ) {
    Scalar.kernelSpread(address, first, Int64(count), bound, places, words)
  }
  var address: ckernels_address {
    let key = key.words
    return ckernels_address(key0: key[0], key1: key[1], a: a, b: b, c: c)
  }
}
