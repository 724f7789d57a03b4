// Spike statistics against plain computations over the whole list.
import Foundation
import Testing

@testable import Experiments

@Suite struct SpikeStatisticsTests {
  /// Spikes of 40 neurons over 2 s, sorted by time.
  static let spikes: [(t: Double, n: UInt64)] = {
    var numbers = ExampleNumbers(state: 7)
    return (0..<3000).map { _ in (numbers.uniform() * 2000, UInt64(numbers.next() % 37)) }.sorted { $0.0 < $1.0 }
  }()
  static func statistics(pieces: Int, maximumObserved: Int = 1000) throws -> SpikeStatistics {
    var s = SpikeStatistics(name: "E", neurons: 40, start: 100, stop: 1900, maximumObserved: maximumObserved)
    for k in 0..<pieces {
      let part = spikes[k * spikes.count / pieces..<(k + 1) * spikes.count / pieces]
      try s.add(times: part.map(\.t), ids: part.map(\.n))
    }
    return s
  }

  @Test(arguments: [1, 7, 3000]) func equalsPlainComputation(_ pieces: Int) throws {
    let s = try Self.statistics(pieces: pieces)
    let inside = Self.spikes.filter { $0.t >= 100 && $0.t < 1900 }
    #expect(s.spikes == inside.count)
    #expect(abs(s.meanRate - Double(inside.count) / 40 / 1.8) < 1e-9)
    #expect(s.counts.count == 1800)
    #expect(s.counts[500] == inside.count { $0.t >= 600 && $0.t < 601 })
    let rates = s.rates(grouping: 50)
    #expect(rates.count == 36)
    #expect(abs(rates[3] - Double(inside.count { $0.t >= 250 && $0.t < 300 }) / 40 / 0.05) < 1e-9)
    #expect(s.neuronRates.count == 40)
    #expect(abs(s.neuronRates[5] - Double(inside.count { $0.n == 5 }) / 1.8) < 1e-9)
    #expect(abs(s.silentShare - 3.0 / 40) < 1e-12, "ids 37...39 never spike")
    let variations = s.intervalVariations()
    let expected = (0..<40).compactMap { n -> Double? in
      let t = inside.filter { $0.n == n }.map(\.t)
      let isi = zip(t.dropFirst(), t).map { $0 - $1 }
      guard isi.count >= 3 else { return nil }
      let mean = isi.reduce(0, +) / Double(isi.count)
      return (isi.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(isi.count)).squareRoot() / mean
    }
    #expect(variations.count == expected.count)
    #expect(zip(variations, expected).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test func regularAndPoissonSpikesHaveTheirCVs() throws {
    var regular = SpikeStatistics(name: "R", neurons: 1, start: 0, stop: 1000)
    try regular.add(times: stride(from: 0.0, to: 1000, by: 10).map { $0 }, ids: Array(repeating: 0, count: 100))
    #expect((regular.intervalVariations().first ?? 1) < 1e-6)
    #expect((regular.synchrony() ?? 1) < 1)
    var numbers = ExampleNumbers(state: 3)
    var poisson = SpikeStatistics(name: "P", neurons: 1, start: 0, stop: 200_000)
    var t = 0.0
    while t < 200_000 {
      try poisson.add(times: [t], ids: [0])
      t -= 20 * log(numbers.uniform())
    }
    #expect(abs((poisson.intervalVariations().first ?? 0) - 1) < 0.05)
    #expect(abs((poisson.synchrony() ?? 0) - 1) < 0.05)
  }

  @Test func followsEveryKthNeuronOfALargePopulation() throws {
    let all = try Self.statistics(pieces: 1)
    let some = try Self.statistics(pieces: 3, maximumObserved: 10)
    #expect(some.every == 4)
    #expect(some.neuronRates == (0..<10).map { all.neuronRates[4 * $0] })
    #expect(some.counts == all.counts, "counts are of all neurons")
  }

  @Test func binsStayBounded() {
    let s = SpikeStatistics(name: "long", neurons: 1, start: 0, stop: 86_400_000)
    #expect(s.counts.count <= 262_144)
    #expect(s.bin == 330)
    let odd = SpikeStatistics(name: "odd", neurons: 1, start: 0, stop: 10.5)
    #expect(odd.counts.count == 11)
  }

  @Test func lastShortBinIsScaledByItsOwnWidth() throws {
    var s = SpikeStatistics(name: "x", neurons: 1, start: 0, stop: 25)
    try s.add(times: [1, 11, 21], ids: [0, 0, 0])
    #expect(s.rates(grouping: 10) == [100, 100, 200])
  }

  @Test func aLastBinOfAFewStepsCanBeLeftOut() throws {
    var s = SpikeStatistics(name: "x", neurons: 1, start: 0, stop: 24)
    try s.add(times: [1, 11, 21], ids: [0, 0, 0])
    #expect(s.rates(grouping: 10, leavingOutBelow: 0.5) == [100, 100])
    #expect(s.rates(grouping: 10, leavingOutBelow: 0.3) == s.rates(grouping: 10))
    #expect(s.rates(grouping: 8, leavingOutBelow: 0.999) == [125, 125, 125])
    #expect(s.synchronyWidth() == 3)
    #expect(SpikeStatistics(name: "x", neurons: 1, start: 0, stop: 24, bin: 2).synchronyWidth() == 4)
  }

  @Test func saysWhatIsWrong() {
    var s = SpikeStatistics(name: "L4E", neurons: 10, start: 0, stop: 100)
    #expect(throws: SpikeDataError.self) { try s.add(times: [1.0], ids: [10]) }
    #expect(throws: SpikeDataError.self) { try s.add(times: [1.0, 2], ids: [1]) }
    let error = #expect(throws: SpikeDataError.self) { try s.add(times: [5.0, 4], ids: [3, 3]) }
    #expect(error?.description == "spikes of population L4E, neuron 3: 4.0 ms comes after 5.0 ms; sort the file by time or by id")
  }
}

@Suite struct RasterSampleTests {
  static func sample(maximum: Int, pieces: Int) -> ReportContent.Raster {
    var s = RasterSample(populations: [("E", 400), ("I", 100)], start: 500, stop: 1500, maximum: maximum)
    var numbers = ExampleNumbers(state: 5)
    let e = (0..<5000).map { _ in (numbers.uniform() * 2000, numbers.next() % 400) }
    let i = (0..<2000).map { _ in (numbers.uniform() * 2000, numbers.next() % 100) }
    for k in 0..<pieces {
      let (a, b) = (e[k * 5000 / pieces..<(k + 1) * 5000 / pieces], i[k * 2000 / pieces..<(k + 1) * 2000 / pieces])
      s.add(times: a.map(\.0), ids: a.map(\.1), population: 0)
      s.add(times: b.map(\.0), ids: b.map(\.1), population: 1)
    }
    return s.raster
  }

  @Test func keepsAllSpikesOfEveryKthNeuron() {
    let all = Self.sample(maximum: 100_000, pieces: 1)
    #expect(all.every == 1)
    #expect(all.populations.map(\.points.count) == all.populations.map(\.spikes))
    let some = Self.sample(maximum: 1000, pieces: 1)
    #expect(some.every == 4)
    #expect(some.populations.map(\.points.count).reduce(0, +) <= 1000)
    #expect(some.populations.map(\.spikes) == all.populations.map(\.spikes))
    for (a, s) in zip(all.populations, some.populations) {
      #expect(s.points == a.points.filter { $0.neuron % 4 == 0 })
    }
    #expect(all.populations.allSatisfy { $0.points.allSatisfy { $0.time >= 500 && $0.time < 1500 } })
  }

  @Test(arguments: [2, 13, 500]) func doesNotDependOnPieces(_ pieces: Int) {
    let one = Self.sample(maximum: 1000, pieces: 1)
    let many = Self.sample(maximum: 1000, pieces: pieces)
    #expect(many.every == one.every)
    for (a, b) in zip(one.populations, many.populations) { #expect(a.points == b.points) }
  }

  @Test func aSingleBusyNeuronStays() {
    var s = RasterSample(populations: [("E", 1)], start: 0, stop: 100, maximum: 10)
    s.add(times: (0..<50).map { Double($0) }, ids: Array(repeating: 0, count: 50), population: 0)
    #expect(s.raster.populations[0].points.count == 50)
  }
}

@Suite struct HistogramTests {
  @Test func countsEveryFiniteValueOnce() {
    let h = Histogram([0, 0.5, 1, 1.5, 2, -1, 7, .nan], lower: 0, upper: 2, bins: 2)
    #expect(h.counts == [2, 2])
    #expect(h.below == 1 && h.above == 2 && h.total == 7)
    #expect(h.median == 1)
    #expect(abs((h.mean ?? 0) - 11.0 / 7) < 1e-12)
    #expect(Histogram([], lower: 0, upper: 1, bins: 3).median == nil)
  }
  @Test func commonSpanHoldsNearlyAll() {
    let sets = [(0..<1000).map { Double($0) / 100 }, [0.1, 0.2]]
    let h = Histogram.common(sets)
    #expect(h[0].lower == 0 && h[0].upper == h[1].upper && h[0].upper >= 9.95 && h[0].upper <= 12)
    #expect(Histogram.common([[], []])[0].upper > 0)
  }
  @Test func rateBinsHoldWholeSpikes() {
    // In 2 s a neuron's rate is a multiple of 0.5 Hz; each bin must hold the same number of multiples, or combs appear.
    let rates = (0..<4000).map { Double($0 % 40) * 0.5 }
    let h = ReportContent.rateHistograms([rates], span: 2000)[0]
    #expect(h.below == 0)
    #expect(Set(h.counts.filter { $0 > 0 }).count == 1)
  }
}

@Suite struct PowerSpectrumTests {
  @Test func transformEqualsTheDefinition() {
    var numbers = ExampleNumbers(state: 1)
    let x = (0..<16).map { _ in numbers.normal() }
    var (re, im) = (x, Array(repeating: 0.0, count: 16))
    PowerSpectrum.transform(&re, &im)
    for k in 0..<16 {
      let angle = -2 * Double.pi * Double(k) / 16
      #expect(abs(re[k] - (0..<16).map { x[$0] * cos(angle * Double($0)) }.reduce(0, +)) < 1e-12)
      #expect(abs(im[k] - (0..<16).map { x[$0] * sin(angle * Double($0)) }.reduce(0, +)) < 1e-12)
    }
  }
  @Test func sineHasItsPowerAtItsFrequency() throws {
    let signal = (0..<8192).map { 5 + 3 * sin(2 * .pi * 40 * Double($0) * 1e-3) }
    let s = try #require(PowerSpectrum(signal, step: 1))
    let peak = try #require(s.density.indices.max { s.density[$0] < s.density[$1] })
    let step = s.frequencies[1] - s.frequencies[0]
    #expect(abs(s.frequencies[peak] - 40) <= step)
    #expect(abs(s.density.reduce(0, +) * step - 4.5) < 0.01, "the power of a sine is half its amplitude squared")
    #expect(s.windows > 1)
  }
  @Test func whiteNoiseIsFlat() throws {
    var numbers = ExampleNumbers(state: 8)
    let s = try #require(PowerSpectrum((0..<65_536).map { _ in numbers.normal() }, step: 1))
    // Variance 1 spread over 500 Hz.
    let smooth = s.smoothed(perDecade: 6).filter { $0.frequency > 10 }
    #expect(smooth.count > 5)
    #expect(smooth.allSatisfy { abs($0.density - 0.002) < 0.0004 })
  }
  @Test func shortSignalsHaveNone() {
    #expect(PowerSpectrum(Array(repeating: 1, count: 255), step: 1) == nil)
    #expect(PowerSpectrum([.nan] + Array(repeating: 1, count: 300), step: 1) == nil)
  }
}
