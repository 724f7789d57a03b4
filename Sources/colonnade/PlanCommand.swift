// `colonnade plan`: memory and time of a job before it is submitted.
import ArgumentParser
import Experiments
import Foundation

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Forecasts memory, messages and time of a simulation on any number of ranks, without MPI.",
    discussion: """
      Nothing is built: synapses are the expectations of the rules. Times count with the costs that `colonnade benchmark --calibrate`
      measured on this machine, or with a guess, and with the rates of the study, of --rate, of a run (--rates), or of a small one that
      is made for it (--probe scale=0.1); the plan says which. --rehearse builds one rank's part for real, in this process alone.

      EXAMPLES
        colonnade plan jobs/microcircuit --ranks 2,64
        colonnade plan jobs/column-grid --set grid=1024x1024 --ranks 16384 \\
          --nodes 256 --cores 64 --memory 256 --script submit.sbatch
        colonnade plan jobs/column-grid --set grid=48x48 --ranks 1024 \\
          --rehearse 5
        colonnade plan jobs/microcircuit --ranks 4 --set duration=200 \\
          --probe scale=0.02
      """)

  @Argument(help: "A YAML file, a SONATA simulation_config.json, or a folder that holds one.", completion: .file())
  var config: String

  @Option(help: "Numbers of ranks, separated by commas.")
  var ranks = "1"

  @Option(help: "Nodes (default: as many as the cores of --cores ask for).")
  var nodes: Int?

  @Option(help: "Cores of a node (default: those of this machine).")
  var cores: Int?

  @Option(help: "Memory of a node in GB (default: that of this machine).")
  var memory: Double?

  @Option(name: .customLong("set"), help: ArgumentHelp("Takes the place of a key; repeatable.", valueName: "key=value"))
  var set: [String] = []

  @Option(parsing: .unconditional, help: "Seed of all random draws; the same as --set seed=N.")
  var seed: Int?

  @Option(help: ArgumentHelp("Mean rate of all populations instead of the study's.", valueName: "Hz"))
  var rate: Double?

  @Option(help: "Folder of a run whose rates are taken.", completion: .directory)
  var rates: String?

  @Option(
    help: ArgumentHelp("Simulates the configuration with this setting here, and takes its rates; repeatable.", valueName: "key=value"))
  var probe: [String] = []

  @Option(help: "Calibration file (default: that of the user's cache folder).", completion: .file(extensions: ["json"]))
  var calibration: String?

  @Option(help: "Only this rank of the last number of ranks is looked at.")
  var rank: Int?

  @Option(help: "Builds this rank of the last number of ranks for real.")
  var rehearse: Int?

  @Option(help: "Writes a job script for the last number of ranks.", completion: .file(extensions: ["sbatch"]))
  var script: String?

  @Flag(help: "Nothing on standard error but errors, as without it; for scripts that set it for all commands.")
  var quiet = false

  @Flag(help: "One JSON object per line instead of text.")
  var json = false

  private var overrides: [String] { self.set + (seed.map { ["seed=\($0)"] } ?? []) }

  private var rankCounts: [Int] { ranks.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 } }

  func validate() throws {
    try requireOneSeed(seed, self.set)
    if rankCounts.isEmpty || rankCounts.contains(where: { $0 < 1 || $0 > 1 << 24 }) {
      throw ValidationError("--ranks '\(ranks)' must be numbers of at least 1, separated by commas.")
    }
    if let nodes, nodes < 1 { throw ValidationError("--nodes must be at least 1.") }
    if let nodes, nodes > rankCounts.max() ?? 0 {
      throw ValidationError("--nodes \(nodes) is more than there are ranks; a node needs a rank at least.")
    }
    if let cores, cores < 1 { throw ValidationError("--cores must be at least 1.") }
    if let memory, !(memory > 0 && memory <= 1e6) {
      throw ValidationError("--memory must be above 0 and at most 1000000: it is the memory of a node in GB.")
    }
    if let rate, !(rate >= 0 && rate <= 1e6) { throw ValidationError("--rate must lie between 0 and 1000000 Hz.") }
    for rank in [rank, rehearse].compactMap({ $0 }) where rank < 0 || rank >= rankCounts[rankCounts.count - 1] {
      throw ValidationError("rank \(rank) is not among the \(rankCounts[rankCounts.count - 1]) ranks, which are counted from 0.")
    }
  }

  func run() throws {
    if probe.isEmpty { return try alone(plan) }
    try alone(starting: "colonnade plan --probe", plan)
  }

  private func plan() throws {
    let experiment = try Experiment.load(path: config, overrides: overrides)
    let costs = try CostModel.load(calibration)
    let rates = try expectedRates(experiment)
    let machine = Double(ProcessInfo.processInfo.physicalMemory)
    let cores = cores ?? ProcessInfo.processInfo.activeProcessorCount
    let node = memory.map { $0 * 1e9 } ?? machine
    if !json { print("\(experiment.title)\nrates \(rates.origin); costs \(costs.origin)") }
    var last: PlanReport?
    for ranks in rankCounts {
      let nodes = nodes ?? (ranks + cores - 1) / cores
      let report = PlanReport(
        try JobForecast(experiment, ranks: ranks, nodes: nodes, rates, costs, only: ranks == rankCounts.last ? rank : nil), memory: node,
        memoryOrigin: memory == nil ? "like this machine" : "as given", cores: cores)
      print(json ? report.json.text : "\n" + report.text)
      last = report
    }
    if let rehearse, let last {
      let rehearsal = try Rehearsal.run(
        experiment, rank: rehearse, of: last.job.ranks, ranksPerNode: last.job.ranksPerNode, limit: 0.6 * machine, rates, costs)
      print(json ? rehearsal.json.text : "\n" + rehearsal.text)
    }
    if !json, rank == nil {
      let best = try JobForecast.cheapest(experiment, coresPerNode: cores, memoryPerNode: node, rates, costs)
      print(
        best.map { "\nThe cheapest that fits: \($0.ranks) \($0.ranks == 1 ? "rank" : "ranks") on \($0.nodes) of such nodes" }
          ?? "\nNo number of ranks fits such nodes")
    }
    if let script, let last {
      try last.writeScript(script, config: config, overrides: overrides, name: experiment.study)
      if !json { print("Job script in \(script)") }
    }
  }

  private func expectedRates(_ experiment: Experiment) throws -> ExpectedRates {
    if let rate { return .constant(rate, experiment) }
    if let rates { return try .measured(RunFolder(rates), experiment) }
    if !probe.isEmpty {
      let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
      return try .probed(config, overrides, with: probe, program: program, experiment)
    }
    return ExpectedRates(experiment)
  }
}
