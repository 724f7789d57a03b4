// Splits degrees of neurons over the tiles at the other end: the tree and the draws of TotalSplit, made for one neuron after the other.
import Maths

/// The places of the tree are the tiles of a population; each weighs as many neurons as it has, less the one that must not be drawn.
struct DegreeSplit {
  /// What one tile has of a degree.
  struct Share {
    /// Of the tile, counted from the population's first.
    let place: Int32
    let count: Int32
  }
  private let tiles: TileMap
  private let population: Int
  private let places: Int
  private let neurons: Int
  private let withReplacement: Bool
  private var draws = BinomialDraws()

  /// - `withReplacement`: whether a neuron may be drawn more than once.
  init(over population: Int, of tiles: TileMap, withReplacement: Bool) {
    self.tiles = tiles
    self.population = population
    places = tiles.tiles(ofPopulation: population).count
    neurons = tiles.firstIndex(ofTile: places, population: population)
    self.withReplacement = withReplacement
  }

  /// Appends the shares above 0 of the tiles `within`, ascending; branches outside them are not drawn.
  ///
  /// - `key`: of the neuron whose degree it is.
  /// - `avoided`: the neuron that must not be drawn, if any.
  mutating func append(_ degree: Int, key: StreamKey, avoiding avoided: Int?, within: Range<Int>? = nil, to shares: inout [Share]) {
    let whole = Node(low: 0, high: places, first: 0, end: neurons)
    descend(whole, degree, Walk(key: key, avoided: avoided ?? -1, within: within ?? 0..<places), &shares)
  }

  /// Places [low, high), which hold neurons [first, end).
  private struct Node {
    let low: Int, high: Int, first: Int, end: Int
  }
  private struct Walk {
    let key: StreamKey
    let avoided: Int
    let within: Range<Int>

    /// Neurons [first, end) that may be drawn.
    @inline(__always) func weight(_ first: Int, _ end: Int) -> Int { end &- first &- (avoided >= first && avoided < end ? 1 : 0) }
  }

  private mutating func descend(_ node: Node, _ total: Int, _ walk: Walk, _ shares: inout [Share]) {
    if total == 0 || node.low >= walk.within.upperBound || node.high <= walk.within.lowerBound { return }
    if node.high &- node.low <= 1 { return shares.append(Share(place: Int32(truncatingIfNeeded: node.low), count: Int32(total))) }
    let middle = (node.low &+ node.high) / 2, start = tiles.firstIndex(ofTile: middle, population: population)
    let lower = lowerHalf(node, start, total, walk)
    descend(Node(low: node.low, high: middle, first: node.first, end: start), lower, walk, &shares)
    descend(Node(low: middle, high: node.high, first: start, end: node.end), total &- lower, walk, &shares)
  }

  @inline(__always)
  private mutating func lowerHalf(_ node: Node, _ start: Int, _ total: Int, _ walk: Walk) -> Int {
    let lower = walk.weight(node.first, start), all = walk.weight(node.first, node.end)
    if lower == 0 { return 0 }
    if lower == all { return total }
    var stream = RandomStream(walk.key, a: UInt32(truncatingIfNeeded: node.low), b: UInt32(truncatingIfNeeded: node.high))
    if withReplacement { return draws.draw(total, lower, of: all, from: &stream) }
    // An urn: each draw takes one neuron out.
    var taken = 0
    for i in 0..<total where stream.integer(below: all - i) < lower - taken { taken += 1 }
    return taken
  }
}
