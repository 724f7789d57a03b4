// Edges of an explicit list that end on owned tiles, in the order in which tiles are built.

/// The edges of one projection by source tile and target tile, read once from their source. Memory is that of the edges kept.
public final class EdgeTable: Sendable {
  struct Kept: Sendable {
    var sourceTile: Int32
    var targetTile: Int32
    /// Places in the tiles.
    var source: UInt16
    var target: UInt16
    var delay: UInt16
    var order: Int64
    var weight: Double
  }
  private let edges: [Kept]
  private let ranges: [Int: Range<Int>]
  /// By target tile the tiles of its sources, ascending.
  private let sources: [Int: [Int]]

  /// Takes the edges of one projection, block by block.
  struct Builder {
    private let projection: Projection
    private let declared: ClosedRange<Double>
    private let tiles: TileMap
    private let resolution: Double
    private let delays: ClosedRange<Int>
    fileprivate var kept: [Kept] = []
    private var number: Int64 = 0

    /// - Parameter delays: what the list declares, in steps; memory for spikes under way is sized by it.
    init(_ projection: Projection, declared: ClosedRange<Double>, tiles: TileMap, resolution: Double, delays: ClosedRange<Int>) {
      self.projection = projection
      self.declared = declared
      self.tiles = tiles
      self.resolution = resolution
      self.delays = delays
    }

    /// - Parameter isOwned: whether a tile is among those to be built.
    /// - Throws: `NetworkError` for an edge to a neuron that does not exist or a delay below the resolution, naming the edge.
    mutating func add(_ block: [Edge], isOwned: (Int) -> Bool) throws {
      let (sources, targets) = (tiles.populations[projection.source], tiles.populations[projection.target])
      func fail(_ text: String) -> NetworkError { NetworkError("projection \(projection.name), edge \(number): \(text)") }
      for edge in block {
        defer { number += 1 }
        if Int(edge.source) >= sources.count {
          throw fail("source \(edge.source) does not exist; \(sources.name) has \(sources.count) neurons")
        }
        if Int(edge.target) >= targets.count {
          throw fail("target \(edge.target) does not exist; \(targets.name) has \(targets.count) neurons")
        }
        let steps = nearestSteps(edge.delay, resolution: resolution)
        if !(steps >= 1 && steps <= 60_000) {
          throw fail("delay \(edge.delay) ms is not within 1 ... 60 000 steps of \(resolution) ms")
        }
        if !delays.contains(Int(steps)) {
          throw fail("delay \(edge.delay) ms lies outside \(declared) ms, the delays that its list declares")
        }
        if !edge.weight.isFinite { throw fail("weight \(edge.weight) is not finite") }
        let targetTile = tiles.tile(ofPopulation: projection.target, index: Int(edge.target))
        if !isOwned(targetTile) { continue }
        let sourceTile = tiles.tile(ofPopulation: projection.source, index: Int(edge.source))
        kept.append(
          Kept(
            sourceTile: Int32(sourceTile), targetTile: Int32(targetTile),
            source: UInt16(Int(edge.source) - tiles[sourceTile].range.lowerBound),
            target: UInt16(Int(edge.target) - tiles[targetTile].range.lowerBound), delay: UInt16(steps), order: number, weight: edge.weight)
        )
      }
    }
  }

  /// Takes the edges out of the builder: in memory they are there once.
  init(_ builder: inout Builder) {
    var kept = builder.kept
    builder.kept = []
    kept.sort { ($0.sourceTile, $0.targetTile, $0.source, $0.order) < ($1.sourceTile, $1.targetTile, $1.source, $1.order) }
    var ranges: [Int: Range<Int>] = [:]
    var sources: [Int: [Int]] = [:]
    var first = 0
    for i in kept.indices where i + 1 == kept.count || Self.key(kept[i]) != Self.key(kept[i + 1]) {
      ranges[Self.key(kept[i])] = first..<i + 1
      sources[Int(kept[i].targetTile), default: []].append(Int(kept[i].sourceTile))
      first = i + 1
    }
    edges = kept
    self.ranges = ranges
    self.sources = sources
  }

  private static func key(_ edge: Kept) -> Int { key(Int(edge.sourceTile), Int(edge.targetTile)) }
  private static func key(_ source: Int, _ target: Int) -> Int { source << 32 | target }

  /// The tiles with edges onto a target tile, ascending.
  func sources(of target: Int) -> [Int] { sources[target] ?? [] }

  /// The edges from a source tile onto a target tile, ascending by source, then as listed.
  func edges(from source: Int, to target: Int) -> ArraySlice<Kept> {
    ranges[Self.key(source, target)].map { edges[$0] } ?? []
  }
}

/// A short list of edges held in memory.
public struct EdgeList: EdgeSource {
  public let edges: [Edge]
  public init(_ edges: [Edge]) { self.edges = edges }
  public var count: Int { edges.count }
  public var delays: ClosedRange<Double> {
    let delays = edges.map(\.delay).filter { $0.isFinite }
    return (delays.min() ?? 1)...(delays.max() ?? 1)
  }
  public func forEachBlock(_ body: ([Edge]) throws -> Void) throws { try body(edges) }
}
