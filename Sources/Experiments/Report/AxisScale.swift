// From values to places on an axis, and the round numbers written along it.
import Foundation
import Running

/// An axis from `lower` to `upper` with labelled ticks at round values inside.
struct AxisScale {
  struct Tick: Equatable {
    var value: Double
    var label: String
  }
  let lower, upper: Double
  let isLogarithmic: Bool
  let ticks: [Tick]

  /// A linear axis over exactly this span.
  static func exact(_ lower: Double, _ upper: Double, ticks wanted: Int = 8) -> AxisScale {
    let (a, b) = widened(lower, upper)
    return AxisScale(lower: a, upper: b, isLogarithmic: false, ticks: linearTicks(a, b, niceStep((b - a) / Double(max(1, wanted)))))
  }

  /// A linear axis that ends at ticks and holds the span.
  static func nice(_ lower: Double, _ upper: Double, ticks wanted: Int = 5) -> AxisScale {
    let (a, b) = widened(lower, upper)
    let step = niceStep((b - a) / Double(max(1, wanted)))
    let (low, high) = ((a / step + 1e-9).rounded(.down) * step, (b / step - 1e-9).rounded(.up) * step)
    return AxisScale(lower: low, upper: high, isLogarithmic: false, ticks: linearTicks(low, high, step))
  }

  /// A logarithmic axis from a power of ten (or 2 or 5 times one) to another, or over exactly the span; `lower` must be positive.
  static func logarithmic(_ lower: Double, _ upper: Double, exact: Bool = false) -> AxisScale {
    let high = max(upper, lower)
    var marks: [Double] = []
    let first = Int(log10(lower).rounded(.down)) - 1
    let last = Int(log10(high).rounded(.up)) + 1
    for e in first...last { for m in [1.0, 2, 5] { marks.append(m * powerOfTen(e)) } }
    let slack = 1 + 1e-9
    let isSpan = high > lower * slack
    let from = exact && isSpan ? lower : marks.last { $0 <= lower * slack } ?? lower
    let to = exact && isSpan ? high : marks.first { $0 * slack >= high && $0 > from } ?? high
    var inside = marks.filter { $0 >= from / slack && $0 <= to * slack }
    if inside.count > 9 { inside = inside.filter { isPowerOfTen($0) } }
    if inside.count > 9 {
      let every = (inside.count + 7) / 8
      inside = inside.enumerated().filter { $0.offset % every == 0 }.map(\.element)
    }
    return AxisScale(lower: from, upper: to, isLogarithmic: true, ticks: inside.map { Tick(value: $0, label: HTMLText.value($0)) })
  }

  /// A logarithmic axis whose ticks are the few distinct values themselves, such as numbers of ranks.
  static func logarithmic(at values: [Double]) -> AxisScale {
    let sorted = Set(values).sorted()
    guard let first = sorted.first, let last = sorted.last, last > first else { return logarithmic(sorted.first ?? 1, sorted.last ?? 1) }
    return AxisScale(lower: first, upper: last, isLogarithmic: true, ticks: sorted.map { Tick(value: $0, label: HTMLText.value($0)) })
  }

  /// The axis for values of a figure; a logarithmic one needs a positive value.
  static func over(_ values: [Double], _ axis: ReportContent.Axis, startAtZero: Bool = false) -> AxisScale {
    let usable = values.filter { $0.isFinite && (!axis.isLogarithmic || $0 > 0) }
    guard let least = usable.min(), let most = usable.max() else { return axis.isLogarithmic ? logarithmic(1, 10) : nice(0, 1) }
    if axis.isLogarithmic { return logarithmic(least, most) }
    // Near zero an axis from zero is the honest one.
    let fromZero = startAtZero || (least >= 0 && least < 0.35 * most)
    return nice(fromZero ? min(0, least) : least, most)
  }

  /// Place of a value, 0 at `lower`, 1 at `upper`; nil where the axis has none.
  func place(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    guard isLogarithmic else { return (value - lower) / (upper - lower) }
    return value > 0 ? log10(value / lower) / log10(upper / lower) : nil
  }

  private static func widened(_ lower: Double, _ upper: Double) -> (Double, Double) {
    guard lower.isFinite, upper.isFinite else { return (0, 1) }
    // Values that differ by rounding alone are equal.
    if upper - lower > 1e-12 * max(abs(lower), abs(upper)) { return (lower, upper) }
    return lower == 0 ? (0, 1) : (lower - abs(lower) * 0.5, lower + abs(lower) * 0.5)
  }

  /// The round step (1, 2, 2.5 or 5 times a power of ten) next above a rough one.
  static func niceStep(_ rough: Double) -> Double {
    let power = powerOfTen(Int(log10(rough).rounded(.down)))
    let factor = rough / power
    return (factor <= 1.0001 ? 1 : factor <= 2.0001 ? 2 : factor <= 2.5001 ? 2.5 : factor <= 5.0001 ? 5 : 10) * power
  }

  private static func linearTicks(_ lower: Double, _ upper: Double, _ step: Double) -> [Tick] {
    let first = Int((lower / step - 1e-6).rounded(.up)), last = Int((upper / step + 1e-6).rounded(.down))
    guard last >= first else { return [] }
    let decimals = max(0, -Int(log10(step * 1.0000001).rounded(.down))) + (isQuarter(step) ? 1 : 0)
    return (first...last).map { i in
      let v = Double(i) * step
      let plain = abs(v) < 1e6 && decimals <= 5
      let label = plain ? HumanUnits.fixed(v, isWhole(step) ? 0 : decimals) : HTMLText.value(v)
      return Tick(value: v, label: label.first == "-" ? "−" + label.dropFirst() : label)
    }
  }
  private static func isQuarter(_ step: Double) -> Bool {
    let factor = step / powerOfTen(Int(log10(step * 1.0000001).rounded(.down)))
    return abs(factor - 2.5) < 0.01
  }
  private static func isWhole(_ x: Double) -> Bool { abs(x - x.rounded()) < 1e-9 }
  private static func isPowerOfTen(_ x: Double) -> Bool {
    let e = log10(x)
    return abs(e - e.rounded()) < 1e-6
  }
  private static func powerOfTen(_ e: Int) -> Double {
    var p = 1.0
    for _ in 0..<abs(e) { p *= 10 }
    return e < 0 ? 1 / p : p
  }
}
