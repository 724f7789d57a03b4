// How long a run may take, how often it saves its state, and where it begins.

/// What the user asks of a run's course in time. Times are wall time in seconds.
public struct RunLimits: Sendable, Equatable {
  /// Between checkpoints; nil writes none but at a stop.
  public var checkpointEvery: Double? = 1800
  /// Since the start of the process; nil is no limit.
  public var most: Double?
  /// Without any progress, after which a run counts as stuck; nil waits for ever.
  public var stall: Double? = 600
  public init() {}
}

/// Where a run begins.
public enum Resume: Sendable, Equatable {
  /// At the newest good checkpoint of its folder, or at the beginning where there is none.
  case auto
  /// At the beginning; checkpoints of the folder are removed.
  case never
  /// At the newest good checkpoint of another run's folder, or at the one given by its own folder.
  case path(String)

  public init(_ text: String) {
    switch text {
    case "auto": self = .auto
    case "never": self = .never
    default: self = .path(text)
    }
  }
}

extension HumanUnits {
  /// Reads a span of time: 90s, 10m, 1.5h, 2d, 1:30:00, 1-12:00:00 (a day and a half, as job schedulers write it), or a number of the unit
  /// given. Two parts with a colon are refused: to some they are hours and minutes, to schedulers minutes and seconds. [s]
  public static func seconds(_ text: String, unit: Double) -> Double? {
    if text.contains(":") {
      let days = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      let parts = days[days.count - 1].split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      var sum = 0.0
      for part in (days.count == 2 ? [days[0]] : []) + parts {
        guard let value = Double(part), value >= 0, value.isFinite else { return nil }
        sum = sum * 60 + value
      }
      // A day has 24 hours, not 60.
      return days.count == 2 ? sum - (Double(days[0]) ?? 0) * 36 * 3600 : sum
    }
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let scale = text.last.flatMap { units[$0] }
    guard let value = Double(scale == nil ? text : String(text.dropLast())), value >= 0, value.isFinite else { return nil }
    return value * (scale ?? unit)
  }
}
