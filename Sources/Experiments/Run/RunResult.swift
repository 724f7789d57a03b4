// The figures of a finished simulation, for summary.json and for the person who waits. Made collectively.
import CPlatform
import Maths
import Networks
import Parallel
import Running
import Spiking
import Storage

/// What all ranks together did.
struct RunResult {
  let figures: SimulationFigures
  let table: PerformanceTable
  let forecast: ForecastComparison
  private(set) var summary: JSONObject
  var notes: [String] = [] {
    didSet { summary["notes"] = .array(notes.map { .string($0) }) }
  }

  init<S: SimulationScalar>(
    _ experiment: Experiment, _ simulation: Simulation<S>, _ communicator: borrowing Communicator, buildTime: Double, runTime: Double,
    history: RunHistory
  ) throws {
    let description = experiment.description
    let phases = Phase.simulation
    let seconds = phases.map { simulation.stopwatch.seconds(of: $0) }
    table = try PerformanceTable(phases: phases, seconds: seconds, total: simulation.stopwatch.total, over: communicator)
    let node = try communicator.splitByNode()
    let peak = Self.peakMemory(ranksOnNode: node.size)
    var sums = [
      simulation.counts.synapses, simulation.counts.externalSynapses, simulation.counts.spikes.reduce(0, +), simulation.counts.events,
      Int(peak), simulation.arenaBytes, simulation.stateBytes, simulation.traffic.messages, simulation.traffic.bytes,
    ]
    try communicator.sum(&sums)
    let largest = try communicator.max(Int(peak))
    let nodes = try communicator.sum(node.rank == 0 ? 1 : 0)
    let recordedSteps = description.steps - description.presimulationSteps
    let neurons = description.network.neurons
    let external = Self.externalEvents(description)
    var figures = SimulationFigures(
      modelTime: Double(recordedSteps) * description.resolution / 1000, wallTime: runTime, buildTime: buildTime, ranks: communicator.size,
      nodes: nodes, largestPeakMemory: Int64(largest), totalPeakMemory: Int64(sums[4]), neurons: Int64(neurons), synapses: Int64(sums[0]),
      spikes: Int64(sums[2]), synapticEvents: Int64(sums[3]), externalEvents: Int64(external),
      neuronSteps: Int64(neurons) * Int64(recordedSteps))
    if !history.resumedAt.isEmpty {
      figures.coreTime = history.coreTime + (runTime - history.wallTime) * Double(communicator.size)
    }
    self.figures = figures
    let rates = try simulation.rates(communicator)
    let spikeHash = try simulation.spikeHash(communicator)
    let stateHash = try simulation.stateHash(communicator)
    var summary: JSONObject = [
      "kind": "simulation", "study": .string(experiment.study), "title": .string(experiment.title), "version": .string(ProgramVersion.text),
      "commit": .string(ProgramVersion.commit),
      "random_layout_version": JSONValue(randomLayoutVersion),
      "seed": JSONValue(Int(description.seed)), "precision": .string(S.precision), "storage": .string(description.storage.rawValue),
      "resolution_ms": JSONValue(description.resolution), "ranks": JSONValue(communicator.size), "threads": 1, "nodes": JSONValue(nodes),
      "vector_bits": JSONValue(VectorFunctions.bits),
      "neurons": JSONValue(neurons), "synapses": JSONValue(sums[0]), "external_synapses": JSONValue(sums[1]),
      "tiles": JSONValue(simulation.tiles.count), "interval_steps": JSONValue(simulation.interval),
    ]
    // Nobody counts synapses that are drawn at every spike.
    if description.storage == .procedural { summary["synapses_expected"] = true }
    for (key, value) in figures.summary(table) where summary[key] == nil {
      summary[key] = value == value.rounded() && abs(value) < 9e15 ? JSONValue(Int(value)) : JSONValue(value)
    }
    let allEvents = Double(figures.synapticEvents + figures.externalEvents)
    summary["ns_core_per_event"] = JSONValue(
      allEvents > 0 ? (figures.coreTime ?? runTime * Double(communicator.size)) * 1e9 / allEvents : .nan)
    summary["mean_rate_hz"] = JSONValue(figures.meanRate)
    summary["presimulation_ms"] = JSONValue(description.presimulation)
    summary["populations"] = .array(
      experiment.groups.map { group in
        let recorded = group.populations.reduce(0) {
          $0 + description.spikeRecording[$1].size(of: description.network.populations[$1].count)
        }
        var row: JSONObject = ["name": .string(group.name), "neurons": JSONValue(group.neurons), "recorded": JSONValue(recorded)]
        // Nodes of a SONATA population that are not simulated have ids too.
        let ids = group.populations.map { description.network.populations[$0].output.runs.map(\.upperBound).max() ?? 0 }.max() ?? 0
        if ids > group.neurons { row["ids"] = JSONValue(ids) }
        return .object(row)
      })
    summary["rates_hz"] = .object(Self.ratesByName(experiment, rates))
    summary["spike_hash"] = .string(spikeHash)
    summary["state_hash"] = .string(stateHash)
    summary["synapse_bytes"] = JSONValue(sums[5])
    summary["state_bytes"] = JSONValue(sums[6])
    summary["messages_sent"] = JSONValue(sums[7])
    summary["bytes_sent"] = JSONValue(sums[8])
    summary["phases"] = table.json
    // Whoever begins another run in the folder removes them.
    let reports = description.reportFiles + (description.rateInterval > 0 ? [RunFolder.ratesName] : [])
    summary["reports"] = .array(reports.map { .string($0) })
    if !history.resumedAt.isEmpty { summary["resumed_at_ms"] = .array(history.resumedAt.map { JSONValue($0) }) }
    var comparison = try ForecastComparison(experiment, simulation, figures, measuredRates: rates, communicator)
    comparison.measured("messages_sent", Double(sums[7]))
    comparison.measured("bytes_sent", Double(sums[8]))
    summary["forecast"] = comparison.json
    forecast = comparison
    self.summary = summary
    if !history.resumedAt.isEmpty {
      let times = history.resumedAt.map { HumanUnits.significant($0, 9) + " ms" }.joined(separator: ", ")
      notes.append("resumed at \(times): times are those of the whole run, building and memory those of its last part")
    }
    for (population, rate) in zip(description.network.populations, rates)
    where !population.isVirtual && population.count > 0 && rate <= description.checks.lowestRate && recordedSteps > 0 {
      notes.append("population \(population.name) stays at \(HumanUnits.significant(rate)) Hz")
    }
  }

  /// Mean rates under the names by which populations are reported.
  private static func ratesByName(_ experiment: Experiment, _ rates: [Double]) -> JSONObject {
    var object: JSONObject = [:]
    for group in experiment.groups {
      let spikes = group.populations.reduce(0.0) { $0 + rates[$1] * Double(experiment.description.network.populations[$1].count) }
      object[group.name] = JSONValue(group.neurons > 0 ? spikes / Double(group.neurons) : 0)
    }
    return object
  }

  /// Expected number of spikes that Poisson inputs deliver in the recorded time.
  private static func externalEvents(_ description: SimulationDescription) -> Double {
    var sum = 0.0
    for input in description.inputs {
      guard case .poisson(let rate, _, _) = input.kind else { continue }
      let end = description.presimulation + description.duration
      let active = max(0, min(end, input.stop + input.delay) - max(description.presimulation, input.start + input.delay))
      sum += rate * active / 1000 * Double(description.network.populations[input.population].count)
    }
    return sum.rounded()
  }

  /// Peak memory of this process. Pages that processes share count in part: those of the program and its libraries by the ranks on the
  /// node, whoever else may run the program at this moment; others as the system tells.
  static func peakMemory(ranksOnNode ranks: Int) -> Int64 {
    var proportional = cplatform_proportional_memory()
    if proportional <= 0 { return cplatform_peak_memory() }
    let (file, proportionalFile) = (cplatform_file_memory(), cplatform_proportional_file_memory())
    if file >= 0 && proportionalFile >= 0 { proportional += file / Int64(max(ranks, 1)) - proportionalFile }
    return cplatform_peak_memory() - max(cplatform_resident_memory() - proportional, 0)
  }

  /// Writes the table and where things lie to standard error.
  ///
  /// - Parameter told: notes that were told before.
  func tell(_ folder: RunFolder, except told: Set<String>) {
    var text = "\n" + figures.text(table) + "\n"
    for note in notes where !told.contains(note) { text += "NOTE \(note)\n" }
    text += forecast.text + "\n"
    let reports = summary["reports"]?.array?.compactMap(\.string) ?? []
    let files = folder.present(["summary.json", "spikes.h5"] + reports + ["run.jsonl", "configuration.yaml"])
    text += "\nResults in \(folder.path): \(files)\nReport    \(folder.report)\n"
    RunLog.tell(text)
  }
}
