// Horizontal bars, stacked or side by side: long names fit on any screen.
import Running

enum BarFigureDrawing {
  static func html(_ f: ReportContent.BarFigure) -> String {
    func value(_ s: ReportContent.BarFigure.Series, _ i: Int) -> Double {
      i < s.values.count && s.values[i].isFinite ? max(0, s.values[i]) : 0
    }
    let sums = f.categories.indices.map { i in
      f.isStacked ? f.series.map { value($0, i) }.reduce(0, +) : f.series.map { value($0, i) }.max() ?? 0
    }
    let scale = AxisScale.over(sums, .init(f.axis.label, unit: f.axis.unit), startAtZero: true)
    var body = "<div class=\"bars\" role=\"img\" aria-label=\"\(HTMLText.escape(label(f)))\">"
    for (i, category) in f.categories.enumerated() {
      body += "<div class=\"name\"><b>\(HTMLText.escape(category))</b></div><div class=\"area\(f.isStacked ? " row" : "")\">"
      for s in f.series {
        let v = value(s, i)
        body += "<i class=\"bar\" style=\"--c:\(s.colour.css);width:\(HTMLText.percent(max(0, scale.place(v) ?? 0)))\" "
        body += "title=\"\(HTMLText.escape(s.name)): \(HTMLText.value(v)) \(HTMLText.escape(f.axis.unit))\"></i>"
      }
      body += "</div><div class=\"value\">\(HTMLText.value(sums[i]))</div>"
    }
    body += "<div class=\"ticks\" aria-hidden=\"true\">\(StripPlot.tickLabels(scale))</div>"
    body += "<div class=\"axis\" aria-hidden=\"true\">\(HTMLText.escape(f.axis.title))</div></div>\n"
    if f.series.count > 1 { body += LineFigureDrawing.legend(f.series.map { ($0.name, $0.colour, false) }) }
    return SpikeFigures.figure(id: f.id, title: f.title, caption: f.caption, body: body)
  }

  private static func label(_ f: ReportContent.BarFigure) -> String {
    let parts = f.categories.enumerated().map { i, c in
      "\(c): "
        + f.series.map { "\($0.name) \(i < $0.values.count ? HumanUnits.significant($0.values[i]) : "none")" }.joined(separator: ", ")
    }
    return "\(f.title), \(f.axis.title). " + parts.joined(separator: "; ") + "."
  }
}
