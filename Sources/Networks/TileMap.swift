// The cut of a network into tiles: at most 1,024 neurons of one population (of one column), known by arithmetic alone.

/// Neurons of one population that are owned, updated and checkpointed together.
public struct Tile: Sendable, Equatable {
  /// Number of the tile in the network.
  public let number: Int
  public let population: Int
  /// Column of the grid, 0 where there is none.
  public let column: Int
  /// Indices within the population.
  public let range: Range<Int>
  public var count: Int { range.count }
}

/// The cut depends on the network alone, never on ranks. Memory is O(populations).
public struct TileMap: Sendable {
  public static let largestTile = 1024
  public static let fewestTiles = 64

  private struct Cut: Sendable {
    let firstTile: Int
    let firstNeuron: Int
    let columns: Int
    let perColumn: Int
    /// Parts a column's neurons are cut into, as equal as they can be.
    let parts: Int
  }
  private let cuts: [Cut]
  /// Tiles in the network, virtual populations included.
  public let count: Int
  /// Neurons, virtual ones included; a neuron's number is below this.
  public let neurons: Int
  public let populations: [Population]

  public init(_ network: Network) {
    populations = network.populations
    // The largest tile that still gives 64 tiles to a network with as many neurons.
    let real = network.populations.filter { !$0.isVirtual }
    func tiles(_ size: Int) -> Int { real.reduce(0) { $0 + $1.columns * (($1.perColumn + size - 1) / size) } }
    let wanted = min(Self.fewestTiles, network.neurons)
    var low = 1
    var high = Self.largestTile
    while low < high {
      let middle = (low + high + 1) / 2
      if tiles(middle) >= wanted { low = middle } else { high = middle - 1 }
    }
    var tile = 0
    var neuron = 0
    var cuts: [Cut] = []
    for population in network.populations {
      let size = population.isVirtual ? Self.largestTile : low
      let parts = max(1, (population.perColumn + size - 1) / size)
      cuts.append(Cut(firstTile: tile, firstNeuron: neuron, columns: population.columns, perColumn: population.perColumn, parts: parts))
      tile += population.columns * parts
      neuron += population.count
    }
    self.cuts = cuts
    count = tile
    neurons = neuron
  }

  /// The last population whose first tile, or neuron, is not behind a number.
  @inline(__always) private func cut(holding number: Int, by first: (Cut) -> Int) -> Int {
    var low = 0
    var high = cuts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if first(cuts[middle]) <= number { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Index of the first neuron of a population's tile `place`, counted from its first one; one behind its last gives its size.
  @inline(__always) func firstIndex(ofTile place: Int, population: Int) -> Int {
    let cut = cuts[population]
    if cut.columns == 1 { return place * cut.perColumn / cut.parts }
    let (column, part) = place.quotientAndRemainder(dividingBy: cut.parts)
    return column * cut.perColumn + part * cut.perColumn / cut.parts
  }

  public subscript(number: Int) -> Tile {
    let population = cut(holding: number) { $0.firstTile }
    let cut = cuts[population]
    let (column, part) = (number - cut.firstTile).quotientAndRemainder(dividingBy: cut.parts)
    let start = column * cut.perColumn
    return Tile(
      number: number, population: population, column: column,
      range: start + part * cut.perColumn / cut.parts..<start + (part + 1) * cut.perColumn / cut.parts)
  }

  /// Numbers of a population's tiles.
  public func tiles(ofPopulation population: Int) -> Range<Int> {
    let cut = cuts[population]
    return cut.firstTile..<cut.firstTile + cut.columns * cut.parts
  }
  /// The numbers of neurons that a population's tiles have: one, or two that follow each other.
  public func tileSizes(ofPopulation population: Int) -> ClosedRange<Int> {
    let cut = cuts[population]
    return cut.perColumn / cut.parts...(cut.perColumn + cut.parts - 1) / cut.parts
  }
  /// Numbers of the tiles that hold a population's neurons in one column.
  public func tiles(ofPopulation population: Int, column: Int) -> Range<Int> {
    let cut = cuts[population]
    return cut.firstTile + column * cut.parts..<cut.firstTile + (column + 1) * cut.parts
  }
  /// Number of a population's first neuron.
  public func firstNeuron(ofPopulation population: Int) -> Int { cuts[population].firstNeuron }
  /// The population of a neuron by its number.
  public func population(ofNeuron neuron: Int) -> Int { cut(holding: neuron) { $0.firstNeuron } }
  /// The tile of a neuron given by population and index.
  public func tile(ofPopulation population: Int, index: Int) -> Int {
    let cut = cuts[population]
    let (column, place) = index.quotientAndRemainder(dividingBy: max(cut.perColumn, 1))
    // The inverse of the cut above: the last part whose start is not behind the place.
    var part = min(place * cut.parts / max(cut.perColumn, 1), cut.parts - 1)
    while part + 1 < cut.parts && (part + 1) * cut.perColumn / cut.parts <= place { part += 1 }
    return cut.firstTile + column * cut.parts + part
  }
  /// The tile of a neuron by its number.
  public func tile(ofNeuron neuron: Int) -> Int {
    let population = population(ofNeuron: neuron)
    return tile(ofPopulation: population, index: neuron - cuts[population].firstNeuron)
  }
  /// Numbers of a tile's neurons.
  public func neurons(of tile: Tile) -> Range<Int> {
    let first = cuts[tile.population].firstNeuron
    return first + tile.range.lowerBound..<first + tile.range.upperBound
  }
}
