// Which ranks a tile's spikes go to, and which ranks spikes come from: from rules and placement, without asking anybody.
import Networks

/// The partners of one rank.
struct SpikeRouting: Sendable {
  /// Ranks that own targets of this rank's tiles, ascending, this rank excluded.
  let destinations: [Int]
  /// Ranks that own sources of this rank's tiles, ascending, this rank excluded.
  let sources: [Int]
  /// For each owned tile, in order: places in `destinations`.
  let routes: [[Int32]]

  init(_ network: Network, tiles: TileMap, placement: Placement, rank: Int, owned: [Int]) {
    var reached: [[Int]] = []
    var comesFrom: Set<Int> = []
    var goesTo: Set<Int> = []
    // Populations without geometry reach all tiles of a population: the owners are the same for all its source tiles.
    var ownersOfPopulation: [Int: Set<Int>] = [:]
    func owners(_ population: Int) -> Set<Int> {
      if let known = ownersOfPopulation[population] { return known }
      let found = Set(tiles.tiles(ofPopulation: population).lazy.map { placement.owner(of: $0) })
      ownersOfPopulation[population] = found
      return found
    }
    for number in owned {
      let tile = tiles[number]
      var ranks: Set<Int> = []
      for projection in network.projections {
        if projection.source == tile.population {
          if projection.hasGeometry {
            for target in projection.targetTiles(of: tile, tiles) { ranks.insert(placement.owner(of: target)) }
          } else {
            ranks.formUnion(owners(projection.target))
          }
        }
        if projection.target == tile.population && !network.populations[projection.source].isVirtual {
          if projection.hasGeometry {
            for source in projection.sourceTiles(of: tile, tiles) { comesFrom.insert(placement.owner(of: source)) }
          } else {
            comesFrom.formUnion(owners(projection.source))
          }
        }
      }
      ranks.remove(rank)
      goesTo.formUnion(ranks)
      reached.append(ranks.sorted())
    }
    comesFrom.remove(rank)
    destinations = goesTo.sorted()
    sources = comesFrom.sorted()
    let places = Dictionary(uniqueKeysWithValues: destinations.enumerated().map { ($1, Int32($0)) })
    routes = reached.map { $0.map { places[$0]! } }
  }
}

extension Projection {
  /// Whether the targets of a tile depend on where it is.
  var hasGeometry: Bool {
    switch rule {
    case .distance, .oneToOne: true
    default: false
    }
  }
}
