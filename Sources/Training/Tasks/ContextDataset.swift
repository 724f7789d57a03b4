// Composite samples of the context tasks, drawn by address from recordings.

/// Samples of a context task: L recordings of distinct classes glued in time, with a noisy context code throughout.
public struct ContextDataset<Source: Recordings>: Dataset {
  public let source: Source
  public let task: ContextTask
  /// L, items per sample.
  public let length: Int
  public let count: Int
  /// New compositions and context noise each epoch; if not, those of epoch 0 come back for ever, as in the reference.
  public let fresh: Bool
  /// Spike probability per step of the context's channel, and of every other channel.
  public let contextProbability: (shown: Double, other: Double)
  private let draws: Draws
  private let byClass: [[Int]]

  /// - Throws: ``TrainingError/invalidSetting(_:)`` if there are too few classes or a class without recordings.
  public init(
    _ source: Source, task: ContextTask, length: Int, count: Int, fresh: Bool = false,
    contextProbability: (shown: Double, other: Double) = (0.2, 0.01), draws: Draws
  ) throws(TrainingError) {
    guard length >= 1, length < source.classes else {
      throw .invalidSetting("seq_len \(length) needs more than \(length) classes, the data have \(source.classes); lower seq_len")
    }
    var byClass = Array(repeating: [Int](), count: source.classes)
    for recording in 0..<source.count { byClass[source.label(recording)].append(recording) }
    if let empty = byClass.firstIndex(where: \.isEmpty) {
      throw .invalidSetting("class \(empty) has no recording in this part of the data; use another split")
    }
    self.source = source
    self.task = task
    self.length = length
    self.count = count
    self.fresh = fresh
    self.contextProbability = contextProbability
    self.draws = draws
    self.byClass = byClass
  }

  /// Classes, recordings and answers of a sample.
  public struct Composition: Sendable, Hashable {
    public var absent: Int
    public var sequence: [Int]
    public var context: Int
    public var recordings: [Int]
    public var targets: [Double]
  }

  /// The key of a sample's draws.
  private func object(_ index: Int, _ epoch: Int) -> UInt64 { UInt64(fresh ? epoch : 0) << 32 | UInt64(index) }

  public func composition(_ index: Int, epoch: Int) -> Composition {
    let object = object(index, epoch)
    var place: UInt64 = 0
    func below(_ count: Int) -> Int {
      defer { place += 1 }
      return draws.below(count, .composition, object: object, index: place)
    }
    // Partial Fisher-Yates: the absent class first, then L distinct others.
    var classes = Array(0..<source.classes)
    for slot in 0...length { classes.swapAt(slot, slot + below(classes.count - slot)) }
    let absent = classes[0], sequence = Array(classes[1...length])
    let chance = draws.uniform(.composition, object: object, index: place)
    place += 1
    let member = below(length)
    let context = task.context(index: index, sequence: sequence, absent: absent, chance: chance, member: member)
    let recordings = sequence.map { byClass[$0][below(byClass[$0].count)] }
    return Composition(
      absent: absent, sequence: sequence, context: context, recordings: recordings,
      targets: task.targets(sequence: sequence, context: context))
  }

  public func steps(_ index: Int, epoch: Int) throws -> Int {
    try composition(index, epoch: epoch).recordings.reduce(0) { try $0 + source.steps($1) }
  }

  public func sample(_ index: Int, epoch: Int) throws -> Sample {
    let composition = composition(index, epoch: epoch)
    let parts = try composition.recordings.map { try source.events($0) }
    var events = EventSequence()
    for part in parts { events.append(part) }
    return Sample(
      events: [events, contextCode(composition.context, steps: events.steps, object: object(index, epoch))],
      blocks: BlockIndex(lengths: parts.map(\.steps)), target: .answers(composition.targets))
  }

  /// Context spikes: one channel per class, independent trials at every step.
  private func contextCode(_ context: Int, steps: Int, object: UInt64) -> EventSequence {
    var active = Array(repeating: [Int](), count: steps)
    for channel in 0..<source.classes {
      let probability = channel == context ? contextProbability.shown : contextProbability.other
      // Objects of different samples are at least 2^8 apart after the shift, more than there are classes.
      for step in draws.successes(probability, steps: steps, .contextNoise, object: object << 8 | UInt64(channel)) {
        active[step].append(channel)
      }
    }
    var code = EventSequence()
    for step in active { code.append(step) }
    return code
  }
}

extension EventSequence {
  /// Appends another sequence behind this one, without a gap.
  public mutating func append(_ other: EventSequence) {
    let base = Int32(channels.count)
    if !other.values.isEmpty && values.isEmpty { values = Array(repeating: 1, count: channels.count) }
    channels += other.channels
    if !values.isEmpty || !other.values.isEmpty {
      values += other.values.isEmpty ? Array(repeating: 1, count: other.channels.count) : other.values
    }
    offsets += other.offsets.dropFirst().map { $0 + base }
  }
}
