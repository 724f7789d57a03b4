// Times training steps in processes of their own: alone against PyTorch, and on several ranks.
import Running
import Storage

/// The figures of one training task.
public struct TrainingComparison: Sendable {
  public let name: String
  let alone: JSONValue
  /// The same batch of 128 samples on one rank and on several.
  let scaling: (one: JSONValue, many: JSONValue)?
  /// Peers by name.
  let peers: [(name: String, figures: JSONValue)]

  private static func number(_ figures: JSONValue, _ key: String) -> Double { figures[key]?.double ?? .nan }
  /// The fastest peer's samples per second of processor time.
  private var fastest: Double? { peers.map { Self.number($0.figures, "samples_per_s") }.max() }
  /// How many times faster than the fastest peer one step runs on one core.
  public var ratio: Double? { fastest.map { Self.number(alone, "samples_per_s") / $0 } }
  /// t(1) / (n t(n)).
  public var efficiency: Double? {
    scaling.map { Self.number($0.one, "step_s") / (Self.number($0.many, "step_s") * Self.number($0.many, "ranks")) }
  }

  /// One JSON object.
  public var json: JSONValue {
    var object: JSONObject = ["benchmark": .string(name)]
    for (key, value) in alone.object?.members ?? [] where key != "losses" { object[key] = value }
    for (name, figures) in peers { object["peer_\(name)"] = figures }
    if let ratio { object["peer_ratio"] = JSONValue(ratio) }
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

  /// Timed steps for each repeat asked for, of ours and of the peers.
  public static let stepsPerRepeat = 4

  /// Runs a task.
  /// - Throws: `BenchmarkError` if a program fails, such as a Python without PyTorch.
  public static func run(_ task: TrainingBenchmark.Task, _ options: BenchmarkOptions) throws -> TrainingComparison {
    let name = "training-\(task.rawValue)"
    func worker(_ ranks: Int, _ extra: [String] = []) throws -> JSONValue {
      let launcher = ranks > 1 ? ["mpirun", "--oversubscribe", "-n", "\(ranks)"] : []
      let command = launcher + [options.program, "benchmark", name, "--worker", "--repeats", "\(options.repeats)"] + extra
      return try lastObject(try BenchmarkProcess.run(command))
    }
    let alone = try worker(1)
    var peers: [(name: String, figures: JSONValue)] = []
    if let python = options.peerPython {
      try BenchmarkProcess.withFolder { folder in
        let script = folder + "/peer_torch.py"
        try AtomicFile.write(script, PackageResources.peer_torch_py)
        for backend in task == .recurrentLIF ? ["torch", "snntorch"] : ["torch"] {
          let text = try BenchmarkProcess.run([
            python, script, task.rawValue, "--repetitions", "\(stepsPerRepeat * options.repeats)", "--backend", backend,
          ])
          let figures = try lastObject(text)
          if figures["missing"] == nil { peers.append((backend, figures)) }
        }
      }
    }
    var scaling: (one: JSONValue, many: JSONValue)?
    if options.ranks > 1 { scaling = (try worker(1, ["--batch", "128"]), try worker(options.ranks, ["--batch", "128"])) }
    return TrainingComparison(name: name, alone: alone, scaling: scaling, peers: peers)
  }

  private static func lastObject(_ text: String) throws -> JSONValue {
    try JSONValue.parse(String(text.split(separator: "\n").last { $0.hasPrefix("{") } ?? "{}"), path: "standard output")
  }
}
