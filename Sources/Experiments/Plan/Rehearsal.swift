// One rank of a job built for real in this process alone, to see what it holds and how good the forecast is.
import CPlatform
import Networks
import Parallel
import Running
import Spiking
import Storage

/// What a rehearsed rank turned out to be.
public struct Rehearsal: Sendable {
  public let rank: Int
  public let ranks: Int
  public let neurons: Int
  /// Nil where only the structure was made, because the rest would not fit.
  public let synapses: Int?
  public let destinations: Int
  /// [bytes] Peak of this process, less what it had before.
  public let memory: Double
  public let forecastMemory: Double
  public let forecastSynapses: Double
  /// [s]
  public let seconds: Double
  public let forecastSeconds: Double

  /// Makes rank `rank` of `ranks` ready and, if its forecast stays below `limit` bytes, builds its synapses.
  public static func run(
    _ experiment: Experiment, rank: Int, of ranks: Int, ranksPerNode: Int, limit: Double, _ rates: ExpectedRates, _ costs: CostModel
  ) throws -> Rehearsal {
    switch experiment.precision {
    case .single: try run(experiment, rank, ranks, ranksPerNode, limit, rates, costs, as: Float.self)
    case .double: try run(experiment, rank, ranks, ranksPerNode, limit, rates, costs, as: Double.self)
    }
  }

  private static func run<S: SimulationScalar>(
    _ experiment: Experiment, _ rank: Int, _ ranks: Int, _ ranksPerNode: Int, _ limit: Double, _ rates: ExpectedRates, _ costs: CostModel,
    as: S.Type
  ) throws -> Rehearsal {
    let world = Communicator.rehearsal(rank: rank, of: ranks, perNode: ranksPerNode)
    let before = Double(cplatform_resident_memory())
    let started = cplatform_nanoseconds()
    let simulation = try Simulation<S>(experiment.description, world)
    let layout = SimulationForecast(simulation).layout(rank: rank, of: ranks)
    let forecast = RankForecast(layout, count: 1, experiment.description, as: S.self, rates, costs, ranksPerNode: 1)
    let builds = forecast.memory.total < limit
    if builds { try simulation.build { _ in } }
    return Rehearsal(
      rank: rank, ranks: ranks, neurons: layout.totalNeurons, synapses: builds ? simulation.counts.synapses : nil,
      destinations: layout.destinations, memory: Double(cplatform_peak_memory()) - before,
      forecastMemory: forecast.memory.total - forecast.memory["process"] - forecast.memory["queues"], forecastSynapses: layout.synapses,
      seconds: Double(cplatform_nanoseconds() - started) * 1e-9, forecastSeconds: forecast.build)
  }

  public var text: String {
    var text = "Rank \(rank) of \(ranks): \(HumanUnits.count(neurons)) neurons, sends to \(destinations) ranks; "
    if let synapses {
      text +=
        "built \(HumanUnits.count(synapses)) synapses (forecast \(HumanUnits.count(Int64(forecastSynapses.rounded())))) in "
        + "\(HumanUnits.duration(seconds)) (\(HumanUnits.duration(forecastSeconds))), "
        + "\(HumanUnits.bytes(Int64(memory))) above the empty process (\(HumanUnits.bytes(Int64(forecastMemory))))"
    } else {
      text +=
        "made ready in \(HumanUnits.duration(seconds)) with \(HumanUnits.bytes(Int64(memory))) above the empty process; its "
        + "\(HumanUnits.count(Int64(forecastSynapses.rounded()))) synapses would not fit here, so they were not built"
    }
    return text
  }

  public var json: JSONValue {
    [
      "kind": "rehearsal", "rank": JSONValue(rank), "ranks": JSONValue(ranks), "neurons": JSONValue(neurons),
      "destinations": JSONValue(destinations), "synapses": synapses.map { JSONValue($0) } ?? .null,
      "forecast_synapses": JSONValue(forecastSynapses.rounded()), "memory_bytes": JSONValue(memory),
      "forecast_memory_bytes": JSONValue(forecastMemory.rounded()), "build_s": JSONValue(seconds),
      "forecast_build_s": JSONValue(forecastSeconds),
    ]
  }
}
