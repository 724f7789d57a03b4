// The forecast of a whole job: every rank's memory and time, and what the slowest and the largest of them make of it.
import Networks
import Running
import Spiking

/// One rank, or a class of equal ranks, of a job.
public struct RankForecast: Sendable {
  public let layout: RankLayout
  /// Ranks it stands for.
  public let count: Int
  public let memory: MemoryForecast
  /// Of the recorded time.
  public let work: RankWork
  /// [s] Computation of the recorded time by phase as in `Phase.simulation`, and building.
  public let phases: [Double]
  public let build: Double

  public init<S: SimulationScalar>(
    _ layout: RankLayout, count: Int, _ description: SimulationDescription, as: S.Type, _ rates: ExpectedRates, _ costs: CostModel,
    ranksPerNode: Int, usesMPI: Bool
  ) {
    self.layout = layout
    self.count = count
    memory = MemoryForecast(
      layout, description, as: S.self, rates: rates.most, process: costs.process(ranksPerNode: ranksPerNode, usesMPI: usesMPI))
    work = RankWork(layout, description, rates: rates.hertz, milliseconds: description.duration)
    let crowding = costs.crowding(ranksPerNode: ranksPerNode)
    phases = costs.phases(work).map { $0 * crowding }
    build =
      costs.seconds(RankWork(building: layout, description)) * costs.crowding(ranksPerNode: ranksPerNode, building: true)
  }

  /// [s] What the rank computes, without waiting.
  public var busy: Double { phases.reduce(0, +) }
}

/// A job of so many ranks on so many nodes.
public struct JobForecast: Sendable {
  public let ranks: Int
  public let nodes: Int
  public let classes: [RankForecast]
  public let description: SimulationDescription
  public let rates: ExpectedRates
  public let costs: CostModel
  private let isOfOneRank: Bool

  /// - `rank`: the only rank to look at, which then stands for all; nil looks at as many as it takes.
  /// - Throws: what a simulation would throw for a network that cannot be drawn.
  public init(_ experiment: Experiment, ranks: Int, nodes: Int, _ rates: ExpectedRates, _ costs: CostModel, only rank: Int? = nil) throws {
    switch experiment.precision {
    case .single: try self.init(SimulationForecast<Float>(experiment.description), ranks: ranks, nodes: nodes, rates, costs, rank)
    case .double: try self.init(SimulationForecast<Double>(experiment.description), ranks: ranks, nodes: nodes, rates, costs, rank)
    }
  }

  private init<S: SimulationScalar>(
    _ forecast: SimulationForecast<S>, ranks: Int, nodes: Int, _ rates: ExpectedRates, _ costs: CostModel, _ rank: Int?
  ) {
    self.ranks = ranks
    isOfOneRank = rank != nil
    self.nodes = min(nodes, ranks)
    let perNode = (ranks + self.nodes - 1) / self.nodes
    let chosen = rank.map { [Placement.RankClass(rank: $0, count: ranks)] } ?? forecast.classes(ranks: ranks)
    classes = chosen.map {
      RankForecast(
        forecast.layout(rank: $0.rank, of: ranks), count: $0.count, forecast.description, as: S.self, rates, costs, ranksPerNode: perNode,
        usesMPI: ranks > 1)
    }
    description = forecast.description
    self.rates = rates
    self.costs = costs
  }

  public var ranksPerNode: Int { (ranks + nodes - 1) / nodes }
  /// Ranks without neurons; nil where one rank alone was looked at.
  public var idle: Int? { isOfOneRank ? nil : classes.reduce(0) { $0 + ($1.layout.totalNeurons == 0 ? $1.count : 0) } }
  /// Ranks that were looked at.
  public var examined: Int { classes.count }

  /// Smallest, mean and largest of a figure over ranks.
  public func spread(_ figure: (RankForecast) -> Double) -> (least: Double, mean: Double, most: Double) {
    let values = classes.map(figure)
    let sum = zip(classes, values).reduce(0) { $0 + Double($1.0.count) * $1.1 }
    return (values.min() ?? 0, sum / Double(ranks), values.max() ?? 0)
  }
  public func sum(_ figure: (RankForecast) -> Double) -> Double { spread(figure).mean * Double(ranks) }

  public var synapses: Double { sum { $0.layout.synapses } }
  public var totalMemory: Double { sum { $0.memory.total } }
  public var largestMemory: Double { spread { $0.memory.total }.most }
  /// Of the fullest node, taken to hold ranks like the largest.
  public var memoryPerNode: Double { largestMemory * Double(ranksPerNode) }
  /// [s]
  public var build: Double { spread(\.build).most }
  /// [s] The recorded time: the slowest rank, and waiting for each other in every interval.
  public var run: Double { JobForecast.run(busiest: spread(\.busy).most, ranks: ranks, costs) }
  static func run(busiest: Double, ranks: Int, _ costs: CostModel) -> Double { busiest * (1 + (ranks > 1 ? costs.waiting : 0)) }
  /// [s] From start to end: building, presimulation, recorded time, and starting and writing.
  public var wall: Double {
    let whole = description.duration > 0 ? (description.presimulation + description.duration) / description.duration : 1
    return 2 + build + run * whole + sum { $0.work.counts["output.spike"] ?? 0 } * 2e-7
  }
  /// [s] Processor time that the job is charged for.
  public var cost: Double { wall * Double(ranks) }

  /// The job among candidates that fits the memory of its nodes at the least cost; ranks fill nodes one after the other.
  public static func cheapest(
    _ experiment: Experiment, coresPerNode: Int, memoryPerNode: Double, _ rates: ExpectedRates, _ costs: CostModel
  ) throws -> JobForecast? {
    var best: JobForecast?
    let tiles = TileMap(experiment.description.network).count
    // Nobody would give a rank more neurons than this, and looking at it would take long.
    var ranks = 1
    while experiment.description.network.neurons / ranks > 4_000_000 { ranks *= 2 }
    while ranks <= min(tiles, 1 << 20) {
      let nodes = (ranks + coresPerNode - 1) / coresPerNode
      let job = try JobForecast(experiment, ranks: ranks, nodes: nodes, rates, costs)
      if job.memoryPerNode <= memoryPerNode {
        if let best, job.cost >= best.cost { return best }
        best = job
      }
      ranks *= 2
    }
    return best
  }
}
