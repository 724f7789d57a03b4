// How a rank's tiles are cut into blocks: every tile once, patches of whole columns, no block wider than its targets can name.
import Testing

@testable import Networks
@testable import Spiking

@Suite struct BlockCutTests {
  private func network(_ grid: ColumnGrid, _ sizes: [Int]) -> Network {
    Network(
      populations: sizes.enumerated().map { number, size in
        Population(name: "p\(number)", model: "lif_sfa", parameters: [:], initial: [:], layout: .columns(grid: grid, perColumn: size))
      })
  }

  @Test(arguments: [1, 2, 3, 8]) func patchesOfColumns(ranks: Int) throws {
    let grid = ColumnGrid(width: 24, height: 24)
    let tiles = TileMap(network(grid, [250, 750, 250]))
    let placement = Placement(tiles, ranks: ranks)
    for rank in 0..<ranks {
      let owned = placement.tiles(of: rank)
      let blocks = Block<Float>.cut(owned, tiles, placement, rank: rank)
      #expect(blocks.flatMap { $0 }.sorted() == owned)
      for block in blocks {
        #expect(block.reduce(0) { $0 + Block<Float>.padded(tiles[$1].count) } <= Block<Float>.largestWidth)
        // All populations of a rectangle of columns, one population after the other.
        let columns = Set(block.map { tiles[$0].column })
        #expect(block == block.sorted() && block.count == 3 * columns.count)
        let (x, y) = (Set(columns.map { $0 % grid.width }), Set(columns.map { $0 / grid.width }))
        #expect(x.count * y.count == columns.count && x.max()! - x.min()! + 1 == x.count && y.max()! - y.min()! + 1 == y.count)
      }
      // Of 51 columns at most.
      let columns = owned.count / 3
      #expect(blocks.count >= (columns + 50) / 51 && blocks.count <= (columns + 35) / 36)
    }
  }

  @Test func patchesHaveShortBorders() throws {
    func patches(_ width: Int, _ height: Int, _ most: Int) -> [Int]? {
      Block<Float>.fewestPatches(width, height, most: most).map { [$0.across, $0.down] }
    }
    #expect(patches(24, 12, 51) == [3, 2])
    #expect(patches(12, 24, 51) == [2, 3])
    #expect(patches(10, 10, 100) == [1, 1])
    #expect(patches(7, 1, 3) == [3, 1])
    #expect(patches(5, 5, 1) == [5, 5])
    #expect(patches(5, 5, 0) == nil)
  }

  /// Columns of more neurons than a block has room for, and populations that are no columns, are cut tile by tile.
  @Test func otherNetworksAreCutInTheOrderOfTheirTiles() {
    let large = network(ColumnGrid(width: 2, height: 1), [70_000])
    let flat = Network(populations: [
      Population(name: "a", model: "lif_sfa", parameters: [:], initial: [:], layout: .list(count: 150_001))
    ])
    for network in [large, flat] {
      let tiles = TileMap(network)
      let placement = Placement(tiles, ranks: 1)
      let owned = placement.tiles(of: 0)
      let blocks = Block<Float>.cut(owned, tiles, placement, rank: 0)
      #expect(blocks.flatMap { $0 } == owned && blocks.count == 3)
      #expect(blocks.allSatisfy { $0.reduce(0) { $0 + Block<Float>.padded(tiles[$1].count) } <= Block<Float>.largestWidth })
    }
  }
}
