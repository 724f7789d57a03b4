// SHA-256 (FIPS 180-4), fed piece by piece.

/// The hash of a sequence of bytes. A value without storage elsewhere: thousands of them can be kept, one for each tile.
public struct SHA256: Sendable {
  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  private var pending = SIMD64<UInt8>()
  private var length: UInt64 = 0

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard var next = bytes.baseAddress, bytes.count > 0 else { return }
    var left = bytes.count
    let waiting = Int(length % 64)
    length += UInt64(left)
    if waiting > 0 {
      let taken = min(64 - waiting, left)
      withUnsafeMutableBytes(of: &pending) { $0.baseAddress!.advanced(by: waiting).copyMemory(from: next, byteCount: taken) }
      next += taken
      left -= taken
      if waiting + taken < 64 { return }
      withUnsafeBytes(of: pending) { Self.compress(&state, $0.baseAddress!, blocks: 1) }
    }
    Self.compress(&state, next, blocks: left / 64)
    next += left / 64 * 64
    withUnsafeMutableBytes(of: &pending) { $0.baseAddress!.copyMemory(from: next, byteCount: left % 64) }
  }

  public mutating func update(_ bytes: some Sequence<UInt8>) {
    Array(bytes).withUnsafeBytes { update($0) }
  }

  /// The hash of everything so far as hexadecimal text.
  public func text() -> String {
    let digits = Array("0123456789abcdef")
    return digest().map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
  }

  /// The 32 bytes of the hash of everything so far; more can follow.
  public func digest() -> [UInt8] {
    var whole = self
    // A one bit, zeros up to 8 bytes before a block's end, and the length in bits.
    let zeros = (119 - Int(length % 64)) % 64
    whole.update([0x80] + [UInt8](repeating: 0, count: zeros) + Self.bigEndian(length << 3))
    return (0..<8).flatMap { Self.bigEndian(whole.state[$0]) }
  }

  /// How many words a value is.
  public static let words = 13
  /// The value as words, from which it can be made again.
  public var words: [UInt64] {
    let block = withUnsafeBytes(of: pending) { raw in
      (0..<8).map { UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    }
    return (0..<4).map { UInt64(state[2 * $0]) | UInt64(state[2 * $0 + 1]) << 32 } + block + [length]
  }
  /// A value as it was; nil where the number of words is wrong.
  public init?(words: some Collection<UInt64>) {
    let words = Array(words)
    guard words.count == Self.words else { return nil }
    for i in 0..<8 { state[i] = UInt32(truncatingIfNeeded: words[i / 2] >> (i % 2 * 32)) }
    for i in 0..<64 { pending[i] = UInt8(truncatingIfNeeded: words[4 + i / 8] >> UInt64(i % 8 * 8)) }
    length = words[12]
  }

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

  private static func compress(_ state: inout SIMD8<UInt32>, _ bytes: UnsafeRawPointer, blocks: Int) {
    guard blocks > 0 else { return }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      constants.withUnsafeBufferPointer { k in
        for block in 0..<blocks {
          for i in 0..<16 { w[i] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 64 * block + 4 * i, as: UInt32.self)) }
          for i in 16..<64 {
            let (x, y) = (w[i - 15], w[i - 2])
            let s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >> 3)
            let s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >> 10)
            w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
          }
          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          for i in 0..<64 {
            let t1 = h &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ (e & f ^ ~e & g) &+ k[i] &+ w[i]
            let t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
          }
          state &+= SIMD8(a, b, c, d, e, f, g, h)
        }
      }
    }
  }

  private static func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 - n) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    // The greatest r with r^3 <= p * 2^96 is the cube root times 2^32.
    return primes.map { p in
      var (low, high): (UInt64, UInt64) = (0, 8 << 32)
      while high - low > 1 {
        let middle = (low + high) / 2
        let square = middle.multipliedFullWidth(by: middle)
        // middle^3 / 2^96 against p, in two halves: middle^2 fits 70 bits.
        let bottom = square.low.multipliedFullWidth(by: middle)
        let top = square.high * middle + bottom.high
        if top < p << 32 { low = middle } else { high = middle }
      }
      return UInt32(truncatingIfNeeded: low)
    }
  }()
}
