// The training loop: batches by address, gradients over ranks in a fixed order, one optimiser step each.
import Running

/// Trains one network; every rank holds one and they stay identical.
public final class Trainer<S: TrainingScalar, Transport: GradientTransport> where Transport.Scalar == S {
  public let network: SpikingNetwork<S>
  public let settings: TrainerSettings
  public let parameters: AlignedBuffer<S>
  public let optimiser: Adam<S>
  /// Optimiser steps taken; with the seed this is all that a resumed run needs besides parameters and optimiser.
  public var steps = 0
  private let draws: Draws
  private let transport: Transport
  private let share: TreeShare
  private let pass: GradientPass<S>
  private let sum: GradientSum<S>
  private var stopwatch = Stopwatch()
  /// Where this rank is, for a watchdog: a beat after every micro-batch and every step.
  public let pulse = Pulse()
  /// The order of the samples in an epoch.
  private var order: (epoch: Int, samples: [Int]) = (-1, [])

  /// - Throws: ``TrainingError`` for settings that do not fit together.
  public init(_ description: NetworkDescription, settings: TrainerSettings, draws: Draws, transport: Transport) throws(TrainingError) {
    try settings.validate()
    network = try SpikingNetwork(description)
    self.settings = settings
    self.draws = draws
    self.transport = transport
    share = try TreeShare(leaves: settings.leaves, ranks: transport.ranks)
    parameters = network.makeParameters()
    optimiser = Adam(settings.optimiser, count: network.layout.count)
    pass = GradientPass(network: network, objective: settings.objective, regulariser: settings.regulariser)
    pass.segments = settings.recomputeSegments
    sum = GradientSum(count: pass.gradientCount, leaves: settings.leaves)
    pass.pulse = pulse
  }

  public func stepsPerEpoch(_ data: some Dataset) -> Int { data.count / settings.batch }

  /// Trains from where the run stands to the end of its epoch.
  ///
  /// - `each`: called after every step; false stops there.
  /// - Returns: whether the epoch was completed.
  @discardableResult
  public func trainEpoch(_ data: some Dataset, each: (StepReport) throws -> Bool = { _ in true }) throws -> Bool {
    repeat {
      if try !each(trainStep(data)) { break }
    } while steps % stepsPerEpoch(data) != 0
    return steps % stepsPerEpoch(data) == 0
  }

  /// Takes the next optimiser step. Collective.
  /// - Throws: ``TrainingError/invalidSetting(_:)`` if the data do not fill a batch, ``TrainingError/notFinite(what:step:value:)``.
  public func trainStep(_ data: some Dataset) throws -> StepReport {
    let perEpoch = stepsPerEpoch(data)
    guard perEpoch > 0 else {
      throw TrainingError.invalidSetting("\(data.count) samples do not fill one batch of \(settings.batch); lower batch_size")
    }
    let epoch = steps / perEpoch
    if order.epoch != epoch || order.samples.count != data.count {
      order = (epoch, draws.permutation(data.count, .order, object: UInt64(epoch)))
    }
    let first = steps % perEpoch * settings.batch
    return try step(data, Array(order.samples[first..<first + settings.batch]), epoch: epoch, stepsPerEpoch: perEpoch)
  }

  private func step(_ data: some Dataset, _ batch: [Int], epoch: Int, stepsPerEpoch: Int) throws -> StepReport {
    stopwatch.mark()
    pulse.enter(.data)
    let longest = try batch.reduce(0) { try max($0, data.steps($1, epoch: epoch)) }
    let shape = BatchShape(samples: settings.batch, steps: longest)
    sum.reset()
    for leaf in share.range(transport.rank) {
      let members = batch[leaf * settings.microBatch..<(leaf + 1) * settings.microBatch]
      let samples = try members.map { try data.sample($0, epoch: epoch) }
      stopwatch.lap(.data)
      let gradient = sum.leafBuffer()
      _ = try pass.gradient(samples, shape: shape, parameters: parameters, into: gradient)
      stopwatch.mark()
      sum.add(gradient, leaf: leaf)
      stopwatch.lap(.sum)
      pulse.beat()
      pulse.enter(.data)
    }
    pulse.enter(.sum)
    let total = try sum.total(over: transport)
    stopwatch.lap(.sum)
    let tally = Tally(reading: total, at: network.layout.count)
    let loss = tally.loss + settings.regulariser.strength * tally.spikeCost
    guard loss.isFinite else { throw TrainingError.notFinite(what: "the loss", step: steps, value: loss) }
    let norm: Double
    if let limit = settings.clip {
      norm = GradientNorm.clip(total, count: network.layout.count, limit: limit)
    } else {
      norm = GradientNorm.value(total, count: network.layout.count)
    }
    guard norm.isFinite else { throw TrainingError.notFinite(what: "the gradient norm", step: steps, value: norm) }
    pulse.enter(.optimiser)
    let rate = settings.learningRate.rate(step: steps, stepsPerEpoch: stepsPerEpoch, totalSteps: settings.epochs * stepsPerEpoch)
    optimiser.step(parameters, gradient: total, rate: rate)
    stopwatch.lap(.optimiser)
    steps += 1
    pulse.reach(steps)
    return StepReport(step: steps - 1, epoch: epoch, loss: loss, gradientNorm: norm, learningRate: rate, tally: tally)
  }

  /// Loss and metrics over a data set: each rank takes a share of the micro-batches, and the sums go over the tree like a gradient.
  ///
  /// - `each`: pooled outputs of each sample that this rank ran, for confusion and pictures.
  /// - Throws: ``TrainingError/notFinite(what:step:value:)`` on all ranks alike if the loss is not a number.
  public func evaluate(_ data: some Dataset, epoch: Int = 0, each: (Int, Sample, [[Double]]) -> Void = { _, _, _ in }) throws -> Tally {
    let leaves = (data.count + settings.microBatch - 1) / settings.microBatch
    guard leaves > 0 else { throw TrainingError.invalidSetting("there is nothing to evaluate") }
    pass.lastItemOnly = settings.evaluatesLastItemOnly
    defer { pass.lastItemOnly = false }
    // Padding the sum with empty leaves lets every rank take part, however small the data set.
    let tallies = GradientSum<S>(count: Tally.count, leaves: max(leaves, transport.ranks))
    for leaf in try TreeShare(leaves: tallies.leaves, ranks: transport.ranks).range(transport.rank) {
      let buffer = tallies.leafBuffer()
      buffer.fill(0)
      if leaf < leaves {
        pulse.enter(.data)
        let members = Array(leaf * settings.microBatch..<min((leaf + 1) * settings.microBatch, data.count))
        let samples = try members.map { try data.sample($0, epoch: epoch) }
        let longest = samples.reduce(0) { max($0, $1.steps) }
        let result = try pass.evaluate(samples, shape: BatchShape(samples: data.count, steps: longest), parameters: parameters)
        for (place, index) in members.enumerated() { each(index, samples[place], result.pooled[place]) }
        result.tally.write(to: buffer, at: 0)
        pulse.beat()
      }
      tallies.add(buffer, leaf: leaf)
    }
    pulse.enter(.sum)
    let tally = Tally(reading: try tallies.total(over: transport), at: 0)
    pulse.beat()
    guard tally.loss.isFinite else { throw TrainingError.notFinite(what: "the loss of an evaluation", step: steps, value: tally.loss) }
    return tally
  }

  /// Refuses parameters that are not numbers: what would be written looks whole; and squares of gradients beyond the precision, after
  /// which a weight does not move any more. All ranks hold the same.
  /// - Throws: ``TrainingError/notFinite(what:step:value:)``.
  public func checkFinite() throws(TrainingError) {
    for (what, buffer) in [("a weight", parameters), ("a mean square of gradients", optimiser.second)] {
      guard let wrong = buffer.array.first(where: { !$0.isFinite }) else { continue }
      throw .notFinite(what: what, step: steps, value: Double(wrong))
    }
  }

  /// Seconds of this rank in a phase of training: data, forward, backward, sum, optimiser.
  public func seconds(of phase: Phase) -> Double { stopwatch.seconds(of: phase) + pass.stopwatch.seconds(of: phase) }
}
