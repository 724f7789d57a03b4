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

/// Turns bit rows of samples into sets of samples per unit: bit s of `sets[u]` is bit u of row s.
///
/// - Parameters:
///   - rows: bit row of sample 0; `stride` bytes from sample to sample.
///   - samples: at most 64.
///   - sets: one word per unit, `blocks * 8` units.
@inline(__always)
func transposeBits(
  _ rows: UnsafePointer<UInt8>, stride: Int, samples: Int, blocks: Int, into sets: UnsafeMutablePointer<UInt64>
) {
  for block in 0..<blocks {
    var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    var first = 0
    while first < samples {
      var square: UInt64 = 0
      for row in 0..<8 where first &+ row < samples {
        square |= UInt64(rows[(first &+ row) &* stride &+ block]) &<< UInt64(8 &* row)
      }
      if square != 0 {
        square = transposeSquare(square)
        let shift = UInt64(first)
        words.0 |= (square & 0xFF) &<< shift
        words.1 |= (square &>> 8 & 0xFF) &<< shift
        words.2 |= (square &>> 16 & 0xFF) &<< shift
        words.3 |= (square &>> 24 & 0xFF) &<< shift
        words.4 |= (square &>> 32 & 0xFF) &<< shift
        words.5 |= (square &>> 40 & 0xFF) &<< shift
        words.6 |= (square &>> 48 & 0xFF) &<< shift
        words.7 |= (square &>> 56 & 0xFF) &<< shift
      }
      first &+= 8
    }
    let out = sets + block &* 8
    (out[0], out[1], out[2], out[3]) = (words.0, words.1, words.2, words.3)
    (out[4], out[5], out[6], out[7]) = (words.4, words.5, words.6, words.7)
  }
}

/// Transpose of an 8 x 8 bit matrix, one row per byte, by three rounds of exchanges.
@inline(__always)
private func transposeSquare(_ square: UInt64) -> UInt64 {
  var x = square
  var t = (x ^ (x &>> 7)) & 0x00AA_00AA_00AA_00AA
  x ^= t ^ (t &<< 7)
  t = (x ^ (x &>> 14)) & 0x0000_CCCC_0000_CCCC
  x ^= t ^ (t &<< 14)
  t = (x ^ (x &>> 28)) & 0x0000_0000_F0F0_F0F0
  return x ^ t ^ (t &<< 28)
}
