// Spikes as lists of units, one list per step and sample: forward, weight gradients and counts go through them.

/// Lists of spiking units. Forward makes each once, when the units have fired.
///
/// Invariant: the first `used` elements of `channels` belong to lists; `reserve` is asked for every row before it is appended, so that even a
/// row in which all units spike stays inside.
final class SpikeLists {
  let units: Int
  private(set) var channels = AlignedBuffer<UInt16>(count: 0, zero: 0)
  /// List r is `channels[starts[r] ..< starts[r] + counts[r]]`; rows are numbered step by step, sample by sample.
  let starts: AlignedBuffer<Int32>
  let counts: AlignedBuffer<Int32>
  private var used = 0

  init(rows: Int, units: Int) {
    self.units = units
    starts = AlignedBuffer(count: rows, zero: 0)
    counts = AlignedBuffer(count: rows, zero: 0)
  }

  func clear() { used = 0 }

  /// Makes room for so many more rows, however many units spike in them; addresses of ``channels`` before it are void.
  func reserve(rows: Int) {
    let wanted = used + rows * units + 1
    if channels.count >= wanted { return }
    let grown = AlignedBuffer<UInt16>(count: wanted + used / 2, zero: 0)
    grown.pointer.update(from: channels.pointer, count: used)
    channels = grown
  }

  /// Lists a row of bits; ``reserve(rows:)`` has made room.
  @inline(__always)
  func append(_ row: Int, _ bits: UnsafePointer<UInt8>, bytes: Int) {
    let count = listBits(bits, bytes: bytes, into: channels.pointer + used)
    // Checked: a tape with more than 2^31 spikes must not read the lists of other rows.
    starts.pointer[row] = Int32(used)
    counts.pointer[row] = Int32(truncatingIfNeeded: count)
    used &+= count
  }

  @inline(__always) func count(_ row: Int) -> Int { Int(counts.pointer[row]) }

  var bytes: Int { channels.bytes + starts.bytes + counts.bytes }
}
