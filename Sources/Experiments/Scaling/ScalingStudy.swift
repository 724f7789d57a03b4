// Runs the points of a scaling study as processes of this program, one after the other, and reads their summaries.
import Foundation
import Maths
import Networks
import Running
import Spiking
import Storage
import Training

/// What `colonnade scale` is asked to run.
public struct ScalingOptions: Sendable {
  public enum Mode: String, Sendable, CaseIterable {
    /// The same problem on more ranks.
    case strong
    /// A problem that grows with the ranks.
    case weak
  }
  public enum Launcher: String, Sendable, CaseIterable { case mpirun, srun }

  public var mode = Mode.strong
  public var launcher = Launcher.mpirun
  public var ranks = [1, 2]
  public var repeats = 3
  public var overrides: [String] = []
  /// This program, which is started once per run.
  public var program: String
  /// Cores that all ranks have together; more ranks take turns.
  public var cores = ProcessInfo.processInfo.activeProcessorCount
  public init(program: String) { self.program = program }
}

/// A configuration whose points are measured.
public struct ScalingStudy: Sendable {
  public let config: String
  public let options: ScalingOptions
  public let title: String
  /// A checksum of the configuration with all its defaults and settings: points of another are not of this study.
  let fingerprint: String
  let isTraining: Bool
  private let growth: WeakGrowth?
  private let tree: ConfigurationTree

  /// - Throws: `ConfigurationError` for a configuration that cannot be read, `ScalingError` for a weak study of one that states no growth.
  public init(_ config: String, _ options: ScalingOptions) throws {
    self.config = config
    self.options = options
    isTraining = Self.namesDataset(config, options.overrides)
    if isTraining {
      let experiment = try TrainingExperiment.load(path: config, overrides: options.overrides)
      title = experiment.title
      growth = .batches(
        of: "batch_size", standardBatch: TrainerSettings.standardBatch, epochs: "epoch", standardEpochs: experiment.settings.epochs)
      tree = try ConfigurationTree.parse(experiment.configuration, file: config)
      fingerprint = Self.checksum(experiment.configuration)
    } else {
      let experiment = try Experiment.load(path: config, overrides: options.overrides)
      title = experiment.title
      growth = StudyCatalogue.studies.first { $0.name == experiment.study }?.weakGrowth
      tree = try ConfigurationTree.parse(experiment.configuration, file: config)
      fingerprint = Self.checksum(experiment.configuration)
      if options.mode == .weak && growth == nil {
        throw ScalingError(description: "study \(experiment.study) states no key that grows with the ranks; use --mode strong")
      }
    }
    for ranks in options.ranks { _ = try settings(ranks) }
  }

  /// What the study's points belong to.
  public var series: String { "\(title), \(options.mode.rawValue)" }

  private static func checksum(_ text: String) -> String {
    var hash = SHA256()
    hash.update(text.utf8)
    return hash.digest().prefix(8).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// Whether a configuration is one of training: it names a data set. What is wrong with it is told by whoever reads it in full.
  private static func namesDataset(_ config: String, _ overrides: [String]) -> Bool {
    let files = ConfigurationFile.isFolder(config) ? ["config.yaml", "configuration.yaml"].map { config + "/" + $0 } : [config]
    guard let file = files.first(where: ConfigurationFile.exists), var tree = try? ConfigurationTree.read(file) else { return false }
    try? tree.apply(overrides: overrides)
    guard case .section(let members) = tree.content else { return false }
    return members.contains { $0.key == "dataset" } && !members.contains { $0.key == "study" || $0.key == "populations" }
  }

  /// Settings that a number of ranks needs beyond those given.
  func settings(_ ranks: Int) throws -> [String] {
    guard options.mode == .weak, let growth else { return [] }
    return try growth.settings(ranks: ranks) { key in
      guard case .section(let members) = tree.content, let member = members.first(where: { $0.key == key }) else { return nil }
      return Self.text(member.value)
    }
  }

  private static func text(_ tree: ConfigurationTree) -> String? {
    switch tree.content {
    case .plain(let text), .quoted(let text): text
    case .list(let elements): elements.compactMap(text).joined(separator: "x")
    case .section: nil
    }
  }

  /// Which key grows, in words.
  public var growthText: String? { options.mode == .weak ? growth.map { $0.keys.joined(separator: " and ") } : nil }

  /// Measures the point of a number of ranks: the median of the repeats.
  ///
  /// - `folder`: of the runs, which all nodes can write; it is removed afterwards.
  /// - Throws: `BenchmarkError` with the command that failed, `ScalingError` if the launcher did not make one run of so many ranks.
  public func measure(ranks: Int, in folder: String) throws -> ScalingPoint {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let grown = try settings(ranks)
    var command = launch(ranks) + [options.program, isTraining ? "train" : "simulate", config, "--quiet", "--resume", "never"]
    command += ["--output", folder]
    for override in options.overrides + grown { command += ["--set", override] }
    var summaries: [JSONValue] = []
    for _ in 0..<max(options.repeats, 1) {
      _ = try BenchmarkProcess.run(command)
      let summary = try JSONValue.read(folder + "/summary.json")
      guard summary["ranks"]?.int == ranks else {
        throw ScalingError(
          description: "a run that was to have \(ranks) ranks had \(summary["ranks"]?.int ?? 0): is \(options.launcher.rawValue) the "
            + "launcher of the MPI library that the program is linked with? The command was: \(command.joined(separator: " "))")
      }
      summaries.append(summary)
    }
    summaries.sort { ($0["run_s"]?.double ?? 0) < ($1["run_s"]?.double ?? 0) }
    return point(summaries[summaries.count / 2], ranks, summaries.compactMap { $0["run_s"]?.double }, grown)
  }

  /// How so many ranks are started, as in cluster/profiles/generic.sh. One rank has the launcher too, so that all points are alike.
  private func launch(_ ranks: Int) -> [String] {
    switch options.launcher {
    case .mpirun: ["mpirun", "--oversubscribe", "-n", "\(ranks)"]
    case .srun: ["srun", "--mpi=pmix", "--cpu-bind=cores", "--kill-on-bad-exit=0", "--wait=10", "-n", "\(ranks)"]
    }
  }

  private func point(_ summary: JSONValue, _ ranks: Int, _ repeats: [Double], _ grown: [String]) -> ScalingPoint {
    func number(_ key: String) -> Double { summary[key]?.double ?? 0 }
    let work = isTraining ? number("steps") * number("batch_size") : number("synaptic_events") + number("external_events")
    var point = ScalingPoint(
      series: series, problem: grown.joined(separator: " "), ranks: ranks, cores: min(ranks, options.cores),
      work: max(work, 1), seconds: max(number("run_s"), 1e-9), repeats: repeats)
    let traffic =
      isTraining ? trainingTraffic(summary, ranks) : (number("messages_sent") / Double(ranks), number("bytes_sent") / Double(ranks))
    (point.messages, point.bytes) = traffic
    point.configuration = fingerprint
    point.build = number("build_s")
    point.memory = number("peak_memory_bytes")
    point.phases = (summary["phases"]?.object?.members ?? []).map {
      .init(name: $0.key, mean: $0.value["mean_s"]?.double ?? 0, least: $0.value["min_s"]?.double ?? 0)
    }
    return point
  }

  /// The gradient goes up and down a tree over the ranks once per step.
  private func trainingTraffic(_ summary: JSONValue, _ ranks: Int) -> (Double, Double) {
    let messages = (summary["steps"]?.double ?? 0) * log2(Double(ranks))
    let size = summary["precision"]?.string == "double" ? 8.0 : 4.0
    return (messages, messages * size * (summary["parameters"]?.double ?? 0))
  }

  /// The point that a larger number of ranks would be, as far as rules and geometry tell; its time is not known.
  public func unmeasured(ranks: Int, like last: ScalingPoint) throws -> ScalingPoint {
    var point = last
    point.ranks = ranks
    point.cores = ranks
    point.repeats = []
    point.phases = []
    if options.mode == .weak { point.work = last.work / Double(last.ranks) * Double(ranks) }
    if isTraining {
      let perDoubling = last.ranks > 1 ? last.messages / log2(Double(last.ranks)) : 0
      point.messages = perDoubling * log2(Double(ranks))
      point.bytes = last.messages > 0 ? last.bytes / last.messages * point.messages : 0
      return point
    }
    let experiment = try Experiment.load(path: config, overrides: options.overrides + (try settings(ranks)))
    let job = try JobForecast(experiment, ranks: ranks, nodes: 1, ExpectedRates(experiment), .defaults)
    // Presimulation is neither timed nor worked off here, but its messages are counted by a run: the model's latency goes with them.
    let d = experiment.description
    let whole = d.duration > 0 ? (d.presimulation + d.duration) / d.duration : 1
    point.messages = job.spread { $0.work.messages }.most * whole
    point.bytes = job.spread { $0.work.bytes }.most * whole
    return point
  }
}
