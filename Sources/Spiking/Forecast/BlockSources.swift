// From where a block of tiles is reached, and with how many synapses per source neuron.
import Glibc
import Networks

/// The sources of one block, by population and site. A site is a column of the grid, or -1 for a population whose neurons all reach the
/// block alike.
struct BlockSources {
  /// Mean number of synapses of one source neuron onto the block, and the tiles they lie on, by projection.
  typealias Degrees = [(projection: Int, degree: Double, tiles: Int)]
  /// By population: site and degrees.
  let sites: [[(site: Int, degrees: Degrees)]]
  /// Entries of the tables of in-degrees that are kept while the block is built.
  let indegreeEntries: Double

  init<S: SimulationScalar>(_ block: [Tile], _ draws: NetworkDraws<S>, _ tiles: TileMap) {
    let network = draws.network
    var targets = [Int](repeating: 0, count: network.populations.count)
    var targetTiles = targets
    for tile in block {
      targets[tile.population] += tile.count
      targetTiles[tile.population] += 1
    }
    indegreeEntries = network.projections.reduce(0) { sum, projection in
      guard case .fixedIndegree(let degree) = projection.rule else { return sum }
      // Tiles that have none of a neuron's sources have no entry.
      let sourceTiles = Double(tiles.tiles(ofPopulation: projection.source).count)
      let reached = sourceTiles <= 1 ? 1 : -sourceTiles * expm1(Double(degree) * log1p(-1 / sourceTiles))
      return sum + Double(targets[projection.target]) * reached
    }
    // Projections of several source populations may share their stencil: the grid is walked once for each target and stencil.
    var known: [(target: Int, stencil: Stencil, degrees: [Int: (degree: Double, tiles: Int)])] = []
    func degreesByColumn(_ target: Int, _ stencil: Stencil, _ grid: ColumnGrid) -> [Int: (degree: Double, tiles: Int)] {
      if let same = known.first(where: { $0.target == target && $0.stencil == stencil }) { return same.degrees }
      let found = Self.degrees(block, onto: target, stencil, grid)
      known.append((target, stencil, found))
      return found
    }
    sites = network.populations.indices.map { population in
      let its = network.populations[population]
      var columns: [Int: Degrees] = [:]
      var everywhere: Degrees = []
      for projection in draws.bySource[population] {
        let draw = draws.draws[projection]
        let target = draw.projection.target
        if targets[target] == 0 { continue }
        guard case .distance(let stencil) = draw.projection.rule, case .columns(let grid, _) = its.layout else {
          let whole = Self.synapses(draw.projection, sources: its.count, targets: network.populations[target].count)
          let degree = whole * Double(targets[target]) / Double(max(network.populations[target].count, 1)) / Double(max(its.count, 1))
          if degree > 0 { everywhere.append((projection, degree, targetTiles[target])) }
          continue
        }
        for (column, (degree, tiles)) in degreesByColumn(target, stencil, grid) {
          columns[column, default: []].append((projection, degree, tiles))
        }
      }
      if columns.isEmpty { return everywhere.isEmpty ? [] : [(-1, everywhere)] }
      if !everywhere.isEmpty { for column in 0..<its.columns { columns[column, default: []] += everywhere } }
      return columns.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }

  /// Synapses of one neuron of each source column onto the block's neurons of a population.
  private static func degrees(
    _ block: [Tile], onto target: Int, _ stencil: Stencil, _ grid: ColumnGrid
  ) -> [Int: (degree: Double, tiles: Int)] {
    var byColumn: [Int: (degree: Double, tiles: Int)] = [:]
    for tile in block where tile.population == target {
      // The stencil is symmetric, so sources lie where targets would.
      for entry in stencil.entries {
        if let column = grid.column(from: tile.column, dx: entry.dx, dy: entry.dy) {
          let before = byColumn[column] ?? (0, 0)
          byColumn[column] = (before.degree + entry.probability * Double(tile.count), before.tiles + 1)
        }
      }
    }
    return byColumn
  }

  /// Mean number of synapses of a whole projection without geometry.
  static func synapses(_ projection: Projection, sources: Int, targets: Int) -> Double {
    let own = !projection.allowAutapses && projection.source == projection.target ? Double(min(sources, targets)) : 0
    let pairs = Double(sources) * Double(targets) - own
    switch projection.rule {
    case .oneToOne: return own > 0 ? 0 : Double(min(sources, targets))
    case .allToAll: return pairs
    case .fixedIndegree(let degree): return Double(degree) * Double(targets)
    case .fixedOutdegree(let degree): return Double(degree) * Double(sources)
    case .fixedTotalNumber(let total): return Double(total)
    case .pairwiseBernoulli(let p): return pairs * p
    case .distance: return 0
    case .explicit(let edges): return Double(edges.count)
    }
  }
}
