// Forecasts what each rank of a simulation will hold, for any number of ranks, without MPI and without building the network.
import Glibc
import Networks

/// A simulation made ready for forecasts. Its own memory is that of the description; a forecast costs time in proportion to the tiles of
/// the rank asked for, and memory of the same order.
public struct SimulationForecast<S: SimulationScalar> {
  public let description: SimulationDescription
  public let tiles: TileMap
  let draws: NetworkDraws<S>
  let abouts: [ModelDescription]

  /// - Throws: what a simulation of the description would throw for a network that cannot be drawn.
  public init(_ description: SimulationDescription) throws {
    let tiles = TileMap(description.network)
    self.init(
      description, tiles: tiles,
      draws: try NetworkDraws(description.network, tiles: tiles, seed: description.seed, resolution: description.resolution))
  }

  /// The forecast for a simulation that exists, from what it has made ready.
  public init(_ simulation: Simulation<S>) {
    self.init(simulation.description, tiles: simulation.tiles, draws: simulation.draws)
  }

  private init(_ description: SimulationDescription, tiles: TileMap, draws: NetworkDraws<S>) {
    self.description = description
    self.tiles = tiles
    self.draws = draws
    abouts = description.network.populations.map { NeuronCatalogue.description(of: $0.model ?? "iaf_psc_delta")! }
  }

  /// Ranks that stand for all (see `Placement.classes(reach:limit:)`).
  public func classes(ranks: Int) -> [Placement.RankClass] {
    Placement(tiles, ranks: ranks).classes(reach: description.network.reach)
  }

  /// What a rank holds.
  public func layout(rank: Int, of ranks: Int) -> RankLayout {
    let network = description.network
    let placement = Placement(tiles, ranks: ranks)
    let owned = placement.tiles(of: rank)
    var layout = RankLayout(
      rank: rank, ranks: ranks, populations: network.populations.count, synapseBytes: 2 * RowFormat.units(S.self))
    layout.interval = SpikeExchange.interval(shortestDelay: draws.shortestDelay, description.storage)
    layout.longestDelay = draws.longestDelay
    for number in owned {
      let tile = tiles[number]
      layout.neurons[tile.population] += tile.count
      layout.tiles[tile.population] += 1
    }
    var expectations = RowExpectations(draws, receptors: abouts.map(\.receptors.count))
    var reached = [Set<Int>](repeating: [], count: network.populations.count)
    for block in Block<S>.cut(owned, tiles, placement, rank: rank) {
      layout.blocks += 1
      let (synapses, buckets) = (layout.synapses, layout.buckets)
      let visits = add(BlockSources(block.map { tiles[$0] }, draws, tiles), &expectations, to: &layout, &reached)
      let steps = windowSteps(block, synapsesPerBucket: (layout.synapses - synapses) / max(layout.buckets - buckets, 1))
      layout.scalars.append(scalars(block, windowSteps: steps))
      for population in visits.indices { layout.reach[population].visits += visits[population][steps.trailingZeroBitCount] }
    }
    for population in network.populations.indices {
      let its = network.populations[population]
      layout.reach[population].neurons = reached[population].reduce(0) { $0 + Double(neurons(of: its, site: $1)) }
      if layout.reach[population].synapses > 0 { layout.reach[population].meanDelay /= layout.reach[population].synapses }
    }
    addPartners(owned, placement, to: &layout)
    return layout
  }

  /// Neurons of a block with their padding, and receptors.
  private func inputs(_ block: [Int]) -> (width: Int, channels: Int) {
    block.reduce((0, 1)) { its, number in
      (its.0 + Block<S>.padded(tiles[number].count), max(its.1, abouts[tiles[number].population].receptors.count))
    }
  }

  private func windowSteps(_ block: [Int], synapsesPerBucket: Double) -> Int {
    if description.storage == .procedural { return 1 }
    let (width, channels) = inputs(block)
    return Block<S>.windowSteps(
      synapsesPerBucket: synapsesPerBucket, width: width, channels: channels,
      hasOutside: description.network.populations.contains(where: \.isVirtual))
  }

  /// Scalars of a block: state, zeros, inputs of a window.
  private func scalars(_ block: [Int], windowSteps: Int) -> Int {
    let (width, channels) = inputs(block)
    let state = block.reduce(0) { $0 + Block<S>.padded(tiles[$1].count) * abouts[tiles[$1].population].columns.count }
    return state + Block<S>.padded(TileMap.largestTile) + width * channels * windowSteps
  }

  private func neurons(of population: Population, site: Int) -> Int { site < 0 ? population.count : population.perColumn }

  /// Adds the rows of one block; returns the windows in which they have buckets, by population and length of windows.
  private func add(
    _ sources: BlockSources, _ expectations: inout RowExpectations<S>, to layout: inout RankLayout, _ reached: inout [Set<Int>]
  ) -> [[Double]] {
    layout.indegreeEntries = max(layout.indegreeEntries, sources.indegreeEntries)
    var pairsOfBlock = 0.0
    var visits = [[Double]](repeating: RowExpectation.noVisits, count: description.network.populations.count)
    for population in sources.sites.indices {
      let its = description.network.populations[population]
      let parts = tiles.tiles(ofPopulation: population).count / its.columns
      for (site, degrees) in sources.sites[population] {
        reached[population].insert(site)
        let count = Double(neurons(of: its, site: site))
        let tilesOfSite = Double(site < 0 ? parts * its.columns : parts)
        let targetTiles = Double(degrees.reduce(0) { $0 + $1.tiles })
        let row = expectations.of(degrees)
        pairsOfBlock += tilesOfSite * targetTiles
        layout.reach[population].pairs += tilesOfSite * targetTiles
        layout.reach[population].draws += count * targetTiles
        layout.reach[population].meanDelay += count * row.delays
        for channel in 0..<2 where row.synapses[channel] > 0 {
          layout.reach[population].synapses += count * row.synapses[channel]
          layout.reach[population].rows += count * row.rows[channel]
          layout.reach[population].buckets += count * row.buckets[channel]
          for power in visits[population].indices { visits[population][power] += count * row.visits[channel][power] }
          let exist = -expm1(-row.synapses[channel] * count / tilesOfSite)
          layout.reach[population].tables += tilesOfSite * exist
          let listed = Self.listedShare(chance: row.rows[channel], neurons: count / tilesOfSite)
          layout.reach[population].tableBytes +=
            listed * (6 * count * row.rows[channel] + 4 * tilesOfSite * exist) + (1 - listed) * 4 * (count + tilesOfSite) * exist
        }
        layout.largestDraw = max(layout.largestDraw, (row.synapses[0] + row.synapses[1]) * count / tilesOfSite)
      }
    }
    layout.largestPairs = max(layout.largestPairs, pairsOfBlock)
    return visits
  }

  /// The share of tables that list their rows, where each of a tile's neurons has a row by this chance: nearly a normal distribution.
  private static func listedShare(chance: Double, neurons: Double) -> Double {
    let most = (neurons / Double(RowGroup.neuronsPerListed)).rounded(.down)
    let spread = (neurons * chance * (1 - chance)).squareRoot()
    return 0.5 * erfc((neurons * chance - most - 0.5) / max(spread, 1e-9) / 2.0.squareRoot())
  }

  /// Adds who talks to whom, as ``SpikeRouting`` finds it.
  private func addPartners(_ owned: [Int], _ placement: Placement, to layout: inout RankLayout) {
    if placement.ranks == 1 { return }
    if let neighbours = GridNeighbours(description.network, placement) {
      return neighbours.add(owned.map { tiles[$0] }, to: &layout)
    }
    let routing = SpikeRouting(description.network, tiles: tiles, placement: placement, rank: layout.rank, owned: owned)
    layout.destinations = routing.destinations.count
    layout.sources = routing.sources.count
    for (place, number) in owned.enumerated() {
      let tile = tiles[number]
      layout.sends[tile.population] += Double(tile.count * routing.routes[place].count)
    }
  }
}
