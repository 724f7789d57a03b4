// The cut into tiles: every neuron in exactly one tile, sizes, whole parts of columns, inverses, no word of ranks.
import Testing

@testable import Networks

/// A network to be cut, with virtual populations or without.
struct Shape: CustomTestStringConvertible, Sendable {
  let name: String
  let network: Network
  var testDescription: String { name }
  init(_ name: String, _ populations: [Population]) {
    self.name = name
    network = Network(populations: populations)
  }

  static let microcircuit = Shape(
    "microcircuit", [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948].enumerated().map { list("p\($0)", $1) })
  static let withVirtualAndEmpty = Shape(
    "with virtual and empty",
    [
      list("empty", 0), list("a", 300), Population(name: "v", model: nil, layout: .list(count: 3000)), list("none", 0), list("b", 77),
      Population(name: "w", model: nil, layout: .columns(grid: ColumnGrid(width: 3, height: 2), perColumn: 5)), list("last", 0),
    ])
  static let lists: [Shape] = [
    Shape("1000 in three", [list("a", 800), list("b", 199), list("c", 1)]),
    microcircuit,
    Shape("200 000", [list("a", 150_001), list("b", 49_999)]),
    withVirtualAndEmpty,
  ]
  static let all: [Shape] =
    lists + [
      Shape("one neuron", [list("a", 1)]),
      Shape("63 neurons", [list("a", 63)]),
      Shape("64 in two", [list("a", 33), list("b", 31)]),
      Shape("65 neurons", [list("a", 65)]),
      Shape("columns 4 x 4", [250, 750, 250].enumerated().map { columns("p\($0)", ColumnGrid(width: 4, height: 4), $1) }),
      Shape("columns 12 x 7", [columns("a", ColumnGrid(width: 12, height: 7), 1500), columns("b", ColumnGrid(width: 12, height: 7), 3)]),
    ]
}

@Suite struct TileMapTests {
  @Test(arguments: Shape.all) func everyNeuronLiesInOneTile(shape: Shape) {
    let network = shape.network
    let tiles = TileMap(network)
    var number = 0
    var neuron = 0
    for (p, population) in network.populations.enumerated() {
      #expect(tiles.firstNeuron(ofPopulation: p) == neuron)
      var index = 0
      for t in tiles.tiles(ofPopulation: p) {
        let tile = tiles[t]
        #expect(tile.number == t && t == number && tile.range.lowerBound == index && (population.count == 0 || tile.population == p))
        #expect(tile.count <= 1024 && (tile.count > 0 || population.count == 0))
        #expect(tiles.neurons(of: tile) == neuron..<neuron + tile.count)
        number += 1
        index += tile.count
        neuron += tile.count
      }
      #expect(index == population.count)
      let sizes = tiles.tiles(ofPopulation: p).map { tiles[$0].count }
      #expect(tiles.tileSizes(ofPopulation: p) == sizes.min()!...sizes.max()! && sizes.max()! - sizes.min()! <= 1)
    }
    #expect(tiles.count == number && tiles.neurons == neuron)
  }

  @Test(arguments: Shape.all) func inverses(shape: Shape) {
    let network = shape.network
    let tiles = TileMap(network)
    for t in 0..<tiles.count {
      let tile = tiles[t]
      let neurons = tiles.neurons(of: tile)
      // Ends and the middle of a tile; all of them where tiles are small.
      for i in tile.count <= 64 ? Array(0..<tile.count) : [0, 1, tile.count / 2, tile.count - 2, tile.count - 1] {
        #expect(tiles.tile(ofPopulation: tile.population, index: tile.range.lowerBound + i) == t)
        #expect(tiles.tile(ofNeuron: neurons.lowerBound + i) == t)
        #expect(tiles.population(ofNeuron: neurons.lowerBound + i) == tile.population)
      }
    }
  }

  @Test(arguments: Shape.all) func enoughTilesAndNoneTooSmall(shape: Shape) {
    let network = shape.network
    let tiles = TileMap(network)
    let real = network.populations.indices.filter { !network.populations[$0].isVirtual }
    let owned = real.flatMap { tiles.tiles(ofPopulation: $0).map { tiles[$0] } }.filter { $0.count > 0 }
    #expect(owned.count >= min(64, network.neurons))
    // Parts of one list or column differ by one neuron at most.
    for p in real {
      for column in 0..<network.populations[p].columns {
        let sizes = tiles.tiles(ofPopulation: p, column: column).map { tiles[$0].count }
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      }
    }
  }

  @Test func tilesAreAsLargeAsTheyMayBe() {
    #expect(TileMap(Network(populations: [list("a", 1024 * 64)])).count == 64)
    #expect(TileMap(Network(populations: [list("a", 1024 * 64 + 1)])).count == 65)
    #expect(TileMap(Network(populations: [list("a", 640)])).count == 64)
    #expect(TileMap(Network(populations: [list("a", 63)])).count == 63)
    #expect(TileMap(Network(populations: [list("a", 1024 * 100)])).count == 100)
    // A tile larger by one neuron would leave fewer than 64.
    let tiles = TileMap(Network(populations: [list("a", 1000)]))
    #expect(tiles.count == 67 && tiles[0].count <= 15)
  }

  @Test func tilesOfAGridAreWholePartsOfAColumn() {
    let grid = ColumnGrid(width: 12, height: 7)
    let network = Network(populations: [columns("a", grid, 1500), columns("b", grid, 3)])
    let tiles = TileMap(network)
    for p in 0..<2 {
      let perColumn = network.populations[p].perColumn
      for column in 0..<grid.columns {
        let own = tiles.tiles(ofPopulation: p, column: column)
        #expect(own.count == (p == 0 ? 2 : 1))
        #expect(own.allSatisfy { tiles[$0].column == column })
        #expect(tiles[own.lowerBound].range.lowerBound == column * perColumn)
        #expect(tiles[own.upperBound - 1].range.upperBound == (column + 1) * perColumn)
      }
    }
  }

  /// Virtual populations have tiles of up to 1,024 and do not make those of the others smaller.
  @Test func virtualPopulations() {
    let real = Network(populations: [list("a", 500), list("b", 300)])
    let both = Network(populations: [list("a", 500), Population(name: "v", model: nil, layout: .list(count: 5000)), list("b", 300)])
    let (without, with) = (TileMap(real), TileMap(both))
    #expect(both.neurons == 800)
    #expect(with.tiles(ofPopulation: 1).count == 5)
    #expect(without.tiles(ofPopulation: 0).map { without[$0].range } == with.tiles(ofPopulation: 0).map { with[$0].range })
    #expect(without.tiles(ofPopulation: 1).map { without[$0].range } == with.tiles(ofPopulation: 2).map { with[$0].range })
  }
}
