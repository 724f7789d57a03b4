// The forecast of a rank is what the rank turns out to be: exact where it is arithmetic, within the scatter of draws where it is a mean.
import Testing

@testable import Networks
@testable import Parallel
@testable import Spiking

extension Simulation {
  /// Rows, buckets and synapses that were stored, and bytes of the tables of rows, by population of the source.
  fileprivate func stored(from population: Int) -> (rows: Int, buckets: Int, synapses: Int, tableBytes: Int) {
    var (rows, buckets, synapses, tableBytes) = (0, 0, 0, 0)
    for block in blocks {
      for group in block.groups where tiles[group.sourceTile].population == population {
        tableBytes += 4 * (group.rows + 1) + (group.listed == nil ? 0 : 2 * group.rows)
        for i in 0..<tiles[group.sourceTile].count {
          guard let row = group.row(of: i) else { continue }
          rows += 1
          var cursor = group.base + Int(group.offsets[row])
          while cursor.pointee != RowFormat.end {
            let count = RowFormat.count(cursor.pointee)
            buckets += count > 0 ? 1 : 0
            synapses += count
            cursor += 1 + count * RowFormat.units(S.self)
          }
        }
      }
    }
    return (rows, buckets, synapses, tableBytes)
  }
}

@Suite struct ForecastTests {
  /// Means of counts are compared within five standard deviations of a Poisson number, and a little for what the means leave out.
  private func expectNear(_ forecast: Double, _ actual: Int, _ what: Comment, slack: Double = 0.02) {
    #expect(abs(forecast - Double(actual)) <= 5 * Double(max(actual, 4)).squareRoot() + slack * Double(actual), what)
  }

  @Test(arguments: NetworkCase.all) func countsAreThoseBuilt(_ example: NetworkCase) throws {
    let forecast = try SimulationForecast<Float>(example.description)
    let listed = Set(
      example.description.network.projections.filter { if case .explicit = $0.rule { true } else { false } }.map(\.source))
    var total = 0.0
    for ranks in [1, 2, 5] {
      var sum = 0.0
      for rank in 0..<ranks {
        let simulation = try TestRun<Float>(example.description, rank: rank, of: ranks).simulation
        let layout = forecast.layout(rank: rank, of: ranks)
        #expect(layout.tiles.reduce(0, +) == simulation.owned.count && layout.blocks == simulation.blocks.count)
        #expect(layout.totalNeurons == simulation.owned.reduce(0) { $0 + simulation.tiles[$1].count })
        #expect(layout.scalars.reduce(0, +) * 4 == simulation.stateBytes)
        #expect(layout.interval == simulation.interval)
        #expect(layout.destinations == simulation.routing.destinations.count && layout.sources == simulation.routing.sources.count)
        for population in example.description.network.populations.indices {
          let built = simulation.stored(from: population)
          let reach = layout.reach[population]
          expectNear(reach.synapses, built.synapses, "synapses from \(population), rank \(rank) of \(ranks)", slack: 1e-9)
          expectNear(reach.rows, built.rows, "rows from \(population), rank \(rank) of \(ranks)", slack: 0.06)
          // A list's delays are not known before it is read, and here they recur: its buckets have no expectation to compare with.
          if !listed.contains(population) {
            expectNear(reach.buckets, built.buckets, "buckets from \(population), rank \(rank) of \(ranks)", slack: 0.06)
          }
          // Receptors by number count as the first, and what two of them have in tables of their own counts as one table.
          if example.description.network.projections.allSatisfy({ $0.receptor == .bySign }) {
            expectNear(reach.tableBytes, built.tableBytes, "tables from \(population), rank \(rank) of \(ranks)", slack: 0.1)
          }
          sum += reach.synapses
        }
      }
      // The whole is the same however it is cut.
      if ranks == 1 { total = sum }
      #expect(abs(sum - total) < 1e-6 * total && total > 1000)
    }
  }

  /// The forecast's classes of ranks: their sums are those of all ranks, one by one.
  @Test(arguments: [1, 4, 6, 12, 36]) func classesCoverAllRanks(ranks: Int) throws {
    let grid = ColumnGrid(width: 12, height: 9)
    let stencil = Stencil(kernel: .exponential(lambda: 0.4), total: 0.9)
    let network = Network(
      populations: [
        Population(name: "e", model: "lif_sfa", layout: .columns(grid: grid, perColumn: 40)),
        Population(name: "i", model: "lif_sfa", layout: .columns(grid: grid, perColumn: 10)),
      ],
      projections: [
        Projection(name: "ee", source: 0, target: 0, rule: .distance(stencil), weight: .constant(1), delay: .constant(1)),
        Projection(name: "ei", source: 0, target: 1, rule: .distance(stencil), weight: .constant(1), delay: .constant(1)),
        Projection(name: "ie", source: 1, target: 0, rule: .distance(.local(0.9)), weight: .constant(-1), delay: .constant(2)),
      ])
    let forecast = try SimulationForecast<Float>(SimulationDescription(network: network))
    let classes = forecast.classes(ranks: ranks)
    #expect(classes.reduce(0) { $0 + $1.count } == ranks)
    let all = (0..<ranks).map { forecast.layout(rank: $0, of: ranks) }
    func compare(_ what: Comment, _ figure: (RankLayout) -> Double) {
      let exact = all.reduce(0) { $0 + figure($1) }
      let short = classes.reduce(0) { $0 + Double($1.count) * figure(all[$1.rank]) }
      #expect(abs(exact - short) <= 1e-9 * max(exact, 1), what)
      #expect(abs((all.map(figure).max() ?? 0) - (classes.map { figure(all[$0.rank]) }.max() ?? 0)) < 1e-6, what)
    }
    compare("neurons") { Double($0.totalNeurons) }
    compare("synapses") { $0.synapses }
    compare("destinations") { Double($0.destinations) }
    compare("sends") { $0.sends.reduce(0, +) }
    // Whom a rank talks to is what the routing tables say.
    let tiles = TileMap(network)
    let placement = Placement(tiles, ranks: ranks)
    for rank in 0..<ranks {
      let routing = SpikeRouting(network, tiles: tiles, placement: placement, rank: rank, owned: placement.tiles(of: rank))
      #expect(all[rank].destinations == routing.destinations.count && all[rank].sources == routing.sources.count)
      let sent = zip(placement.tiles(of: rank), routing.routes).reduce(0) { $0 + tiles[$1.0].count * $1.1.count }
      #expect(all[rank].sends.reduce(0, +) == Double(sent))
    }
  }

  /// More ranks than columns, and slices of lists: the ranks that were taken stand for all that own as much, idle ones too.
  @Test(arguments: [100, 500, 1024]) func slicesAreWeighedByWhatTheyOwn(ranks: Int) throws {
    let grid = ColumnGrid(width: 9, height: 8)
    let ring = Network(
      populations: [Population(name: "e", model: "lif_sfa", layout: .columns(grid: grid, perColumn: 50))],
      projections: [
        Projection(
          name: "ee", source: 0, target: 0, rule: .distance(Stencil(kernel: .exponential(lambda: 0.4), total: 0.9)), weight: .constant(1),
          delay: .constant(1))
      ])
    let lists = Network(
      populations: [
        Population(name: "e", model: "iaf_psc_exp", layout: .list(count: 90_000)),
        Population(name: "i", model: "iaf_psc_exp", layout: .list(count: 20_000)),
      ],
      projections: [
        Projection(name: "ei", source: 0, target: 1, rule: .fixedIndegree(100), weight: .constant(1), delay: .constant(1)),
        Projection(name: "ie", source: 1, target: 0, rule: .fixedIndegree(20), weight: .constant(-1), delay: .constant(1)),
      ])
    // More kinds of ranks than can be looked at.
    let many = Network(
      populations: (0..<300).map {
        Population(name: "p\($0)", model: "iaf_psc_exp", layout: .list(count: 200 + $0 * 7 % 400))
      },
      projections: [
        Projection(name: "a", source: 0, target: 1, rule: .fixedIndegree(10), weight: .constant(1), delay: .constant(1))
      ])
    let forecast = try SimulationForecast<Float>(SimulationDescription(network: many))
    #expect(forecast.classes(ranks: ranks).reduce(0) { $0 + $1.count } == ranks && forecast.classes(ranks: ranks).count <= 129)
    for network in [ring, lists] {
      let forecast = try SimulationForecast<Float>(SimulationDescription(network: network))
      let classes = forecast.classes(ranks: ranks)
      #expect(classes.reduce(0) { $0 + $1.count } == ranks && classes.count < 100)
      let layouts = classes.map { (forecast.layout(rank: $0.rank, of: ranks), Double($0.count)) }
      #expect(layouts.reduce(0) { $0 + Double($1.0.totalNeurons) * $1.1 } == Double(network.neurons))
      let exact = (0..<ranks).reduce(0) { $0 + forecast.layout(rank: $1, of: ranks).synapses }
      let taken = layouts.reduce(0) { $0 + $1.0.synapses * $1.1 }
      #expect(abs(taken / exact - 1) < 0.02, "\(taken) of \(exact) synapses")
    }
  }

  /// Memory per rank falls as 1 / ranks to a small constant: nothing grows with the ranks or with the network around a rank's part.
  @Test(arguments: [96, 1024]) func memoryFallsWithRanks(side: Int) throws {
    let grid = ColumnGrid(width: side, height: side)
    let stencil = Stencil(kernel: .exponential(lambda: 0.4), total: 0.9)
    let network = Network(
      populations: [Population(name: "e", model: "lif_sfa", layout: .columns(grid: grid, perColumn: 1250))],
      projections: [
        Projection(
          name: "ee", source: 0, target: 0, rule: .distance(stencil), weight: .constant(1), delay: .uniform(low: 1, high: 80))
      ])
    var description = SimulationDescription(network: network)
    description.resolution = 0.5
    let forecast = try SimulationForecast<Float>(description)
    var before: Double?
    for ranks in [1024, 16_384] where ranks <= side * side {
      let middle = forecast.classes(ranks: ranks).max { $0.count < $1.count }!
      let layout = forecast.layout(rank: middle.rank, of: ranks)
      let memory = MemoryForecast(layout, description, as: Float.self, rates: [3], process: 0)
      let small = MemoryForecast.names.filter { !["columns", "synapses", "indices", "construction"].contains($0) }
        .reduce(0) { $0 + memory[$1] }
      #expect(layout.destinations <= 24 && small < 0.2 * memory.total + 1e6)
      #expect(memory.total / layout.synapses < 8.5)
      if let before { #expect(memory.total < before / 12) }
      before = memory.total
    }
  }
}
