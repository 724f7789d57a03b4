// A fast checksum of 64 bits that finds damage in files; it is no defence against forgery.

/// The checksum of a sequence of bytes, some ten bytes per nanosecond.
///
/// Four lanes take words of 8 bytes in turn. Each step is a bijection of the lane for a given word and of the word for a given lane, so any
/// change that is confined to one word, such as a flipped bit, changes the sum; others escape with a chance of 2^-64.
struct Checksum {
  private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var lanes = SIMD4<UInt64>(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344, 0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89)
    let whole = bytes.count / 32 * 32
    for at in stride(from: 0, to: whole, by: 32) {
      let words = bytes.loadUnaligned(fromByteOffset: at, as: SIMD4<UInt64>.self)
      lanes = mixed(lanes ^ words)
    }
    // The end is filled with zeros; the length tells it from one that has them.
    var last = SIMD4<UInt64>()
    withUnsafeMutableBytes(of: &last) { $0.copyBytes(from: bytes[whole...]) }
    lanes = mixed(lanes ^ last)
    var sum = UInt64(bytes.count)
    for lane in 0..<4 {
      sum = (sum ^ lanes[lane]) &* multiplier
      sum ^= sum >> 32
    }
    return sum
  }

  static func of<T: BitwiseCopyable>(_ values: [T]) -> UInt64 { values.withUnsafeBytes { of($0) } }

  /// Sixteen hexadecimal digits.
  static func text(_ sum: UInt64) -> String {
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func mixed(_ x: SIMD4<UInt64>) -> SIMD4<UInt64> {
    let product = x &* SIMD4(repeating: multiplier)
    return product &<< 29 | product &>> 35
  }
}
