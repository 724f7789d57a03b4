// What earlier parts of a run took, carried from checkpoint to checkpoint so that the figures at the end are those of the whole run.
import Parallel
import Running
import Storage

/// The time of a run before it was resumed.
struct RunHistory: Sendable {
  private static let name = "seconds"

  /// The phases whose times are kept.
  private let counted: [Phase]
  /// [s] Wall time after the presimulation, and the same times the ranks it was taken on.
  var wallTime = 0.0
  var coreTime = 0.0
  /// [ms] Model times at which the run was resumed.
  var resumedAt: [Double] = []
  /// [s] Of the stopwatch on this rank: the phases, then the total.
  private(set) var seconds: [Double]

  init(_ counted: [Phase] = Phase.simulation) {
    self.counted = counted
    seconds = [Double](repeating: 0, count: counted.count + 1)
  }

  var phases: [(phase: Phase, seconds: Double)] { zip(counted, seconds).map { (phase: $0, seconds: $1) } }
  var total: Double { seconds[counted.count] }

  /// The members of a checkpoint's header after so much more wall time.
  func values(wallTime more: Double, ranks: Int) -> JSONObject {
    [
      "run_s": JSONValue(wallTime + more), "core_s": JSONValue(coreTime + more * Double(ranks)),
      "resumed_at_ms": .array(resumedAt.map { JSONValue($0) }),
    ]
  }

  /// Writes this rank's times of the whole run so far: of the phases, then the total.
  static func write(_ seconds: [Double], to writer: inout CheckpointWriter, object: Int) throws {
    try writer.write(name, object: object, seconds)
  }

  /// Takes the times of the given ranks of a checkpoint; their sum is spread by `share`.
  mutating func restore(_ checkpoint: CheckpointReader, objects: Set<Int>) throws {
    let values = checkpoint.header.values
    wallTime = values["run_s"]?.double ?? 0
    coreTime = values["core_s"]?.double ?? 0
    resumedAt = values["resumed_at_ms"]?.array?.compactMap(\.double) ?? []
    seconds = [Double](repeating: 0, count: seconds.count)
    try checkpoint.read(Self.name, objects: objects, as: Double.self) { _, times in
      for (i, time) in times.enumerated() where i < seconds.count { seconds[i] += time }
    }
  }

  /// On another number of ranks every rank gets the mean of the old ones, so that the table adds up to the wall time. Collective.
  mutating func share(oldRanks: Int, _ communicator: borrowing Communicator) throws {
    if oldRanks == communicator.size { return }
    try communicator.sum(&seconds)
    for i in seconds.indices { seconds[i] /= Double(oldRanks) }
  }
}
