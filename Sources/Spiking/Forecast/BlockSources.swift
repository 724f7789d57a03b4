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
      guard case .fixedIndegree = projection.rule else { return sum }
      return sum + Double(targets[projection.target] * tiles.tiles(ofPopulation: projection.source).count)
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
        for (column, (degree, tiles)) in Self.degrees(block, onto: target, stencil, grid) {
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
          byColumn[column, default: (0, 0)].degree += entry.probability * Double(tile.count)
          byColumn[column, default: (0, 0)].tiles += 1
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

/// The mean form of a row whose synapses are independent.
enum RowExpectation {
  /// Mean number of buckets of a row, and the chance that there is a row at all.
  ///
  /// - Parameter byDelay: mean number of synapses for each delay; their sum is `total`.
  static func of(_ byDelay: [Double], total: Double) -> (buckets: Double, rows: Double) {
    var buckets = 0.0
    for mean in byDelay where mean > 0 {
      // A delay with more synapses than a bucket holds has several buckets, the last one half full on average.
      buckets += mean < 64 ? -expm1(-mean) : max(1, mean / Double(RowFormat.largestCount) + 0.5)
    }
    return (buckets, -expm1(-total))
  }
}
