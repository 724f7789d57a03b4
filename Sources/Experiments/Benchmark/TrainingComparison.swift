// Times training steps in processes of their own: alone against PyTorch, and on several ranks.
import Running
import Storage

/// The figures of one training task.
public struct TrainingComparison: Sendable {
  /// This program and its peers, one after the other: what the machine does meanwhile concerns all of them.
  struct Turn: Sendable {
    let alone: JSONValue
    /// Peers by name.
    let peers: [(name: String, figures: JSONValue)]
    /// How many times faster than the fastest peer one step runs on one core.
    var ratio: Double? { peers.map { speed($0.figures) }.max().map { speed(alone) / $0 } }
  }
  public let name: String
  let turns: [Turn]
  /// The same batch of 128 samples on one rank and on several.
  let scaling: (one: JSONValue, many: JSONValue)?

  private static func number(_ figures: JSONValue, _ key: String) -> Double { figures[key]?.double ?? .nan }
  /// Samples per second of processor time.
  private static func speed(_ figures: JSONValue) -> Double { number(figures, "samples_per_s") }
  /// The figures of the turn with the median speed.
  private static func median(_ figures: [JSONValue]) -> JSONValue {
    figures.sorted { speed($0) < speed($1) }[(figures.count - 1) / 2]
  }
  var alone: JSONValue { Self.median(turns.map(\.alone)) }
  var peers: [(name: String, figures: JSONValue)] {
    turns[0].peers.indices.map { peer in (turns[0].peers[peer].name, Self.median(turns.map { $0.peers[peer].figures })) }
  }
  private var fastest: Double? { peers.map { Self.speed($0.figures) }.max() }
  private var ratios: [Double] { turns.compactMap(\.ratio) }
  /// The median of the turns.
  public var ratio: Double? {
    let sorted = ratios.sorted()
    return sorted.isEmpty ? nil : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
  /// t(1) / (n t(n)).
  public var efficiency: Double? {
    scaling.map { Self.number($0.one, "step_s") / (Self.number($0.many, "step_s") * Self.number($0.many, "ranks")) }
  }

  /// One JSON object.
  public var json: JSONValue {
    var object: JSONObject = ["benchmark": .string(name)]
    for (key, value) in alone.object?.members ?? [] where key != "losses" { object[key] = value }
    for (name, figures) in peers { object["peer_\(name)"] = figures }
    if let ratio {
      object["peer_ratio"] = JSONValue(ratio)
      object["peer_ratios"] = .array(ratios.map { JSONValue($0) })
    }
    if let scaling, let efficiency {
      object["scaling_batch"] = scaling.one["batch"]
      object["scaling_ranks"] = scaling.many["ranks"]
      object["scaling_step_s"] = [scaling.one["step_s"] ?? .null, scaling.many["step_s"] ?? .null]
      object["scaling_efficiency"] = JSONValue(efficiency)
    }
    return .object(object)
  }

  static let head = ["training step", "samples/s", "wall", "memory", "fastest peer", "ratio", "peer's memory", "efficiency", "peers"]

  var row: [String] {
    func value(_ key: String) -> String { HumanUnits.significant(Self.number(alone, key)) }
    let memory = peers.map { Self.number($0.figures, "peak_memory_bytes") }.min()
    return [
      name, value("samples_per_s"), value("samples_per_s_wall"), HumanUnits.bytes(Int64(Self.number(alone, "peak_memory_bytes"))),
      fastest.map { HumanUnits.significant($0) } ?? "-", ratio.map { HumanUnits.fixed($0, 1) + " x" } ?? "-",
      memory.map { HumanUnits.bytes(Int64($0)) } ?? "-",
      efficiency.flatMap { e in scaling.map { "\(HumanUnits.fixed(e, 2)) on \($0.many["ranks"]?.int ?? 0)" } } ?? "-",
      peers.map { "\($0.name) \(HumanUnits.significant(Self.number($0.figures, "samples_per_s")))" }.joined(separator: ", "),
    ]
  }

  /// Rows as a table of text; samples per second of processor time, of the median step.
  public static func table(_ comparisons: [TrainingComparison]) -> String { BenchmarkTable.text([head] + comparisons.map(\.row)) }

  /// The names of the benchmarks, and of all of them.
  public static let names = ["training", "training-a", "training-b"]

  /// The tasks behind a name; none if it is not one of training.
  public static func tasks(_ name: String) -> [TrainingBenchmark.Task] {
    TrainingBenchmark.Task.allCases.filter { name == "training" || name == "training-\($0.rawValue)" }
  }

  /// Timed steps of each repeat.
  public static let stepsPerRepeat = 4
  /// In a turn this program, whose steps are short, repeats so often what a peer does once.
  private static let ownRepeats = 4

  /// Runs a task: as many turns as there are repeats, then the ranks.
  /// - Throws: `BenchmarkError` if a program fails, such as a Python without PyTorch.
  public static func run(
    _ task: TrainingBenchmark.Task, _ options: BenchmarkOptions, progress: (String) -> Void
  ) throws -> TrainingComparison {
    let name = "training-\(task.rawValue)"
    func worker(_ ranks: Int, repeats: Int, _ extra: [String] = []) throws -> JSONValue {
      let launcher = ranks > 1 ? ["mpirun", "--oversubscribe", "-n", "\(ranks)"] : []
      let command = launcher + [options.program, "benchmark", name, "--worker", "--repeats", "\(repeats)"] + extra
      return try lastObject(try BenchmarkProcess.run(command))
    }
    var turns: [Turn] = []
    for number in 1...max(options.repeats, 1) {
      let turn = Turn(alone: try worker(1, repeats: ownRepeats), peers: try options.peerPython.map { try peers(task, $0) } ?? [])
      var line = "\(name), turn \(number) of \(max(options.repeats, 1)): \(HumanUnits.significant(speed(turn.alone))) samples/s"
      for peer in turn.peers { line += ", \(peer.name) \(HumanUnits.significant(speed(peer.figures)))" }
      progress(line)
      turns.append(turn)
    }
    var scaling: (one: JSONValue, many: JSONValue)?
    if options.ranks > 1 {
      let batch = ["--batch", "\(TrainingBenchmark.scalingBatch)"]
      scaling = (try worker(1, repeats: options.repeats, batch), try worker(options.ranks, repeats: options.repeats, batch))
    }
    return TrainingComparison(name: name, turns: turns, scaling: scaling)
  }

  /// The steps of those peers that this Python has.
  private static func peers(_ task: TrainingBenchmark.Task, _ python: String) throws -> [(name: String, figures: JSONValue)] {
    try BenchmarkProcess.withFolder { folder in
      let script = folder + "/peer_torch.py"
      try AtomicFile.write(script, PackageResources.peer_torch_py)
      return try (task == .recurrentLIF ? ["torch", "snntorch"] : ["torch"]).compactMap { backend in
        let text = try BenchmarkProcess.run([
          python, script, task.rawValue, "--repetitions", "\(stepsPerRepeat)", "--backend", backend,
        ])
        let figures = try lastObject(text)
        return figures["missing"] == nil ? (backend, figures) : nil
      }
    }
  }

  private static func lastObject(_ text: String) throws -> JSONValue {
    try JSONValue.parse(String(text.split(separator: "\n").last { $0.hasPrefix("{") } ?? "{}"), path: "standard output")
  }
}
