// One micro-batch through forward, loss and backward into a flat buffer of gradient and tally.
import Running

/// Sizes of the whole batch that a micro-batch belongs to; they scale its share of the loss.
public struct BatchShape: Sendable, Hashable {
  /// Samples of the whole batch.
  public var samples: Int
  /// Steps that every sample runs: the longest of the whole batch.
  public var steps: Int

  public init(samples: Int, steps: Int) {
    self.samples = samples
    self.steps = steps
  }
}

/// What one micro-batch gave.
public struct PassResult: Sendable {
  public var tally: Tally
  /// Pooled outputs, `[sample][item][output]`.
  public var pooled: [[[Double]]]
}

/// Runs micro-batches; keeps its working memory from one to the next.
public final class GradientPass<S: TrainingScalar> {
  public let network: SpikingNetwork<S>
  public var objective: Objective
  public var regulariser: SpikeRegulariser
  /// Only the last item of a sample counts in loss and metrics, as the memory task is validated.
  public var lastItemOnly = false
  public private(set) var tape: Tape<S>?
  /// Time in forward (with the loss) and backward of training, not of evaluation.
  public internal(set) var stopwatch = Stopwatch()
  private var buffers: BackwardBuffers<S>?
  private var output: OutputGradient<S>?
  /// Runs the readout step by step even where it can be folded over time, so that its time course is on the tape.
  public var keepsReadout = false
  private let readout: FoldedReadout<S>?

  public init(network: SpikingNetwork<S>, objective: Objective, regulariser: SpikeRegulariser) {
    self.network = network
    self.objective = objective
    self.regulariser = regulariser
    readout = FoldedReadout(network)
  }

  /// Elements of a gradient buffer: the parameters' gradient, then the tally.
  public var gradientCount: Int { network.layout.count + Tally.count }
  public func makeGradient() -> AlignedBuffer<S> { AlignedBuffer(count: gradientCount, zero: 0) }

  /// Forward and loss alone.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func evaluate(_ samples: [Sample], shape: BatchShape, parameters: AlignedBuffer<S>) throws(TrainingError) -> PassResult {
    let folded = keepsReadout ? nil : readout
    try forward(samples, shape, parameters, folded)
    return try loss(samples, shape, parameters, folded, into: nil)
  }

  /// Forward, loss and backward; overwrites `gradient` with the micro-batch's share of the gradient and its tally.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func gradient(
    _ samples: [Sample], shape: BatchShape, parameters: AlignedBuffer<S>, into gradient: AlignedBuffer<S>,
    record: GradientRecord<S>? = nil
  ) throws(TrainingError) -> PassResult {
    stopwatch.mark()
    let folded = keepsReadout || record != nil ? nil : readout
    try forward(samples, shape, parameters, folded)
    gradient.fill(0)
    let result = try loss(samples, shape, parameters, folded, into: gradient)
    stopwatch.lap(.forward)
    if let tape, let buffers, let output {
      network.backward(tape, output: output, parameters: parameters, buffers: buffers, gradient: gradient, record: record)
    }
    result.tally.write(to: gradient, at: network.layout.count)
    stopwatch.lap(.backward)
    return result
  }

  /// Bytes of working memory held now.
  public var bytes: Int { (tape?.bytes ?? 0) + (buffers?.bytes ?? 0) + (output?.perStep.reduce(0) { $0 + ($1?.bytes ?? 0) } ?? 0) }

  private func forward(_ samples: [Sample], _ shape: BatchShape, _ parameters: AlignedBuffer<S>, _ folded: FoldedReadout<S>?)
    throws(TrainingError)
  {
    if let wrong = samples.first(where: { $0.events.count != network.description.inputs.count }) {
      throw .invalidBatch("a sample has \(wrong.events.count) input groups, the network \(network.description.inputs.count)")
    }
    if tape == nil || tape?.samples != samples.count || (tape?.capacity ?? 0) < shape.steps {
      let tape = network.makeTape(samples: samples.count, steps: shape.steps)
      self.tape = tape
      buffers = network.makeBackwardBuffers(samples: samples.count)
      let width = network.layers[network.outputLayer].padded
      var perStep = [AlignedBuffer<S>?](repeating: nil, count: network.layers.count)
      perStep[network.outputLayer] = AlignedBuffer(count: (shape.steps + 1) * samples.count * width, zero: 0)
      output = OutputGradient(
        perStep: perStep, perSpike: Array(repeating: Array(repeating: 0, count: samples.count), count: network.layers.count))
    }
    guard let tape else { return }
    let groups = network.description.inputs.indices.map { group in samples.map { $0.events[group] } }
    try network.forward(MicroBatch(groups: groups), steps: shape.steps, parameters: parameters, tape: tape, withoutReadout: folded != nil)
  }

  /// Loss of the micro-batch on the tape; with `gradient`, also its derivatives with respect to outputs and spikes.
  private func loss(
    _ samples: [Sample], _ shape: BatchShape, _ parameters: AlignedBuffer<S>, _ folded: FoldedReadout<S>?, into gradient: AlignedBuffer<S>?
  ) throws(TrainingError) -> PassResult {
    guard let tape else { return PassResult(tally: Tally(), pooled: []) }
    var tally = Tally()
    let pooled =
      folded?.forward(tape, blocks: samples.map(\.blocks), pooling: objective.pooling, parameters: parameters.pointer)
      ?? pool(samples, tape)
    var slopes: [[[Double]]] = []
    for (index, sample) in samples.enumerated() {
      slopes.append(try score(sample, pooled[index], shape, &tally))
      chargeSpikes(index, sample, shape, tape, &tally)
    }
    if let gradient {
      output?.folded = folded?.backward(slopes, parameters: parameters.pointer, gradient: gradient.pointer)
      if folded == nil { spread(slopes, samples, tape) }
    }
    return PassResult(tally: tally, pooled: pooled)
  }

  /// Pooled outputs of a readout on the tape.
  private func pool(_ samples: [Sample], _ tape: Tape<S>) -> [[[Double]]] {
    let layer = network.outputLayer, readout = tape.layers[layer]
    return samples.enumerated().map { index, sample in
      objective.pooling.pool(
        sample.blocks, steps: tape.steps, outputs: network.layers[layer].units, values: readout.slot(1) + index * readout.sampleStride,
        stride: readout.slotStride)
    }
  }

  /// dL/dy at every step from dL/do.
  private func spread(_ slopes: [[[Double]]], _ samples: [Sample], _ tape: Tape<S>) {
    let width = network.layers[network.outputLayer].padded
    guard let target = output?.perStep[network.outputLayer] else { return }
    for (index, sample) in samples.enumerated() {
      objective.pooling.backward(
        sample.blocks, steps: tape.steps, gradient: slopes[index], into: target.pointer + (tape.samples + index) * width,
        stride: tape.samples * width)
    }
  }

  /// Adds the loss of one sample to the tally and returns dL/do, `[item][output]`.
  private func score(_ sample: Sample, _ items: [[Double]], _ shape: BatchShape, _ tally: inout Tally) throws(TrainingError) -> [[Double]] {
    tally.samples += 1
    var slopes = items.map { $0.map { _ in 0.0 } }
    switch (objective, sample.target) {
    case (.binary(let entropy, _), .answers(let answers)):
      guard answers.count == items.count else { throw .invalidBatch("a sample has \(items.count) items and \(answers.count) targets") }
      let counted = lastItemOnly ? items.count - 1..<items.count : 0..<items.count
      let terms = Double(shape.samples * counted.count)
      for item in counted {
        tally.loss += entropy.loss(items[item][0], answers[item]) / terms
        tally.binary.add(decision: items[item][0] > 0, target: answers[item] > 0.5)
        slopes[item][0] = entropy.gradient(items[item][0], answers[item]) / terms
      }
    case (.classes, .label(let label)):
      guard items.count == 1, items[0].indices.contains(label) else {
        throw .invalidBatch("label \(label) with \(items.count) items of \(items.first?.count ?? 0) classes; labels run from 0")
      }
      let (loss, gradient) = CrossEntropy.lossAndGradient(items[0], target: label)
      tally.loss += loss / Double(shape.samples)
      let decision = items[0].indices.reduce(0) { items[0][$1] > items[0][$0] ? $1 : $0 }
      tally.correct += decision == label ? 1 : 0
      slopes[0] = gradient.map { $0 / Double(shape.samples) }
    default: throw .invalidBatch("a sample's target does not fit the objective; classification takes labels, the context tasks answers")
    }
    return slopes
  }

  private func chargeSpikes(_ index: Int, _ sample: Sample, _ shape: BatchShape, _ tape: Tape<S>, _ tally: inout Tally) {
    for (layer, cells) in network.layers.enumerated() where cells.spikes {
      let spikes = Double(tape.spikeCount(layer: layer, sample: index)), steps = max(sample.steps, 1)
      let cost = regulariser.cost(spikes: spikes, units: cells.units, steps: steps)
      tally.spikeCost += cost.cost / Double(shape.samples)
      tally.spikes += spikes
      tally.spikeProbability += spikes / Double(cells.units * steps)
      output?.perSpike[layer][index] = S(regulariser.strength * cost.perSpike / Double(shape.samples))
    }
  }
}
