// The small parts reports are drawn with: text, axes, colours, strips, bands.
import Foundation
import Testing

@testable import Experiments

@Suite struct HTMLTextTests {
  @Test func escapesWhatCouldBecomeMarkup() {
    #expect(HTMLText.escape("<b a='1' c=\"2\">&\u{0}\u{7F}é\n") == "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;\u{FFFD}\u{FFFD}é\n")
  }
  @Test(arguments: [
    ("learning curve", "learning-curve"), ("a\"><script>", "a---script-"), ("é", "figure"), ("", "figure"), ("psd2", "psd2"),
  ])
  func identifiers(_ text: String, _ id: String) { #expect(HTMLText.identifier(text) == id) }
  @Test(arguments: [
    (2.5e-5, "2.50\u{202F}×\u{202F}10⁻⁵"), (-3.0, "−3"), (.nan, "–"), (0, "0"), (1.5e12, "1.50\u{202F}×\u{202F}10¹²"), (8.631, "8.63"),
  ])
  func values(_ x: Double, _ text: String) { #expect(HTMLText.value(x) == text) }
  @Test(arguments: [(0, "0"), (12.34, "12.3"), (-0.04, "0"), (4000, "4000"), (-2.5, "-2.5")])
  func coordinates(_ x: Double, _ text: String) { #expect(HTMLText.coordinate(x) == text) }
}

@Suite struct AxisScaleTests {
  @Test func exactKeepsItsEnds() {
    let a = AxisScale.exact(1000, 2000, ticks: 10)
    #expect(a.lower == 1000 && a.upper == 2000)
    let hundreds = stride(from: 1000, through: 2000, by: 100).map { "\($0)" }
    #expect(a.ticks.map(\.label) == hundreds)
    #expect(a.place(1250) == 0.25)
  }
  @Test func niceEndsAtTicks() {
    let a = AxisScale.nice(0, 0.83)
    #expect(a.ticks.map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(a.lower == 0 && abs(a.upper - 1) < 1e-12)
    #expect(AxisScale.nice(-3, 7).ticks.map(\.label) == ["−4", "−2", "0", "2", "4", "6", "8"])
    #expect(AxisScale.nice(0, 1, ticks: 4).ticks.map(\.label) == ["0.00", "0.25", "0.50", "0.75", "1.00"])
  }
  /// Values that differ by rounding alone leave room to draw them.
  @Test func nearlyOneValueStillHasASpan() {
    for v in [7.7, 1e-9, 3e12, -0.1] {
      let a = AxisScale.nice(v, v.nextUp)
      #expect(a.upper > a.lower && a.place(v)?.isFinite == true && a.place(v.nextUp)?.isFinite == true)
    }
  }
  @Test func oneValueStillHasASpan() {
    for v in [0.0, 5, -2] {
      let a = AxisScale.nice(v, v)
      #expect(a.upper > a.lower && a.place(v) != nil && a.ticks.count >= 2)
    }
    #expect(AxisScale.nice(.nan, .infinity).ticks.count >= 2)
  }
  @Test func logarithmicHasDecadesOrBetter() {
    let a = AxisScale.logarithmic(1.2, 46)
    #expect(a.lower == 1 && a.upper == 50)
    #expect(a.ticks.map(\.label) == ["1", "2", "5", "10", "20", "50"])
    #expect(abs((a.place(10) ?? 0) - 1 / log10(50)) < 1e-12)
    #expect(a.place(0) == nil && a.place(-1) == nil && a.place(.nan) == nil)
    let wide = AxisScale.logarithmic(1e-6, 1e9)
    #expect(wide.ticks.count <= 9 && wide.ticks.allSatisfy { abs(log10($0.value) - log10($0.value).rounded()) < 1e-6 })
    let exact = AxisScale.logarithmic(3.9, 500, exact: true)
    #expect(exact.lower == 3.9 && exact.upper == 500 && exact.ticks.first?.label == "5")
    #expect(AxisScale.logarithmic(7, 7).upper > AxisScale.logarithmic(7, 7).lower)
  }
  @Test func fewValuesAreTheirOwnTicks() {
    #expect(AxisScale.logarithmic(at: [8, 1, 2, 4, 2]).ticks.map(\.label) == ["1", "2", "4", "8"])
  }
  @Test(arguments: [(0.3, 0.5), (1, 1), (1.1, 2), (2.2, 2.5), (70, 100), (0.0021, 0.0025)])
  func steps(_ rough: Double, _ step: Double) { #expect(abs(AxisScale.niceStep(rough) / step - 1) < 1e-9) }
  @Test func ticksAreDistinctAndInside() {
    for span in [0.001, 0.013, 0.2, 3.7, 99, 4321, 1e7] {
      let a = AxisScale.exact(0, span)
      #expect((2...14).contains(a.ticks.count), "span \(span)")
      #expect(Set(a.ticks.map(\.label)).count == a.ticks.count, "span \(span)")
      #expect(a.ticks.allSatisfy { $0.value >= 0 && $0.value <= span * (1 + 1e-6) })
    }
  }
}

@Suite struct SeriesColourTests {
  @Test func excitatoryAndInhibitoryShareAHue() {
    let c = SeriesColour.assign(to: ["L23E", "L23I", "L4E", "L4I"])
    #expect(c == [.init(hue: 0), .init(hue: 0, isSoft: true), .init(hue: 1), .init(hue: 1, isSoft: true)])
    #expect(SeriesColour.assign(to: ["exc", "inh"]) == [.init(hue: 0), .init(hue: 0, isSoft: true)])
    #expect(SeriesColour.assign(to: ["CA3 excitatory", "CA3 inhibitory", "STI"]).last == .init(hue: 1))
  }
  @Test func unpairedNamesGetTheirOwn() {
    let c = SeriesColour.assign(to: (0..<12).map { "p\($0)" })
    #expect(Set(c).count == 12)
    #expect(c.prefix(8).allSatisfy { !$0.isSoft })
    #expect(SeriesColour(hue: -1).hue == 7)
  }

  /// Linear light of a colour's three channels.
  static func light(_ hex: String) -> [Double] {
    let n = Int(hex.dropFirst(), radix: 16) ?? 0
    return [n >> 16 & 255, n >> 8 & 255, n & 255].map {
      let c = Double($0) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
  }
  static func contrast(_ a: String, _ b: String) -> Double {
    let y = [a, b].map { zip(light($0), [0.2126, 0.7152, 0.0722]).map { $0 * $1 }.reduce(0, +) + 0.05 }.sorted()
    return y[1] / y[0]
  }
  @Test func strongShadesStandOutFromTheGround() {
    for (strong, soft) in SeriesColour.onLight {
      #expect(Self.contrast(strong, "#fcfcfa") >= 4.5, "\(strong)")
      #expect(Self.contrast(soft, "#fcfcfa") >= 1.9, "\(soft)")
    }
    for (strong, soft) in SeriesColour.onDark {
      #expect(Self.contrast(strong, "#14181c") >= 4.5, "\(strong)")
      #expect(Self.contrast(soft, strong) >= 1.5, "\(soft) over \(strong)")
    }
  }
  /// Reduced red-green vision after Viénot, Brettel and Mollon (1999): the first four hues in both shades stay apart.
  @Test(arguments: [
    [0.11238, 0.88762, 0, 0.11238, 0.88762, 0, 0.00401, -0.00401, 1], [0.29275, 0.70725, 0, 0.29275, 0.70725, 0, -0.02234, 0.02234, 1],
  ])
  func hueAndLightnessTellColoursApartForColourBlindReaders(_ m: [Double]) {
    func seen(_ hex: String) -> [Double] {
      let l = Self.light(hex)
      return (0..<3).map { r in pow(max(0, (0..<3).map { m[3 * r + $0] * l[$0] }.reduce(0, +)), 1 / 2.2) }
    }
    for palette in [SeriesColour.onLight, SeriesColour.onDark] {
      let colours = palette.prefix(4).flatMap { [$0.strong, $0.soft] }.map(seen)
      for i in colours.indices {
        for j in 0..<i {
          let distance = zip(colours[i], colours[j]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
          #expect(distance > 0.05, "colours \(i) and \(j) are \(distance) apart")
        }
      }
    }
  }
}

@Suite struct StripPlotTests {
  @Test func stepCurveFollowsItsValues() {
    let c = StripPlot.steps([0, 0.5, 0.5, 1])
    #expect(c.edge == "M0 1000H1000V500H3000V0H4000")
    #expect(c.area == c.edge + "V1000H0Z")
    #expect(StripPlot.steps([]).area.isEmpty)
    #expect(StripPlot.steps([.nan, 2]).edge == "M0 1000H2000V0H4000")
  }
  @Test func smallBandsAreRaisedAndTheSumIsKept() {
    let h = SpikeFigures.bandHeights([20_683, 5_834, 21_915, 5_479, 4_850, 1_065, 14_395, 2_948])
    #expect(abs(h.reduce(0, +) - 520) < 1e-6)
    #expect(h.allSatisfy { $0 >= 34 - 1e-9 })
    #expect(abs(h[0] / h[2] - 20_683.0 / 21_915) < 1e-9)
    #expect(SpikeFigures.bandHeights([1, 1]) == [260, 260])
    #expect(SpikeFigures.bandHeights(Array(repeating: 1, count: 40)).allSatisfy { abs($0 - 34) < 1e-9 })
    #expect(SpikeFigures.bandHeights([0, 0]).allSatisfy { $0.isFinite })
  }
  @Test(arguments: [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (16, "16th"), (32, "32nd"), (112, "112th")])
  func ordinals(_ n: Int, _ text: String) { #expect(SpikeFigures.ordinal(n) == text) }
  @Test func curvesAreThinnedWithoutLosingPeaks() {
    var points = (0..<100_000).map { ReportContent.LineFigure.Point(Double($0), 0) }
    points[77_777] = .init(77_777, 9)
    points[3] = .init(3, .nan)
    let thin = LineFigureDrawing.thinned(points)
    #expect(thin.count <= LineFigureDrawing.maximumPoints)
    #expect(thin.contains { $0.y == 9 })
    let rises = zip(thin, thin.dropFirst()).allSatisfy { $0.x < $1.x }
    #expect(rises)
  }
  @Test func largeMatricesBecomeBlockMeans() {
    let means = HeatMapDrawing.blockMeans([[1, 3, 10], [5, 7, .nan], [2, 2, .nan]], 2)
    #expect(means[0] == [4, 10])
    #expect(means[1][0] == 2 && means[1][1].isNaN)
  }
}
