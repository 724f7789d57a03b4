// `colonnade benchmark`: how fast this machine simulates and trains, and how a peer does on the same networks.
import ArgumentParser
import Experiments
import Foundation
import Parallel

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Times the program on standard networks, alone or against a peer in the same call.",
    discussion: """
      Each network runs several times; the run with the median wall time counts. One JSON line for each goes to standard output,
      the table to standard error. ns/event is wall time x cores over recurrent synaptic events, all phases included.
      `training` times one step (forward, backward, Adam) of training-a, 350 -> 200 CLIF, 500 steps, batch 64, and of training-b,
      700 -> 256 recurrent LIF -> 20, 100 steps, batch 128: the median step by processor time, and 128 samples on several ranks.
      Peers come from the Python package index: python3 -m pip install nest-simulator, or torch snntorch.
      --calibrate times small networks, which takes a minute or two, and writes what `colonnade plan` counts with.

      EXAMPLES
        colonnade benchmark --list
        colonnade benchmark microcircuit-0.1 --ranks 1 --repeats 1
        colonnade benchmark training-b --ranks 1 --repeats 1
      """)

  @Argument(
    help: "Benchmarks; without one: \(BenchmarkCatalogue.usual.joined(separator: ", ")).",
    completion: .list(Self.names))
  var names: [String] = []

  @Flag(help: "Prints the names of the benchmarks.")
  var list = false

  @Flag(help: "Measures the costs that `colonnade plan` counts with, and writes them.")
  var calibrate = false

  @Option(help: "Where --calibrate writes (default: the user's cache folder).", completion: .file(extensions: ["json"]))
  var calibration: String?

  @Option(help: "Ranks (and threads of the peer).")
  var ranks = 2

  @Option(help: "Runs of each benchmark.")
  var repeats = 3

  @Option(help: "Runs the same network in a peer: nest; torch for training.")
  var peer: String?

  @Option(help: "The Python that has the peer.")
  var python = "python3"

  @Flag(help: .hidden)
  var worker = false

  @Option(help: .hidden)
  var batch: Int?

  private static let names = BenchmarkCatalogue.cases.map(\.name) + TrainingComparison.names

  func validate() throws {
    if ranks < 1 || repeats < 1 { throw ValidationError("--ranks and --repeats must be at least 1.") }
    for name in names where !Self.names.contains(name) {
      throw ValidationError("There is no benchmark '\(name)'; there are \(Self.names.joined(separator: ", ")).")
    }
    let most = TrainingBenchmark.mostRanks
    if ranks > most, let task = names.first(where: { !TrainingComparison.tasks($0).isEmpty }) {
      throw ValidationError("--ranks can be at most \(most) for '\(task)': its batch has \(most) micro-batches.")
    }
    guard let peer else { return }
    if !["nest", "torch"].contains(peer) { throw ValidationError("The peer '\(peer)' is not known; there are nest and torch.") }
    let asked = names.isEmpty ? BenchmarkCatalogue.usual : names
    if let other = asked.first(where: { TrainingComparison.tasks($0).isEmpty == (peer == "torch") }) {
      throw ValidationError("The peer of '\(other)' is \(peer == "torch" ? "nest" : "torch"), not \(peer).")
    }
  }

  func run() throws {
    if worker { return try onAllRanks { try work($0) } }
    if list {
      print(Self.names.joined(separator: "\n"))
      return
    }
    try alone(starting: "colonnade benchmark") {
      if calibrate { return try runCalibration() }
      var options = BenchmarkOptions(program: Bundle.main.executablePath ?? CommandLine.arguments[0])
      options.ranks = ranks
      options.repeats = repeats
      if let peer { try options.compare(with: peer, python: python) }
      var rows: [[String]] = [], comparisons: [TrainingComparison] = []
      // What was measured is told even if a later benchmark ends the program.
      defer {
        if !rows.isEmpty { tell(SimulationBenchmark.table(rows)) }
        if !comparisons.isEmpty { tell(TrainingComparison.table(comparisons)) }
      }
      for name in names.isEmpty ? BenchmarkCatalogue.usual : names {
        for task in TrainingComparison.tasks(name) {
          let comparison = try TrainingComparison.run(task, options) { tell($0) }
          write(comparison.json.text)
          comparisons.append(comparison)
        }
        guard let test = BenchmarkCatalogue.cases.first(where: { $0.name == name }) else { continue }
        let figures = try SimulationBenchmark.run(test, options) { tell($0) }
        write(figures.json.text)
        rows.append(figures.row)
      }
    }
  }

  private func runCalibration() throws {
    var options = BenchmarkOptions(program: Bundle.main.executablePath ?? CommandLine.arguments[0])
    options.repeats = repeats
    let model = try Calibration.run(options) { tell($0) }
    let path = calibration ?? CostModel.standardPath
    try model.write(path)
    print("Calibration in \(path)")
  }

  /// The timed steps themselves, on all ranks.
  private func work(_ world: borrowing Communicator) throws -> Int32 {
    for task in names.flatMap(TrainingComparison.tasks) {
      var benchmark = TrainingBenchmark(task)
      if let batch { benchmark.batch = batch }
      let figures = try benchmark.run(repetitions: TrainingComparison.stepsPerRepeat * repeats, world)
      if world.rank == 0 { print(figures.text) }
    }
    return 0
  }

  /// A line of results at once: a benchmark can take long, and its reader may be a file.
  private func write(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

  private func tell(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
