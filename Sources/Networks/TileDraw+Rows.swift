// The rules that draw the synapses of one source onto one tile alone: stored and procedural networks share this code.
import Maths

extension TileDraw {
  /// Appends the synapses of a source (index in its population) onto a target tile.
  ///
  /// - `pairs`: that of ``pairs(_:_:)`` for the source's tile.
  @specialized(where W == Float)
  @specialized(where W == Double)
  public func drawRow(source: Int, onto target: Tile, pairs: PairLaw, into batch: inout SynapseBatch<W>) {
    let before = batch.count
    let place = avoidsSelf && target.range.contains(source) ? source - target.range.lowerBound : -1
    switch projection.rule {
    case .pairwiseBernoulli, .distance:
      drawPairs(source: source, onto: target, pairs: pairs, avoiding: place, into: &batch)
    case .allToAll:
      for i in 0..<target.count where i != place { batch.append(target: i, weight: 0, delay: 0) }
    case .oneToOne:
      if target.range.contains(source) && place < 0 { batch.append(target: source - target.range.lowerBound, weight: 0, delay: 0) }
    case .fixedOutdegree(let degree):
      let count = outdegree(of: source, onto: target, degree: degree)
      drawUniform(source: source, onto: target, count: count, avoiding: place, into: &batch)
    case .fixedIndegree, .fixedTotalNumber, .explicit:
      preconditionFailure("\(projection.rule.name) is not drawn source by source")
    }
    drawProperties(&batch, count: batch.count - before, UInt32(truncatingIfNeeded: source), UInt32(truncatingIfNeeded: target.number))
  }

  /// Each neuron of the tile with one probability: the gaps between targets are geometric.
  @inline(__always)
  private func drawPairs(source: Int, onto target: Tile, pairs: PairLaw, avoiding place: Int, into batch: inout SynapseBatch<W>) {
    let p = pairs.probability
    if p <= 0 { return }
    let n = target.count
    guard let gaps = pairs.gaps else {
      for i in 0..<n where i != place { batch.append(target: i, weight: 0, delay: 0) }
      return
    }
    let blocks = RandomBlocks(
      key, a: UInt32(truncatingIfNeeded: source), b: UInt32(truncatingIfNeeded: target.number), c: Plane.target)
    // Enough for all but one in some thousand rows; the rest goes round again.
    let mean = Double(n) * p
    let round = min(Int((mean + 3 * mean.squareRoot()) / 4) + 1, n / 4 + 1)
    batch.reserve(n)
    batch.reserveWords(4 * round)
    var first = 0
    var position = -1
    while true {
      gaps.fill(blocks, first: first, count: 4 * round, into: batch.numbers)
      for i in 0..<4 * round {
        // A gap beyond the tile ends the row; floats above the tile's size compare right without conversion.
        let gap = batch.numbers[i]
        if gap >= Float(n - 1 - position) { return }
        position += 1 + Int(gap)
        if position == place { continue }
        batch.target[batch.count] = UInt16(truncatingIfNeeded: position)
        batch.count += 1
      }
      first += 4 * round
    }
  }

  /// `count` targets of the tile, uniformly, distinct if multapses are not allowed.
  func drawUniform(source: Int, onto target: Tile, count: Int, avoiding place: Int, into batch: inout SynapseBatch<W>) {
    if count == 0 { return }
    let free = target.count - (place >= 0 ? 1 : 0)
    if !projection.allowMultapses {
      var stream = RandomStream(key, a: UInt32(truncatingIfNeeded: source), b: UInt32(truncatingIfNeeded: target.number), c: Plane.target)
      for i in stream.sampleWithoutReplacement(count, of: free) {
        batch.append(target: i + (place >= 0 && i >= place ? 1 : 0), weight: 0, delay: 0)
      }
      return
    }
    batch.reserve(count)
    batch.reserveWords(count + 4)
    RandomBlocks(key, a: UInt32(truncatingIfNeeded: source), b: UInt32(truncatingIfNeeded: target.number), c: Plane.target)
      .fill(count: (count + 3) / 4, into: batch.words)
    for i in 0..<count {
      let drawn = Int((UInt64(batch.words[i]) &* UInt64(free)) >> 32)
      batch.target[batch.count + i] = UInt16(truncatingIfNeeded: drawn + (place >= 0 && drawn >= place ? 1 : 0))
    }
    batch.count += count
  }
}
