// Poisson input and injected currents: laws of what reaches a neuron, addresses of draws, times, requests that cannot be.
import Testing

@testable import Maths
@testable import Networks
@testable import Spiking

@Suite struct PoissonInputTests {
  /// What an input adds to so many neurons of a tile, for a range of steps.
  private func inputs<S: SimulationScalar>(
    _ input: InputDescription, number: Int = 0, receptors: Int = 1, channel: Int = 0, tile: Int = 5, count: Int = 100, steps: Range<Int>,
    as: S.Type
  ) throws -> [[Double]] {
    let prepared = try PoissonInput<S>(
      input, number: number, receptors: receptors, tileSizes: count...count, seed: 17, resolution: resolution)
    let scratch = InputScratch<S>()
    return steps.map { step in
      var memory = [S](repeating: 0, count: receptors * 128)
      memory.withUnsafeMutableBufferPointer {
        prepared.add(step: step, tile: tile, count: count, input: $0.baseAddress!, inputStride: 128, scratch: scratch)
      }
      for other in memory.indices where other / 128 != channel || other % 128 >= count {
        precondition(memory[other] == 0, "outside the tile")
      }
      return (0..<count).map { Double(memory[channel * 128 + $0]) }
    }
  }
  private func poisson(_ rate: Double, _ weight: Distribution = .constant(1), receptor: ReceptorChoice = .bySign) -> InputDescription {
    InputDescription(name: "noise", population: 0, kind: .poisson(rate: rate, weight: weight, receptor: receptor))
  }

  /// Counts per step and neuron: the mean and variance of a Poisson law, and its probabilities.
  private func counts<S: SimulationScalar>(_ rate: Double, _: S.Type) throws {
    let mean = rate * resolution / 1000
    let sample = try inputs(poisson(rate), steps: 0..<300, as: S.self).flatMap { $0 }
    let n = Double(sample.count)
    #expect((Statistics.mean(sample) - mean).magnitude < 4 * (mean / n).squareRoot())
    #expect((Statistics.variance(sample) - mean).magnitude < 4 * ((mean + 2 * mean * mean) / n).squareRoot())
    #expect(poissonProbability(sample, mean: mean) > 0.001)
  }
  /// Of whole numbers at least as far from the probabilities of a Poisson law, by chi-square.
  private func poissonProbability(_ sample: [Double], mean: Double) -> Double {
    var observed = [Int](repeating: 0, count: 80)
    for value in sample { observed[min(Int(value), 79)] += 1 }
    var term = Double(sample.count) * Elementary.exp(-mean)
    let expected = (0..<80).map { k in
      defer { term *= mean / Double(k + 1) }
      return term
    }
    return Statistics.chiSquare(observed: observed, expected: expected).probability
  }
  @Test(arguments: [500.0, 8000, 60_000, 350_000]) func countsArePoisson(rate: Double) throws {
    try counts(rate, Float.self)
    try counts(rate, Double.self)
  }
  /// Trains of neurons, of successive steps, tiles and inputs are independent.
  @Test func trainsAreIndependent() throws {
    let steps = try inputs(poisson(10_000), steps: 0..<400, as: Float.self)
    let flat = steps.flatMap { $0 }
    let bound = 4 / Double(flat.count).squareRoot()
    #expect(Statistics.correlation(Array(flat.dropLast()), Array(flat.dropFirst())).magnitude < bound)
    #expect(Statistics.correlation(Array(flat.dropLast(100)), Array(flat.dropFirst(100))).magnitude < bound)
    let otherTile = try inputs(poisson(10_000), tile: 6, steps: 0..<400, as: Float.self).flatMap { $0 }
    let otherInput = try inputs(poisson(10_000), number: 1, steps: 0..<400, as: Float.self).flatMap { $0 }
    #expect(Statistics.correlation(flat, otherTile).magnitude < bound && Statistics.correlation(flat, otherInput).magnitude < bound)
    // The sum over neurons has the variance of a Poisson law too.
    let sums = steps.map { $0.reduce(0, +) }
    #expect((Statistics.variance(sums) / 100 - 1).magnitude < 4 * (2 / 400.0).squareRoot())
  }
  /// A step's draws are the same whichever steps come before, and other ones in other steps, tiles and inputs.
  @Test(arguments: [Distribution.constant(1), .uniform(low: 1, high: 2)]) func drawsAreAddressed(weight: Distribution) throws {
    func drawn(number: Int = 0, tile: Int = 5, count: Int = 100, _ steps: Range<Int>) throws -> [[Double]] {
      try inputs(poisson(10_000, weight), number: number, tile: tile, count: count, steps: steps, as: Double.self)
    }
    let all = try drawn(0..<400)
    #expect(try drawn(33..<34)[0] == all[33])
    // Steps beyond 32 bits have streams of their own.
    #expect(try drawn(33 + 1 << 32..<34 + 1 << 32)[0] != all[33])
    // A neuron's count does not depend on how many others there are; where spikes of drawn amplitudes fall does.
    if case .constant = weight { #expect(try drawn(count: 7, 33..<34)[0] == Array(all[33][..<7])) }
    // With the same places or amplitudes anywhere sums would be alike.
    let flat = all.flatMap { $0 }, bound = 4 / Double(flat.count).squareRoot()
    for other in [try drawn(tile: 6, 0..<400), try drawn(number: 1, 0..<400), try drawn(400..<800)] {
      #expect(Statistics.correlation(flat, other.flatMap { $0 }).magnitude < bound)
    }
  }

  /// The sum of N amplitudes: mean and variance of a compound Poisson law; with at most one spike, the law of the amplitude itself.
  @Test func randomAmplitudes() throws {
    let law = Distribution.normal(mean: 0.83, sd: 0.21, min: 0, max: 1.66)
    let mean = 30_000 * resolution / 1000
    let sample = try inputs(poisson(30_000, law), steps: 0..<300, as: Float.self).flatMap { $0 }
    let n = Double(sample.count)
    let second = 0.83 * 0.83 + 0.21 * 0.21
    #expect((Statistics.mean(sample) - mean * 0.83).magnitude < 4 * (mean * second / n).squareRoot())
    #expect((Statistics.variance(sample) / (mean * second) - 1).magnitude < 0.05)
    let rare = try inputs(poisson(100, law), steps: 0..<3000, as: Double.self).flatMap { $0 }.filter { $0 != 0 }
    #expect(rare.count > 2500 && Statistics.kolmogorovSmirnov(rare) { law.cumulative($0) }.probability > 0.001)
  }
  /// A neuron's amplitudes do not depend on its number of spikes, nor on which neuron it is, which the same words decide.
  @Test func amplitudesAreIndependentOfCounts() throws {
    let law = Distribution.uniform(low: 1, high: 2)
    let sample = try inputs(poisson(3000, law), count: 4, steps: 0..<6000, as: Float.self)
    for neuron in 0..<4 {
      let single = sample.map { $0[neuron] }.filter { $0 > 0 && $0 < 2 }
      #expect(single.count > 1000 && Statistics.kolmogorovSmirnov(single) { law.cumulative($0) }.probability > 0.001)
    }
  }
  /// Spikes whose amplitudes have hardly any width are as many as if they had none: Poisson for each neuron, and independent of those of
  /// the others. The largest rates have many runs of spikes in a step, and totals of several draws.
  @Test(arguments: [500.0, 8000, 100_000, 4_000_000]) func drawnAmplitudesFallOnAllNeurons(rate: Double) throws {
    let mean = rate * resolution / 1000
    func sample<S: SimulationScalar>(_: S.Type) throws {
      let steps = try inputs(poisson(rate, .uniform(low: 1 - 1e-6, high: 1 + 1e-6)), steps: 0..<300, as: S.self)
      let flat = steps.flatMap { $0.map { $0.rounded() } }
      let n = Double(flat.count)
      #expect((Statistics.mean(flat) - mean).magnitude < 4 * (mean / n).squareRoot())
      #expect((Statistics.variance(flat) - mean).magnitude < 4 * ((mean + 2 * mean * mean) / n).squareRoot())
      #expect(Statistics.correlation(Array(flat.dropLast()), Array(flat.dropFirst())).magnitude < 4 / n.squareRoot())
      // Each neuron has its share, the sum over neurons its law.
      let perNeuron = (0..<100).map { neuron in Int(steps.reduce(0) { $0 + $1[neuron].rounded() }) }
      let total = Double(perNeuron.reduce(0, +))
      #expect(
        Statistics.chiSquare(observed: perNeuron, expected: [Double](repeating: total / 100, count: 100)).probability > 0.001)
      let sums = steps.map { $0.reduce(0, +) }
      #expect((Statistics.variance(sums) / (100 * mean) - 1).magnitude < 4 * (2 / 300.0).squareRoot())
      // Larger counts than 80 have no place among the probabilities.
      if mean < 40 { #expect(poissonProbability(flat, mean: mean) > 0.001) }
    }
    try sample(Float.self)
    try sample(Double.self)
  }
  /// A population's tiles have one of two sizes; each draws for as many neurons as it has.
  @Test func tilesOfTwoSizes() throws {
    let law = Distribution.uniform(low: 0.5, high: 1.5)
    let prepared = try PoissonInput<Float>(
      poisson(20_000, law), number: 0, receptors: 1, tileSizes: 96...97, seed: 3, resolution: resolution)
    let scratch = InputScratch<Float>()
    for count in 96...97 {
      var sum = [Float](repeating: 0, count: 128)
      for step in 0..<500 { prepared.add(step: step, tile: count, count: count, input: &sum, inputStride: 128, scratch: scratch) }
      let mean = 500 * 20_000 * resolution / 1000
      for (i, value) in sum.enumerated() {
        let expected = i < count ? mean : 0
        #expect((Double(value) - expected).magnitude <= 5 * (1.1 * expected).squareRoot(), "\(i) of \(count)")
      }
    }
  }

  @Test func receptors() throws {
    for (weight, receptor, channel) in [
      (Distribution.constant(2), ReceptorChoice.bySign, 0), (.constant(-2), .bySign, 1), (.constant(2), .index(1), 1),
      (.constant(-2), .index(0), 0),
      (.normal(mean: -3, sd: 1, max: 0), .bySign, 1), (.normal(mean: 3, sd: 1, min: 0), .bySign, 0),
      (.normal(mean: 3, sd: 9), .index(1), 1),
    ] {
      let sample = try inputs(poisson(9000, weight, receptor: receptor), receptors: 2, channel: channel, steps: 0..<5, as: Float.self)
      #expect(sample.flatMap { $0 }.contains { $0 != 0 })
    }
    // One receptor takes either sign.
    #expect(try inputs(poisson(90_000, .constant(-2)), steps: 0..<1, as: Float.self)[0].contains { $0 < 0 })
  }
  @Test func times() throws {
    var input = poisson(1e5)
    (input.start, input.stop, input.delay) = (1, 2, 0.5)
    let sums = try inputs(input, steps: 0..<40, as: Float.self).map { $0.reduce(0, +) }
    #expect(sums.indices.filter { sums[$0] > 0 } == Array(15..<25))
    #expect(try inputs(poisson(0), steps: 0..<20, as: Float.self).flatMap { $0 }.allSatisfy { $0 == 0 })
  }

  @Test func refusals() {
    func refusal(_ input: InputDescription, receptors: Int = 2) -> String {
      message { _ = try PoissonInput<Float>(input, number: 0, receptors: receptors, tileSizes: 10...10, seed: 1, resolution: resolution) }
    }
    #expect(refusal(poisson(-1)) == "input noise: rate -1.0 Hz must be a number from 0 on")
    #expect(
      refusal(poisson(.nan)).hasPrefix("input noise: rate nan Hz") && refusal(poisson(.infinity)).hasPrefix("input noise: rate inf Hz"))
    #expect(refusal(poisson(1e12)).hasPrefix("input noise: Poisson: mean is 100000000.0"))
    #expect(
      refusal(poisson(1, .normal(mean: 1, sd: 1)))
        == "input noise: its weights may have both signs; bound them with min or max, or name the receptor")
    #expect(refusal(poisson(1, .normal(mean: 1, sd: 1)), receptors: 1) == "")
    #expect(refusal(poisson(1, receptor: .index(2))) == "input noise: receptor 2 does not exist; the model has 2")
    #expect(refusal(poisson(1, receptor: .index(-1))) == "input noise: receptor -1 does not exist; the model has 2")
    #expect(refusal(poisson(1, .normal(mean: 1, sd: -1))).hasPrefix("input noise: weight has the negative sd"))
    for (start, stop) in [(-1.0, 5.0), (5, 4), (.nan, 5), (1, .nan)] {
      var input = poisson(1)
      (input.start, input.stop) = (start, stop)
      #expect(refusal(input).contains("make no interval from 0 on"))
    }
  }
}

@Suite struct CurrentInputTests {
  /// The current of each step for a few neurons, as the simulation sets it: only where an input says that it changes.
  private func currents(_ kinds: [InputDescription], steps: Int, count: Int = 3, tile: Int = 2) throws -> [[Double]] {
    let prepared = try kinds.enumerated().map { try CurrentInput<Double>($1, number: $0, seed: 8, resolution: resolution) }
    let scratch = InputScratch<Double>()
    var now = [Double](repeating: 0, count: count)
    return (0..<steps).map { step in
      if prepared.contains(where: { $0.changes(at: step) }) {
        now = [Double](repeating: 0, count: count)
        now.withUnsafeMutableBufferPointer {
          for input in prepared { input.add(step: step, tile: tile, count: count, to: $0.baseAddress!, scratch: scratch) }
        }
      }
      return now
    }
  }
  private func input(_ kind: InputDescription.Kind, delay: Double = 0, start: Double = 0, stop: Double = .infinity) -> InputDescription {
    InputDescription(name: "drive", population: 0, kind: kind, delay: delay, start: start, stop: stop)
  }

  /// A current that is active on [start, stop) with a delay d flows over (start + d, stop + d].
  @Test func constantCurrent() throws {
    let flow = try currents([input(.dc(amplitude: 7), delay: 1, start: 0.5, stop: 2)], steps: 50)
    #expect(flow.indices.filter { flow[$0][0] == 7 } == Array(15..<30) && flow.allSatisfy { Set($0).count == 1 })
    #expect(try currents([input(.dc(amplitude: 7))], steps: 3).allSatisfy { $0 == [7, 7, 7] })
  }
  @Test func stepsOfCurrent() throws {
    let flow = try currents([input(.step(times: [0.3, 1, 1.4], amplitudes: [2, -1, 0]), delay: 0.2, start: 0.5, stop: 3)], steps: 40)
    let expected = (0..<40).map { k in k < 7 ? 0.0 : k < 12 ? 2 : k < 16 ? -1 : 0 }
    #expect(flow.map { $0[2] } == expected)
  }
  @Test func currentsAddUp() throws {
    let flow = try currents(
      [input(.dc(amplitude: 7), start: 1), input(.step(times: [0], amplitudes: [2]), stop: 2), input(.dc(amplitude: 0.5))], steps: 30)
    #expect(flow.map { $0[1] } == (0..<30).map { k in 0.5 + (k >= 10 ? 7 : 0) + (k < 20 ? 2 : 0) })
  }
  @Test func noise() throws {
    let flow = try currents([input(.noise(mean: 100, sd: 30, interval: 0.5), start: 0.3)], steps: 503, count: 60)
    for k in 0..<503 {
      if k < 3 { #expect(flow[k].allSatisfy { $0 == 0 }) }
      // Drawn anew every five steps, counted from the start.
      if k > 3 { #expect((flow[k] == flow[k - 1]) == ((k - 3) % 5 != 0)) }
    }
    let sample = stride(from: 3, to: 503, by: 5).flatMap { flow[$0] }
    #expect(Statistics.kolmogorovSmirnov(sample) { Distribution.normal(mean: 100, sd: 30).cumulative($0) }.probability > 0.001)
    #expect(Statistics.correlation(Array(sample.dropLast(60)), Array(sample.dropFirst(60))).magnitude < 4 / 6000.0.squareRoot())
    // Another current that changes in between leaves the noise as it is.
    let both = try currents(
      [input(.noise(mean: 100, sd: 30, interval: 0.5), start: 0.3), input(.dc(amplitude: 1000), start: 0.6)], steps: 20, count: 60)
    for k in 0..<20 { #expect(zip(both[k], flow[k]).allSatisfy { ($0 - $1 - (k >= 6 ? 1000 : 0)).magnitude < 1e-9 }) }
    let otherTile = try currents([input(.noise(mean: 100, sd: 30, interval: 0.5), start: 0.3)], steps: 10, count: 60, tile: 3)
    #expect(otherTile[5] != flow[5])
  }

  @Test func refusals() {
    func refusal(_ input: InputDescription) -> String {
      message { _ = try CurrentInput<Float>(input, number: 0, seed: 1, resolution: resolution) }
    }
    #expect(refusal(input(.dc(amplitude: .infinity))) == "input drive: amplitude inf is not finite")
    #expect(refusal(input(.step(times: [1, 2], amplitudes: [3]))) == "input drive: it has 2 times and 1 amplitudes")
    #expect(refusal(input(.step(times: [], amplitudes: []))) == "input drive: it has 0 times and 0 amplitudes")
    for times in [[2.0, 1], [1, 1], [-1, 2], [.nan, 2], [1, .nan]] {
      #expect(refusal(input(.step(times: times, amplitudes: [1, 2]))) == "input drive: its times must ascend from 0 on", "\(times)")
    }
    #expect(refusal(input(.step(times: [1], amplitudes: [.nan]))) == "input drive: amplitude nan is not finite")
    #expect(refusal(input(.noise(mean: 0, sd: 1, interval: 0.04))) == "input drive: dt 0.04 ms is below the resolution of 0.1 ms")
    #expect(refusal(input(.noise(mean: 0, sd: -1, interval: 1))).hasPrefix("input drive has the negative sd"))
    for interval in [0.25, 0.08, .nan, .infinity] {
      let text = refusal(input(.noise(mean: 0, sd: 1, interval: interval)))
      #expect(text == "input drive: dt \(interval) ms is not a multiple of the resolution of 0.1 ms")
    }
    // Times beyond any simulation are no error.
    #expect(
      refusal(input(.dc(amplitude: 1), start: 1e300, stop: 1e301)) == "" && refusal(input(.step(times: [1e300], amplitudes: [1]))) == "")
    #expect(refusal(input(.dc(amplitude: 1), start: 3, stop: 2)).contains("make no interval"))
  }
}
