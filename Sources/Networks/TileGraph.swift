// Which tiles a tile can reach, from rules and geometry alone: the basis of placement, routing tables and forecasts.

extension TileDraw {
  /// Tiles from which a target tile can be reached, ascending; of a list that was read, those from which it is.
  public func sourceTiles(of target: Tile) -> [Int] { edges?.sources(of: target.number) ?? projection.sourceTiles(of: target, tiles) }
}

extension Projection {
  /// Tiles of the target population that neurons of a source tile can reach, ascending.
  public func targetTiles(of source: Tile, _ tiles: TileMap) -> [Int] {
    switch rule {
    case .distance(let stencil): return columnTiles(around: source.column, population: target, stencil, tiles)
    case .oneToOne: return overlapping(source.range, population: target, tiles)
    default: return Array(tiles.tiles(ofPopulation: target))
    }
  }

  /// Tiles of the source population from which a target tile can be reached, ascending.
  public func sourceTiles(of target: Tile, _ tiles: TileMap) -> [Int] {
    switch rule {
    // The stencil is symmetric, so sources lie where targets would.
    case .distance(let stencil): return columnTiles(around: target.column, population: source, stencil, tiles)
    case .oneToOne: return overlapping(target.range, population: source, tiles)
    default: return Array(tiles.tiles(ofPopulation: source))
    }
  }

  private func columnTiles(around column: Int, population: Int, _ stencil: Stencil, _ tiles: TileMap) -> [Int] {
    guard case .columns(let grid, _) = tiles.populations[population].layout else { return [] }
    return stencil.targets(of: column, on: grid).flatMap { tiles.tiles(ofPopulation: population, column: $0.column) }
  }

  private func overlapping(_ range: Range<Int>, population: Int, _ tiles: TileMap) -> [Int] {
    let end = min(range.upperBound, tiles.populations[population].count)
    guard range.lowerBound < end else { return [] }
    return Array(tiles.tile(ofPopulation: population, index: range.lowerBound)...tiles.tile(ofPopulation: population, index: end - 1))
  }
}
