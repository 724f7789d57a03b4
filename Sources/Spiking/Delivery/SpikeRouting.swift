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
    var comesFrom: Set<Int> = []
    var goesTo: Set<Int> = []
    // Populations without geometry reach all tiles of a population: the owners are the same for all its source tiles, which share a list.
    var ownersOfPopulation: [Int: Set<Int>] = [:]
    func owners(_ population: Int) -> Set<Int> {
      if let known = ownersOfPopulation[population] { return known }
      let found = Set(tiles.tiles(ofPopulation: population).lazy.map { placement.owner(of: $0) })
      ownersOfPopulation[population] = found
      return found
    }
    let populations = network.populations.indices
    let outgoing = populations.map { population in network.projections.filter { $0.source == population } }
    let incoming = populations.map { population in
      network.projections.filter { $0.target == population && !network.populations[$0.source].isVirtual }
    }
    var reachedByPopulation: [Int: [Int]] = [:]
    func reachedByAll(of population: Int) -> [Int] {
      if let known = reachedByPopulation[population] { return known }
      var ranks: Set<Int> = []
      for projection in outgoing[population] where !projection.hasGeometry { ranks.formUnion(owners(projection.target)) }
      ranks.remove(rank)
      goesTo.formUnion(ranks)
      let found = ranks.sorted()
      reachedByPopulation[population] = found
      for projection in incoming[population] where !projection.hasGeometry { comesFrom.formUnion(owners(projection.source)) }
      return found
    }
    var reached: [[Int]] = []
    for number in owned {
      let tile = tiles[number], shared = reachedByAll(of: tile.population)
      var own: Set<Int> = []
      for projection in outgoing[tile.population] where projection.hasGeometry {
        for target in projection.targetTiles(of: tile, tiles) { own.insert(placement.owner(of: target)) }
      }
      for projection in incoming[tile.population] where projection.hasGeometry {
        for source in projection.sourceTiles(of: tile, tiles) { comesFrom.insert(placement.owner(of: source)) }
      }
      own.remove(rank)
      goesTo.formUnion(own)
      reached.append(own.isSubset(of: shared) ? shared : own.union(shared).sorted())
    }
    comesFrom.remove(rank)
    destinations = goesTo.sorted()
    sources = comesFrom.sorted()
    let places = Dictionary(uniqueKeysWithValues: destinations.enumerated().map { ($1, Int32($0)) })
    var sharedRoutes: [Int: [Int32]] = [:]
    routes = zip(owned, reached).map { number, ranks in
      let population = tiles[number].population
      guard ranks == reachedByPopulation[population] else { return ranks.map { places[$0]! } }
      if let known = sharedRoutes[population] { return known }
      let route = ranks.map { places[$0]! }
      sharedRoutes[population] = route
      return route
    }
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
