// Throughput of one training step on fixed tasks, to compare with peers on the same inputs.
import Training

/// A fixed task: random binary events, one optimiser step per repetition.
public struct TrainingBenchmark: Sendable {
  /// The tasks of the training benchmark.
  public enum Task: String, Sendable, CaseIterable {
    /// 350 -> 200 CLIF with apical recurrence -> 1, 20 context channels, 500 steps, batch 64, 4 % input density.
    case contextModulated = "a"
    /// 700 -> 256 recurrent LIF -> 20, 100 steps, batch 128, 2 % input density.
    case recurrentLIF = "b"
  }

  /// What a run measured.
  public struct Result: Sendable {
    /// Samples per second of the clock that was passed in.
    public var samplesPerSecond: Double
    public var hiddenRate: Double
    public var losses: [Double]
    /// Bytes of parameters, gradients, optimiser and working memory.
    public var bytes: Int
    public var parameters: Int
  }

  public let task: Task
  public var microBatch = 32

  public init(_ task: Task) { self.task = task }

  var batch: Int { task == .contextModulated ? 64 : 128 }
  var steps: Int { task == .contextModulated ? 500 : 100 }

  func description() -> NetworkDescription {
    switch task {
    case .contextModulated:
      return NetworkDescription(
        inputs: [InputGroup("x", channels: 350), InputGroup("c", channels: 20)],
        layers: [
          LayerDescription(
            "hidden", units: 200,
            cell: .clif(
              interaction: .reluMult, threshold: 0.05, tauSoma: .uniform(20), tauApical: .uniform(40), reset: .subtraction,
              surrogate: Surrogate(.triangle))), LayerDescription("readout", units: 1, cell: .readout(tau: .uniform(20))),
        ],
        projections: [
          ProjectionDescription("weight", from: [.input(0)], to: 0, compartments: 0..<1),
          ProjectionDescription("weight", from: [.input(1)], to: 0, compartments: 1..<2),
          ProjectionDescription("rec_weight", from: [.layer(0)], to: 0, compartments: 0..<2, delay: 1, autapses: false),
          ProjectionDescription("weight", from: [.layer(0)], to: 1),
        ])
    case .recurrentLIF:
      return NetworkDescription(
        inputs: [InputGroup("x", channels: 700)],
        layers: [
          LayerDescription(
            "hidden", units: 256, cell: .lif(threshold: 1, tau: .uniform(20), reset: .subtraction, surrogate: Surrogate(.triangle))),
          LayerDescription("readout", units: 20, cell: .readout(tau: .uniform(20))),
        ],
        projections: [
          ProjectionDescription("weight", from: [.input(0)], to: 0),
          ProjectionDescription("rec_weight", from: [.layer(0)], to: 0, delay: 1, autapses: false),
          ProjectionDescription("weight", from: [.layer(0)], to: 1),
        ])
    }
  }

  /// Standard deviation of each weight matrix.
  func deviation(_ name: String) -> Double {
    switch (task, name) {
    case (.contextModulated, "hidden.weight_soma"): 3 * centredFluctuationDeviation(alpha: 0.8, fanIn: 350, rate: 50, tau: 20)
    case (.contextModulated, "hidden.weight_apical"): 10 * centredFluctuationDeviation(alpha: 0.8, fanIn: 20, rate: 20, tau: 40)
    case (.contextModulated, "hidden.rec_weight_soma"): centredFluctuationDeviation(alpha: 0.2, fanIn: 200, rate: 70, tau: 20)
    case (.contextModulated, "hidden.rec_weight_apical"): centredFluctuationDeviation(alpha: 0.2, fanIn: 200, rate: 70, tau: 40)
    case (.contextModulated, "readout.weight"): centredFluctuationDeviation(alpha: 1, fanIn: 200, rate: 1, tau: 20)
    case (.recurrentLIF, "hidden.weight"): 2.5
    case (.recurrentLIF, "hidden.rec_weight"): 0.5
    case (.recurrentLIF, "readout.weight"): 0.1
    default: 0
    }
  }

  /// Runs `repetitions` steps and reports the fastest.
  ///
  /// - Parameters:
  ///   - repetitions: timed steps, after one that warms up.
  ///   - uniform: uniform numbers in [0, 1), for inputs and weights.
  ///   - seconds: a clock, processor time of the thread for figures that other jobs do not disturb.
  public func run(repetitions: Int, uniform: () -> Double, seconds: () -> Double) throws -> Result {
    let network = try SpikingNetwork<Float>(description())
    let parameters = network.makeParameters()
    for view in network.layout.views {
      let deviation = deviation(view.name)
      // A sum of twelve uniforms is near enough to a normal number for a benchmark.
      view.scatter(
        (0..<view.count).map { _ in Float(deviation * ((0..<12).reduce(-6.0) { sum, _ in sum + uniform() })) }, to: parameters.pointer)
    }
    let samples = (0..<batch).map { index in sample(index, uniform) }
    let objective: Objective = task == .contextModulated ? .binary(BinaryCrossEntropy()) : .classes()
    let pass = GradientPass(
      network: network, objective: objective, regulariser: SpikeRegulariser(strength: task == .contextModulated ? 1e-4 : 0))
    let optimiser = Adam<Float>(AdamSettings(), count: network.layout.count)
    let sum = GradientSum<Float>(count: pass.gradientCount, leaves: batch / microBatch)
    let shape = BatchShape(samples: batch, steps: steps)
    var best = Double.infinity, losses: [Double] = [], rate = 0.0
    for repetition in 0...repetitions {
      let start = seconds()
      var tally = Tally()
      for leaf in 0..<(batch / microBatch) {
        let part = Array(samples[leaf * microBatch..<(leaf + 1) * microBatch])
        let gradient = sum.leafBuffer()
        tally.add(try pass.gradient(part, shape: shape, parameters: parameters, into: gradient).tally)
        sum.add(gradient, leaf: leaf)
      }
      let total = try sum.total()
      optimiser.step(parameters, gradient: total, rate: 1e-4)
      sum.reset()
      if repetition > 0 { best = min(best, seconds() - start) }
      losses.append(tally.loss)
      rate = tally.spikeProbability / Double(batch)
    }
    return Result(
      samplesPerSecond: Double(batch) / best, hiddenRate: rate, losses: losses,
      bytes: pass.bytes + sum.bytes + 3 * parameters.bytes, parameters: network.layout.trainable)
  }

  private func sample(_ index: Int, _ uniform: () -> Double) -> Sample {
    func events(_ channels: Int, _ probability: (Int) -> Double) -> EventSequence {
      var sequence = EventSequence()
      for _ in 0..<steps { sequence.append((0..<channels).filter { uniform() < probability($0) }) }
      return sequence
    }
    let blocks = BlockIndex(lengths: [steps])
    switch task {
    case .contextModulated:
      let shown = Int(uniform() * 20)
      return Sample(
        events: [events(350) { _ in 0.04 }, events(20) { $0 == shown ? 0.2 : 0.01 }], blocks: blocks, target: .answers([Double(index % 2)]))
    case .recurrentLIF:
      return Sample(events: [events(700) { _ in 0.02 }], blocks: blocks, target: .label(index % 20))
    }
  }
}
