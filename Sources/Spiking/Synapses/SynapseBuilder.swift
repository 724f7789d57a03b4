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
    for (source, reached) in plan {
      let sourceTile = network.tiles[source]
      pool.clear()
      for (projection, place) in reached {
        let target = tiles[place]
        pool.draw(
          network.draws[projection], sourceTile, onto: target.tile, offset: target.offset,
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
      if groups.count > first { groupsOfTile[source] = first..<groups.count }
      if !network.network.populations[sourceTile.population].isVirtual { total.recurrent += total.synapses - before }
      progress(total.synapses - before)
    }
    pending.expect(synapsesPerBucket: Double(total.synapses) / Double(max(writer.buckets, 1)))
    return total
  }

  /// Makes the block ready for drawing its synapses at every spike.
  func prepareProcedural(_ network: NetworkDraws<S>, pool: ChunkPool<S>) {
    var targets: [Int: [ProceduralTarget]] = [:]
    for (source, reached) in connections(network) {
      let sourceTile = network.tiles[source]
      targets[source] = reached.map { projection, place in
        ProceduralTarget(
          projection: projection, place: place, pairs: network.draws[projection].pairs(sourceTile, tiles[place].tile),
          channel: network.channel(projection, receptors: tiles[place].description.receptors.count))
      }
    }
    procedural = ProceduralRows(targets)
    arrivals = ArrivalQueue(longestDelay: network.longestDelay, interval: network.shortestDelay, channels: channels, pool: pool)
  }

  /// For each source tile that reaches the block, ascending: the projections and the places of the tiles they reach.
  private func connections(_ network: NetworkDraws<S>) -> [(source: Int, reached: [(projection: Int, place: Int)])] {
    var reached: [Int: [(projection: Int, place: Int)]] = [:]
    for (number, draw) in network.draws.enumerated() {
      for (place, target) in tiles.enumerated() where target.tile.population == draw.projection.target {
        for source in draw.projection.sourceTiles(of: target.tile, network.tiles) { reached[source, default: []].append((number, place)) }
      }
    }
    return reached.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
