// Times this machine on small networks and fits the costs that forecasts count with.
import Foundation
import Networks
import Running
import Spiking
import Storage

/// One network of the calibration.
struct CalibrationCase: Sendable {
  /// An example of the program, or a configuration of its own.
  var example: String?
  var text = ""
  var overrides: [String]
  /// Also run on all cores at once.
  var crowded = false
  /// As good as nothing is simulated: what the process itself takes.
  var isEmpty = false

  /// Small tiles and large ones, short rows and long ones, some that a cache holds and some that none does, every common rule and model.
  static let all: [CalibrationCase] = [
    CalibrationCase(text: tiny, overrides: [], crowded: true, isEmpty: true),
    CalibrationCase(example: "microcircuit", overrides: ["scale=0.05", "presimulation=50", "duration=500"], crowded: true),
    CalibrationCase(example: "microcircuit", overrides: ["scale=0.6", "presimulation=50", "duration=400"], crowded: true),
    CalibrationCase(example: "column-grid", overrides: ["grid=3x3", "state=AW8.8", "presimulation=100", "duration=1000"]),
    CalibrationCase(example: "column-grid", overrides: ["grid=12x12", "state=AW2.8", "presimulation=100", "duration=250"], crowded: true),
    CalibrationCase(
      example: "column-grid", overrides: ["grid=3x3", "state=AW2.8", "presimulation=100", "duration=300", "storage=procedural"]),
    CalibrationCase(example: "brunel", overrides: ["presimulation=50", "duration=200", "record.columns=[]"]),
    CalibrationCase(text: alpha, overrides: []),
  ]

  private static let tiny = """
    duration: 50
    populations:
      - {name: tiny, model: iaf_psc_exp, count: 100}
    """

  private static let alpha = """
    duration: 500
    resolution: 0.1
    populations:
      - {name: A, model: iaf_psc_alpha, count: 10000}
    projections:
      - {from: A, to: A, rule: {pairwise_bernoulli: 0.01}, weight: 1, delay: {uniform: {low: 1, high: 10}}}
    inputs:
      - poisson: {to: A, rate: 5000, weight: 20}
    """
}

/// Runs the calibration networks and makes a cost model of their times.
public enum Calibration {
  /// A run next to the work that its forecast counts.
  struct Sample {
    let work: RankWork
    let building: RankWork
    let memoryWithoutProcess: Double
    let summary: JSONValue
    func seconds(_ key: String) -> Double { summary[key]?.double ?? 0 }
    func phase(_ phase: Phase, _ figure: String = "mean_s") -> Double { summary["phases"]?[phase.key]?[figure]?.double ?? 0 }
  }

  /// - `tell`: called with one line per run.
  /// - Throws: `BenchmarkError` with what a run said.
  public static func run(_ options: BenchmarkOptions, tell: (String) -> Void) throws -> CostModel {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    // The empty process comes in three forms: without MPI, under MPI alone on the node, and with others.
    var empty: [Sample] = []
    var alone: [Sample] = []
    var crowded: [(sample: Sample, ranks: Int)] = []
    for test in CalibrationCase.all {
      for ranks in test.crowded && cores > 1 ? [1, cores] : [1] {
        let sample = try self.sample(test, ranks: ranks, options)
        if test.isEmpty {
          empty += ranks == 1 ? [sample, try self.sample(test, ranks: 1, launched: true, options)] : [sample]
          continue
        }
        tell(
          "\(test.example ?? "iaf_psc_alpha") \(test.overrides.joined(separator: " ")) on \(ranks): built in "
            + "\(HumanUnits.duration(sample.seconds("build_s"))), run in \(HumanUnits.duration(sample.seconds("run_s")))")
        if ranks == 1 { alone.append(sample) } else { crowded.append((sample, ranks)) }
      }
    }
    return model(alone, crowded, empty, cores: cores)
  }

  /// The run of a case that took the middle time, with its forecast at the rates that it had. On a machine that is shared the fastest run
  /// would promise what few runs keep.
  private static func sample(
    _ test: CalibrationCase, ranks: Int, launched: Bool = false, _ options: BenchmarkOptions
  ) throws -> Sample {
    let folder = NSTemporaryDirectory() + "colonnade-calibration-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let configuration = folder + "/network.yaml"
    try AtomicFile.write(configuration, text: try test.example.map(Examples.text) ?? test.text)
    let output = folder + "/run"
    var command = [options.program, "simulate", configuration, "--quiet", "--output", output]
    for override in test.overrides { command += ["--set", override] }
    if ranks > 1 || launched { command = ["mpirun", "--oversubscribe", "-n", "\(ranks)"] + command }
    var summaries: [JSONValue] = []
    for _ in 0..<max(options.repeats, 1) {
      _ = try BenchmarkProcess.run(command)
      summaries.append(try JSONValue.read(output + "/summary.json"))
    }
    summaries.sort { ($0["run_s"]?.double ?? 0) < ($1["run_s"]?.double ?? 0) }
    let summary = summaries[summaries.count / 2]
    let experiment = try Experiment.load(path: configuration, overrides: test.overrides)
    let rates = ExpectedRates(try ExpectedRates.hertz(summary, experiment, output), origin: "measured")
    let job = try JobForecast(experiment, ranks: ranks, nodes: 1, rates, .defaults)
    // The mean rank: phases are means over ranks too.
    let middle = job.classes[job.classes.count / 2]
    return Sample(
      work: middle.work, building: RankWork(building: middle.layout, experiment.description),
      memoryWithoutProcess: job.sum { $0.memory.total - $0.memory["process"] }, summary: summary)
  }

  /// Costs from runs on one core, and what changes when all cores are busy from the others.
  static func model(
    _ alone: [Sample], _ crowded: [(sample: Sample, ranks: Int)], _ empty: [Sample], cores: Int
  ) -> CostModel {
    var model = CostModel.defaults
    model.cores = cores
    for phase in Phase.simulation {
      let prefix = phase == .externalInput ? "input." : phase.key + "."
      fit(&model, prefix, alone.map { ($0.work, $0.phase(phase)) })
    }
    fit(&model, "build.", alone.map { ($0.building, $0.seconds("build_s")) })
    setProcess(&model, empty)
    if crowded.isEmpty { return model }
    func middle(_ figure: (Sample) -> Double) -> Double { crowded.map { figure($0.sample) }.sorted()[crowded.count / 2] }
    let computing: [Phase] = [.update, .externalInput, .delivery]
    model.crowding = max(
      1,
      middle { run in
        let expected = zip(Phase.simulation, model.phases(run.work)).reduce(0) { computing.contains($1.0) ? $0 + $1.1 : $0 }
        return computing.reduce(0) { $0 + run.phase($1) } / max(expected, 1e-9)
      })
    model.buildCrowding = max(1, middle { $0.seconds("build_s") / max(model.seconds($0.building), 1e-9) })
    // What an exchange itself takes shows on the rank that waits least.
    let exchange = middle { max($0.phase(.communication, "min_s"), 1e-9) / max(model.phases($0.work)[3], 1e-9) }
    for key in model.costs.keys where key.hasPrefix("communication.") && key != "communication.interval" {
      model.costs[key] = (model.costs[key] ?? 0) * exchange
    }
    model.waiting = max(
      0,
      middle { run in
        let busy = Phase.simulation.reduce(0) { $0 + ($1 == .communication ? run.phase($1, "min_s") : run.phase($1)) }
        return run.seconds("run_s") / max(busy, 1e-9) - 1
      })
    return model
  }

  /// A process's own memory and the part that all on a node share: two equations from a network of next to nothing.
  private static func setProcess(_ model: inout CostModel, _ empty: [Sample]) {
    let each = empty.map { max($0.seconds("peak_memory_bytes") - $0.memoryWithoutProcess, 1e6) / max($0.seconds("ranks"), 1) }
    guard each.count > 1 else { return }
    model.aloneBytes = each[0]
    model.sharedBytes = 0
    if each.count > 2 {
      model.sharedBytes = min(max((each[1] - each[2]) / (1 - 1 / empty[2].seconds("ranks")), 0), 0.9 * each[1])
    }
    model.processBytes = each[1] - model.sharedBytes
  }

  /// Fits the costs whose names begin with a prefix. What the runs do not tell apart stays in the proportions of the defaults, times how
  /// much faster or slower this machine is.
  private static func fit(_ model: inout CostModel, _ prefix: String, _ samples: [(work: RankWork, seconds: Double)]) {
    let usable = samples.filter { $0.seconds > 1e-4 }
    let names = Set(usable.flatMap(\.work.counts.keys)).filter { $0.hasPrefix(prefix) }.sorted()
    if usable.isEmpty || names.isEmpty { return }
    let ratios = usable.map { sample in
      sample.seconds * 1e9 / max(names.reduce(0) { $0 + (sample.work.counts[$1] ?? 0) * model.cost($1) }, 1e-9)
    }.sorted()
    let speed = ratios[ratios.count / 2]
    for name in CostModel.defaults.costs.keys where name.hasPrefix(prefix) { model.costs[name] = model.cost(name) * speed }
    let result = LinearFit(
      usable.map { sample in names.map { sample.work.counts[$0] ?? 0 } }, usable.map { $0.seconds * 1e9 },
      prior: names.map { model.cost($0) }, priorWeight: 0.1)
    for (name, cost) in zip(names, result.coefficients) { model.costs[name] = cost }
  }
}
