// Rows over a common horizontal axis, one per population: the form of rasters, rate traces and distributions.
import Running

/// A figure body of labelled rows. Marks are drawn in a box of 0...4000 by 0...1000 units that stretches to the page's width;
/// labels are text of the page, so they keep their size on any screen.
struct StripPlot {
  static let width = 4000.0
  static let height = 1000.0

  struct Row {
    var name: String
    /// Small print under the name.
    var detail = ""
    var colour: SeriesColour
    /// Height in units of the page (about a pixel).
    var height: Double
    /// SVG elements.
    var marks: String
    /// Text at the right end.
    var value = ""
    /// Values along the axis for the read-out under the pointer.
    var samples: [Double] = []
  }

  /// What the pointer reads: sample i belongs to `start + i * step` on the axis.
  struct ReadOut {
    var start, step: Double
    var axisUnit, valueUnit: String
  }

  var rows: [Row]
  var scale: AxisScale
  var axisTitle: String
  var readOut: ReadOut?
  /// Rows touch each other, as in a raster.
  var isJoined = false

  /// The figure body.
  /// - Parameter label: what a reader who cannot see the figure is told.
  func html(label: String) -> String {
    var reading = ""
    if let r = readOut {
      reading =
        " data-start=\"\(HumanUnits.significant(r.start, 9))\" data-step=\"\(HumanUnits.significant(r.step, 9))\""
        + " data-axis=\"\(HTMLText.escape(r.axisUnit))\" data-unit=\"\(HTMLText.escape(r.valueUnit))\""
    }
    let classes = "strips" + (isJoined ? " joined" : "") + (rows.contains { !$0.value.isEmpty } ? "" : " plain")
    var out = "<div class=\"\(classes)\" role=\"img\" aria-label=\"\(HTMLText.escape(label))\"\(reading)>\n"
    for row in rows { out += line(row) }
    out += "<div class=\"ticks\" aria-hidden=\"true\">" + Self.tickLabels(scale) + "</div>"
    out += "<div class=\"axis\" aria-hidden=\"true\">\(HTMLText.escape(axisTitle))</div>\n</div>\n"
    return out
  }

  private func line(_ row: Row) -> String {
    let detail = row.detail.isEmpty ? "" : "<small>\(HTMLText.escape(row.detail))</small>"
    let samples =
      row.samples.isEmpty ? "" : " data-v=\"" + row.samples.map { HumanUnits.significant($0, 3) }.joined(separator: " ") + "\""
    return "<div class=\"name\" style=\"--c:\(row.colour.css)\"><b>\(HTMLText.escape(row.name))</b>\(detail)</div>"
      + "<div class=\"area\" style=\"--c:\(row.colour.css);--h:\(HTMLText.coordinate(row.height))\"\(samples)>"
      + "<svg viewBox=\"0 0 4000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\(gridLines)\(row.marks)</svg></div>"
      + (row.value.isEmpty ? "" : "<div class=\"value\">\(HTMLText.escape(row.value))</div>") + "\n"
  }

  private var gridLines: String {
    let lines = scale.ticks.compactMap { t in
      scale.place(t.value).map { "M\(HTMLText.coordinate($0 * Self.width)) 0v1000" }
    }
    return "<path class=\"grid\" d=\"\(lines.joined())\"/>"
  }

  /// Tick labels along a horizontal axis; every other one is marked, to be left out on a narrow screen.
  static func tickLabels(_ scale: AxisScale) -> String {
    let odd = scale.ticks.count > 4
    return scale.ticks.enumerated().map { i, t in
      let place = HTMLText.percent(scale.place(t.value) ?? 0)
      return "<span\(odd && i % 2 == 1 ? " class=\"odd\"" : "") style=\"left:\(place)\">\(HTMLText.escape(t.label))</span>"
    }.joined()
  }

  /// An area from the bottom up to values of equal spacing (a step curve), and its upper edge: values 0...1.
  static func steps(_ values: [Double], from: Double = 0, to: Double = 1) -> (area: String, edge: String) {
    guard !values.isEmpty else { return ("", "") }
    let step = (to - from) * width / Double(values.count)
    var d = ""
    var last = ""
    for (i, v) in values.enumerated() {
      let y = HTMLText.coordinate((1 - min(1, max(0, v.isFinite ? v : 0))) * height)
      let x = HTMLText.coordinate(from * width + Double(i) * step)
      if i == 0 { d = "M\(x) \(y)" } else if y != last { d += "H\(x)V\(y)" }
      last = y
    }
    let end = HTMLText.coordinate(to * width)
    return (d + "H\(end)V1000H\(HTMLText.coordinate(from * width))Z", d + "H\(end)")
  }
}
