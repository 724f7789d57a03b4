// The counter-based generator Philox 4x32-10: the plain form of what the vector kernels compute.

/// Philox 4x32 with ten rounds (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
///
/// A bijection of the 128-bit counter for every 64-bit key, so any word of any stream is computed alone.
public enum Philox {
  /// The four words at a counter. Words are in the order of the publication, the key's low word is `key.x`.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    // Single words, for the elements of a SIMD vector are slow to take out and put in.
    var (x0, x1, x2, x3) = (counter[0], counter[1], counter[2], counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<10 {
      let a = UInt64(x0) * 0xD251_1F53
      let b = UInt64(x2) * 0xCD9E_8D57
      (x0, x1) = (UInt32(truncatingIfNeeded: b >> 32) ^ x1 ^ k0, UInt32(truncatingIfNeeded: b))
      (x2, x3) = (UInt32(truncatingIfNeeded: a >> 32) ^ x3 ^ k1, UInt32(truncatingIfNeeded: a))
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return SIMD4(x0, x1, x2, x3)
  }
}
