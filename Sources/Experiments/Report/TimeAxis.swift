// Times in the unit that fits the span.
import Running

/// Milliseconds for short spans, seconds from 10 s on.
struct TimeAxis {
  let unit: String
  let factor: Double
  let scale: AxisScale

  init(start: Double, stop: Double) {
    let inSeconds = stop - start >= 10_000
    unit = inSeconds ? "s" : "ms"
    factor = inSeconds ? 1e-3 : 1
    scale = .exact(start * factor, stop * factor, ticks: 10)
  }

  var title: String { "Time (\(unit))" }
  /// A span in words: "1000 ms", "60 s".
  func words(_ milliseconds: Double) -> String { HumanUnits.significant(milliseconds * factor, 4) + " " + unit }
}
