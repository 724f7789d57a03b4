// Builds the stored synapses of a block: source tile by source tile, drawn into scratch, written once to their final place.
import Networks

/// Everything that is drawn onto a network's tiles.
struct NetworkDraws<S: SimulationScalar> {
  let network: Network
  let tiles: TileMap
  var draws: [TileDraw<S>]
  /// Projections of each source population, ascending.
  let bySource: [[Int]]
  let longestDelay: Int
  let shortestDelay: Int

  init(_ network: Network, tiles: TileMap, seed: UInt64, resolution: Double) throws {
    self.network = network
    self.tiles = tiles
    draws = try network.projections.indices.map {
      try TileDraw<S>(network, projection: $0, tiles: tiles, seed: seed, resolution: resolution)
    }
    bySource = network.populations.indices.map { population in
      network.projections.indices.filter { network.projections[$0].source == population }
    }
    longestDelay = draws.map(\.delaySteps.upperBound).max() ?? 1
    // Spikes from outside are known beforehand, so only projections between neurons bound the interval.
    shortestDelay =
      draws.filter { !network.populations[$0.projection.source].isVirtual }.map(\.delaySteps.lowerBound).min() ?? longestDelay
  }

  /// Source tiles of a rank's tiles, ascending.
  func sourceTiles(of owned: [Int]) -> [Int] {
    var sources: Set<Int> = []
    for draw in draws {
      let targets = owned.lazy.map { tiles[$0] }.filter { $0.population == draw.projection.target }
      if draw.projection.hasGeometry {
        for target in targets { sources.formUnion(draw.projection.sourceTiles(of: target, tiles)) }
      } else if let target = targets.first {
        sources.formUnion(draw.projection.sourceTiles(of: target, tiles))
      }
    }
    return sources.sorted()
  }

  /// The receptor of a projection's synapses on a model, or -1 if each weight's sign decides.
  func channel(_ projection: Int, receptors: Int) -> Int {
    switch network.projections[projection].receptor {
    case .index(let index): return index
    case .bySign: return receptors < 2 ? 0 : draws[projection].signOfWeights
    }
  }
}

/// What building a block gave.
struct BuildCount {
  var synapses = 0
  /// Synapses whose source is a neuron of the network.
  var recurrent = 0
}

extension Block {
  /// Draws and stores all synapses onto this block.
  ///
  /// - Parameter progress: called now and then with the number of synapses built since the last call.
  func build(_ network: NetworkDraws<S>, arena: SynapseArena, progress: (Int) -> Void) throws -> BuildCount {
    var total = BuildCount()
    var writer = RowWriter<S>(longestDelay: network.longestDelay)
    var pool = BatchPool<S>()
    let plan = connections(network)
    var extents: [Int: Range<Int>] = [:]
    for number in tiles.map(\.tile.number) {
      let known = extents[network.tiles[number].population] ?? number..<number + 1
      extents[network.tiles[number].population] = min(known.lowerBound, number)..<max(known.upperBound, number + 1)
    }
    for (source, reached) in plan {
      let sourceTile = network.tiles[source]
      pool.clear()
      for (projection, place) in reached {
        let target = tiles[place]
        pool.draw(
          network.draws[projection], sourceTile, onto: target.tile, of: extents[target.tile.population] ?? 0..<0, offset: target.offset,
          channel: network.channel(projection, receptors: target.description.receptors.count))
      }
      let before = total.synapses
      let first = groups.count
      for channel in 0..<channels {
        if let group = try pool.write(channel: channel, source: sourceTile, writer: &writer, arena: arena) {
          groups.append(group)
          total.synapses += group.synapses
        }
      }
      if groups.count > first { sources.append((source, first..<groups.count)) }
      if !network.network.populations[sourceTile.population].isVirtual { total.recurrent += total.synapses - before }
      progress(total.synapses - before)
    }
    fitWindow(
      synapses: total.synapses, buckets: writer.buckets, steps: writer.steps,
      hasOutside: network.network.populations.contains(where: \.isVirtual))
    return total
  }

  /// Makes the block ready for drawing its synapses at every spike.
  ///
  /// - Parameter sourcePlaces: of source tiles among the rank's.
  func prepareProcedural(_ network: NetworkDraws<S>, sourcePlaces: [Int: Int32], memory: EventMemory) {
    var hasExternal = false
    let inputs = tiles.map { target in
      network.draws.indices.filter { network.draws[$0].projection.target == target.tile.population }.map { number in
        let draw = network.draws[number]
        hasExternal = hasExternal || network.network.populations[draw.projection.source].isVirtual
        return ProceduralInput(
          projection: number, sourcePopulation: draw.projection.source,
          channel: network.channel(number, receptors: target.description.receptors.count),
          sources: draw.projection.sourceTiles(of: target.tile, network.tiles).map { source in
            ProceduralSource(tile: sourcePlaces[source] ?? 0, law: draw.pairs(network.tiles[source], target.tile).number)
          })
      }
    }
    procedural = ProceduralRows(inputs, interval: network.shortestDelay, draws: network.draws)
    func queue(_ tiles: [OwnedTile<S>]) -> TileArrivals<S> {
      TileArrivals(
        tiles: tiles, longestDelay: network.longestDelay, interval: network.shortestDelay, channels: channels, memory: memory)
    }
    arrivals = queue(tiles)
    arrivalsExternal = hasExternal ? queue(tiles) : nil
  }

  /// For each source tile that reaches the block, ascending: the projections and the places of the tiles they reach.
  private func connections(_ network: NetworkDraws<S>) -> [(source: Int, reached: [(projection: Int, place: Int)])] {
    var reached: [Int: [(projection: Int, place: Int)]] = [:]
    for (number, draw) in network.draws.enumerated() {
      for (place, target) in tiles.enumerated() where target.tile.population == draw.projection.target {
        for source in draw.sourceTiles(of: target.tile) { reached[source, default: []].append((number, place)) }
      }
    }
    return reached.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
