// The figures of merit of a training run, as the head of its performance table and as values of summary.json.

/// What a training run did and what it took.
public struct TrainingFigures: Sendable {
  /// [s] Wall time of the training steps.
  public var wallTime: Double
  public var ranks: Int
  public var nodes: Int
  public var epochs: Int
  /// Optimiser updates.
  public var steps: Int64
  /// Samples seen, each epoch counted.
  public var samples: Int64
  public var parameters: Int64
  /// [bytes] Peak memory of the largest rank, and summed over ranks.
  public var largestPeakMemory: Int64
  public var totalPeakMemory: Int64
  /// Best validation measure with its name, such as ("accuracy", 0.93).
  public var bestValidation: (name: String, value: Double)?

  public init(
    wallTime: Double, ranks: Int, nodes: Int = 1, epochs: Int, steps: Int64, samples: Int64, parameters: Int64, largestPeakMemory: Int64,
    totalPeakMemory: Int64, bestValidation: (name: String, value: Double)? = nil
  ) {
    self.wallTime = wallTime
    self.ranks = ranks
    self.nodes = nodes
    self.epochs = epochs
    self.steps = steps
    self.samples = samples
    self.parameters = parameters
    self.largestPeakMemory = largestPeakMemory
    self.totalPeakMemory = totalPeakMemory
    self.bestValidation = bestValidation
  }

  public var samplesPerSecond: Double { wallTime > 0 ? Double(samples) / wallTime : 0 }
  /// [ms] Wall time of one optimiser update.
  public var millisecondsPerStep: Double { steps > 0 ? wallTime * 1e3 / Double(steps) : 0 }

  /// The lines above the table.
  public func headerLines(_ table: PerformanceTable) -> [String] {
    let split = table.rows.filter { $0.mean > 0 && steps > 0 }.map {
      "\($0.name) \(HumanUnits.significant($0.mean * 1e3 / Double(steps), 3))"
    }
    var lines = [
      "\(epochs) \(epochs == 1 ? "epoch" : "epochs"), \(HumanUnits.count(steps)) steps, \(HumanUnits.count(samples)) samples in "
        + "\(HumanUnits.duration(wallTime)) of wall time on \(ranks) \(ranks == 1 ? "rank" : "ranks") "
        + "(\(nodes) \(nodes == 1 ? "node" : "nodes")); \(HumanUnits.count(parameters)) parameters; "
        + "peak \(HumanUnits.bytes(largestPeakMemory))\(ranks > 1 ? " per rank" : "")",
      "\(HumanUnits.significant(samplesPerSecond, 3)) samples/s | \(HumanUnits.significant(millisecondsPerStep, 3)) ms per step"
        + (split.isEmpty ? "" : ": " + split.joined(separator: ", ")),
    ]
    if let best = bestValidation { lines.append("Best validation \(best.name) \(HumanUnits.significant(best.value, 4))") }
    return lines
  }

  /// Header and table, as printed at the end of a run.
  public func text(_ table: PerformanceTable) -> String { (headerLines(table) + ["", table.text]).joined(separator: "\n") }

  /// The figures under their names in `summary.json`, in its order.
  public var summary: [(key: String, value: Double)] {
    [
      ("ranks", Double(ranks)), ("epochs", Double(epochs)), ("run_s", wallTime), ("samples_per_s", samplesPerSecond),
      ("ms_per_step", millisecondsPerStep), ("parameters", Double(parameters)), ("peak_memory_bytes", Double(totalPeakMemory)),
    ]
  }
}
