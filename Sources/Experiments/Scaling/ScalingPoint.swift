// One measured point of a scaling study: so many ranks, so much work, so much time. Read from and written as one JSON line.
import Running
import Storage

/// A scaling study or an import that makes no sense.
public struct ScalingError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public var exitCode: Int32 { ExitCode.badData.rawValue }
}

/// The medians of a configuration on a number of ranks.
public struct ScalingPoint: Sendable, Equatable {
  /// What belongs together in one fit, such as a study in one state.
  public var series: String
  /// Which size of the problem: points of one problem make one curve of strong scaling.
  public var problem: String
  public var ranks: Int
  /// Cores that the ranks had; fewer than ranks where they took turns.
  public var cores: Int
  /// Synaptic events, or samples, of the run.
  public var work: Double
  /// [s] Median wall time of the run and the times of all repeats.
  public var seconds: Double
  public var repeats: [Double]
  /// Per rank, of the whole run.
  public var messages: Double
  public var bytes: Double
  /// [s] Mean over ranks by phase; empty where only the total is known.
  public var phases: [Phase] = []
  /// [s] Time of building, and peak memory of all ranks in bytes; 0 where they are not known.
  public var build = 0.0
  public var memory = 0.0
  /// Names the configuration that the study was given, before a weak one grew it; empty where it is not known.
  public var configuration = ""

  public struct Phase: Sendable, Equatable {
    public var name: String
    public var mean: Double
    /// Of the rank with the least, which waits least where ranks wait.
    public var least: Double
  }

  public init(
    series: String, problem: String, ranks: Int, cores: Int, work: Double, seconds: Double, repeats: [Double] = [], messages: Double = 0,
    bytes: Double = 0
  ) {
    (self.series, self.problem, self.ranks, self.cores) = (series, problem, ranks, min(cores, ranks))
    (self.work, self.seconds, self.repeats) = (work, seconds, repeats.isEmpty ? [seconds] : repeats)
    (self.messages, self.bytes) = (messages, bytes)
  }

  public var isOversubscribed: Bool { cores < ranks }
  /// Half of the spread of the repeats, relative to the median.
  public var scatter: Double { ((repeats.max() ?? seconds) - (repeats.min() ?? seconds)) / 2 / seconds }

  // MARK: JSON

  public var json: JSONValue {
    var object: JSONObject = [
      "kind": "scaling_point", "series": .string(series), "problem": .string(problem), "ranks": JSONValue(ranks), "cores": JSONValue(cores),
      "work": JSONValue(work), "run_s": JSONValue(seconds), "repeats_s": .array(repeats.map { JSONValue($0) }),
      "messages_per_rank": JSONValue(messages), "bytes_per_rank": JSONValue(bytes),
    ]
    if !configuration.isEmpty { object["configuration"] = .string(configuration) }
    if build > 0 { object["build_s"] = JSONValue(build) }
    if memory > 0 { object["peak_memory_bytes"] = JSONValue(memory) }
    if isOversubscribed { object["note"] = .string("oversubscribed: \(ranks) ranks took turns on \(cores) cores") }
    var rows: JSONObject = [:]
    for phase in phases { rows[phase.name] = ["mean_s": JSONValue(phase.mean), "min_s": JSONValue(phase.least)] }
    if !phases.isEmpty { object["phases"] = .object(rows) }
    return .object(object)
  }

  /// - Throws: `ScalingError` naming the place and the key that is missing or out of range.
  public init(_ json: JSONValue, place: String) throws {
    func number(_ key: String, default value: Double? = nil) throws -> Double {
      guard let found = json[key]?.double ?? value else { throw ScalingError(description: "\(place): the key '\(key)' is missing") }
      guard found.isFinite, found >= 0 else { throw ScalingError(description: "\(place): '\(key)' is \(found), not a number from 0 on") }
      return found
    }
    let ranks = try number("ranks")
    guard ranks >= 1, ranks < 1e8 else { throw ScalingError(description: "\(place): 'ranks' is \(ranks), not a number of ranks") }
    let cores = try number("cores", default: ranks)
    guard cores >= 1, cores < 1e8 else { throw ScalingError(description: "\(place): 'cores' is \(cores), not a number of cores") }
    let seconds = try number("run_s")
    let work = try number("work")
    guard seconds > 0, work > 0 else { throw ScalingError(description: "\(place): 'run_s' and 'work' must be above 0") }
    self.init(
      series: json["series"]?.string ?? "imported", problem: json["problem"]?.string ?? "", ranks: Int(ranks),
      cores: Int(cores), work: work, seconds: seconds,
      repeats: json["repeats_s"]?.array?.compactMap(\.double) ?? [], messages: try number("messages_per_rank", default: 0),
      bytes: try number("bytes_per_rank", default: 0))
    build = try number("build_s", default: 0)
    memory = try number("peak_memory_bytes", default: 0)
    configuration = json["configuration"]?.string ?? ""
    phases = (json["phases"]?.object?.members ?? []).map {
      Phase(name: $0.key, mean: $0.value["mean_s"]?.double ?? 0, least: $0.value["min_s"]?.double ?? 0)
    }
  }
}
