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
  /// Told what is under way.
  var pulse: Pulse?
  private var buffers: BackwardBuffers<S>?
  private var output: OutputGradient<S>?
  /// Runs the readout step by step even where it can be folded over time, so that its time course is on the tape.
  public var keepsReadout = false
  /// Segments of time of which one at a time is on the tape; backward runs all but the last again. The gradient has the same bits.
  public var segments = 1
  private let readout: FoldedReadout<S>?
  /// Before each segment; the first is the zero state.
  private var boundaries: [SegmentBoundary<S>] = []
  /// Readout of all steps where it is not folded, `[step from 1][sample][padded unit]`.
  private var course: AlignedBuffer<S>?
  /// Spikes per layer and sample.
  private var spikeCounts: [[Double]] = []
  /// Of all layers of each sample, in its own steps.
  private var ownSpikes: [Double] = []

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
    pulse?.enter(.forward)
    let folded = keepsReadout ? nil : readout
    _ = try forward(samples, shape, parameters, folded)
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
    pulse?.enter(.forward)
    let folded = keepsReadout || record != nil ? nil : readout
    let plan = try forward(samples, shape, parameters, folded)
    gradient.fill(0)
    let result = try loss(samples, shape, parameters, folded, into: gradient)
    stopwatch.lap(.forward)
    pulse?.enter(.backward)
    if let tape, let buffers, let output {
      for (place, range) in plan.ranges.enumerated().reversed() {
        if range != tape.segment {
          boundaries[place].restore(tape)
          network.forward(segment: range, parameters: parameters, tape: tape, withoutReadout: folded != nil)
        }
        network.backwardSegment(tape, output: output, parameters: parameters, buffers: buffers, gradient: gradient, record: record)
      }
    }
    result.tally.write(to: gradient, at: network.layout.count)
    stopwatch.lap(.backward)
    return result
  }

  /// Runs all segments; the last one stays on the tape.
  private func forward(_ samples: [Sample], _ shape: BatchShape, _ parameters: AlignedBuffer<S>, _ folded: FoldedReadout<S>?)
    throws(TrainingError) -> TimeSegments
  {
    if let wrong = samples.first(where: { $0.events.count != network.description.inputs.count }) {
      throw .invalidBatch("a sample has \(wrong.events.count) input groups, the network \(network.description.inputs.count)")
    }
    if segments > 1 && network.description.graded {
      throw .invalidBatch("graded spikes are not kept from one segment to the next; give 1 instead of \(segments)")
    }
    let chunk = BackwardBuffers.chunk(network, samples: max(samples.count, 1))
    let plan = TimeSegments(steps: shape.steps, chunk: chunk, count: segments)
    prepare(samples.count, steps: shape.steps, longest: plan.longest, keepsCourse: folded == nil)
    guard let tape else { return plan }
    let groups = network.description.inputs.indices.map { group in samples.map { $0.events[group] } }
    try network.put(MicroBatch(groups: groups), steps: shape.steps, tape: tape)
    folded?.begin(tape, blocks: samples.map(\.blocks), pooling: objective.pooling)
    spikeCounts = network.layers.map { _ in Array(repeating: 0, count: samples.count) }
    ownSpikes = Array(repeating: 0, count: samples.count)
    while boundaries.count < plan.ranges.count { boundaries.append(SegmentBoundary(tape)) }
    for (place, range) in plan.ranges.enumerated() {
      if segments > 1 {
        if place > 0 { boundaries[place].save(tape) }
        boundaries[place].restore(tape)
      }
      network.forward(segment: range, parameters: parameters, tape: tape, withoutReadout: folded != nil)
      folded?.add(tape)
      for (layer, cells) in network.layers.enumerated() where cells.spikes {
        for (index, sample) in samples.enumerated() {
          spikeCounts[layer][index] += Double(tape.spikeCount(layer: layer, sample: index))
          ownSpikes[index] += Double(tape.spikeCount(layer: layer, sample: index, upTo: sample.steps))
        }
      }
      if folded == nil { keepCourse(tape) }
    }
    return plan
  }

  private func prepare(_ samples: Int, steps: Int, longest: Int, keepsCourse: Bool) {
    let width = network.layers[network.outputLayer].padded
    if tape == nil || tape?.samples != samples || (tape?.capacity ?? 0) < longest || isOversized(longest) {
      tape = network.makeTape(samples: samples, steps: longest)
      boundaries = []
    }
    if buffers?.samples != samples { buffers = network.makeBackwardBuffers(samples: samples) }
    if output == nil || output?.perSpike.first?.count != samples || (output?.perStep.last??.count ?? 0) < (steps + 1) * samples * width {
      var perStep = [AlignedBuffer<S>?](repeating: nil, count: network.layers.count)
      perStep[network.outputLayer] = AlignedBuffer(count: (steps + 1) * samples * width, zero: 0)
      output = OutputGradient(
        perStep: perStep, perSpike: Array(repeating: Array(repeating: 0, count: samples), count: network.layers.count))
    }
    if keepsCourse && (course?.count ?? 0) < (steps + 1) * samples * width {
      course = AlignedBuffer(count: (steps + 1) * samples * width, zero: 0)
    }
  }

  /// A tape of an earlier, unsegmented batch is too large for one that is to save memory, and its slot 0 must be that of a segment.
  private func isOversized(_ longest: Int) -> Bool { segments > 1 && (tape?.capacity ?? 0) > 2 * longest }

  /// Copies the readout's segment from the tape.
  private func keepCourse(_ tape: Tape<S>) {
    let readout = tape.layers[network.outputLayer], width = network.layers[network.outputLayer].padded
    guard let course else { return }
    for step in 1..<(tape.segment.count + 1) {
      let to = course.pointer + (tape.segment.lowerBound + step) * tape.samples * width
      for sample in 0..<tape.samples {
        (to + sample * width).update(from: readout.slot(step) + sample * readout.sampleStride, count: width)
      }
    }
  }

  /// Loss of the micro-batch on the tape; with `gradient`, also its derivatives with respect to outputs and spikes.
  private func loss(
    _ samples: [Sample], _ shape: BatchShape, _ parameters: AlignedBuffer<S>, _ folded: FoldedReadout<S>?, into gradient: AlignedBuffer<S>?
  ) throws(TrainingError) -> PassResult {
    guard let tape else { return PassResult(tally: Tally(), pooled: []) }
    var tally = Tally()
    let pooled =
      folded?.outputs(blocks: samples.map(\.blocks), parameters: parameters.pointer) ?? pool(samples, tape)
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

  /// Pooled outputs of a readout that ran step by step.
  private func pool(_ samples: [Sample], _ tape: Tape<S>) -> [[[Double]]] {
    let shape = network.layers[network.outputLayer]
    guard let course else { return [] }
    return samples.enumerated().map { index, sample in
      objective.pooling.pool(
        sample.blocks, steps: tape.steps, outputs: shape.units, values: course.pointer + (tape.samples + index) * shape.padded,
        stride: tape.samples * shape.padded)
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
    let units = network.layers.reduce(0) { $0 + ($1.spikes ? $1.units : 0) }
    tally.rate += ownSpikes[index] / Double(max(units * sample.steps, 1))
    for (layer, cells) in network.layers.enumerated() where cells.spikes {
      let spikes = spikeCounts[layer][index], steps = max(sample.steps, 1)
      let cost = regulariser.cost(spikes: spikes, units: cells.units, steps: steps)
      tally.spikeCost += cost.cost / Double(shape.samples)
      tally.spikes += spikes
      tally.spikeProbability += spikes / Double(cells.units * steps)
      output?.perSpike[layer][index] = S(regulariser.strength * cost.perSpike / Double(shape.samples))
    }
  }
}
