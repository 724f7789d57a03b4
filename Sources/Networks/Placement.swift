// Which rank owns which tile, by arithmetic: spatial blocks of columns for a grid, balanced slices otherwise.

/// The owner of every tile for a number of ranks. Memory does not depend on ranks or tiles.
public struct Placement: Sendable {
  public let ranks: Int
  let tiles: TileMap
  /// Virtual populations have no tiles to own; the tiles of the others are numbered on.
  private let realNeurons: Int
  private let neuronsBefore: [Int]
  /// Columns of ranks across and down the grid, if ranks own whole blocks of columns.
  let blocks: (grid: ColumnGrid, across: Int, down: Int)?

  public init(_ tiles: TileMap, ranks: Int) {
    self.ranks = ranks
    self.tiles = tiles
    var total = 0
    neuronsBefore = tiles.populations.map { population in
      defer { total += population.isVirtual ? 0 : population.count }
      return total
    }
    realNeurons = total
    blocks = Self.blocks(tiles.populations, ranks)
  }

  /// The factors of the rank count whose blocks are the closest to squares, if every rank gets a column.
  private static func blocks(_ populations: [Population], _ ranks: Int) -> (grid: ColumnGrid, across: Int, down: Int)? {
    var grid: ColumnGrid?
    for population in populations where !population.isVirtual {
      guard case .columns(let its, _) = population.layout, grid == nil || grid == its else { return nil }
      grid = its
    }
    guard let grid else { return nil }
    var best: (across: Int, down: Int)?
    var least = Double.infinity
    for across in 1...ranks where ranks % across == 0 && across <= grid.width && ranks / across <= grid.height {
      let border = Double(grid.width) / Double(across) + Double(grid.height) * Double(across) / Double(ranks)
      if border < least { (least, best) = (border, (across, ranks / across)) }
    }
    return best.map { (grid, $0.across, $0.down) }
  }

  /// The rank that owns a tile; virtual tiles belong to nobody and give rank 0.
  public func owner(of number: Int) -> Int {
    let tile = tiles[number]
    if let owner = owner(ofColumn: tile.column) { return owner }
    if tiles.populations[tile.population].isVirtual || realNeurons == 0 { return 0 }
    // The slice in which the tile's middle neuron lies.
    let middle = neuronsBefore[tile.population] + (tile.range.lowerBound + tile.range.upperBound) / 2
    return min(middle * ranks / realNeurons, ranks - 1)
  }

  /// The grid, if ranks own whole blocks of its columns.
  public var grid: ColumnGrid? { blocks?.grid }

  /// The rank that owns a column, if ranks own whole blocks of columns.
  public func owner(ofColumn number: Int) -> Int? {
    guard let blocks else { return nil }
    let x = number % blocks.grid.width
    let y = number / blocks.grid.width
    // The inverse of the cut [width * i / across, width * (i + 1) / across).
    let column = ((x + 1) * blocks.across - 1) / blocks.grid.width
    let row = ((y + 1) * blocks.down - 1) / blocks.grid.height
    return row * blocks.across + column
  }

  /// The block of columns that a rank owns, if ranks own whole ones.
  public func block(of rank: Int) -> (columns: Range<Int>, rows: Range<Int>)? {
    guard let blocks else { return nil }
    let (row, column) = rank.quotientAndRemainder(dividingBy: blocks.across)
    return (
      blocks.grid.width * column / blocks.across..<blocks.grid.width * (column + 1) / blocks.across,
      blocks.grid.height * row / blocks.down..<blocks.grid.height * (row + 1) / blocks.down
    )
  }

  /// Numbers of the tiles that a rank owns, ascending.
  public func tiles(of rank: Int) -> [Int] {
    var owned: [Int] = []
    for (index, population) in tiles.populations.enumerated() where !population.isVirtual {
      if let grid, let (columns, rows) = block(of: rank) {
        for y in rows {
          for x in columns { owned += tiles.tiles(ofPopulation: index, column: y * grid.width + x) }
        }
      } else {
        let all = tiles.tiles(ofPopulation: index)
        // Owners rise with the tile's number: find the first and the last of this rank's.
        let first = boundary(in: all) { owner(of: $0) >= rank }
        let last = boundary(in: all) { owner(of: $0) > rank }
        owned += first..<last
      }
    }
    return owned
  }

  /// The first tile of the range for which the condition holds; it holds for all behind it.
  private func boundary(in range: Range<Int>, _ holds: (Int) -> Bool) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
