// Spikes as bits: one row of whole 64-bit words per sample and step.

/// Bytes of a bit row for `units` units: whole words, so that rows can be read word by word.
@inline(__always) func bitRowBytes(units: Int) -> Int { (units + 63) / 64 * 8 }

/// Writes the numbers of the set bits, ascending, and returns how many there are.
@inline(__always)
func listBits(_ row: UnsafePointer<UInt8>, bytes: Int, into list: UnsafeMutablePointer<UInt16>) -> Int {
  var count = 0
  var byte = 0
  while byte < bytes {
    var word = UnsafeRawPointer(row + byte).load(as: UInt64.self)
    let base = byte &* 8
    while word != 0 {
      list[count] = UInt16(truncatingIfNeeded: base &+ word.trailingZeroBitCount)
      count &+= 1
      word &= word &- 1
    }
    byte &+= 8
  }
  return count
}

@inline(__always)
func countBits(_ row: UnsafePointer<UInt8>, bytes: Int) -> Int {
  var count = 0
  var byte = 0
  while byte < bytes {
    count &+= UnsafeRawPointer(row + byte).load(as: UInt64.self).nonzeroBitCount
    byte &+= 8
  }
  return count
}
