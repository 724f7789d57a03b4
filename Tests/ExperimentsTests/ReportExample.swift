// A report of made-up data in the shape of the full-scale microcircuit: eight populations, 77,169 neurons.
import Foundation
import Running

@testable import Experiments

/// A small generator for example data; the same numbers on any machine.
struct ExampleNumbers {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  /// In 0 ..< 1, never 0.
  mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }
  mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
}

enum ReportExample {
  static let populations: [(name: String, neurons: Int, rate: Double)] = [
    ("L23E", 20_683, 0.86), ("L23I", 5_834, 2.80), ("L4E", 21_915, 4.45), ("L4I", 5_479, 5.93), ("L5E", 4_850, 7.59), ("L5I", 1_065, 8.63),
    ("L6E", 14_395, 1.09), ("L6I", 2_948, 7.88),
  ]

  /// Spikes of one population in id order: lognormal rates over neurons, Poisson spikes with a common rhythm.
  static func spikes(of index: Int, share: Double, duration: Double) -> (neurons: Int, times: [Double], ids: [UInt64]) {
    let p = populations[index]
    let neurons = max(1, Int(Double(p.neurons) * share))
    var numbers = ExampleNumbers(state: UInt64(index + 1))
    var times: [Double] = []
    var ids: [UInt64] = []
    for n in 0..<neurons {
      let rate = p.rate * exp(0.75 * numbers.normal() - 0.28)
      var t = -log(numbers.uniform()) / (rate * 1.4) * 1e3
      while t < duration {
        let modulation = 1 + 0.28 * sin(2 * .pi * t / 41.0 + Double(index)) + 0.12 * sin(2 * .pi * t / 233)
        if numbers.uniform() * 1.4 < modulation {
          times.append((t * 10).rounded(.down) / 10)
          ids.append(UInt64(n))
        }
        t += max(0.3, -log(numbers.uniform()) / (rate * 1.4) * 1e3)
      }
    }
    return (neurons, times, ids)
  }

  /// The whole page; `share` of the neurons, `duration` in ms.
  static func content(share: Double = 1, duration: Double = 2000, window: Double = 1000) throws -> ReportContent {
    let names = populations.map(\.name)
    let colours = SeriesColour.assign(to: names)
    let spikes = populations.indices.map { Self.spikes(of: $0, share: share, duration: duration) }
    var sample = RasterSample(
      populations: zip(names, spikes).map { ($0, $1.neurons) }, start: duration - window, stop: duration)
    var statistics: [SpikeStatistics] = []
    for (i, s) in spikes.enumerated() {
      sample.add(times: s.times, ids: s.ids, population: i)
      var one = SpikeStatistics(name: names[i], neurons: s.neurons, start: 0, stop: duration)
      try one.add(times: s.times, ids: s.ids)
      statistics.append(one)
    }
    var c = ReportContent(
      title: "Cortical microcircuit", subtitle: "Potjans & Diesmann at full scale, 2 ranks on one host, 21 November 2026")
    c.highlights = [
      .init("Real-time factor", "1.04"), .init("Neurons", HTMLText.count(77_169)), .init("Synapses", "299 M"), .init("Mean rate", "3.1 Hz"),
      .init("Per synaptic event", "2.2 ns × core"), .init("Memory", "6.3 B/synapse"),
    ]
    c.notes = ["13 % of the time went to communication, mostly waiting for slower ranks: see imbalance of update."]
    c.raster = sample.raster
    c.addSpikes(statistics, colours: colours)
    let table = PerformanceTable(
      phases: Phase.simulation, seconds: [[0.62, 0.48, 0.03, 0.11, 0.71, 0.02], [0.55, 0.47, 0.03, 0.21, 0.69, 0.02]], totals: [2.06, 2.06])
    c.phases = table.rows
    c.facts = [
      .init("Seed", "55"), .init("Ranks", "2 on 1 node"), .init("Model time", "2.000 s after 0.5 s of presimulation"),
      .init("Build", "9.71 s"), .init("Synaptic events", "1.93e9"), .init("Peak memory", "1.88 GB"),
      .init("spike_hash", "9f2c64b1a0e87d5533aa1c0b6e0d4f7c8a92b1e65f03d7c4b8a1e2f3d4c5b6a7"),
      .init("state_hash", "03d7c4b8a1e2f3d4c5b6a79f2c64b1a0e87d5533aa1c0b6e0d4f7c8a92b1e65f"),
    ]
    c.figures += generalFigures
    c.configuration = """
      # simulate microcircuit.yaml
      seed: 55
      resolution: 0.1      # ms
      duration: 2000       # ms
      presimulation: 500   # ms, neither recorded nor timed
      populations:
        - name: L23E
          model: lif
          count: 20683
          parameters: { tau_m: 10, V_th: -50, E_L: -65 }   # "mV" & 'ms' <units>
      """
    c.footer = "Colonnade 1.0.0, commit 7856673"
    return c
  }

  /// One of each general figure: learning curves, scaling, confusion matrix, bars.
  static var generalFigures: [ReportContent.Figure] {
    var numbers = ExampleNumbers(state: 99)
    func curve(_ floor: Double, _ tau: Double) -> [ReportContent.LineFigure.Point] {
      (0..<5000).map { i in
        .init(Double(i), floor + (2.9 - floor) * exp(-Double(i) / tau) + 0.02 * numbers.normal())
      }
    }
    let learning = ReportContent.LineFigure(
      id: "learning", title: "Learning curve", caption: "Loss of each batch.", x: .init("Step"), y: .init("Loss"),
      series: [
        .init(name: "training", colour: .init(hue: 0), points: curve(0.21, 700)),
        .init(
          name: "validation", colour: .init(hue: 1), style: .lineWithPoints,
          points: stride(from: 250, through: 5000, by: 250).map { .init(Double($0), 0.33 + 2.5 * exp(-Double($0) / 760)) }),
      ])
    let ranks = [1.0, 2, 4, 8, 16, 32, 64]
    func forecast(_ ranks: Double) -> ReportContent.LineFigure.Point {
      let time = 40 / ranks + 0.4
      let spread = time * ranks.squareRoot()
      return .init(ranks, time, below: 0.03 * spread, above: 0.05 * spread)
    }
    let scaling = ReportContent.LineFigure(
      id: "scaling", title: "Strong scaling", caption: "Measured to 8 ranks, beyond that the fitted model with its 95 % band.",
      x: .init("Ranks", isLogarithmic: true), y: .init("Wall time", unit: "s", isLogarithmic: true),
      series: [
        .init(name: "model", colour: .init(hue: 0), style: .dashed, points: ranks.map(forecast)),
        .init(name: "measured", colour: .init(hue: 1), style: .points, points: ranks.prefix(4).map { .init($0, 40 / $0 + 0.43) }),
      ])
    var confused = Array(repeating: Array(repeating: 0.0, count: 10), count: 10)
    for r in 0..<10 { for c in 0..<10 { confused[r][c] = Double(r == c ? 200 + r : (r * 7 + c * 3) % 9) } }
    let digits = (0..<10).map(String.init)
    let confusion = ReportContent.HeatMap(
      id: "confusion", title: "Confusion", caption: "Test set, 2264 samples.", rowAxis: .init("Spoken digit"),
      columnAxis: .init("Recognised digit"),
      rows: digits, columns: digits,
      values: confused)
    let bars = ReportContent.BarFigure(
      id: "memory", title: "Memory per rank", caption: "Forecast, largest rank.", axis: .init("Memory", unit: "MB"),
      categories: ["2 ranks", "4 ranks", "8 ranks"],
      series: [
        .init(name: "synapses", colour: .init(hue: 0), values: [900, 450, 225]),
        .init(name: "ring buffers", colour: .init(hue: 1), values: [40, 20, 10]),
        .init(name: "tables", colour: .init(hue: 2), values: [30, 22, 18]),
      ], isStacked: true)
    return [.lines(learning), .lines(scaling), .heatMap(confusion), .bars(bars)]
  }
}
