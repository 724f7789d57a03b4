// Which of a tile's neurons a source reaches, each with one probability, for many sources at a time.
import CKernels

/// Laws of pairs, one per probability.
///
/// The draw of a source onto a tile is that of the words of its address, whatever other rows are drawn with it. From ``leastDense`` on each
/// pair takes 16 bits, and 32 more where those leave it open; below, each gap between targets takes a word.
public struct PairLaws: Sendable {
  /// Probability from which pairs are drawn one by one.
  public static let leastDense = 0.25
  private let laws: HeldArray<ckernels_pair_law>

  /// - Parameters:
  ///   - probabilities: of a pair, 0 ... 1.
  ///   - targets: of a tile, about; it does not change what is drawn.
  public init(_ probabilities: [Double], targets: Int) {
    laws = HeldArray(
      probabilities.map { p in
        if p >= Self.leastDense || p <= 0 {
          let scaled = p * 65_536
          let high = scaled.rounded(.down)
          return ckernels_pair_law(dense: 1, high: UInt32(high), low: UInt32(min((scaled - high) * 0x1p32, 0x1p32 - 1)), scale: 0, units: 0)
        }
        // Enough for nearly all rows; the others go on by themselves.
        let mean = Double(targets) * p
        let units = Int32((mean + 2.5 * mean.squareRoot()) / 4) + 1
        // Beyond any tile a gap is a gap.
        let scale = Float(min(1 / Elementary.exponentialQuantile(p), 0x1p40))
        return ckernels_pair_law(dense: 0, high: 0, low: 0, scale: scale, units: units)
      })
  }

  /// Draws rows from the addresses (key of `at`; sources[r], b, c of `at`): targets below `targets`, ascending, one row after the other, and
  /// how many there are of each. `out` has room for `rows * targets + 64`. Returns their number.
  public func fill(
    _ at: RandomBlocks, sources: UnsafePointer<UInt32>, laws lawOfRow: UnsafePointer<UInt16>, rows: Int, targets: Int,
    into out: UnsafeMutablePointer<UInt16>, counts: UnsafeMutablePointer<UInt32>
  ) -> Int {
    Int(ckernels_pair_rows(laws.base, at.address, sources, lawOfRow, Int64(rows), Int32(targets), out, counts))
  }
}

extension RandomBlocks {
  /// Writes the first `per * counts[r]` words of the addresses with `a` = sources[r], one row after the other, and into `next` those with
  /// the next `c`. Both have room for four words more.
  public func rows(
    _ sources: UnsafePointer<UInt32>, counts: UnsafePointer<UInt32>, rows: Int, per: Int = 1, into out: UnsafeMutablePointer<UInt32>,
    next: UnsafeMutablePointer<UInt32>? = nil
  ) {
    ckernels_row_words(address, sources, counts, Int64(rows), Int64(per), out, next)
  }
}
