// A fast checksum of 64 bits that finds damage in files; it is no defence against forgery.

/// The checksum of a sequence of bytes, some ten bytes per nanosecond.
///
/// Four lanes take words of 8 bytes in turn. Each step is a bijection of the lane for a given word and of the word for a given lane, so any
/// change that is confined to one word, such as a flipped bit, changes the sum; others escape with a chance of 2^-64.
public enum Checksum {
  private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
  // Four numbers instead of a vector: processors multiply 64-bit words of vectors in six steps or more.
  fileprivate typealias Lanes = (UInt64, UInt64, UInt64, UInt64)
  fileprivate static let start: Lanes = (
    0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344, 0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89
  )

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var running = RunningChecksum()
    running.add(bytes)
    return running.sum
  }

  /// The sum of `count` bytes that went into the lanes but for the last ones, fewer than 32.
  fileprivate static func finish(_ lanes: Lanes, _ last: ArraySlice<UInt8>, count: Int) -> UInt64 {
    var lanes = lanes
    // The end is filled with zeros; the length tells it from one that has them.
    var words = SIMD4<UInt64>()
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: last) }
    withUnsafeBytes(of: words) { take($0, 0, &lanes) }
    var sum = UInt64(count)
    func fold(_ lane: UInt64) {
      sum = (sum ^ lane) &* multiplier
      sum ^= sum >> 32
    }
    fold(lanes.0)
    fold(lanes.1)
    fold(lanes.2)
    fold(lanes.3)
    return sum
  }

  public static func of<T: BitwiseCopyable>(_ values: [T]) -> UInt64 { values.withUnsafeBytes { of($0) } }

  /// Sixteen hexadecimal digits.
  static func text(_ sum: UInt64) -> String {
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Takes the 32 bytes at an offset, a word into each lane.
  @inline(__always)
  fileprivate static func take(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ lanes: inout Lanes) {
    func mixed(_ lane: UInt64, _ place: Int) -> UInt64 {
      let product = (lane ^ bytes.loadUnaligned(fromByteOffset: at + 8 * place, as: UInt64.self)) &* multiplier
      return product &<< 29 | product &>> 35
    }
    lanes = (mixed(lanes.0, 0), mixed(lanes.1, 1), mixed(lanes.2, 2), mixed(lanes.3, 3))
  }
}

/// The checksum of bytes that come piece by piece; how they are cut makes no difference.
public struct RunningChecksum: Sendable {
  private var lanes = Checksum.start
  /// Bytes after the last whole 32.
  private var rest: [UInt8] = []
  private var count = 0

  public init() {}

  /// Checksum of all bytes so far.
  public var sum: UInt64 { Checksum.finish(lanes, rest[...], count: count) }

  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    count += bytes.count
    var (lanes, from) = (lanes, 0)
    defer { self.lanes = lanes }
    if !rest.isEmpty {
      from = min(32 - rest.count, bytes.count)
      rest.append(contentsOf: bytes[..<from])
      if rest.count < 32 { return }
      rest.withUnsafeBytes { Checksum.take($0, 0, &lanes) }
    }
    let whole = (bytes.count - from) / 32 * 32
    for at in stride(from: from, to: from + whole, by: 32) { Checksum.take(bytes, at, &lanes) }
    rest = Array(bytes[(from + whole)...])
  }
}
