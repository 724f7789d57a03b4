// What a training run is told, with the reference's defaults.

public struct TrainerSettings: Sendable, Hashable {
  /// Samples per optimiser step, on all ranks.
  public var batch = 64
  /// Samples that go through the kernels together; part of the definition of a run.
  public var microBatch = 16
  public var epochs = 1
  public var learningRate = LearningRate()
  public var optimiser = AdamSettings()
  /// Limit of the global gradient norm, or nil for none.
  public var clip: Double?
  public var objective: Objective
  public var regulariser = SpikeRegulariser()
  /// Segments of time of which one at a time is held for backward, which runs the others again: less memory, more time, the same bits.
  public var recomputeSegments = 1
  /// In evaluation only the last item of a sample counts, as the memory task is validated.
  public var evaluatesLastItemOnly = false

  public init(objective: Objective) { self.objective = objective }

  /// Micro-batches per batch.
  public var leaves: Int { batch / microBatch }

  /// - Throws: ``TrainingError/invalidSetting(_:)``.
  public func validate() throws(TrainingError) {
    guard microBatch >= 1, microBatch <= MicroBatch.limit else {
      throw .invalidSetting("micro-batch \(microBatch); give 1 to \(MicroBatch.limit)")
    }
    guard batch >= microBatch, batch % microBatch == 0 else {
      throw .invalidSetting("batch_size \(batch) is not a multiple of the micro-batch \(microBatch); change one of them")
    }
    guard recomputeSegments >= 1 else { throw .invalidSetting("recompute_segments \(recomputeSegments); give at least 1") }
    guard epochs >= 1 else { throw .invalidSetting("epoch \(epochs); give at least 1") }
    guard learningRate.base > 0, learningRate.base.isFinite else { throw .invalidSetting("lr \(learningRate.base); it must be positive") }
    if let clip, !(clip > 0) { throw .invalidSetting("gradient clip \(clip); it must be positive, or left out") }
  }
}

/// What one optimiser step gave.
public struct StepReport: Sendable {
  /// Steps taken before this one, over the whole run.
  public var step: Int
  public var epoch: Int
  /// Loss with the spike cost.
  public var loss: Double
  public var gradientNorm: Double
  public var learningRate: Double
  public var tally: Tally
}

/// Keeps the best epoch by validation and tells when to stop.
public struct BestEpoch: Sendable, Hashable {
  /// Epochs without improvement after which to stop; nil for never.
  public var patience: Int?
  public private(set) var epoch: Int?
  public private(set) var score = -Double.infinity

  /// - `epoch`: the best so far, of a run that is resumed.
  /// - `score`: its score.
  public init(patience: Int? = nil, epoch: Int? = nil, score: Double = -.infinity) {
    self.patience = patience
    self.epoch = epoch
    self.score = score
  }

  /// Notes a validation score (higher is better); true if it is the best so far.
  public mutating func note(_ score: Double, epoch: Int) -> Bool {
    guard score > self.score else { return false }
    self.score = score
    self.epoch = epoch
    return true
  }

  public func shouldStop(after epoch: Int) -> Bool {
    guard let patience, let best = self.epoch else { return false }
    return epoch - best >= patience
  }
}
