// A law of whole numbers drawn by table, one word each.
import CKernels

/// A law of whole numbers by its cumulative probabilities, drawn from one word each.
public struct NumberTable: Sendable {
  /// Word w gives the least k with w <= last[k].
  private let last: HeldArray<UInt32>
  private let guide: HeldArray<UInt32>
  private static let guideBits: UInt32 = 11

  /// - Parameter last: ascending; the last one is 2^32 - 1.
  public init(last: [UInt32]) {
    precondition(last.last == .max && last.count <= 65_535, "a table of numbers ends with the largest word")
    self.last = HeldArray(last)
    let shift = 32 - Self.guideBits
    var place = 0
    var guide: [UInt32] = []
    for part in 0..<UInt32(1) << Self.guideBits where last.count <= 1024 {
      let first = part << shift
      let end = first + (1 << shift - 1)
      while last[place] < first { place += 1 }
      // With a second boundary within the part, as a law's tail has them, the word itself must be compared with them.
      let crowded = last[place] < end && last[place + 1] < end
      guide.append(UInt32(place) << 22 | (crowded ? 0 : min(last[place], end) - first + 1))
    }
    self.guide = HeldArray(guide)
  }

  /// Writes `first` + `unit` times the number of each word.
  public func fill(_ words: UnsafePointer<UInt32>, count: Int, first: Int, unit: Int, into out: UnsafeMutablePointer<UInt16>) {
    var table = ckernels_delay_table(
      guide: guide.base, last: last.base, first: Int32(first), unit: Int32(unit), count: Int32(last.count))
    ckernels_delays(&table, words, Int64(count), out)
  }
}
