// Where the time of a run went over its ranks: the table every run ends with.

/// Minimum, mean and maximum over ranks of the seconds in each phase, with notes that say what the figures mean.
public struct PerformanceTable: Sendable, Equatable {
  /// One phase over all ranks.
  public struct Row: Sendable, Equatable {
    /// Name as printed; "rest" for the time no phase covers.
    public let name: String
    /// [s] Smallest, mean and largest time of a rank.
    public let minimum, mean, maximum: Double
    /// Share of the mean total, 0...1.
    public let share: Double
    /// Part of the phase in which a rank may wait for others.
    public let waits: Bool

    public init(name: String, minimum: Double, mean: Double, maximum: Double, share: Double, waits: Bool) {
      self.name = name
      self.minimum = minimum
      self.mean = mean
      self.maximum = maximum
      self.share = share
      self.waits = waits
    }

    /// (maximum - mean) / mean; 0 for a phase that took no time.
    public var imbalance: Double { mean > 0 ? (maximum - mean) / mean : 0 }
    /// Name as a key of `summary.json`.
    public var key: String { String(name.map { $0 == " " ? "_" : $0 }) }
  }

  /// Phases in the order given, then the rest.
  public let rows: [Row]
  /// [s] Mean over ranks of the total.
  public let total: Double
  /// How many ranks the table is over.
  public let ranks: Int
  /// What the figures mean, one sentence each, the most important first.
  public let notes: [String]

  /// - Parameters:
  ///   - phases: the phases counted, in the order of the table.
  ///   - seconds: [s] per rank, per phase: `seconds[rank][phase]`.
  ///   - totals: [s] per rank the wall time of the run, as long as `seconds`.
  public init(phases: [Phase], seconds: [[Double]], totals: [Double]) {
    precondition(!totals.isEmpty && seconds.count == totals.count, "one row of phase times per rank")
    precondition(seconds.allSatisfy { $0.count == phases.count }, "one time per phase on each rank")
    let ranks = zip(seconds, totals).map { Self.withRest($0, total: $1) }
    func over(_ figure: ([Double]) -> Double) -> [Double] { (0...phases.count + 1).map { place in figure(ranks.map { $0[place] }) } }
    self.init(
      phases: phases, minimum: over { $0.min() ?? 0 }, sum: over { $0.reduce(0, +) }, maximum: over { $0.max() ?? 0 }, ranks: totals.count)
  }

  /// Times of one rank as they are reduced over ranks: those of its phases, then the rest, then the total.
  public static func withRest(_ seconds: [Double], total: Double) -> [Double] { seconds + [max(0, total - seconds.reduce(0, +)), total] }

  /// The table from reductions over ranks of what ``withRest(_:total:)`` gives on each: nobody needs all ranks' times.
  public init(phases: [Phase], minimum: [Double], sum: [Double], maximum: [Double], ranks: Int) {
    precondition(ranks > 0 && [minimum, sum, maximum].allSatisfy { $0.count == phases.count + 2 }, "phases, the rest and the total")
    let mean = sum.map { $0 / Double(ranks) }
    let total = mean[phases.count + 1]
    func row(_ place: Int, _ name: String, _ waits: Bool) -> Row {
      Row(
        name: name, minimum: minimum[place], mean: mean[place], maximum: maximum[place], share: total > 0 ? mean[place] / total : 0,
        waits: waits)
    }
    rows = phases.indices.map { row($0, phases[$0].name, phases[$0].waits) } + [row(phases.count, "rest", false)]
    self.total = total
    self.ranks = ranks
    notes = Self.interpret(rows, total: total, ranks: ranks)
  }

  /// The table as text, without a final line feed: head, one line per phase, the rest, the notes.
  public var text: String {
    var lines = [
      "Phase".padded(to: 16) + ["min (s)", "mean (s)", "max (s)"].map { $0.leftPadded(to: 11) }.joined()
        + "imbalance %".leftPadded(to: 14) + "of total %".leftPadded(to: 13)
    ]
    for r in rows {
      lines.append(
        r.name.padded(to: 16) + [r.minimum, r.mean, r.maximum].map { Self.seconds($0, of: total).leftPadded(to: 11) }.joined()
          + HumanUnits.fixed(100 * r.imbalance, 1).leftPadded(to: 14) + HumanUnits.fixed(100 * r.share, 1).leftPadded(to: 13))
    }
    lines += notes.map { "NOTE " + $0 }
    return lines.joined(separator: "\n")
  }

  // Two decimals as in every other simulator's table; more only where a short run would print zeros.
  static func seconds(_ value: Double, of total: Double) -> String { HumanUnits.fixed(value, total < 1 ? 4 : total < 10 ? 3 : 2) }

  static func interpret(_ rows: [Row], total: Double, ranks: Int) -> [String] {
    guard total > 0 else { return [] }
    func percent(_ share: Double) -> String { HumanUnits.fixed(100 * share, share < 0.01 ? 1 : 0) + " %" }
    var notes: [String] = []
    if total < 1 { notes.append("the run took \(HumanUnits.duration(total)) only: start-up effects and clock noise show in every figure.") }
    // The slowest rank waits for nobody, so the smallest time of a waiting phase is what the transfer itself costs.
    let slowest = rows.filter { !$0.waits && $0.name != "rest" }.max { $0.maximum - $0.mean < $1.maximum - $1.mean }
    for r in rows where r.waits && r.share >= 0.1 && ranks > 1 {
      let waiting = r.mean > 0 ? (r.mean - r.minimum) / r.mean : 0
      if waiting >= 0.4, let slowest, slowest.imbalance > 0.02 {
        notes.append(
          "\(percent(r.share)) of the time went to \(r.name), mostly waiting for slower ranks: see imbalance of \(slowest.name).")
      } else if waiting >= 0.4 {
        notes.append(
          "\(percent(r.share)) of the time went to \(r.name), mostly waiting, although the mean work is even: ranks are held up by turns"
            + " (more ranks than cores, or other programs on the node).")
      } else {
        notes.append("\(percent(r.share)) of the time went to \(r.name) itself, not to waiting: fewer ranks would use the cores better.")
      }
    }
    if ranks > 1, let slowest {
      let lost = (slowest.maximum - slowest.mean) / total
      if lost >= 0.05 {
        notes.append("the slowest rank spends \(percent(lost)) of the run more than the mean in \(slowest.name): all others wait for it.")
      }
    }
    for r in rows where r.name == Phase.output.name && r.share >= 0.1 {
      notes.append("\(percent(r.share)) of the time went to output: record fewer neurons or variables, or write to a faster file system.")
    }
    for r in rows where r.name == Phase.data.name && r.share >= 0.2 {
      notes.append("\(percent(r.share)) of the time went to reading data: keep it on a local or faster file system.")
    }
    if let rest = rows.last, rest.share >= 0.1 { notes.append("\(percent(rest.share)) of the time is in no phase.") }
    return notes
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
