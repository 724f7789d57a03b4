// A matrix in shades of one colour, with its values where there is room.
import Running

enum HeatMapDrawing {
  /// Larger matrices are drawn as means of blocks.
  static let maximumSide = 96
  /// Up to this many rows and columns the values are written into the cells.
  static let maximumWritten = 12

  static func html(_ map: ReportContent.HeatMap) -> String {
    let block = max(1, (max(map.values.count, map.values.first?.count ?? 0) + maximumSide - 1) / maximumSide)
    let values = block > 1 ? blockMeans(map.values, block) : map.values
    let finite = values.joined().filter(\.isFinite)
    let low = min(0, finite.min() ?? 0)
    let high = max(finite.max() ?? 1, low + 1e-300)
    let rows = values.count
    let columns = values.map(\.count).max() ?? 0
    let isWritten = block == 1 && rows <= maximumWritten && columns <= maximumWritten
    var body = "<div class=\"ytitle\" aria-hidden=\"true\">\(HTMLText.escape(map.rowAxis.title))</div>"
    body += "<div class=\"heat\(isWritten ? " written" : "")\" role=\"img\" aria-label=\"\(HTMLText.escape(label(map, low, high)))\" "
    body += "style=\"--n:\(max(1, columns))\">"
    let rowEvery = max(1, (rows + 23) / 24)
    let columnEvery = max(1, (columns + 23) / 24)
    for (i, line) in values.enumerated() {
      body += "<span class=\"head\">\(i % rowEvery == 0 ? name(map.rows, i * block) : "")</span>"
      for (j, v) in line.enumerated() {
        let shade = v.isFinite ? (v - low) / (high - low) : 0
        let hint = "\(name(map.rows, i * block)) → \(name(map.columns, j * block)): \(HTMLText.value(v))"
        body += "<i style=\"--v:\(HTMLText.percent(shade))\"\(shade > 0.55 ? " class=\"hi\"" : "") title=\"\(hint)\">"
        body += isWritten ? "\(HTMLText.value(v))</i>" : "</i>"
      }
      body += String(repeating: "<i></i>", count: columns - line.count)
    }
    body += "<span class=\"head\"></span>"
    for j in 0..<columns { body += "<span class=\"foot\">\(j % columnEvery == 0 ? name(map.columns, j * block) : "")</span>" }
    body += "</div><div class=\"axis\" aria-hidden=\"true\">\(HTMLText.escape(map.columnAxis.title))</div>"
    body +=
      "<div class=\"shades\" aria-hidden=\"true\"><span>\(HTMLText.value(low))</span><i></i><span>\(HTMLText.value(high))</span></div>\n"
    let remark = block > 1 ? " Shown are means of blocks of \(block) by \(block)." : ""
    return SpikeFigures.figure(id: map.id, title: map.title, caption: map.caption + remark, body: body)
  }

  static func blockMeans(_ values: [[Double]], _ block: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: block).map { top in
      let lines = values[top..<min(values.count, top + block)]
      let width = lines.map(\.count).max() ?? 0
      return stride(from: 0, to: width, by: block).map { left in
        let cells = lines.flatMap { $0.dropFirst(left).prefix(block) }.filter(\.isFinite)
        return cells.isEmpty ? .nan : cells.reduce(0, +) / Double(cells.count)
      }
    }
  }

  private static func name(_ names: [String], _ i: Int) -> String { i < names.count ? HTMLText.escape(names[i]) : "\(i)" }
  private static func label(_ map: ReportContent.HeatMap, _ low: Double, _ high: Double) -> String {
    "\(map.title): matrix of \(map.values.count) rows (\(map.rowAxis.title)) by \(map.values.first?.count ?? 0) columns (\(map.columnAxis.title)), "
      + "values from \(HumanUnits.significant(low)) to \(HumanUnits.significant(high))."
  }
}
