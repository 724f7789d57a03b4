// Which rank owns which tile: each tile one owner, both directions agree, balance, blocks of columns.
import Testing

@testable import Networks

@Suite struct PlacementTests {
  private func real(_ tiles: TileMap) -> [Int] { (0..<tiles.count).filter { !tiles.populations[tiles[$0].population].isVirtual } }

  @Test(arguments: Shape.all, [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 16, 28, 64, 84, 100, 300]) func oneOwner(shape: Shape, ranks: Int) {
    let tiles = TileMap(shape.network)
    let placement = Placement(tiles, ranks: ranks)
    var owners: [Int: [Int]] = [:]
    for rank in 0..<ranks {
      let owned = placement.tiles(of: rank)
      #expect(owned == owned.sorted() && Set(owned).count == owned.count)
      for tile in owned {
        owners[tile, default: []].append(rank)
        #expect(placement.owner(of: tile) == rank)
      }
    }
    #expect(owners.values.allSatisfy { $0.count == 1 })
    #expect(owners.keys.sorted() == real(tiles))
  }

  /// A slice is off its fair share by no more than the largest tile.
  @Test(arguments: [1, 2, 3, 4, 7, 16, 30, 64]) func balanceOfSlices(ranks: Int) {
    for shape in Shape.lists {
      let network = shape.network
      let tiles = TileMap(network)
      let placement = Placement(tiles, ranks: ranks)
      let largest = real(tiles).map { tiles[$0].count }.max()!
      for rank in 0..<ranks {
        let load = placement.tiles(of: rank).reduce(0) { $0 + tiles[$1].count }
        #expect(Double(load) - Double(network.neurons) / Double(ranks) <= Double(largest))
        #expect(Double(network.neurons) / Double(ranks) - Double(load) <= Double(largest))
      }
    }
  }

  /// The columns of each rank, where all tiles of a column have one owner.
  private func columnsOfRanks(_ tiles: TileMap, _ placement: Placement, _ grid: ColumnGrid) -> [Set<Int>]? {
    var owned = [Set<Int>](repeating: [], count: placement.ranks)
    for column in 0..<grid.columns {
      let owners = Set(tiles.populations.indices.flatMap { tiles.tiles(ofPopulation: $0, column: column).map { placement.owner(of: $0) } })
      guard owners.count == 1 else { return nil }
      owned[owners.first!].insert(column)
    }
    return owned
  }

  @Test(arguments: [
    (12, 7, 1), (12, 7, 2), (12, 7, 4), (12, 7, 6), (12, 7, 7), (12, 7, 12), (12, 7, 84), (6, 6, 7), (4, 9, 6), (96, 96, 64),
  ])
  func ranksOwnBlocksOfColumns(width: Int, height: Int, ranks: Int) throws {
    let grid = ColumnGrid(width: width, height: height)
    let network = Network(populations: [columns("a", grid, 20), columns("b", grid, 5)])
    let tiles = TileMap(network)
    let placement = Placement(tiles, ranks: ranks)
    let shapesThatFit = (1...ranks).filter { ranks % $0 == 0 && $0 <= width && ranks / $0 <= height }
    if shapesThatFit.isEmpty {
      // 7 ranks on 6 x 6 columns: slices. Every rank still gets its share.
      let loads = (0..<ranks).map { placement.tiles(of: $0).reduce(0) { $0 + tiles[$1].count } }
      #expect(loads.max()! - loads.min()! <= 2 * 20)
      return
    }
    let owned = try #require(columnsOfRanks(tiles, placement, grid))
    for set in owned {
      // A rectangle: as many columns as its sides make.
      let xs = Set(set.map { $0 % width })
      let ys = Set(set.map { $0 / width })
      #expect(!set.isEmpty && set.count == xs.count * ys.count)
      #expect(xs.max()! - xs.min()! + 1 == xs.count && ys.max()! - ys.min()! + 1 == ys.count)
    }
    let sizes = owned.map(\.count)
    let best = shapesThatFit.map { (width + $0 - 1) / $0 * ((height + ranks / $0 - 1) / (ranks / $0)) }.max()!
    #expect(sizes.max()! <= best)
    if width % 6 == 0 && height == width && ranks == 64 { #expect(sizes.allSatisfy { $0 == 144 }) }
  }

  @Test func squareBlocksOverStrips() throws {
    let grid = ColumnGrid(width: 8, height: 8)
    let tiles = TileMap(Network(populations: [columns("a", grid, 10)]))
    let owned = try #require(columnsOfRanks(tiles, Placement(tiles, ranks: 4), grid))
    #expect(owned[0] == Set((0..<4).flatMap { y in (0..<4).map { y * 8 + $0 } }))
  }

  /// With a list beside the grid, or two grids, there are no blocks, but every tile has its owner (see oneOwner).
  @Test func mixedLayoutsAreSliced() {
    let grid = ColumnGrid(width: 4, height: 4)
    let tiles = TileMap(Network(populations: [columns("a", grid, 40), list("b", 640)]))
    let placement = Placement(tiles, ranks: 2)
    #expect(placement.tiles(of: 0) == Array(tiles.tiles(ofPopulation: 0)))
    #expect(placement.tiles(of: 1) == Array(tiles.tiles(ofPopulation: 1)))
  }

  @Test func moreRanksThanTiles() {
    let tiles = TileMap(Network(populations: [list("a", 40)]))
    let placement = Placement(tiles, ranks: 1000)
    let busy = (0..<1000).filter { !placement.tiles(of: $0).isEmpty }
    #expect(busy.count == 40)
  }
}
