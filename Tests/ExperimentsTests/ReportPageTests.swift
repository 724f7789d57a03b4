// The page as text: complete, escaped, self-contained, well formed.
import Foundation
import Running
import Testing

@testable import Experiments

@Suite struct ReportPageTests {
  static let example = Result { try ReportPage.html(ReportExample.content(share: 0.05, duration: 1200, window: 600)) }

  @Test func hasEveryPart() throws {
    let page = try Self.example.get()
    for id in [
      "highlights", "notes", "raster", "rates", "rate-distribution", "cv-distribution", "populations", "spectra", "learning", "scaling",
      "confusion", "memory", "phases", "facts", "configuration",
    ] {
      #expect(page.components(separatedBy: "id=\"\(id)\"").count == 2, "\(id) appears once")
    }
    #expect(page.contains("<title>Cortical microcircuit</title>"))
    #expect(page.contains("Time (ms)") && page.contains("Rate (Hz)") && page.contains("Frequency (Hz)") && page.contains("Wall time (s)"))
    #expect(page.contains("Potjans &amp; Diesmann"))
  }

  @Test func everyFigureHasHeadingCaptionAndLabel() throws {
    let page = try Self.example.get()
    let figures = page.components(separatedBy: "<figure ").dropFirst().map { $0.components(separatedBy: "</figure>")[0] }
    #expect(figures.count == 11)
    for f in figures {
      #expect(f.contains("aria-labelledby=") && f.contains("<h2 ") && f.contains("<figcaption>"))
      #expect(f.contains("role=\"img\" aria-label=\"") || f.contains("<table>"))
      #expect(!f.contains("aria-label=\"\"") && !f.contains("<figcaption></figcaption>"))
    }
  }

  @Test func asksForNothingElsewhere() throws {
    let page = try Self.example.get()
    for word in ["http:", "https:", "//www", "@import", "url(", "<link", "<img", "<iframe", " src=", "import(", "fetch(", "XMLHttp"] {
      #expect(!page.contains(word), "\(word) on the page")
    }
    #expect(page.contains("default-src 'none'"))
  }

  @Test func isTheSameEachTimeAndNotLarge() throws {
    let page = try Self.example.get()
    #expect(try page == ReportPage.html(ReportExample.content(share: 0.05, duration: 1200, window: 600)))
    #expect(page.utf8.count < 600_000)
    #expect(!page.contains("nan") && !page.contains("inf\""))
  }

  /// Every element that is opened is closed, in the right order.
  @Test func isWellFormed() throws {
    let page = try Self.example.get()
    let text = page.replacing(/<script>[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/, with: "")
    var open: [Substring] = []
    let void: Set<Substring> = ["meta", "!DOCTYPE"]
    for tag in text.matches(of: /<(\/?)([A-Za-z!][A-Za-z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/) {
      let (_, closing, name, _, alone) = tag.output
      if void.contains(name) || !alone.isEmpty { continue }
      if closing.isEmpty { open.append(name) } else { #expect(open.popLast() == name) }
    }
    #expect(open.isEmpty)
    #expect(text.filter { $0 == "<" }.count == text.matches(of: /<[\/A-Za-z!]/).count)
  }

  @Test func noTextBecomesMarkup() {
    let evil = "</title><script>alert('x')</script>\"'><img src=x onerror=1>&amp;"
    var c = ReportContent(title: evil, subtitle: evil)
    c.highlights = [.init(evil, evil)]
    c.facts = [.init(evil, evil)]
    c.notes = [evil]
    c.configuration = evil
    c.footer = evil
    let colour = SeriesColour(hue: 0)
    c.raster = .init(
      populations: [.init(name: evil, colour: colour, neurons: 2, points: [.init(time: 1, neuron: 1)], spikes: 1)], start: 0, stop: 10)
    c.rates = .init(start: 0, bin: 1, traces: [.init(name: evil, colour: colour, values: [1, 2])])
    let row = ReportContent.Distribution.Row(name: evil, colour: colour, histogram: .init([1, 2], lower: 0, upper: 3, bins: 3))
    c.rateDistribution = .init(rows: [row], remark: evil)
    c.cvDistribution = .init(rows: [row], remark: evil)
    c.populations = [.init(name: evil, colour: colour, neurons: 1, spikes: 1, meanRate: 1)]
    c.phases = [.init(name: evil, minimum: 1, mean: 1, maximum: 1, share: 1, waits: false)]
    let axis = ReportContent.Axis(evil, unit: evil)
    c.figures = [
      .lines(
        .init(
          id: evil, title: evil, caption: evil, x: axis, y: axis,
          series: [.init(name: evil, colour: colour, points: [.init(0, 1), .init(1, 2)])])),
      .heatMap(.init(id: evil, title: evil, caption: evil, rowAxis: axis, columnAxis: axis, rows: [evil], columns: [evil], values: [[1]])),
      .bars(
        .init(
          id: evil, title: evil, caption: evil, axis: axis, categories: [evil], series: [.init(name: evil, colour: colour, values: [1])])),
    ]
    let page = ReportPage.html(c)
    #expect(page.components(separatedBy: "<script>").count == 2, "the page's own script alone")
    #expect(!page.contains("<img") && !page.contains("</title><"))
    #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)"))
  }

  @Test func emptyAndOddContentMakesAPage() {
    #expect(ReportPage.html(ReportContent(title: "")).hasSuffix("</html>\n"))
    var c = ReportContent(title: "odd")
    let colour = SeriesColour(hue: 3)
    c.raster = .init(populations: [.init(name: "silent", colour: colour, neurons: 5, points: [], spikes: 0)], start: 0, stop: 1)
    c.rates = .init(
      start: 0, bin: 5, traces: [.init(name: "none", colour: colour, values: []), .init(name: "nan", colour: colour, values: [.nan, 0])])
    c.rateDistribution = .init(rows: [])
    c.cvDistribution = .init(rows: [.init(name: "x", colour: colour, histogram: .init([], lower: 0, upper: 1, bins: 2))])
    c.phases = [.init(name: "update", minimum: 0, mean: 0, maximum: 0, share: .nan, waits: false)]
    c.figures = [
      .lines(.init(id: "a", title: "a", x: .init("x"), y: .init("y"), series: [])),
      .lines(
        .init(
          id: "b", title: "b", x: .init("x", isLogarithmic: true), y: .init("y", isLogarithmic: true),
          series: [.init(name: "s", colour: colour, points: [.init(0, 1), .init(1, -1), .init(.nan, 2), .init(2, .infinity), .init(3, 4)])])
      ),
      .heatMap(.init(id: "c", title: "c", rowAxis: .init("r"), columnAxis: .init("c"), rows: [], columns: [], values: [])),
      .heatMap(.init(id: "d", title: "d", rowAxis: .init("r"), columnAxis: .init("c"), rows: [], columns: [], values: [[.nan, 1], [2]])),
      .bars(.init(id: "e", title: "e", axis: .init("v"), categories: ["k"], series: [.init(name: "s", colour: colour, values: [])])),
    ]
    let page = ReportPage.html(c)
    for id in ["raster", "rates", "cv-distribution", "a", "b", "c", "d", "e", "phases"] { #expect(page.contains("<figure id=\"\(id)\"")) }
    let marks = page.matches(of: /\ d="([^"]*)"|\ style="([^"]*)"/).map { $0.output.1 ?? $0.output.2 ?? "" }
    #expect(marks.allSatisfy { !$0.contains("nan") && !$0.contains("inf") })
  }

  @Test func rasterDrawsEachSpikeOnce() throws {
    var c = ReportContent(title: "r")
    let points: [ReportContent.Raster.Point] = [.init(time: 5, neuron: 0), .init(time: 2.5, neuron: 0), .init(time: 0, neuron: 9)]
    c.raster = .init(
      populations: [.init(name: "E", colour: .init(hue: 0), neurons: 10, points: points, spikes: 48)], start: 0, stop: 10, every: 16)
    let page = ReportPage.html(c)
    #expect(page.contains("d=\"M1000 50h1m999 0h1M0 950h1\""))
    #expect(page.contains("Every 16th neuron is shown: 3 of 48 spikes."))
  }

  @Test func manyPopulationsAreThinnedWithAWord() {
    let all = (0..<100).map {
      ReportContent.RateTraces.Trace(name: "column\($0)", colour: .init(hue: $0), values: [1, 2])
    }
    var c = ReportContent(title: "grid")
    c.rates = .init(start: 0, bin: 1, traces: all)
    let page = ReportPage.html(c)
    #expect(page.contains("24 of 100 populations are shown."))
    #expect(page.components(separatedBy: "<b>column").count == 25)
  }

  @Test func longSpansAreInSeconds() {
    var c = ReportContent(title: "long")
    c.rates = .init(start: 0, bin: 100, traces: [.init(name: "E", colour: .init(hue: 0), values: Array(repeating: 1, count: 600))])
    let page = ReportPage.html(c)
    #expect(page.contains("Time (s)") && page.contains(">60</span>") && page.contains("data-start=\"0.05\" data-step=\"0.1\""))
  }
}
