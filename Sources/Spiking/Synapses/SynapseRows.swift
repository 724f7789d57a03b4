// Stored synapses of one block of targets: for each source a row of buckets, one per delay, ascending.

/// The form of a row, in units of 16 bits: buckets, then 0.
///
/// A bucket is a header (delay minus that of the bucket before, times 256, plus the number of synapses), then that many targets (places in
/// the block), then as many weights. A delay with more than 255 synapses has several buckets, the later ones with difference 0;
/// a difference above 255 is bridged by buckets without synapses. So a synapse costs 6 bytes in single precision, its delay next to nothing,
/// and the synapses that arrive in one step lie together.
enum RowFormat {
  static let largestCount = 255
  static let largestDifference = 255
  static let end: UInt16 = 0
  @inline(__always) static func header(difference: Int, count: Int) -> UInt16 { UInt16(truncatingIfNeeded: difference << 8 | count) }
  @inline(__always) static func count(_ header: UInt16) -> Int { Int(header & 0xff) }
  @inline(__always) static func difference(_ header: UInt16) -> Int { Int(header >> 8) }
  /// Units of one synapse.
  static func units<S>(_: S.Type) -> Int { 1 + MemoryLayout<S>.stride / 2 }
}

/// The rows of one source tile onto one channel of a block.
struct RowGroup {
  let sourceTile: Int
  /// The receptor the synapses reach.
  let channel: Int
  let base: UnsafePointer<UInt16>
  /// Row i begins at `base + offsets[i]`; where offsets[i] == offsets[i + 1] there is none.
  let offsets: UnsafePointer<UInt32>
  let synapses: Int
}
