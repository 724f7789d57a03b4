// Draws the synapses of one projection, tile by tile, from addressed streams: any rank draws any tile alone.
import Maths

extension Purpose {
  static let synapse = Purpose("synapse")
  static let synapseSplit = Purpose("synapse.split")
}

/// The counter word that tells apart what the words of one address are for.
enum Plane {
  static let target: UInt32 = 0
  static let weight: UInt32 = 1
  static let delay: UInt32 = 2
}

/// A projection made ready for drawing.
///
/// The synapses of (source, target tile) come from the addresses (key of the projection; source, tile, plane), one plane each for targets,
/// weights and delays, in the order of ascending target for rules by pair and in the order of drawing for the others. Rows are drawn many at
/// a time, which changes none of them.
public struct TileDraw<W: VectorScalar>: Sendable {
  public let projection: Projection
  public let number: Int
  /// Smallest and largest delay in steps.
  public let delaySteps: ClosedRange<Int>
  let delays: DelayTable
  /// The edges of an explicit list that end on owned tiles.
  var edges: EdgeTable?
  /// Whether a source must not reach itself.
  let avoidsSelf: Bool
  /// Whether each pair has a probability of its own.
  let isByPair: Bool
  let pairLaws: PairLaws
  /// The law of each probability that a pair can have.
  private let lawNumbers: [Double: UInt16]
  let weights: Law<W>
  let tiles: TileMap
  let key: StreamKey
  let splitKey: StreamKey
  let sources: Int
  let targets: Int
  let resolution: Double

  /// Reads the edges of an explicit list; does nothing for other rules.
  public mutating func loadEdges(isOwned: (Int) -> Bool) throws {
    var all = [self]
    try Self.loadEdges(of: &all, isOwned: isOwned)
    self = all[0]
  }

  /// Reads the edges of all explicit lists among some draws; those that lie in one place are read together, once.
  ///
  /// - Parameter progress: called now and then.
  public static func loadEdges(of draws: inout [TileDraw], isOwned: (Int) -> Bool, progress: () -> Void = {}) throws {
    var byPlace: [String: [Int]] = [:], groups: [[Int]] = []
    for (index, draw) in draws.enumerated() {
      guard case .explicit(let list) = draw.projection.rule else { continue }
      if let place = list.place { byPlace[place, default: []].append(index) } else { groups.append([index]) }
    }
    groups += byPlace.sorted { $0.key < $1.key }.map(\.value)
    for group in groups {
      var lists: [any EdgeSource] = [], builders: [EdgeTable.Builder] = []
      for index in group {
        guard case .explicit(let list) = draws[index].projection.rule else { continue }
        lists.append(list)
        let draw = draws[index]
        builders.append(
          .init(draw.projection, declared: list.delays, tiles: draw.tiles, resolution: draw.resolution, delays: draw.delaySteps))
      }
      try type(of: lists[0]).forEachBlock(of: lists) { place, block in
        try builders[place].add(block, isOwned: isOwned)
        progress()
      }
      for (place, index) in group.enumerated() { draws[index].edges = EdgeTable(&builders[place]) }
    }
  }

  /// Lets go of the edges that were read.
  public mutating func dropEdges() { edges = nil }

  /// Probability of each delay of ``delaySteps``, in steps; an explicit list, which is read only when tiles are built, counts as even.
  public var delayShares: [Double] {
    if case .explicit = projection.rule { return [Double](repeating: 1 / Double(delaySteps.count), count: delaySteps.count) }
    return delays.shares
  }

  /// The receptor that the sign of all weights chooses, or -1 where signs may differ.
  public var signOfWeights: Int {
    if case .explicit = projection.rule { return -1 }
    let support = projection.weight.support
    return support.lowerBound >= 0 ? 0 : support.upperBound < 0 || (support.upperBound == 0 && projection.weight.mean < 0) ? 1 : -1
  }

  /// - Throws: `NetworkError` for what cannot be drawn, naming the projection.
  public init(_ network: Network, projection number: Int, tiles: TileMap, seed: UInt64, resolution: Double) throws {
    let projection = network.projections[number]
    self.projection = projection
    self.number = number
    self.tiles = tiles
    avoidsSelf = !projection.allowAutapses && projection.source == projection.target
    sources = network.populations[projection.source].count
    targets = network.populations[projection.target].count
    key = StreamKey(seed: seed, purpose: .synapse, object: UInt64(number))
    splitKey = StreamKey(seed: seed, purpose: .synapseSplit, object: UInt64(number))
    weights = try Law(projection.weight, of: "projection \(projection.name): weight")
    if case .explicit(let list) = projection.rule {
      // Each edge brings its own delay.
      delays = try DelayTable(.constant(resolution), resolution: resolution, projection: projection.name)
      // Edges that break these bounds are found when they are read.
      func steps(_ delay: Double) -> Int { Int(min(max(nearestSteps(delay, resolution: resolution), 1), 60_000)) }
      let least = steps(list.delays.lowerBound)
      delaySteps = least...max(least, steps(list.delays.upperBound))
    } else {
      delays = try DelayTable(projection.delay, resolution: resolution, projection: projection.name)
      delaySteps = delays.steps
    }
    self.resolution = resolution
    var probabilities = [0.0]
    var isByPair = true
    switch projection.rule {
    case .pairwiseBernoulli(let p):
      if !(p >= 0 && p <= 1) { throw NetworkError("projection \(projection.name): p \(p) is not a probability") }
      probabilities.append(p)
    case .distance(let stencil):
      guard case .columns(let grid, _) = network.populations[projection.source].layout,
        case .columns(let other, _) = network.populations[projection.target].layout, grid == other
      else { throw NetworkError("projection \(projection.name): a distance rule needs two populations on the same grid of columns") }
      probabilities += stencil.probabilities(on: grid).sorted()
    default: isByPair = false
    }
    self.isByPair = isByPair
    let target = tiles.tiles(ofPopulation: projection.target)
    pairLaws = PairLaws(probabilities, targets: target.isEmpty ? 0 : tiles[target.upperBound - 1].count)
    lawNumbers = Dictionary(probabilities.indices.map { (probabilities[$0], UInt16(truncatingIfNeeded: $0)) }) { first, _ in first }
    try check()
  }

  private func check() throws {
    func fail(_ text: String) throws -> Never { throw NetworkError("projection \(projection.name): \(text)") }
    // What is drawn together is counted in 32 bits: from a tile onto a block, which is no wider than 65,536 neurons.
    let pairs = Double(tiles.tileSizes(ofPopulation: projection.source).upperBound) * Double(min(targets, 65_536))
    let synapses: Double =
      switch projection.rule {
      case .fixedIndegree(let degree): pairs * Double(degree) / Double(sources)
      case .fixedOutdegree(let degree): pairs * Double(degree) / Double(targets)
      case .fixedTotalNumber(let total): pairs * Double(total) / (Double(sources) * Double(targets))
      default: 0
      }
    if synapses > 2e9 {
      try fail("more than 2e9 synapses come from one tile of neurons onto others of one rank; use fewer, or more neurons")
    }
    switch projection.rule {
    case .oneToOne:
      if sources != targets { try fail("one_to_one needs populations of one size, not \(sources) and \(targets)") }
    case .fixedIndegree(let degree):
      let free = sources - (avoidsSelf ? 1 : 0)
      if degree < 0 { try fail("indegree \(degree) is negative") }
      if degree > Int(Int32.max) { try fail("indegree \(degree) is above \(Int32.max)") }
      if degree > 0 && free == 0 { try fail("there is no source to draw from") }
      if !projection.allowMultapses && degree > free {
        try fail("indegree \(degree) without multapses needs as many sources; there are \(free)")
      }
    case .fixedOutdegree(let degree):
      let free = targets - (avoidsSelf ? 1 : 0)
      if degree < 0 { try fail("outdegree \(degree) is negative") }
      if degree > Int(Int32.max) { try fail("outdegree \(degree) is above \(Int32.max)") }
      if degree > 0 && free == 0 { try fail("there is no target to draw from") }
      if !projection.allowMultapses && degree > free {
        try fail("outdegree \(degree) without multapses needs as many targets; there are \(free)")
      }
    case .fixedTotalNumber(let total):
      if total < 0 { try fail("N \(total) is negative") }
      if total > 1 << 52 { try fail("N \(total) is above 2^52") }
      if !projection.allowMultapses { try fail("fixed_total_number draws pairs independently, so it needs allow_multapses: true") }
      if total > 0 && (targets == 0 || sources - (avoidsSelf ? 1 : 0) < 1) { try fail("there is no pair to draw from") }
    case .pairwiseBernoulli, .distance, .allToAll, .explicit: break
    }
  }

  /// Mean number of synapses from a source tile onto a target tile, for forecasts and reservations.
  public func expected(_ source: Tile, _ target: Tile) -> Double {
    let pairs = Double(source.count) * Double(target.count)
    if pairs == 0 { return 0 }
    let same = Double(source.range.clamped(to: target.range).count)
    // Pairs that may be connected.
    let free = avoidsSelf ? pairs - same : pairs
    switch projection.rule {
    case .oneToOne: return avoidsSelf ? 0 : same
    case .allToAll: return free
    case .fixedIndegree(let degree): return pairs * Double(degree) / Double(sources)
    case .fixedOutdegree(let degree): return pairs * Double(degree) / Double(targets)
    case .fixedTotalNumber(let total): return pairs * Double(total) / (Double(sources) * Double(targets))
    case .explicit(let edges): return Double(edges.count) * pairs / (Double(sources) * Double(targets))
    case .pairwiseBernoulli(let p): return free * p
    case .distance: return free * probability(source, target)
    }
  }

  /// Probability of a pair for the rules that have one.
  func probability(_ source: Tile, _ target: Tile) -> Double {
    switch projection.rule {
    case .pairwiseBernoulli(let p): return p
    case .distance(let stencil):
      guard case .columns(let grid, _) = tiles.populations[projection.source].layout else { return 0 }
      return stencil.probability(from: source.column, to: target.column, on: grid)
    default: return 0
    }
  }

  /// The law of pairs between two tiles, the same for all their neurons.
  public func pairs(_ source: Tile, _ target: Tile) -> PairLaw { PairLaw(number: lawNumbers[probability(source, target)] ?? 0) }

  /// The largest number of steps that divides all delays.
  public var delayUnit: Int {
    if case .explicit = projection.rule { return 1 }
    return delays.unit
  }

  /// Draws weights and delays for the rows at the end of the batch, `counts[r]` synapses each, from the addresses (sources[r], b).
  @inline(__always)
  func drawProperties(
    _ batch: inout SynapseBatch<W>, from first: Int, _ sources: UnsafePointer<UInt32>, counts: UnsafePointer<UInt32>, rows: Int,
    _ b: UInt32,
    planes: UInt32 = 0
  ) {
    let count = batch.count - first
    if count == 0 { return }
    batch.reserveWords(count * W.wordsPerDraw + 4)
    let address = RandomBlocks(key, b: b, c: Plane.weight + planes)
    // The planes of weights and delays follow each other, and in single precision both take a word.
    let together = weights.constant == nil && !delays.isConstant && W.wordsPerDraw == 1
    if let constant = weights.constant {
      (batch.weight + first).update(repeating: constant, count: count)
    } else {
      address.rows(sources, counts: counts, rows: rows, per: W.wordsPerDraw, into: batch.words, next: together ? batch.nextWords : nil)
      weights.draw(batch.words, count: count, into: batch.weight + first)
    }
    if delays.isConstant {
      (batch.delay + first).update(repeating: UInt16(delays.steps.lowerBound), count: count)
    } else {
      if !together { RandomBlocks(key, b: b, c: Plane.delay + planes).rows(sources, counts: counts, rows: rows, into: batch.nextWords) }
      delays.fill(batch.nextWords, count: count, into: batch.delay + first)
    }
  }
}

/// The law of the pairs of two tiles, by its number in the projection.
public struct PairLaw: Sendable {
  public let number: UInt16
}
