// One training sample: events, items and what they should answer.

public struct Sample: Sendable {
  /// Events per input group.
  public var events: [EventSequence]
  public var blocks: BlockIndex
  public var target: Target

  public enum Target: Sendable, Hashable {
    /// Yes or no per item, for the binary objective.
    case answers([Double])
    /// One class, for classification.
    case label(Int)
  }

  public init(events: [EventSequence], blocks: BlockIndex, target: Target) {
    self.events = events
    self.blocks = blocks
    self.target = target
  }

  /// Steps that are not padding.
  public var steps: Int { blocks.steps }
}

/// What the pooled readout is trained on.
public enum Objective: Sendable, Hashable {
  /// BCE over all items, divided by batch · items.
  case binary(BinaryCrossEntropy, pooling: BlockPooling = BlockPooling())
  /// Cross-entropy over the classes of the only item, divided by the batch.
  case classes(pooling: BlockPooling = BlockPooling(extra: 0))

  var pooling: BlockPooling {
    switch self {
    case .binary(_, let pooling): pooling
    case .classes(let pooling): pooling
    }
  }
}

/// Sums over samples that travel with the gradient, in the tail of its buffer.
public struct Tally: Sendable, Equatable {
  /// Loss without the spike cost, already divided by the number of terms in the batch.
  public var loss = 0.0
  /// Spike cost, already divided by the batch, before λ.
  public var spikeCost = 0.0
  public var binary = BinaryCounts()
  /// Correct classifications.
  public var correct = 0.0
  public var samples = 0.0
  /// Sum over samples and layers of spikes, those in the padding too, per unit and own step: what the spike cost is of.
  public var spikeProbability = 0.0
  public var spikes = 0.0
  /// Sum over samples of spikes in their own steps per unit of all layers and own step.
  public var rate = 0.0

  static let count = 16

  public init() {}

  /// Fraction of right decisions.
  public var accuracy: Double { binary.total > 0 ? binary.accuracy : samples > 0 ? correct / samples : 0 }

  /// All sums in their fixed order; ``init(elements:)`` takes them back.
  public var elements: [Double] {
    [
      loss, spikeCost, binary.truePositives, binary.falsePositives, binary.trueNegatives, binary.falseNegatives, correct, samples,
      spikeProbability, spikes, rate,
    ]
  }

  /// As many values as ``elements``, now or in an earlier version.
  public static func hasElements(_ count: Int) -> Bool { count == 10 || count == Tally().elements.count }

  /// - Parameter values: at least as many as ``hasElements(_:)`` takes.
  public init(elements values: [Double]) {
    loss = values[0]
    spikeCost = values[1]
    binary.truePositives = values[2]
    binary.falsePositives = values[3]
    binary.trueNegatives = values[4]
    binary.falseNegatives = values[5]
    correct = values[6]
    samples = values[7]
    spikeProbability = values[8]
    spikes = values[9]
    // Those that were kept by earlier versions have none.
    rate = values.count > 10 ? values[10] : 0
  }

  /// The tally in the tail of a summed gradient.
  public init<S: TrainingScalar>(reading buffer: AlignedBuffer<S>, at offset: Int) {
    self.init(elements: (0..<Self.count).map { Double(buffer[offset + $0]) })
  }

  func write<S: TrainingScalar>(to buffer: AlignedBuffer<S>, at offset: Int) {
    for (place, value) in elements.enumerated() { buffer[offset + place] = S(value) }
  }

  /// Adds another tally over the same batch or epoch.
  public mutating func add(_ other: Tally) {
    loss += other.loss
    spikeCost += other.spikeCost
    binary.truePositives += other.binary.truePositives
    binary.falsePositives += other.binary.falsePositives
    binary.trueNegatives += other.binary.trueNegatives
    binary.falseNegatives += other.binary.falseNegatives
    correct += other.correct
    samples += other.samples
    spikeProbability += other.spikeProbability
    spikes += other.spikes
    rate += other.rate
  }
}
