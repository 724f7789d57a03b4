// Throughput of one training step on fixed tasks, to compare with peers on inputs of the same statistics.
import CPlatform
import Maths
import Parallel
import Storage
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

  public let task: Task
  /// Samples per optimiser step on all ranks.
  public var batch: Int
  public static let microBatch = 32
  /// Samples of the step that is timed on one rank and on several.
  static let scalingBatch = 128
  /// Ranks that can share it.
  public static var mostRanks: Int { scalingBatch / microBatch }

  public init(_ task: Task) {
    self.task = task
    batch = task == .contextModulated ? 64 : 128
  }

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

  /// Runs `repetitions` steps after one that warms up. Collective.
  ///
  /// - Returns: samples per second of the median step by processor time and by wall time (of the slowest rank), rate of the hidden
  ///   layer, peak memory of the largest rank, and the loss of every step, which is the same on any number of ranks.
  public func run(repetitions: Int, _ communicator: borrowing Communicator) throws -> JSONValue {
    cplatform_flush_denormals()
    let draws = Draws(seed: 1, part: Purpose("training.benchmark"))
    let network = try SpikingNetwork<Float>(description())
    let parameters = network.makeParameters()
    for (number, view) in network.layout.views.enumerated() {
      let deviation = deviation(view.name)
      view.scatter(
        (0..<view.count).map { Float(deviation * draws.normal(.weights, object: UInt64(number), index: UInt64($0))) },
        to: parameters.pointer)
    }
    let objective: Objective = task == .contextModulated ? .binary(BinaryCrossEntropy()) : .classes()
    let pass = GradientPass(
      network: network, objective: objective, regulariser: SpikeRegulariser(strength: task == .contextModulated ? 1e-4 : 0))
    let optimiser = Adam<Float>(AdamSettings(), count: network.layout.count)
    let transport = try RankTransport<Float>(communicator)
    let leaves = batch / Self.microBatch
    let sum = GradientSum<Float>(count: pass.gradientCount, leaves: leaves)
    let share = try TreeShare(leaves: leaves, ranks: communicator.size).range(communicator.rank)
    let parts = share.map { leaf in (leaf * Self.microBatch..<(leaf + 1) * Self.microBatch).map { sample($0, draws) } }
    let shape = BatchShape(samples: batch, steps: steps)
    var processors: [Double] = [], walls: [Double] = [], rate = 0.0, losses: [JSONValue] = []
    for repetition in 0...repetitions {
      try communicator.barrier()
      let begun = (processor: cplatform_thread_nanoseconds(), wall: cplatform_nanoseconds())
      for (leaf, part) in zip(share, parts) {
        let gradient = sum.leafBuffer()
        _ = try pass.gradient(part, shape: shape, parameters: parameters, into: gradient)
        sum.add(gradient, leaf: leaf)
      }
      let total = try sum.total(over: transport)
      optimiser.step(parameters, gradient: total, rate: 1e-4)
      let tally = Tally(reading: total, at: network.layout.count)
      sum.reset()
      let used = Double(cplatform_thread_nanoseconds() - begun.processor) * 1e-9
      let took = try communicator.max(Double(cplatform_nanoseconds() - begun.wall) * 1e-9)
      if repetition > 0 {
        processors.append(used)
        walls.append(took)
      }
      rate = tally.spikeProbability / Double(batch)
      losses.append(JSONValue(tally.loss))
    }
    let processor = Histogram.quantile(0.5, ofSorted: processors.sorted()) ?? .nan
    let wall = Histogram.quantile(0.5, ofSorted: walls.sorted()) ?? .nan
    return [
      "task": .string(task.rawValue), "batch": JSONValue(batch), "ranks": JSONValue(communicator.size),
      "samples_per_s": JSONValue(Double(batch) / processor), "samples_per_s_wall": JSONValue(Double(batch) / wall),
      "step_s": JSONValue(wall), "hidden_rate": JSONValue(rate), "parameters": JSONValue(network.layout.trainable),
      "peak_memory_bytes": JSONValue(try communicator.max(Int(cplatform_peak_memory()))), "losses": .array(losses),
    ]
  }

  private func sample(_ index: Int, _ draws: Draws) -> Sample {
    func events(_ group: Int, _ channels: Int, _ probability: (Int) -> Double) -> EventSequence {
      var active = Array(repeating: [Int](), count: steps)
      for channel in 0..<channels {
        let object = UInt64(index) << 16 | UInt64(group) << 15 | UInt64(channel)
        for step in draws.successes(probability(channel), steps: steps, .contextNoise, object: object) { active[step].append(channel) }
      }
      var sequence = EventSequence()
      for step in active { sequence.append(step) }
      return sequence
    }
    let blocks = BlockIndex(lengths: [steps])
    switch task {
    case .contextModulated:
      let shown = draws.below(20, .composition, object: UInt64(index), index: 0)
      return Sample(
        events: [events(0, 350) { _ in 0.04 }, events(1, 20) { $0 == shown ? 0.2 : 0.01 }], blocks: blocks,
        target: .answers([Double(index % 2)]))
    case .recurrentLIF:
      return Sample(events: [events(0, 700) { _ in 0.02 }], blocks: blocks, target: .label(index % 20))
    }
  }
}
