// Whole networks: stacks of layers, folded readouts, single against double precision, refusals.
import Testing

@testable import Training

struct NetworkTests {
  /// Two spiking layers, the second with a slow feedback to the first, and a readout.
  static func stack(graded: Bool) -> NetworkDescription {
    let surrogate = Surrogate(.gaussian, magnitude: 0.4)
    var description = NetworkDescription(
      inputs: [InputGroup("x", channels: 6)],
      layers: [
        LayerDescription("first", units: 7, cell: .lif(threshold: 0.4, tau: .uniform(4), reset: .subtraction, surrogate: surrogate)),
        LayerDescription(
          "second", units: 11,
          cell: .alif(
            threshold: 0.3, increment: 0.5, tauSoma: .uniform(5), tauAdaptation: .uniform(9), reset: .subtraction, surrogate: surrogate)),
        LayerDescription("readout", units: 3, cell: .readout(tau: .uniform(6))),
      ],
      projections: [
        ProjectionDescription("weight", from: [.input(0)], to: 0), ProjectionDescription("feedback", from: [.layer(1)], to: 0, delay: 1),
        ProjectionDescription("weight", from: [.layer(0), .input(0)], to: 1),
        ProjectionDescription("rec_weight", from: [.layer(1)], to: 1, delay: 1, autapses: false),
        ProjectionDescription("weight", from: [.layer(1)], to: 2),
      ])
    description.graded = graded
    return description
  }

  static func fill<S>(_ network: SpikingNetwork<S>, _ parameters: AlignedBuffer<S>) {
    var draws = TestDraws(seed: 21)
    for view in network.layout.views {
      let inputs = view.inputs ?? 1
      view.scatter(
        (0..<view.count).map { view.name == "second.rec_weight" && $0 % inputs == $0 / inputs ? 0 : S(1.1 * draws.uniform() - 0.3) },
        to: parameters.pointer)
    }
  }

  static func samples(_ count: Int, steps: Int) -> [Sample] {
    var draws = TestDraws(seed: 8)
    return (0..<count).map { index in
      let own = steps - index % 4
      return Sample(
        events: [draws.events(channels: 6, steps: own, probability: 0.4)], blocks: BlockIndex(lengths: [own]), target: .label(index % 3))
    }
  }

  @Test func stackGradientEqualsFiniteDifference() throws {
    let network = try SpikingNetwork<Double>(Self.stack(graded: true))
    let parameters = network.makeParameters()
    Self.fill(network, parameters)
    // A chunk holds four steps of this many samples: gradients cross the borders between chunks.
    let samples = Self.samples(60, steps: 11), shape = BatchShape(samples: 60, steps: 11)
    let pass = GradientPass(network: network, objective: .classes(), regulariser: SpikeRegulariser(strength: 1e-3))
    let gradient = pass.makeGradient()
    _ = try pass.gradient(samples, shape: shape, parameters: parameters, into: gradient)
    func loss() throws -> Double {
      let tally = try pass.evaluate(samples, shape: shape, parameters: parameters).tally
      return tally.loss + pass.regulariser.strength * tally.spikeCost
    }
    let largest = gradient.array[..<network.layout.count].reduce(0) { max($0, abs($1)) }
    #expect(largest > 1e-3)
    for view in network.layout.views {
      for index in stride(from: 1, to: view.count, by: 17) {
        let inputs = view.inputs ?? 1, place = view.offset + (index % inputs) * view.stride + index / inputs
        if view.name == "second.rec_weight" && index % inputs == index / inputs { continue }
        let kept = parameters[place], step = 1e-4
        let values = try [2 * step, step, -step, -2 * step].map { offset in
          parameters[place] = kept + offset
          return try loss()
        }
        parameters[place] = kept
        let numeric = (-values[0] + 8 * values[1] - 8 * values[2] + values[3]) / (12 * step)
        #expect(abs(numeric - gradient[place]) <= 1e-6 * largest, "\(view.name)[\(index)]")
      }
    }
  }

  @Test func foldedReadoutGivesTheGradientOfTheSteps() throws {
    let network = try SpikingNetwork<Double>(Self.stack(graded: false))
    let parameters = network.makeParameters()
    Self.fill(network, parameters)
    let samples = Self.samples(5, steps: 40), shape = BatchShape(samples: 5, steps: 43)
    let pass = GradientPass(network: network, objective: .classes(), regulariser: SpikeRegulariser(strength: 1e-3))
    let folded = pass.makeGradient(), stepped = pass.makeGradient()
    let a = try pass.gradient(samples, shape: shape, parameters: parameters, into: folded)
    pass.keepsReadout = true
    let b = try pass.gradient(samples, shape: shape, parameters: parameters, into: stepped)
    #expect(a.tally.spikes > 100)
    #expect(abs(a.tally.loss - b.tally.loss) < 1e-12)
    let largest = stepped.array[..<network.layout.count].reduce(0) { max($0, abs($1)) }
    for place in 0..<network.layout.count { #expect(abs(folded[place] - stepped[place]) <= 1e-12 * largest) }
  }

  @Test func outputsDoNotDependOnTheMicroBatch() throws {
    let network = try SpikingNetwork<Float>(Self.stack(graded: false))
    let parameters = network.makeParameters()
    Self.fill(network, parameters)
    let samples = Self.samples(9, steps: 30), shape = BatchShape(samples: 9, steps: 30)
    func pooled(_ part: [Sample]) throws -> [[[Double]]] {
      try GradientPass(network: network, objective: .classes(), regulariser: SpikeRegulariser())
        .evaluate(part, shape: shape, parameters: parameters).pooled
    }
    let together = try pooled(samples)
    for (index, sample) in samples.enumerated() { #expect(try pooled([sample])[0] == together[index]) }
  }

  /// The order of each sum stays, so the bits do: links from inputs before those from layers, and behind them; steps that fill a stretch or not.
  @Test(arguments: [1, 31, 32, 33, 70]) func inputsSummedAheadChangeNoBit(steps: Int) throws {
    let network = try SpikingNetwork<Float>(Self.stack(graded: false))
    let parameters = network.makeParameters()
    Self.fill(network, parameters)
    let samples = (0..<11).map { index in
      var draws = TestDraws(seed: UInt64(index))
      let events = draws.events(channels: 6, steps: steps, probability: 0.4)
      return Sample(events: [events], blocks: BlockIndex(lengths: [steps]), target: .label(index % 3))
    }
    let pass = GradientPass(network: network, objective: .classes(), regulariser: SpikeRegulariser(strength: 1e-3))
    let results = try [false, true].map { ahead in
      network.sumsInputsAhead = ahead
      let gradient = pass.makeGradient()
      let tally = try pass.gradient(samples, shape: BatchShape(samples: 11, steps: steps), parameters: parameters, into: gradient).tally
      return (loss: tally.loss, spikes: tally.spikes, gradient: gradient.array[..<network.layout.count].map(\.bitPattern))
    }
    #expect(results[0].spikes > 0 && results[0].loss == results[1].loss && results[0].spikes == results[1].spikes)
    #expect(results[0].gradient == results[1].gradient)
  }
  @Test func largeNetworksSumInputsAhead() throws {
    func network(_ channels: Int) throws -> SpikingNetwork<Float> {
      var description = Self.stack(graded: false)
      description.inputs[0].channels = channels
      return try SpikingNetwork(description)
    }
    #expect(try !network(6).sumsInputsAhead && network(20_000).sumsInputsAhead)
  }

  /// Samples go through time in groups, and share lists, rows and sets of bits: each still gets its own gradient, whichever group it is in.
  private static func gradientIsTheSumOverSamples<S: TrainingScalar>(_ count: Int, folded: Bool, tolerance: S, _: S.Type) throws {
    var description = Self.stack(graded: false)
    // The one layer asks for few spike gradients and reads its spikes in backward, the other asks for all.
    description.layers[0].cell = .lif(threshold: 0.4, tau: .uniform(4), reset: .zero, surrogate: Surrogate(.triangle, magnitude: 0.4))
    let network = try SpikingNetwork<S>(description)
    let parameters = network.makeParameters()
    Self.fill(network, parameters)
    let samples = Self.samples(count, steps: 30), shape = BatchShape(samples: count, steps: 30)
    let pass = GradientPass(
      network: network, objective: .classes(), regulariser: SpikeRegulariser(strength: 1e-2, targetProbability: 0.01))
    pass.keepsReadout = !folded
    let together = pass.makeGradient(), single = pass.makeGradient()
    let tally = try pass.gradient(samples, shape: shape, parameters: parameters, into: together).tally
    #expect(tally.spikes > Double(5 * count))
    var sum = [S](repeating: 0, count: network.layout.count)
    for sample in samples {
      _ = try pass.gradient([sample], shape: shape, parameters: parameters, into: single)
      for place in sum.indices { sum[place] += single[place] }
    }
    let largest = sum.reduce(0) { max($0, abs($1)) }
    #expect(largest > 1e-3)
    for place in sum.indices { #expect(abs(together[place] - sum[place]) <= tolerance * largest, "parameter \(place)") }
  }
  @Test(arguments: [1, 7, 8, 9, 17, 64], [true, false]) func gradientIsTheSumOverSamples(_ count: Int, _ folded: Bool) throws {
    try Self.gradientIsTheSumOverSamples(count, folded: folded, tolerance: 1e-12, Double.self)
    try Self.gradientIsTheSumOverSamples(count, folded: folded, tolerance: 1e-5, Float.self)
  }

  @Test func refusesGradedSpikesInSegments() throws {
    let network = try SpikingNetwork<Double>(Self.stack(graded: true))
    let pass = GradientPass(network: network, objective: .classes(), regulariser: SpikeRegulariser())
    let samples = Self.samples(2, steps: 11), parameters = network.makeParameters()
    pass.segments = 2
    #expect(throws: TrainingError.self) {
      try pass.evaluate(samples, shape: BatchShape(samples: 2, steps: 11), parameters: parameters)
    }
  }

  @Test func refusesNetworksThatCannotRun() {
    func refuses(_ change: (inout NetworkDescription) -> Void) -> Bool {
      var description = Self.stack(graded: false)
      change(&description)
      do {
        _ = try SpikingNetwork<Float>(description)
        return false
      } catch { return !error.description.isEmpty }
    }
    #expect(!refuses { _ in })
    #expect(refuses { $0.projections[1].delay = 0 })
    #expect(refuses { $0.projections[0].target = 9 })
    #expect(refuses { $0.projections[0].sources = [.input(4)] })
    #expect(refuses { $0.projections[0].compartments = 0..<2 })
    #expect(refuses { $0.layers[0].units = 0 })
    #expect(refuses { $0.layers[2].cell = .readout(tau: .perUnit([1, 2])) })
    #expect(refuses { $0.layers[2].cell = .readout(tau: .uniform(-1)) })
    #expect(refuses { $0.projections.append(ProjectionDescription("late", from: [.layer(2)], to: 0, delay: 1)) })
  }
}
