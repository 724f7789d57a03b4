// The table of a run's phases: made over all ranks, and as it stands in summary.json.
import Parallel
import Running
import Storage

extension PerformanceTable {
  /// The table over all ranks, of the seconds of this rank in each phase and in all. Collective; nobody holds the times of all ranks.
  init(phases: [Phase], seconds: [Double], total: Double, over communicator: borrowing Communicator) throws {
    var sum = Self.withRest(seconds, total: total)
    var (minimum, maximum) = (sum, sum)
    try communicator.min(&minimum)
    try communicator.max(&maximum)
    try communicator.sum(&sum)
    self.init(phases: phases, minimum: minimum, sum: sum, maximum: maximum, ranks: communicator.size)
  }

  /// `phases` of summary.json: seconds, share and imbalance of each.
  var json: JSONValue {
    var phases: JSONObject = [:]
    for row in rows {
      phases[row.key] = [
        "min_s": JSONValue(row.minimum), "mean_s": JSONValue(row.mean), "max_s": JSONValue(row.maximum), "share": JSONValue(row.share),
        "imbalance": JSONValue(row.imbalance),
      ]
    }
    return .object(phases)
  }
}
