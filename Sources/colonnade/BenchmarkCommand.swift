// `colonnade benchmark`: how fast this machine simulates, and how a peer does on the same networks.
import ArgumentParser
import Experiments
import Foundation

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Times the program on standard networks, alone or against NEST in the same call.",
    discussion: """
      Each network runs several times; the run with the median wall time counts. One JSON line for each goes to standard output,
      the table to standard error. ns/event is wall time x cores over recurrent synaptic events, all phases included.
      NEST comes from the Python package index: python3 -m pip install nest-simulator.
      --calibrate times small networks, which takes a minute or two, and writes what `colonnade plan` counts with.

      EXAMPLES
        colonnade benchmark --list
        colonnade benchmark microcircuit-0.1 --ranks 1 --repeats 1
      """)

  @Argument(
    help: "Benchmarks; without one: \(BenchmarkCatalogue.usual.joined(separator: ", ")).",
    completion: .list(BenchmarkCatalogue.cases.map(\.name)))
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

  @Option(help: "Runs the same network in a peer: nest.")
  var peer: String?

  @Option(help: "The Python that has NEST.")
  var python = "python3"

  func validate() throws {
    if ranks < 1 || repeats < 1 { throw ValidationError("--ranks and --repeats must be at least 1.") }
    if let peer, peer != "nest" { throw ValidationError("The peer '\(peer)' is not known; there is nest.") }
    for name in names where !BenchmarkCatalogue.cases.contains(where: { $0.name == name }) {
      throw ValidationError("There is no benchmark '\(name)'; there are \(BenchmarkCatalogue.cases.map(\.name).joined(separator: ", ")).")
    }
  }

  func run() throws {
    if list {
      print(BenchmarkCatalogue.cases.map(\.name).joined(separator: "\n"))
      return
    }
    try alone {
      if calibrate { return try runCalibration() }
      var options = BenchmarkOptions(program: Bundle.main.executablePath ?? CommandLine.arguments[0])
      options.ranks = ranks
      options.repeats = repeats
      options.peerPython = peer == nil ? nil : python
      var rows: [[String]] = []
      for name in names.isEmpty ? BenchmarkCatalogue.usual : names {
        guard let test = BenchmarkCatalogue.cases.first(where: { $0.name == name }) else { continue }
        let figures = try SimulationBenchmark.run(test, options)
        print(figures.json.text)
        rows.append(figures.row)
      }
      FileHandle.standardError.write(Data((SimulationBenchmark.table(rows) + "\n").utf8))
    }
  }

  private func runCalibration() throws {
    var options = BenchmarkOptions(program: Bundle.main.executablePath ?? CommandLine.arguments[0])
    options.repeats = repeats
    let model = try Calibration.run(options) { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
    let path = calibration ?? CostModel.standardPath
    try model.write(path)
    print("Calibration in \(path)")
  }
}
