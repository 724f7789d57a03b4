// The figures made of spikes: raster, rates over time, distributions, and the table of populations.
import Running

enum SpikeFigures {
  /// Most rows a figure shows; of more populations, evenly chosen ones are shown.
  static let maximumRows = 24

  static func raster(_ raster: ReportContent.Raster) -> String {
    let axis = TimeAxis(start: raster.start, stop: raster.stop)
    let (shown, remark) = selection(raster.populations)
    let heights = bandHeights(shown.map(\.neurons))
    let rows = zip(shown, heights).map { p, height in
      StripPlot.Row(
        name: p.name, detail: HTMLText.count(p.neurons), colour: p.colour, height: height,
        marks: "<path class=\"dots\" d=\"\(dots(p, raster, rows: Double(p.neurons)))\"/>")
    }
    let plot = StripPlot(rows: rows, scale: axis.scale, axisTitle: axis.title, isJoined: true)
    let drawn = shown.map(\.points.count).reduce(0, +)
    let all = shown.map(\.spikes).reduce(0, +)
    let which =
      raster.every > 1
      ? "Every \(ordinal(raster.every)) neuron is shown: \(HTMLText.count(drawn)) of \(HTMLText.count(all)) spikes."
      : "All \(HTMLText.count(all)) spikes are shown."
    let sizes =
      isProportional(shown.map(\.neurons)) ? "Heights follow population sizes." : "Heights follow population sizes, small ones enlarged."
    return figure(
      id: "raster", title: "Spikes", caption: "\(which) \(sizes)\(remark)",
      body: plot.html(label: "Raster plot of \(all) spikes of \(shown.count) populations over \(axis.words(raster.stop - raster.start))."))
  }

  static func rates(_ rates: ReportContent.RateTraces) -> String {
    let bins = rates.traces.map(\.values.count).max() ?? 0
    let stop = rates.start + rates.bin * Double(max(1, bins))
    let axis = TimeAxis(start: rates.start, stop: stop)
    let (shown, remark) = selection(rates.traces)
    let rows = shown.map { t in
      let peak = t.values.filter(\.isFinite).max() ?? 0
      let finite = t.values.filter(\.isFinite)
      let mean = finite.isEmpty ? 0 : finite.reduce(0, +) / Double(finite.count)
      let curve = StripPlot.steps(t.values.map { peak > 0 ? $0 / peak * 0.96 : 0 }, to: Double(t.values.count) / Double(max(1, bins)))
      return StripPlot.Row(
        name: t.name, detail: "mean \(HTMLText.value(mean)) Hz", colour: t.colour, height: shown.count > 12 ? 30 : 42,
        marks: "<path class=\"fill\" d=\"\(curve.area)\"/><path class=\"edge\" d=\"\(curve.edge)\"/>", value: "\(HTMLText.value(peak)) Hz",
        samples: t.values)
    }
    let plot = StripPlot(
      rows: rows, scale: axis.scale, axisTitle: axis.title,
      readOut: .init(
        start: (rates.start + rates.bin / 2) * axis.factor, step: rates.bin * axis.factor, axisUnit: axis.unit, valueUnit: "Hz"))
    let width = TimeAxis(start: 0, stop: rates.bin).words(rates.bin)
    return figure(
      id: "rates", title: "Population rates",
      caption: "Spikes per neuron and second in bins of \(width). Each row has its own scale from 0 to the peak at its right end.\(remark)",
      body: plot.html(label: "Firing rates over time. " + shown.map { "\($0.name): \(summary($0.values))" }.joined(separator: "; ") + "."))
  }

  static func distribution(
    _ distribution: ReportContent.Distribution, id: String, title: String, axisTitle: String, unit: String
  ) -> String {
    let (shown, remark) = selection(distribution.rows)
    guard let first = shown.first?.histogram else { return "" }
    let scale = AxisScale.exact(first.lower, first.upper, ticks: 6)
    let rows = shown.map { r in
      let h = r.histogram
      let most = Double(h.counts.max() ?? 0)
      let curve = StripPlot.steps(h.counts.map { most > 0 ? Double($0) / most * 0.94 : 0 })
      let median = h.median.flatMap(scale.place).map {
        $0 <= 1 ? "<path class=\"median\" d=\"M\(HTMLText.coordinate($0 * 4000)) 0V1000\"/>" : ""
      }
      return StripPlot.Row(
        name: r.name, colour: r.colour, height: shown.count > 12 ? 24 : 34,
        marks: "<path class=\"fill\" d=\"\(curve.area)\"/><path class=\"edge\" d=\"\(curve.edge)\"/>\(median ?? "")",
        value: h.median.map { HTMLText.value($0) + (unit.isEmpty ? "" : " " + unit) } ?? "–")
    }
    let plot = StripPlot(rows: rows, scale: scale, axisTitle: axisTitle)
    let words = shown.map { "\($0.name): median \($0.histogram.median.map { HumanUnits.significant($0) } ?? "none")" }
    let extra = distribution.remark.isEmpty ? "" : " " + distribution.remark
    return figure(
      id: id, title: title,
      caption: "The line and the figure at the right mark the median; heights are scaled row by row.\(extra)\(remark)",
      body: plot.html(label: "\(title). " + words.joined(separator: "; ") + "."))
  }

  static func table(_ rows: [ReportContent.PopulationRow], synchronyWidth: Double) -> String {
    let less = " class=\"less\""  // left out on a narrow screen
    func share(_ x: Double?) -> String { x.map { HumanUnits.fixed(100 * $0, 1) + " %" } ?? "–" }
    func number(_ x: Double?) -> String { x.map { HTMLText.value($0) } ?? "–" }
    var out = "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Population</th>"
    for head in ["Neurons", "Spikes", "Rate (Hz)", "Silent", "CV", "Synchrony"] {
      out += "<th scope=\"col\"\(["Spikes", "Silent"].contains(head) ? less : "")>\(head)</th>"
    }
    out += "</tr></thead><tbody>\n"
    for r in rows {
      out += "<tr><th scope=\"row\"><i class=\"key\" style=\"--c:\(r.colour.css)\"></i>\(HTMLText.escape(r.name))</th>"
      out += "<td>\(HTMLText.count(r.neurons))</td><td\(less)>\(HTMLText.count(r.spikes))</td><td>\(HTMLText.value(r.meanRate))</td>"
      out += "<td\(less)>\(share(r.silent))</td><td>\(number(r.medianCV))</td><td>\(number(r.synchrony))</td></tr>\n"
    }
    out += "</tbody></table></div>\n"
    return figure(
      id: "populations", title: "Populations",
      caption:
        "Rate: mean over neurons. CV: median over neurons of standard deviation over mean of interspike intervals. Synchrony: variance over mean of spike counts in \(HumanUnits.significant(synchronyWidth)) ms.",
      body: out
    )
  }

  /// A figure with a heading, its body and the caption under it; the title labels it.
  static func figure(id: String, title: String, caption: String, body: String, wide: Bool = true) -> String {
    let name = HTMLText.identifier(id)
    return "<figure id=\"\(name)\" aria-labelledby=\"\(name)-title\">\n<h2 id=\"\(name)-title\">\(HTMLText.escape(title))</h2>\n\(body)"
      + "<figcaption>\(HTMLText.escape(caption))</figcaption>\n</figure>\n"
  }

  /// Heights of raster bands in pixels: as the populations' sizes, but none below what a label needs.
  static func bandHeights(_ sizes: [Int], total: Double = 520, least: Double = 34) -> [Double] {
    let all = Double(max(1, sizes.reduce(0, +)))
    let room = max(total, least * Double(sizes.count))
    var isSmall = sizes.map { room * Double($0) / all < least }
    // Raising small bands takes room from the others, which may make further ones small.
    for _ in sizes.indices {
      let (free, rest) = remainder(sizes, isSmall, room, least)
      let next = zip(sizes, isSmall).map { $1 || free * Double($0) / rest < least }
      if next == isSmall { break }
      isSmall = next
    }
    let (free, rest) = remainder(sizes, isSmall, room, least)
    return zip(sizes, isSmall).map { $1 ? least : free * Double($0) / rest }
  }
  private static func remainder(_ sizes: [Int], _ isSmall: [Bool], _ room: Double, _ least: Double) -> (free: Double, rest: Double) {
    let small = Double(isSmall.count { $0 })
    let rest = zip(sizes, isSmall).reduce(0) { $0 + ($1.1 ? 0 : $1.0) }
    return (room - least * small, Double(max(1, rest)))
  }
  private static func isProportional(_ sizes: [Int]) -> Bool {
    let all = Double(max(1, sizes.reduce(0, +)))
    return zip(sizes, bandHeights(sizes)).allSatisfy { abs(520 * Double($0) / all - $1) < 0.5 }
  }

  /// One square dot per spike as a single path; the first neuron is at the top of its band. Within a row moves are
  /// relative: shorter. A dot has a length of one unit, a quarter of a pixel, since printers leave out square ends of lines without length.
  private static func dots(_ p: ReportContent.Raster.Population, _ raster: ReportContent.Raster, rows: Double) -> String {
    let unit = StripPlot.width / (raster.stop - raster.start)
    let sorted = p.points.sorted { ($0.neuron, $0.time) < ($1.neuron, $1.time) }
    var d = ""
    d.reserveCapacity(sorted.count * 10)
    var row: Int32 = -1
    var place = 0
    for point in sorted {
      let x = Int(((Double(point.time) - raster.start) * unit).rounded())
      if point.neuron != row {
        d += "M\(x) \(HTMLText.coordinate((Double(point.neuron) + 0.5) / rows * StripPlot.height))h1"
        row = point.neuron
      } else {
        d += "m\(x - place - 1) 0h1"
      }
      place = x
    }
    return d
  }

  static func selection<T>(_ all: [T]) -> (shown: [T], remark: String) {
    guard all.count > maximumRows else { return (all, "") }
    let shown = (0..<maximumRows).map { all[$0 * all.count / maximumRows] }
    return (shown, " \(maximumRows) of \(all.count) populations are shown.")
  }
  private static func summary(_ values: [Double]) -> String {
    let finite = values.filter(\.isFinite)
    guard let peak = finite.max() else { return "no values" }
    return "mean \(HumanUnits.significant(finite.reduce(0, +) / Double(finite.count))) Hz, peak \(HumanUnits.significant(peak)) Hz"
  }
  static func ordinal(_ n: Int) -> String {
    let ending = (11...13).contains(n % 100) ? "th" : [1: "st", 2: "nd", 3: "rd"][n % 10] ?? "th"
    return "\(n)\(ending)"
  }
}
