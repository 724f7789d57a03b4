// The counter-based generator Philox 4x32-10: the plain form of what the vector kernels compute.

/// Philox 4x32 with ten rounds (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
///
/// A bijection of the 128-bit counter for every 64-bit key, so any word of any stream is computed alone.
public enum Philox {
  /// The four words at a counter. Words are in the order of the publication, the key's low word is `key.x`.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var k = key
    for _ in 0..<10 {
      let a = UInt64(x[0]) * 0xD251_1F53
      let b = UInt64(x[2]) * 0xCD9E_8D57
      x = SIMD4(
        UInt32(b >> 32) ^ x[1] ^ k[0], UInt32(truncatingIfNeeded: b),
        UInt32(a >> 32) ^ x[3] ^ k[1], UInt32(truncatingIfNeeded: a))
      k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return x
  }
}
