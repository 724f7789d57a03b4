// The picture of a scaling study: speed-up, efficiency and where the time went, with the model and its band.
import Foundation
import Running

/// Makes the page of a scaling study.
public enum ScalingReport {
  /// Predictions for numbers of ranks that were not measured.
  public struct Extrapolation: Sendable {
    public var point: ScalingPoint
    public var prediction: ScalingFit.Prediction
    public init(point: ScalingPoint, prediction: ScalingFit.Prediction) { (self.point, self.prediction) = (point, prediction) }
  }

  /// - `extrapolations`: by series, ascending in ranks.
  public static func html(title: String, subtitle: String, _ fits: [ScalingFit], _ extrapolations: [String: [Extrapolation]]) -> String {
    var content = ReportContent(title: title, subtitle: subtitle)
    content.notes = fits.flatMap { fit in
      fit.heldOut.map { point in
        "Held out: \([fit.series, point.problem].filter { !$0.isEmpty }.joined(separator: ", ")) on \(point.ranks) ranks was predicted "
          + "\(ForecastComparison.signed(ScalingFit.error(fit.test, point))) off what it took."
          + (point.isOversubscribed ? " It is oversubscribed: the ranks took turns on \(point.cores) cores." : "")
      }
    }
    content.figures = [speed(fits, extrapolations), efficiency(fits, extrapolations)]
    for fit in fits { content.figures.append(stack(fit)) }
    content.facts = [.init("model", ScalingModel.formula)]
    for fit in fits { content.facts.append(.init(fit.series, fit.final.text + "; scatter \(HumanUnits.fixed(100 * fit.scatter, 1)) %")) }
    content.footer = ProgramVersion.text(of: .object(["version": .string(ProgramVersion.text), "commit": .string(ProgramVersion.commit)]))
    return ReportPage.html(content)
  }

  /// Speed, as work per second relative to the point with the fewest ranks.
  private static func speed(_ fits: [ScalingFit], _ further: [String: [Extrapolation]]) -> ReportContent.Figure {
    let least = fits.flatMap { $0.points.map(\.ranks) }.min() ?? 1
    return lines(
      fits, further, id: "speed-up", title: "Speed-up", label: "Speed-up",
      caption:
        "Work per second relative to the point with the fewest ranks; a series that begins with more of them begins on the line of perfect "
        + "scaling. Points are measured, lines are the model, the band is twice its "
        + "uncertainty where it goes beyond them; dashed: perfect scaling.", ideal: { $0 }
    ) { fit, point, seconds in
      fit.efficiency(point, seconds: seconds) * Double(point.ranks) / Double(least)
    }
  }

  private static func efficiency(_ fits: [ScalingFit], _ further: [String: [Extrapolation]]) -> ReportContent.Figure {
    lines(
      fits, further, id: "efficiency", title: "Efficiency", label: "Efficiency",
      caption: "Speed-up over ranks.", ideal: { _ in 1 }
    ) { fit, point, seconds in fit.efficiency(point, seconds: seconds) }
  }

  private static func lines(
    _ fits: [ScalingFit], _ further: [String: [Extrapolation]], id: String, title: String, label: String, caption: String,
    ideal: (Double) -> Double, value: (ScalingFit, ScalingPoint, Double) -> Double
  ) -> ReportContent.Figure {
    var series: [ReportContent.LineFigure.Series] = []
    var hue = 0
    for fit in fits {
      let predicted = further[fit.series] ?? []
      // Weak scaling is one curve over its problems; strong scaling has one for each.
      let isWeak = fit.problems.allSatisfy { $0.points.count == 1 }
      for (name, points) in isWeak ? [("", fit.points.sorted { $0.ranks < $1.ranks })] : fit.problems {
        let colour = SeriesColour(hue: hue)
        hue += 1
        let what = [fit.series, name].filter { !$0.isEmpty }.joined(separator: ", ")
        series.append(
          .init(
            name: what, colour: colour, style: .points, points: points.map { .init(Double($0.ranks), value(fit, $0, $0.seconds)) }))
        var model: [ReportContent.LineFigure.Point] = points.map { .init(Double($0.ranks), value(fit, $0, fit.final.seconds($0))) }
        for next in predicted where isWeak || next.point.problem == name {
          let y = value(fit, next.point, next.prediction.seconds)
          let low = value(fit, next.point, next.prediction.seconds + next.prediction.halfWidth)
          let high = value(fit, next.point, max(next.prediction.seconds - next.prediction.halfWidth, next.prediction.seconds / 10))
          model.append(.init(Double(next.point.ranks), y, below: y - low, above: high - y))
        }
        series.append(.init(name: "\(what), model", colour: colour, style: .line, points: model))
      }
    }
    let least = fits.flatMap { $0.points.map { Double($0.ranks) } }.min() ?? 1
    let most = fits.flatMap { fit in fit.points.map(\.ranks) + (further[fit.series] ?? []).map(\.point.ranks) }.max().map(Double.init) ?? 1
    series.append(
      .init(
        name: "perfect", colour: SeriesColour(hue: hue), style: .dashed,
        points: [.init(least, ideal(1)), .init(max(most, least), ideal(most / least))]))
    return .lines(
      .init(
        id: id, title: title, caption: caption, x: .init("Ranks", isLogarithmic: true),
        y: .init(label, isLogarithmic: id == "speed-up"), series: series))
  }

  /// Where the time of each point went: phases where they are known, parts of the model where not.
  private static func stack(_ fit: ScalingFit) -> ReportContent.Figure {
    let names = fit.points.map {
      "\($0.problem.isEmpty ? "" : $0.problem + ", ")\($0.ranks) \($0.ranks == 1 ? "rank" : "ranks")"
        + ($0.isOversubscribed ? " (taking turns)" : "")
    }
    let identifier = "stack-\(fit.series.filter { $0.isASCII && ($0.isLetter || $0.isNumber) })"
    var series: [ReportContent.BarFigure.Series] = []
    let isMeasured = fit.points.allSatisfy { !$0.phases.isEmpty }
    if isMeasured, let first = fit.points.first {
      for (hue, phase) in first.phases.enumerated() {
        series.append(
          .init(
            name: String(phase.name.map { $0 == "_" ? " " : $0 }), colour: SeriesColour(hue: hue),
            values: fit.points.map { point in point.phases.first { $0.name == phase.name }?.mean ?? 0 }))
      }
    } else {
      let parts = fit.points.map { fit.final.parts($0) }
      for (hue, part) in [
        ("compute", parts.map(\.compute)), ("imbalance", parts.map(\.imbalance)), ("exchange", parts.map(\.exchange)),
        ("serial", parts.map(\.serial)),
      ]
      .enumerated() {
        series.append(.init(name: part.0, colour: SeriesColour(hue: hue), values: part.1))
      }
    }
    return .bars(
      .init(
        id: identifier, title: "Where the time went",
        caption: "\(fit.series). \(isMeasured ? "Mean over ranks of each phase." : "Parts of the model.")",
        axis: .init("Wall time", unit: "s"), categories: names, series: series, isStacked: true))
  }
}
