// Forecast against measured, at the end of every run: from the same code as `plan`, on the run's own ranks.
import Networks
import Parallel
import Running
import Spiking
import Storage

/// What a run was expected to take and what it took.
public struct ForecastComparison: Sendable {
  public struct Row: Sendable, Equatable {
    public var name: String
    public var forecast: Double
    public var measured: Double
    /// Forecast over measured, minus 1.
    public var error: Double { measured > 0 ? forecast / measured - 1 : 0 }
  }
  public private(set) var rows: [Row] = []
  let rates: String
  let costs: String

  /// Each rank forecasts its own part; memory is summed, times are those of the slowest. Collective.
  init<S: SimulationScalar>(
    _ experiment: Experiment, _ simulation: Simulation<S>, _ figures: SimulationFigures, measuredRates: [Double],
    _ communicator: borrowing Communicator
  ) throws {
    let costs = try Self.sharedCosts(communicator)
    let rates = ExpectedRates(experiment)
    let perNode = (communicator.size + max(figures.nodes, 1) - 1) / max(figures.nodes, 1)
    let usesMPI = communicator.kind == .mpi
    let layout = SimulationForecast(simulation).layout(rank: communicator.rank, of: communicator.size)
    func forecast(_ rates: ExpectedRates) -> RankForecast {
      RankForecast(layout, count: 1, experiment.description, as: S.self, rates, costs, ranksPerNode: perNode, usesMPI: usesMPI)
    }
    let own = forecast(rates)
    // What is wrong with the rates is no fault of the costs, and the other way round.
    let atMeasured = forecast(ExpectedRates(measuredRates, origin: "measured"))
    let d = experiment.description
    let whole = d.duration > 0 ? (d.presimulation + d.duration) / d.duration : 1
    // The synapses of a run are those between its neurons.
    let recurrent = zip(d.network.populations, own.layout.reach).reduce(0.0) { $0 + ($1.0.isVirtual ? 0 : $1.1.synapses) }
    var sums = [own.memory.total, recurrent, own.work.events, own.work.messages * whole, own.work.bytes * whole]
    try communicator.sum(&sums)
    let build = try communicator.max(own.build)
    let run = JobForecast.run(busiest: try communicator.max(own.busy), ranks: communicator.size, costs)
    let runAtMeasured = JobForecast.run(busiest: try communicator.max(atMeasured.busy), ranks: communicator.size, costs)
    rows = [
      Row(name: "peak_memory_bytes", forecast: sums[0], measured: Double(figures.totalPeakMemory)),
      Row(name: "build_s", forecast: build, measured: figures.buildTime),
      Row(name: "run_s", forecast: run, measured: figures.wallTime),
      Row(name: "run_s_at_measured_rates", forecast: runAtMeasured, measured: figures.wallTime),
      Row(name: "synapses", forecast: sums[1], measured: Double(figures.synapses)),
      Row(name: "synaptic_events", forecast: sums[2], measured: Double(figures.synapticEvents)),
      Row(name: "messages_sent", forecast: sums[3], measured: 0), Row(name: "bytes_sent", forecast: sums[4], measured: 0),
    ]
    self.rates = rates.origin
    self.costs = costs.origin
  }

  /// The costs that rank 0 has, on all ranks: not every node sees the same cache folder.
  private static func sharedCosts(_ communicator: borrowing Communicator) throws -> CostModel {
    var text: [UInt8] = []
    var origin: [UInt8] = []
    if communicator.rank == 0 {
      // A damaged calibration must not spoil a run that is done, but the forecast says why it does not use it.
      var costs = CostModel.defaults
      do { costs = try CostModel.load(nil) } catch { costs.origin = "guessed, since \(error)" }
      text = Array(JSONValue.object(costs.json(host: communicator.host)).text.utf8)
      origin = Array(costs.origin.utf8)
    }
    text = try communicator.broadcastBytes(text, from: 0)
    origin = try communicator.broadcastBytes(origin, from: 0)
    var costs = try CostModel(try JSONValue.parse(String(decoding: text, as: UTF8.self), path: "calibration"), path: "calibration")
    costs.origin = String(decoding: origin, as: UTF8.self)
    return costs
  }

  /// Takes what was measured of a figure.
  mutating func measured(_ name: String, _ value: Double) {
    if let place = rows.firstIndex(where: { $0.name == name }) { rows[place].measured = value }
  }

  /// For `summary.json`.
  var json: JSONValue {
    var object: JSONObject = ["rates": .string(rates), "costs": .string(costs)]
    for row in rows {
      object[row.name] = ["forecast": JSONValue(row.forecast), "measured": JSONValue(row.measured), "error": JSONValue(row.error)]
    }
    return .object(object)
  }

  /// The lines below the performance table.
  var text: String {
    func value(_ row: Row, _ x: Double) -> String {
      row.name.hasSuffix("bytes") || row.name.hasPrefix("bytes")
        ? HumanUnits.bytes(Int64(x)) : row.name.hasSuffix("_s") ? HumanUnits.duration(x) : HumanUnits.count(Int64(x))
    }
    let shown = rows.filter { ["peak_memory_bytes", "build_s", "run_s", "synaptic_events"].contains($0.name) && $0.measured > 0 }
    let titles = ["peak_memory_bytes": "memory", "build_s": "build", "run_s": "run", "synaptic_events": "events"]
    let measured = rows.first { $0.name == "run_s_at_measured_rates" }
    return "Forecast "
      + shown.map { "\(titles[$0.name] ?? $0.name) \(value($0, $0.forecast)) for \(value($0, $0.measured)) (\(Self.signed($0.error)))" }
      .joined(separator: ", ")
      + (measured.map { "; with the rates of this run \(HumanUnits.duration($0.forecast)) (\(Self.signed($0.error)))" } ?? "")
      + "\n  rates \(rates); costs \(costs)"
  }

  static func signed(_ error: Double) -> String { (error >= 0 ? "+" : "") + HumanUnits.fixed(100 * error, 0) + " %" }
}
