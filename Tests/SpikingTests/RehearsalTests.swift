// Any rank of any number builds exactly the synapses that one rank alone has for those tiles, and knows whom it talks to.
import Testing

@testable import Maths
@testable import Networks
@testable import Parallel
@testable import Spiking

/// Where the synapses of a row lead: a source neuron, a channel, a target tile.
private struct RowPlace: Hashable {
  let source: Int
  let channel: Int
  let tile: Int
}
private struct TilePair: Hashable {
  let source: Int
  let target: Int
}
private struct PlacedSynapse: Equatable {
  let target: Int
  let weight: UInt64
  let delay: Int
}

extension Simulation {
  /// The stored synapses by source, channel and target tile, in the order in which they are added.
  fileprivate var stored: [RowPlace: [PlacedSynapse]] {
    var result: [RowPlace: [PlacedSynapse]] = [:]
    for block in blocks {
      for group in block.groups {
        let sources = tiles.neurons(of: tiles[group.sourceTile])
        for (i, source) in sources.enumerated() {
          guard let row = group.row(of: i) else { continue }
          for synapse in decoded(group.base + Int(group.offsets[row]), channel: group.channel, as: S.self) {
            let tile = block.tiles.last { $0.offset <= synapse.target }!
            let place = RowPlace(source: source, channel: group.channel, tile: tile.tile.number)
            result[place, default: []].append(
              PlacedSynapse(target: synapse.target - tile.offset, weight: Double(synapse.weight).bitPattern, delay: synapse.delay))
          }
        }
      }
    }
    return result
  }
}

@Suite struct RehearsalTests {
  @Test(arguments: NetworkCase.all) func ranksBuildTheirPart(_ example: NetworkCase) throws {
    let alone = try TestRun<Float>(example.description).simulation
    let whole = alone.stored
    for ranks in [2, 3, 7] {
      var together: [RowPlace: [PlacedSynapse]] = [:]
      var (synapses, recurrent) = (0, 0)
      for rank in 0..<ranks {
        let simulation = try TestRun<Float>(example.description, rank: rank, of: ranks).simulation
        #expect(simulation.owned == simulation.placement.tiles(of: rank))
        for (place, list) in simulation.stored {
          #expect(together[place] == nil && simulation.placement.owner(of: place.tile) == rank)
          together[place] = list
        }
        synapses += simulation.counts.synapses + simulation.counts.externalSynapses
        recurrent += simulation.counts.synapses
      }
      #expect(together == whole)
      #expect(synapses == whole.values.reduce(0) { $0 + $1.count } && recurrent == alone.counts.synapses)
      #expect(synapses > 1000)
    }
  }

  /// The synapses of a row are those of the drawn tile pairs.
  @Test(arguments: NetworkCase.all) func synapsesAreThoseDrawn(_ example: NetworkCase) throws {
    let simulation = try TestRun<Float>(example.description).simulation
    let (network, tiles) = (example.description.network, simulation.tiles)
    var expected: [RowPlace: [PlacedSynapse]] = [:]
    for projection in network.projections.indices {
      var draw = try TileDraw<Float>(network, projection: projection, tiles: tiles, seed: example.description.seed, resolution: 0.1)
      try draw.loadEdges { _ in true }
      let receptors = try #require(network.populations[draw.projection.target].model.flatMap { NeuronCatalogue.description(of: $0) })
        .receptors
      var batch = SynapseBatch<Float>()
      var rows: [Int32] = []
      for t in tiles.tiles(ofPopulation: draw.projection.target) {
        let counts = draw.counts(onto: tiles[t])
        for s in tiles.tiles(ofPopulation: draw.projection.source) {
          draw.draw(tiles[s], onto: tiles[t], counts, into: &batch, rows: &rows)
          for i in 0..<tiles[s].count {
            for k in Int(rows[i])..<Int(rows[i + 1]) {
              var channel = receptors.count > 1 && batch.weight[k] < 0 ? 1 : 0
              if case .index(let index) = draw.projection.receptor { channel = index }
              let place = RowPlace(source: tiles.neurons(of: tiles[s]).lowerBound + i, channel: channel, tile: t)
              expected[place, default: []].append(
                PlacedSynapse(target: Int(batch.target[k]), weight: Double(batch.weight[k]).bitPattern, delay: Int(batch.delay[k])))
            }
          }
        }
      }
    }
    // In a row synapses are sorted by delay; those of one delay keep their order.
    let sorted = expected.mapValues {
      $0.enumerated().sorted { ($0.element.delay, $0.offset) < ($1.element.delay, $1.offset) }.map(\.element)
    }
    #expect(simulation.stored == sorted)
  }

  /// If a rank sends to another, that one expects it; every synapse has its way.
  @Test(arguments: NetworkCase.all) func routesReachEverySynapse(_ example: NetworkCase) throws {
    let network = example.description.network
    let tiles = TileMap(network)
    let places = try TestRun<Float>(example.description).simulation.stored.keys
    let pairs = Set(places.map { TilePair(source: tiles.tile(ofNeuron: $0.source), target: $0.tile) })
      .filter { !network.populations[tiles[$0.source].population].isVirtual }
    #expect(pairs.count > 500)
    for ranks in [2, 5, 9, 16] {
      let placement = Placement(tiles, ranks: ranks)
      let routings = (0..<ranks).map {
        SpikeRouting(network, tiles: tiles, placement: placement, rank: $0, owned: placement.tiles(of: $0))
      }
      for a in 0..<ranks {
        #expect(!routings[a].destinations.contains(a) && !routings[a].sources.contains(a))
        for b in 0..<ranks { #expect(routings[a].destinations.contains(b) == routings[b].sources.contains(a), "\(a) to \(b)") }
      }
      for pair in pairs {
        let (from, to) = (placement.owner(of: pair.source), placement.owner(of: pair.target))
        if from == to { continue }
        let own = try #require(placement.tiles(of: from).firstIndex(of: pair.source))
        #expect(routings[from].routes[own].map { routings[from].destinations[Int($0)] }.contains(to))
      }
    }
  }

  /// Memory of a rank does not grow with the number of ranks: on a large grid it talks to its neighbours only.
  @Test func neighboursOnALargeGrid() throws {
    let grid = ColumnGrid(width: 96, height: 96)
    let stencil = Stencil(kernel: .exponential(lambda: 0.4), total: 0.9)
    let network = Network(
      populations: [Population(name: "e", model: "lif_sfa", layout: .columns(grid: grid, perColumn: 1250))],
      projections: [
        Projection(name: "ee", source: 0, target: 0, rule: .distance(stencil), weight: .constant(1), delay: .constant(1))
      ])
    let tiles = TileMap(network)
    for ranks in [64, 1024] {
      let placement = Placement(tiles, ranks: ranks)
      for rank in [0, ranks / 2 + 5, ranks - 1] {
        let routing = SpikeRouting(network, tiles: tiles, placement: placement, rank: rank, owned: placement.tiles(of: rank))
        // Blocks of 12 x 12 or 3 x 3 columns under a stencil of reach 3 with cut corners.
        #expect(routing.destinations.count <= 8 && routing.destinations == routing.sources)
      }
    }
  }

  @Test func ranksWithoutTiles() throws {
    let description = describe([population("a", "iaf_psc_exp", 5, ["I_e": 500])], duration: 3)
    let run = try TestRun<Float>(description, rank: 37, of: 100)
    #expect(run.simulation.owned.isEmpty && run.simulation.counts.synapses == 0)
    try run.run()
    #expect(run.simulation.step == 30 && run.spikes.isEmpty)
  }
}
