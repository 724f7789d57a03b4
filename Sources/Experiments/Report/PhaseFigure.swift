// Where the wall time went: one stacked bar and the performance table.
import Running

enum PhaseFigure {
  static func html(_ rows: [PerformanceTable.Row]) -> String {
    let colours = rows.indices.map { colour(rows[$0], $0) }
    let shares = rows.map { max(0, $0.share.isFinite ? $0.share : 0) }
    let whole = max(shares.reduce(0, +), 1e-12)
    let decimals = rows.contains { $0.mean >= 10 } ? 2 : 3
    var bar = "<div class=\"stack\" aria-hidden=\"true\">"
    for (i, row) in rows.enumerated() where shares[i] / whole >= 0.0005 {
      bar +=
        "<i style=\"--c:\(colours[i]);width:\(HTMLText.percent(shares[i] / whole))\" title=\"\(HTMLText.escape(row.name)) \(percent(shares[i]))\">"
      bar += shares[i] / whole >= 0.1 ? "<span>\(HTMLText.escape(row.name))</span></i>" : "</i>"
    }
    bar += "</div>\n"
    var table = "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Phase</th>"
    let less = " class=\"less\""  // left out on a narrow screen
    for head in ["Min (s)", "Mean (s)", "Max (s)", "Imbalance", "Of total"] {
      table += "<th scope=\"col\"\(head.hasPrefix("M") && head != "Mean (s)" ? less : "")>\(head)</th>"
    }
    table += "</tr></thead><tbody>\n"
    for (i, r) in rows.enumerated() {
      table += "<tr><th scope=\"row\"><i class=\"key\" style=\"--c:\(colours[i])\"></i>\(HTMLText.escape(r.name))</th>"
      for (seconds, mark) in [(r.minimum, less), (r.mean, ""), (r.maximum, less)] {
        table += "<td\(mark)>\(HumanUnits.fixed(seconds, decimals))</td>"
      }
      table += "<td>\(percent(r.imbalance))</td><td>\(percent(r.share))</td></tr>\n"
    }
    table += "</tbody></table></div>\n"
    let label = "Shares of the wall time. " + rows.map { "\($0.name) \(percent($0.share))" }.joined(separator: "; ") + "."
    return SpikeFigures.figure(
      id: "phases", title: "Where the time went",
      caption:
        "Wall time per phase over ranks. Imbalance: (max − mean) / mean. Waiting for slower ranks counts where it happens, in communication.",
      body: "<div role=\"img\" aria-label=\"\(HTMLText.escape(label))\">\(bar)</div>\(table)")
  }

  private static func percent(_ share: Double) -> String { HumanUnits.fixed(100 * share, 1) + " %" }
  private static func colour(_ row: PerformanceTable.Row, _ index: Int) -> String {
    row.name == "rest" ? "var(--rest)" : SeriesColour(hue: index).css
  }
}
