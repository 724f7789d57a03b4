// Samples changed a little in each epoch, so that a network cannot learn them by heart.

/// How a recording is changed, drawn by (epoch, sample).
public struct Augmentation: Sendable, Hashable {
  /// Channels by which all events move up or down together, at most; events that leave the range are lost.
  public var channelShift = 0
  /// Steps by which all events come later, at most.
  public var timeShift = 0
  /// Share by which time is stretched or squeezed, at most.
  public var timeStretch = 0.0
  /// Probability that an event is lost.
  public var eventLoss = 0.0

  public init() {}

  public var changesNothing: Bool { self == Augmentation() }
}

/// A classification data set whose samples change with the epoch.
public struct AugmentedDataset<Source: Recordings>: Dataset {
  public let source: Source
  public let augmentation: Augmentation
  private let draws: Draws

  /// - `draws`: of their own, not those of another purpose.
  public init(_ source: Source, _ augmentation: Augmentation, draws: Draws) {
    self.source = source
    self.augmentation = augmentation
    self.draws = draws
  }

  public var count: Int { source.count }

  private struct Change {
    var shift: Int
    var delay: Int
    var factor: Double
    var object: UInt64
  }

  private func change(_ index: Int, _ epoch: Int) -> Change {
    let object = UInt64(epoch) << 32 | UInt64(index)
    func between(_ limit: Double, _ place: UInt64) -> Double {
      limit * (2 * draws.uniform(.composition, object: object, index: place) - 1)
    }
    return Change(
      shift: Int(between(Double(augmentation.channelShift) + 0.5, 0).rounded()),
      delay: draws.below(augmentation.timeShift + 1, .composition, object: object, index: 1),
      factor: 1 + between(augmentation.timeStretch, 2), object: object)
  }

  private func steps(_ change: Change, _ steps: Int) -> Int { change.delay + max(1, Int((Double(steps) * change.factor).rounded())) }

  public func steps(_ index: Int, epoch: Int) throws -> Int { steps(change(index, epoch), try source.steps(index)) }

  public func sample(_ index: Int, epoch: Int) throws -> Sample {
    let change = change(index, epoch)
    let events = try source.events(index)
    guard events.values.isEmpty else {
      throw TrainingError.invalidData("recording \(index) has values, not spikes, which augmentation would lose; train without it")
    }
    let count = steps(change, events.steps)
    var lost = draws.successes(
      augmentation.eventLoss, steps: events.channels.count, .contextNoise, object: change.object)[...]
    var sequence = EventSequence()
    var active: [Int] = [], place = 0
    // Squeezed time puts steps together; a channel counts once in a step.
    func close(upTo step: Int) {
      while place < step {
        if !zip(active, active.dropFirst()).allSatisfy({ $0 < $1 }) { active = Set(active).sorted() }
        sequence.append(active)
        active.removeAll(keepingCapacity: true)
        place += 1
      }
    }
    for step in 0..<events.steps {
      close(upTo: min(count - 1, change.delay + Int(Double(step) * change.factor)))
      for event in Int(events.offsets[step])..<Int(events.offsets[step + 1]) {
        if event == lost.first {
          lost.removeFirst()
          continue
        }
        let channel = Int(events.channels[event]) + change.shift
        if channel >= 0 && channel < source.channels { active.append(channel) }
      }
    }
    close(upTo: count)
    return Sample(events: [sequence], blocks: BlockIndex(lengths: [count]), target: .label(source.label(index)))
  }
}
