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
  /// Row r begins at `base + offsets[r]`; where offsets[r] == offsets[r + 1] there is none.
  let offsets: UnsafePointer<UInt32>
  /// Where few of the tile's neurons have a row: their places in the tile, ascending; row r is that of `listed[r]`. Else nil, and row r is
  /// that of neuron r.
  let listed: UnsafePointer<UInt16>?
  let rows: Int
  let synapses: Int

  /// Neurons of a tile to one that has a row, from which on those are listed.
  static let neuronsPerListed = 8

  /// The number of the row of the neuron at a place in its tile; nil if it has none.
  @inline(__always) func row(of place: Int) -> Int? {
    guard let listed else { return offsets[place] < offsets[place + 1] ? place : nil }
    var (low, high) = (0, rows)
    while low < high {
      let middle = (low + high) / 2
      if Int(listed[middle]) < place { low = middle + 1 } else { high = middle }
    }
    return low < rows && Int(listed[low]) == place ? low : nil
  }
}
