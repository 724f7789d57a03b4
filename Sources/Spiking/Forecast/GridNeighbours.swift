// Which ranks the columns of a rank's block talk to, where all connections go by distance: only columns near its edge are looked at.
import Networks

/// Partners of ranks that own blocks of columns.
struct GridNeighbours {
  private let placement: Placement
  private let grid: ColumnGrid
  /// By population: stencils of the projections that it is the source or the target of.
  private let outgoing: [[Stencil]]
  private let incoming: [[Stencil]]

  /// Nil where ranks own no blocks of columns, or where a projection goes by another rule.
  init?(_ network: Network, _ placement: Placement) {
    guard let grid = placement.grid else { return nil }
    var outgoing = network.populations.map { _ in [Stencil]() }
    var incoming = outgoing
    for projection in network.projections where !network.populations[projection.source].isVirtual {
      guard case .distance(let stencil) = projection.rule else { return nil }
      if !outgoing[projection.source].contains(stencil) { outgoing[projection.source].append(stencil) }
      if !incoming[projection.target].contains(stencil) { incoming[projection.target].append(stencil) }
    }
    (self.placement, self.grid, self.outgoing, self.incoming) = (placement, grid, outgoing, incoming)
  }

  /// Adds the partners of the tiles' rank.
  func add(_ owned: [Tile], to layout: inout RankLayout) {
    guard let block = placement.block(of: layout.rank) else { return }
    var destinations: Set<Int> = []
    var sources: Set<Int> = []
    for tile in owned {
      let to = others(outgoing[tile.population], tile.column, block, layout.rank)
      layout.sends[tile.population] += Double(tile.count * to.count)
      destinations.formUnion(to)
      sources.formUnion(others(incoming[tile.population], tile.column, block, layout.rank))
    }
    layout.destinations = destinations.count
    layout.sources = sources.count
  }

  /// Ranks other than this one that stencils reach from a column.
  private func others(_ stencils: [Stencil], _ column: Int, _ block: (columns: Range<Int>, rows: Range<Int>), _ rank: Int) -> [Int] {
    let (x, y) = (column % grid.width, column / grid.width)
    let reach = stencils.map(\.reach).max() ?? 0
    let edge = min(x - block.columns.lowerBound, block.columns.upperBound - 1 - x, y - block.rows.lowerBound, block.rows.upperBound - 1 - y)
    if edge >= reach { return [] }
    var found: [Int] = []
    for stencil in stencils {
      for entry in stencil.entries {
        guard let other = grid.column(from: column, dx: entry.dx, dy: entry.dy), let owner = placement.owner(ofColumn: other) else {
          continue
        }
        if owner != rank && !found.contains(owner) { found.append(owner) }
      }
    }
    return found
  }
}
