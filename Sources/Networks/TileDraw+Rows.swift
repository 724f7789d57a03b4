// The rules that draw the synapses of single sources onto one tile: stored and procedural networks share this code.
import Maths

extension TileDraw {
  /// Rows that are drawn at a time: few enough for scratch that stays in cache.
  public static func rowsAtATime(onto target: Tile) -> Int { min(max(65_536 / max(target.count, 1), 1), 128) }

  /// Appends the synapses of sources (indices in their population) onto a target tile, row by row; `batch.counts` tells how many each has.
  ///
  /// - `laws`: number of ``pairs(_:_:)`` for the tile of each source.
  /// - `rows`: at most ``rowsAtATime(onto:)``.
  /// - `shares`: how many synapses each source has onto the tile, where that is known (``outdegrees(of:onto:)``).
  @specialized(where W == Float)
  @specialized(where W == Double)
  public func drawRows(
    _ sources: UnsafePointer<UInt32>, laws: UnsafePointer<UInt16>, rows: Int, onto target: Tile, shares: UnsafePointer<UInt32>? = nil,
    into batch: inout SynapseBatch<W>
  ) {
    let first = batch.count
    batch.reserveRows(rows)
    let tile = UInt32(truncatingIfNeeded: target.number)
    if isByPair {
      batch.reserve(rows * target.count + 64)
      batch.count += pairLaws.fill(
        RandomBlocks(key, b: tile, c: Plane.target), sources: sources, laws: laws, rows: rows, targets: target.count,
        into: batch.target + first, counts: batch.counts)
      if avoidsSelf { leaveOutSelf(sources, rows: rows, target, from: first, &batch) }
    } else {
      for row in 0..<rows {
        let before = batch.count
        drawTargets(Int(sources[row]), onto: target, share: shares.map { Int($0[row]) }, into: &batch)
        batch.counts[row] = UInt32(truncatingIfNeeded: batch.count - before)
      }
    }
    let counts = batch.counts
    drawProperties(&batch, from: first, sources, counts: counts, rows: rows, tile)
  }

  /// Appends the synapses of one source onto a target tile.
  public func drawRow(source: Int, onto target: Tile, pairs: PairLaw, into batch: inout SynapseBatch<W>) {
    var (source, law) = (UInt32(truncatingIfNeeded: source), pairs.number)
    drawRows(&source, laws: &law, rows: 1, onto: target, into: &batch)
  }

  /// Takes the sources themselves out of their rows.
  private func leaveOutSelf(
    _ sources: UnsafePointer<UInt32>, rows: Int, _ target: Tile, from first: Int, _ batch: inout SynapseBatch<W>
  ) {
    var (read, write) = (first, first)
    for row in 0..<rows {
      let place = Int(sources[row]) - target.range.lowerBound
      let end = read + Int(batch.counts[row])
      let start = write
      while read < end {
        batch.target[write] = batch.target[read]
        write += Int(batch.target[read]) == place ? 0 : 1
        read += 1
      }
      batch.counts[row] = UInt32(truncatingIfNeeded: write - start)
    }
    batch.count = write
  }

  /// The targets of one source for rules without pairs of their own probability.
  private func drawTargets(_ source: Int, onto target: Tile, share: Int?, into batch: inout SynapseBatch<W>) {
    let place = avoidsSelf && target.range.contains(source) ? source - target.range.lowerBound : -1
    switch projection.rule {
    case .allToAll:
      for i in 0..<target.count where i != place { batch.append(target: i, weight: 0, delay: 0) }
    case .oneToOne:
      if target.range.contains(source) && place < 0 { batch.append(target: source - target.range.lowerBound, weight: 0, delay: 0) }
    case .fixedOutdegree(let degree):
      let count = share ?? outdegree(of: source, onto: target, degree: degree)
      drawUniform(source: source, onto: target, count: count, avoiding: place, into: &batch)
    default:
      preconditionFailure("\(projection.rule.name) is not drawn source by source")
    }
  }

  /// `count` targets of the tile, uniformly, distinct if multapses are not allowed.
  func drawUniform(source: Int, onto target: Tile, count: Int, avoiding place: Int, into batch: inout SynapseBatch<W>) {
    if count == 0 { return }
    let free = target.count - (place >= 0 ? 1 : 0)
    let address = RandomBlocks(key, a: UInt32(truncatingIfNeeded: source), b: UInt32(truncatingIfNeeded: target.number), c: Plane.target)
    if !projection.allowMultapses {
      var stream = RandomStream(key, a: address.a, b: address.b, c: address.c)
      for i in stream.sampleWithoutReplacement(count, of: free) {
        batch.append(target: i + (place >= 0 && i >= place ? 1 : 0), weight: 0, delay: 0)
      }
      return
    }
    batch.reserve(count)
    batch.reserveWords(count + 4)
    address.fill(count: (count + 3) / 4, into: batch.words)
    placeUniformly(batch.words, count: count, free: free, avoiding: place, into: batch.target + batch.count)
    batch.count += count
  }

  /// A target for each word, among `free` places.
  @inline(__always)
  func placeUniformly(
    _ words: UnsafePointer<UInt32>, count: Int, free: Int, avoiding place: Int, into targets: UnsafeMutablePointer<UInt16>
  ) {
    let bound = UInt64(free)
    if place < 0 {
      for i in 0..<count { targets[i] = UInt16(truncatingIfNeeded: (UInt64(words[i]) &* bound) >> 32) }
      return
    }
    for i in 0..<count {
      let drawn = Int((UInt64(words[i]) &* bound) >> 32)
      targets[i] = UInt16(truncatingIfNeeded: drawn + (drawn >= place ? 1 : 0))
    }
  }
}
