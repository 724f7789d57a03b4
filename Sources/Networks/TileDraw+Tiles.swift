// Draws all synapses of a source tile onto a target tile, source by source.
import Maths

/// What the split of a total, or of the in-degrees, gave one target tile; kept while the tile is built.
public struct TargetTileCounts: Sendable {
  /// fixed_total_number: synapses from each source tile.
  fileprivate var totals: [Int32] = []
  /// fixed_indegree: neurons of the target with synapses from source tile s, ascending, and how many, at `starts[s] ..< starts[s + 1]`.
  fileprivate var starts: [Int32] = []
  fileprivate var neurons: [UInt16] = []
  fileprivate var counts: [Int32] = []
  /// Bytes of what a neuron and a source tile have in common.
  public static var bytesPerEntry: Int { MemoryLayout<UInt16>.stride + MemoryLayout<Int32>.stride }
  public init() {}

  /// Sorts the shares of all neurons by source tile; `ends[i]` is one behind the last one of neuron i.
  fileprivate init(_ shares: [DegreeSplit.Share], ends: [Int32], places: Int) {
    starts = [Int32](repeating: 0, count: places + 1)
    for share in shares { starts[Int(share.place) + 1] += 1 }
    for place in 0..<places { starts[place + 1] += starts[place] }
    var next = starts
    neurons = [UInt16](repeating: 0, count: shares.count)
    counts = [Int32](repeating: 0, count: shares.count)
    var first = 0
    for (neuron, end) in ends.enumerated() {
      for share in shares[first..<Int(end)] {
        let place = Int(share.place), at = Int(next[place])
        (neurons[at], counts[at]) = (UInt16(truncatingIfNeeded: neuron), share.count)
        next[place] += 1
      }
      first = Int(end)
    }
  }
}

/// What the split of the out-degrees gave the sources of one tile; kept while their rows onto a block are drawn.
public struct SourceTileCounts: Sendable {
  /// Tiles of the targets.
  let targets: Range<Int>
  /// Of source i onto target tile t at `(t - targets.lowerBound) * sources + i`.
  fileprivate(set) var shares: [UInt32]
}

extension TileDraw {
  /// How many synapses each source of a tile has onto each of some target tiles: one walk down the tree for all of them. Nil for rules
  /// other than fixed_outdegree, which split nothing by source.
  public func outdegrees(of source: Tile, onto targets: Range<Int>) -> SourceTileCounts? {
    guard case .fixedOutdegree(let degree) = projection.rule else { return nil }
    let first = tiles.tiles(ofPopulation: projection.target).lowerBound
    let places = targets.lowerBound - first..<targets.upperBound - first
    var result = SourceTileCounts(targets: targets, shares: [UInt32](repeating: 0, count: targets.count * source.count))
    var split = DegreeSplit(over: projection.target, of: tiles, withReplacement: projection.allowMultapses)
    var shares: [DegreeSplit.Share] = []
    for i in 0..<source.count {
      let neuron = source.range.lowerBound + i
      shares.removeAll(keepingCapacity: true)
      split.append(degree, key: splitKey.of(UInt64(neuron)), avoiding: avoidsSelf ? neuron : nil, within: places, to: &shares)
      for share in shares {
        result.shares[(Int(share.place) - places.lowerBound) * source.count + i] = UInt32(truncatingIfNeeded: share.count)
      }
    }
    return result
  }

  /// What all source tiles have in common when they are drawn onto one target tile.
  @specialized(where W == Float)
  @specialized(where W == Double)
  public func counts(onto target: Tile) -> TargetTileCounts {
    let all = tiles.tiles(ofPopulation: projection.source)
    var result = TargetTileCounts()
    switch projection.rule {
    case .fixedTotalNumber(let total):
      let mine = totalOnto(target, total)
      result.totals = [Int32](repeating: 0, count: all.count)
      sourceTileSplit(onto: target).forEach(total: mine, places: all.count) { result.totals[$0] = Int32($1) }
    case .fixedIndegree(let degree):
      var split = DegreeSplit(over: projection.source, of: tiles, withReplacement: projection.allowMultapses)
      var (shares, ends): ([DegreeSplit.Share], [Int32]) = ([], [])
      for neuron in target.range {
        split.append(degree, key: splitKey.of(UInt64(neuron)), avoiding: avoidsSelf ? neuron : nil, to: &shares)
        ends.append(Int32(shares.count))
      }
      result = TargetTileCounts(shares, ends: ends, places: all.count)
    default: break
    }
    return result
  }

  /// Draws the rows of all sources of a tile; `rows[i] ..< rows[i + 1]` of the batch are those of its source i.
  public func draw(_ source: Tile, onto target: Tile, _ counts: TargetTileCounts, into batch: inout SynapseBatch<W>, rows: inout [Int32]) {
    batch.clear()
    append(source, onto: target, counts, to: &batch, rows: &rows)
  }

  /// Appends the rows of all sources of a tile to the batch; `rows[i] ..< rows[i + 1]` of it are those of source i.
  ///
  /// - `outdegrees`: of the source tile, where they were split beforehand.
  @specialized(where W == Float)
  @specialized(where W == Double)
  public func append(
    _ source: Tile, onto target: Tile, _ counts: TargetTileCounts, outdegrees: SourceTileCounts? = nil, to batch: inout SynapseBatch<W>,
    rows: inout [Int32]
  ) {
    rows.removeAll(keepingCapacity: true)
    rows.append(Int32(batch.count))
    switch projection.rule {
    case .fixedTotalNumber:
      let place = source.number - tiles.tiles(ofPopulation: projection.source).lowerBound
      drawTotal(source, onto: target, total: Int(counts.totals[place]), into: &batch, rows: &rows)
    case .fixedIndegree:
      drawIndegrees(source, onto: target, counts, into: &batch, rows: &rows)
    case .explicit:
      let list = edges?.edges(from: source.number, to: target.number) ?? []
      var next = list.startIndex
      for i in 0..<source.count {
        while next < list.endIndex && Int(list[next].source) == i {
          batch.append(target: Int(list[next].target), weight: W(list[next].weight), delay: Int(list[next].delay))
          next += 1
        }
        rows.append(Int32(batch.count))
      }
    default:
      drawAllRows(source, onto: target, outdegrees, into: &batch, rows: &rows)
    }
  }

  /// All sources of a tile, some rows at a time.
  private func drawAllRows(
    _ source: Tile, onto target: Tile, _ outdegrees: SourceTileCounts?, into batch: inout SynapseBatch<W>, rows: inout [Int32]
  ) {
    let most = Self.rowsAtATime(onto: target)
    let shares = outdegrees.map { counts in
      let first = (target.number - counts.targets.lowerBound) * source.count
      return Array(counts.shares[first..<first + source.count])
    }
    let laws = [UInt16](repeating: pairs(source, target).number, count: most)
    var sources = [UInt32](repeating: 0, count: most)
    for first in stride(from: source.range.lowerBound, to: source.range.upperBound, by: most) {
      let count = min(most, source.range.upperBound - first)
      for i in 0..<count { sources[i] = UInt32(truncatingIfNeeded: first + i) }
      var end = batch.count
      if let shares {
        shares[(first - source.range.lowerBound)...].withUnsafeBufferPointer {
          drawRows(sources, laws: laws, rows: count, onto: target, shares: $0.baseAddress, into: &batch)
        }
      } else {
        drawRows(sources, laws: laws, rows: count, onto: target, into: &batch)
      }
      for i in 0..<count {
        end += Int(batch.counts[i])
        rows.append(Int32(end))
      }
    }
  }

  private func sourceRange(_ all: Range<Int>, _ low: Int, _ high: Int) -> Range<Int> {
    tiles[all.lowerBound + low].range.lowerBound..<tiles[all.lowerBound + high - 1].range.upperBound
  }

  // MARK: fixed_total_number

  /// Synapses onto one tile: the total split over the target tiles by their sizes.
  private func totalOnto(_ target: Tile, _ total: Int) -> Int {
    let all = tiles.tiles(ofPopulation: projection.target)
    let split = TotalSplit(key: splitKey, weight: { low, high in sourceRange(all, low, high).count }, withReplacement: true)
    return split.share(of: target.number - all.lowerBound, total: total, places: all.count)
  }

  private func sourceTileSplit(onto target: Tile) -> TotalSplit {
    let all = tiles.tiles(ofPopulation: projection.source)
    return TotalSplit(
      key: splitKey.of(UInt64(target.number)),
      weight: { low, high in
        let range = sourceRange(all, low, high)
        return range.count * target.count - (avoidsSelf ? range.clamped(to: target.range).count : 0)
      }, withReplacement: true)
  }

  private func drawTotal(_ source: Tile, onto target: Tile, total: Int, into batch: inout SynapseBatch<W>, rows: inout [Int32]) {
    let split = TotalSplit(
      key: splitKey.of(UInt64(target.number)).of(UInt64(source.number)),
      weight: { low, high in
        let range = source.range.lowerBound + low..<source.range.lowerBound + high
        return range.count * target.count - (avoidsSelf ? range.clamped(to: target.range).count : 0)
      }, withReplacement: true)
    var shares: [UInt32] = []
    shares.reserveCapacity(source.count)
    split.forEach(total: total, places: source.count) { _, share in shares.append(UInt32(truncatingIfNeeded: share)) }
    let sources = source.range.map { UInt32(truncatingIfNeeded: $0) }
    let tile = UInt32(truncatingIfNeeded: target.number)
    batch.reserve(total)
    // Some rows at a time, so that their words stay in cache.
    let rowsAtATime = max(1, 4096 * source.count / max(total, 1))
    for low in stride(from: 0, to: source.count, by: rowsAtATime) {
      let some = low..<min(low + rowsAtATime, source.count), first = batch.count
      let count = shares[some].reduce(0) { $0 + Int($1) }
      batch.reserveWords(count + 4)
      sources[some].withUnsafeBufferPointer { sources in
        shares[some].withUnsafeBufferPointer { shares in
          guard let sources = sources.baseAddress, let shares = shares.baseAddress else { return }
          RandomBlocks(key, b: tile, c: Plane.target).rows(sources, counts: shares, rows: some.count, into: batch.words)
          for i in some {
            let share = Int(shares[i - low])
            let neuron = source.range.lowerBound + i
            let place = avoidsSelf && target.range.contains(neuron) ? neuron - target.range.lowerBound : -1
            placeUniformly(
              batch.words + (batch.count - first), count: share, free: target.count - (place >= 0 ? 1 : 0), avoiding: place,
              into: batch.target + batch.count)
            batch.count += share
            rows.append(Int32(batch.count))
          }
          drawProperties(&batch, from: first, sources, counts: shares, rows: some.count, tile)
        }
      }
    }
  }

  // MARK: fixed_indegree

  /// Planes of streams addressed by (target neuron, source tile), apart from those by (source neuron, target tile).
  private static var byTarget: UInt32 { 4 }

  private func drawIndegrees(
    _ source: Tile, onto target: Tile, _ counts: TargetTileCounts, into batch: inout SynapseBatch<W>, rows: inout [Int32]
  ) {
    let place = source.number - tiles.tiles(ofPopulation: projection.source).lowerBound
    let entries = Int(counts.starts[place])..<Int(counts.starts[place + 1])
    let synapses = counts.counts[entries].reduce(0) { $0 + Int($1) }
    rows.append(contentsOf: repeatElement(Int32(batch.count), count: source.count))
    if synapses == 0 { return }
    // Target by target behind where they will be, then turned into rows by source with a counting sort that keeps the order.
    batch.reserve(2 * synapses)
    let (first, drawn) = (batch.count, batch.count + synapses)
    var (targets, degrees): ([UInt32], [UInt32]) = ([], [])
    targets.reserveCapacity(entries.count)
    degrees.reserveCapacity(entries.count)
    var sources = [Int32](repeating: 0, count: synapses)
    var next = 0
    for entry in entries {
      let (i, count) = (Int(counts.neurons[entry]), Int(counts.counts[entry])), neuron = target.range.lowerBound + i
      let (a, b) = (UInt32(truncatingIfNeeded: neuron), UInt32(truncatingIfNeeded: source.number))
      let own = avoidsSelf && source.range.contains(neuron) ? neuron - source.range.lowerBound : -1
      let free = source.count - (own >= 0 ? 1 : 0)
      var stream = RandomStream(key, a: a, b: b, c: Plane.target + Self.byTarget)
      for j in next..<next + count {
        batch.target[drawn + j] = UInt16(truncatingIfNeeded: i)
        if projection.allowMultapses { sources[j] = Int32((UInt64(stream.nextWord()) &* UInt64(free)) >> 32) }
      }
      if !projection.allowMultapses {
        for (j, place) in stream.sampleWithoutReplacement(count, of: free).enumerated() { sources[next + j] = Int32(place) }
      }
      if own >= 0 {
        for j in next..<next + count where Int(sources[j]) >= own { sources[j] += 1 }
      }
      next += count
      targets.append(a)
      degrees.append(UInt32(truncatingIfNeeded: count))
    }
    batch.count = drawn + synapses
    drawProperties(
      &batch, from: drawn, targets, counts: degrees, rows: targets.count, UInt32(truncatingIfNeeded: source.number), planes: Self.byTarget)
    for place in sources { rows[Int(place) + 1] += 1 }
    for i in 0..<source.count { rows[i + 1] += rows[i] - Int32(first) }
    var ends = rows
    for (i, place) in sources.enumerated() {
      let position = Int(ends[Int(place)])
      ends[Int(place)] += 1
      batch.target[position] = batch.target[drawn + i]
      batch.weight[position] = batch.weight[drawn + i]
      batch.delay[position] = batch.delay[drawn + i]
    }
    batch.count = drawn
  }

  // MARK: fixed_outdegree

  /// Synapses of a source onto one tile: its out-degree split over the target tiles by their sizes.
  func outdegree(of source: Int, onto target: Tile, degree: Int) -> Int {
    let all = tiles.tiles(ofPopulation: projection.target)
    // For one source at a time the tables of DegreeSplit would cost more than they save.
    let split = TotalSplit(
      key: splitKey.of(UInt64(source)),
      weight: { low, high in
        let range = sourceRange(all, low, high)
        return range.count - (avoidsSelf && range.contains(source) ? 1 : 0)
      }, withReplacement: projection.allowMultapses)
    return split.share(of: target.number - all.lowerBound, total: degree, places: all.count)
  }
}
