// Curves over two axes, with error bands, legend and read-out.
import Running

enum LineFigureDrawing {
  /// Points drawn of one curve at most; of more, the least and the greatest of each bucket are drawn.
  static let maximumPoints = 1600

  static func html(_ f: ReportContent.LineFigure) -> String {
    let points = f.series.flatMap(\.points)
    let x = xScale(points.map(\.x), f.x)
    let y = AxisScale.over(points.flatMap { [$0.y, $0.y - $0.below, $0.y + $0.above] }, f.y)
    var marks = "<path class=\"grid\" d=\""
    for t in y.ticks { if let p = y.place(t.value) { marks += "M0 \(HTMLText.coordinate((1 - p) * 1000))H4000" } }
    for t in x.ticks { if let p = x.place(t.value) { marks += "M\(HTMLText.coordinate(p * 4000)) 0V1000" } }
    marks += "\"/>"
    for s in f.series { marks += curve(s, x, y) }
    let widest = y.ticks.map(\.label.count).max() ?? 1
    var body = "<div class=\"ytitle\" aria-hidden=\"true\">\(HTMLText.escape(f.y.title))</div>"
    body += "<div class=\"plot\" role=\"img\" aria-label=\"\(HTMLText.escape(label(f)))\" style=\"--g:\(widest + 1)ch\""
    body +=
      " data-axis=\"\(HTMLText.escape(f.x.unit))\" data-unit=\"\(HTMLText.escape(f.y.unit))\" data-name=\"\(HTMLText.escape(f.x.label))\">"
    body += "<div class=\"yticks\" aria-hidden=\"true\">"
    for t in y.ticks { body += "<span style=\"bottom:\(HTMLText.percent(y.place(t.value) ?? 0))\">\(HTMLText.escape(t.label))</span>" }
    body +=
      "</div><div class=\"area\"><svg viewBox=\"0 0 4000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\(marks)</svg></div>"
    body += "<div class=\"ticks\" aria-hidden=\"true\">\(StripPlot.tickLabels(x))</div>"
    body += "<div class=\"axis\" aria-hidden=\"true\">\(HTMLText.escape(f.x.title))</div></div>\n"
    if f.series.count > 1 { body += legend(f.series.map { ($0.name, $0.colour, $0.style == .dashed) }) }
    return SpikeFigures.figure(id: f.id, title: f.title, caption: f.caption, body: body)
  }

  static func legend(_ entries: [(name: String, colour: SeriesColour, isDashed: Bool)]) -> String {
    "<ul class=\"legend\">"
      + entries.map {
        "<li><i class=\"key\($0.isDashed ? " dashed" : "")\" style=\"--c:\($0.colour.css)\"></i>\(HTMLText.escape($0.name))</li>"
      }
      .joined() + "</ul>\n"
  }

  private static func xScale(_ values: [Double], _ axis: ReportContent.Axis) -> AxisScale {
    let usable = values.filter { $0.isFinite && (!axis.isLogarithmic || $0 > 0) }
    if axis.isLogarithmic, (2...9).contains(Set(usable).count) { return .logarithmic(at: usable) }
    guard let least = usable.min(), let most = usable.max() else { return AxisScale.over(values, axis) }
    if axis.isLogarithmic { return .logarithmic(least, most, exact: true) }
    return least >= 0 && least < 0.1 * most ? .exact(0, most, ticks: 8) : .exact(least, most, ticks: 8)
  }

  private static func curve(_ s: ReportContent.LineFigure.Series, _ x: AxisScale, _ y: AxisScale) -> String {
    var runs: [[(x: Double, y: Double)]] = [[]]
    var band: [(x: Double, low: Double, high: Double)] = []
    for p in thinned(s.points) {
      guard let px = x.place(p.x), let py = y.place(p.y) else {
        runs.append([])
        continue
      }
      runs[runs.count - 1].append((px * 4000, (1 - py) * 1000))
      if p.below > 0 || p.above > 0 {
        let low = y.place(p.y - p.below) ?? 0, high = y.place(p.y + p.above) ?? 1
        band.append((px * 4000, (1 - max(0, low)) * 1000, (1 - min(1, high)) * 1000))
      }
    }
    func text(_ points: [(x: Double, y: Double)]) -> String {
      points.map { "\(HTMLText.coordinate($0.x)) \(HTMLText.coordinate($0.y))" }.joined(separator: "L")
    }
    var out = "<g style=\"--c:\(s.colour.css)\">"
    if band.count > 1 {
      let outline = band.map { ($0.x, $0.high) } + band.reversed().map { ($0.x, $0.low) }
      out += "<path class=\"band\" d=\"M\(text(outline))Z\"/>"
    }
    let lines = runs.filter { $0.count > 1 }.map { "M" + text($0) }.joined()
    if s.style != .points, !lines.isEmpty { out += "<path class=\"line\(s.style == .dashed ? " dashed" : "")\" d=\"\(lines)\"/>" }
    let alone = s.style == .points || s.style == .lineWithPoints ? runs : runs.filter { $0.count == 1 }
    let dots = alone.joined().map { "M\(HTMLText.coordinate($0.x)) \(HTMLText.coordinate($0.y))h0" }.joined()
    if !dots.isEmpty { out += "<path class=\"points\" d=\"\(dots)\"/>" }
    out += readings(s, x, y)
    return out + "</g>"
  }

  // The read-out takes its values from an empty group: place on the axis, x and y of at most 400 points.
  private static func readings(_ s: ReportContent.LineFigure.Series, _ x: AxisScale, _ y: AxisScale) -> String {
    let usable = s.points.filter { x.place($0.x) != nil && y.place($0.y) != nil }
    let every = max(1, (usable.count + 399) / 400)
    let text = usable.enumerated().filter { $0.offset % every == 0 }.map { _, p in
      "\(HumanUnits.significant(x.place(p.x) ?? 0, 4)) \(HumanUnits.significant(p.x, 5)) \(HumanUnits.significant(p.y, 4))"
    }
    return text.isEmpty ? "" : "<g class=\"read\" data-name=\"\(HTMLText.escape(s.name))\" data-p=\"\(text.joined(separator: ","))\"></g>"
  }

  /// Few enough points that keep the curve's outline.
  static func thinned(_ points: [ReportContent.LineFigure.Point]) -> [ReportContent.LineFigure.Point] {
    guard points.count > maximumPoints else { return points }
    let buckets = maximumPoints / 2
    return (0..<buckets).flatMap { b -> [ReportContent.LineFigure.Point] in
      let range = b * points.count / buckets..<(b + 1) * points.count / buckets
      let finite = range.filter { points[$0].y.isFinite }
      guard let low = finite.min(by: { points[$0].y < points[$1].y }), let high = finite.max(by: { points[$0].y < points[$1].y }) else {
        return [points[range.lowerBound]]
      }
      return low == high ? [points[low]] : [points[min(low, high)], points[max(low, high)]]
    }
  }

  private static func label(_ f: ReportContent.LineFigure) -> String {
    let parts = f.series.map { s -> String in
      let finite = s.points.filter { $0.y.isFinite }
      guard let last = finite.last, let most = finite.max(by: { $0.y < $1.y }), let least = finite.min(by: { $0.y < $1.y }) else {
        return "\(s.name): no values"
      }
      return
        "\(s.name): from \(HumanUnits.significant(least.y)) to \(HumanUnits.significant(most.y)), last \(HumanUnits.significant(last.y))"
    }
    return "\(f.title): \(f.y.title) over \(f.x.title). " + parts.joined(separator: "; ") + "."
  }
}
