// The address of a random stream: what it is drawn for decides its words, never when or where it is drawn.

/// Version of the layout of all random draws: keys, counters, and how many words each kind of draw takes.
/// Changing any of them changes every result of every seed; then this number goes up.
public let randomLayoutVersion = 4

/// What a stream of random words is for. Each part of the program names its own purposes:
///
///     extension Purpose { static let initialPotential = Purpose("neuron.initial-potential") }
public struct Purpose: Hashable, Sendable {
  /// FNV-1a of the name's UTF-8 bytes.
  public let hash: UInt64

  /// A purpose by its name, which is part of the layout: renaming it changes the draws.
  public init(_ name: StaticString) {
    var h: UInt64 = 0xcbf2_9ce4_8422_2325
    name.withUTF8Buffer { bytes in
      for byte in bytes { h = (h ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
    hash = h
  }
}

/// The 64-bit Philox key of one object for one purpose under one seed.
///
/// For one seed and purpose two objects never have the same key (the mix is a bijection of the object);
/// over seeds and purposes keys coincide as rarely as random 64-bit numbers do.
public struct StreamKey: Hashable, Sendable {
  public let bits: UInt64

  public init(seed: UInt64, purpose: Purpose, object: UInt64 = 0) {
    let first = mix64(seed &+ mix64(purpose.hash))
    let second = mix64(first ^ 0xd1b5_4a32_d192_ed03)
    bits = mix64(mix64(object &+ first) ^ second)
  }
  init(bits: UInt64) { self.bits = bits }

  /// The key of one of this object's own objects, for addresses of more than one part: `key.of(source).of(tile)`.
  public func of(_ object: UInt64) -> StreamKey {
    StreamKey(bits: mix64(mix64(object &+ bits) ^ mix64(bits ^ 0xd1b5_4a32_d192_ed03)))
  }

  /// Low and high half, as Philox takes them.
  public var words: SIMD2<UInt32> { SIMD2(UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits >> 32)) }
}

/// A bijection of 64 bits in which each input bit changes each output bit with probability one half (the finaliser of SplitMix64,
/// Steele, Lea, Flood 2014).
func mix64(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9e37_79b9_7f4a_7c15
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}
