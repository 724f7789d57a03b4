// Times whole runs of the program against a peer: repeats, medians, one JSON line and one table row for each network.
import Foundation
import Running
import Storage

/// How `colonnade benchmark` runs.
public struct BenchmarkOptions: Sendable {
  public var ranks = 2
  public var repeats = 3
  /// The Python with NEST in it; nil runs no peer.
  public private(set) var peerPython: String?
  /// This program, which is started once per run.
  public var program: String
  public init(program: String) { self.program = program }

  /// Measures a peer too, with a Python that has it.
  /// - Throws: `BenchmarkError` 66 where it has not.
  public mutating func compare(with peer: String, python: String) throws {
    try BenchmarkProcess.requireModule(peer, of: python)
    peerPython = python
  }
}

/// Medians of a case.
public struct BenchmarkFigures: Sendable {
  public let name: String
  /// Of the run with the median wall time.
  public let summary: JSONValue
  public let realTimeFactors: [Double]
  /// Of the peer, if there was one.
  public let peer: JSONValue?

  func number(_ key: String) -> Double { summary[key]?.double ?? .nan }
  public var synapsesPerSecondAndCore: Double { number("synapses") / number("build_s") / max(number("ranks"), 1) }
  /// How many times longer the peer takes for the same model time on as many cores.
  public var ratio: Double? { peer?["real_time_factor"]?.double.map { $0 / number("real_time_factor") } }

  /// One JSON object.
  public var json: JSONValue {
    var object: JSONObject = ["benchmark": .string(name)]
    for key in [
      "ranks", "neurons", "synapses", "model_time_s", "build_s", "run_s", "real_time_factor", "ns_core_per_synaptic_event",
      "ns_core_per_neuron_step", "ns_core_per_event", "bytes_per_synapse", "peak_memory_bytes", "mean_rate_hz", "spike_hash", "phases",
    ] { if let value = summary[key] { object[key] = value } }
    object["synapses_per_s_and_core"] = JSONValue(synapsesPerSecondAndCore)
    object["real_time_factors"] = .array(realTimeFactors.map { JSONValue($0) })
    if let peer { object["peer"] = peer }
    if let ratio { object["peer_ratio"] = JSONValue(ratio) }
    return .object(object)
  }

  /// The cells of the table's row.
  public var row: [String] {
    func text(_ key: String) -> String { HumanUnits.significant(number(key)) }
    let phases = summary["phases"]?.object?.members ?? []
    let shares = phases.filter { ($0.value["share"]?.double ?? 0) >= 0.01 }
      .map { "\($0.key) \(HumanUnits.fixed(100 * ($0.value["share"]?.double ?? 0), 0))" }.joined(separator: ", ")
    let imbalance = phases.compactMap { $0.value["imbalance"]?.double }.max() ?? 0
    return [
      name, text("build_s"), text("run_s"), text("real_time_factor"), text("ns_core_per_synaptic_event"), text("ns_core_per_event"),
      text("ns_core_per_neuron_step"), HumanUnits.significant(synapsesPerSecondAndCore / 1e6), text("bytes_per_synapse"),
      ratio.map { HumanUnits.significant($0) + " x" } ?? "-", HumanUnits.fixed(100 * imbalance, 0), shares,
    ]
  }
  public static let head = [
    "benchmark", "build s", "run s", "RTF", "ns/event", "ns/event+ext", "ns/step", "Msyn/s/core", "B/syn", "peer", "imb %",
    "share of phases %",
  ]
}

public enum SimulationBenchmark {
  /// Runs a case: warm machine or cold, the median of the repeats counts.
  /// - Throws: `BenchmarkError` with what the run said.
  public static func run(
    _ test: BenchmarkCase, _ options: BenchmarkOptions, progress: (String) -> Void
  ) throws -> BenchmarkFigures {
    try BenchmarkProcess.withFolder { try run(test, options, $0, progress) }
  }

  private static func run(
    _ test: BenchmarkCase, _ options: BenchmarkOptions, _ folder: String, _ progress: (String) -> Void
  ) throws -> BenchmarkFigures {
    let configuration = folder + "/\(test.example).yaml"
    try AtomicFile.write(configuration, text: try Examples.text(test.example))
    var summaries: [JSONValue] = []
    for turn in 1...max(options.repeats, 1) {
      let output = folder + "/run"
      var command = [options.program, "simulate", configuration, "--quiet", "--output", output]
      for override in test.overrides { command += ["--set", override] }
      if options.ranks > 1 { command = ["mpirun", "--oversubscribe", "-n", "\(options.ranks)"] + command }
      _ = try BenchmarkProcess.run(command)
      let summary = try JSONValue.read(output + "/summary.json")
      let factor = HumanUnits.significant(summary["real_time_factor"]?.double ?? .nan)
      progress("\(test.name), run \(turn) of \(max(options.repeats, 1)): \(factor) s per simulated second")
      summaries.append(summary)
    }
    summaries.sort { ($0["run_s"]?.double ?? 0) < ($1["run_s"]?.double ?? 0) }
    let factors = summaries.compactMap { $0["real_time_factor"]?.double }
    var peer: JSONValue?
    if options.peerPython != nil, test.peer == nil {
      progress("\(test.name): no peer, since the script for NEST has no network of this kind")
    }
    if let python = options.peerPython, let network = test.peer {
      progress("\(test.name): NEST, \(HumanUnits.significant(test.peerDuration / 1000)) simulated seconds after 0.1")
      let script = folder + "/peer_nest.py"
      try AtomicFile.write(script, PackageResources.peer_nest_py)
      let text = try BenchmarkProcess.run([
        python, script, network.study, "\(network.scale)", "\(options.ranks)", "100", "\(test.peerDuration)", "1",
      ])
      let line = text.split(separator: "\n").last { $0.hasPrefix("{") } ?? "{}"
      peer = try JSONValue.parse(String(line), path: "peer_nest.py")
    }
    return BenchmarkFigures(name: test.name, summary: summaries[summaries.count / 2], realTimeFactors: factors, peer: peer)
  }

  /// Rows as a table of text.
  public static func table(_ rows: [[String]]) -> String { BenchmarkTable.text([BenchmarkFigures.head] + rows) }
}
