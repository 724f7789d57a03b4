// The recordings of one part of a data set with what is known of each, and how parts are made of them.

/// Preprocessed recordings with labels and, where the data tell, speakers.
public struct RecordingSet: Sendable {
  public private(set) var sequences: [EventSequence] = []
  public private(set) var labels: [Int] = []
  /// Who was recorded, ``unknownSpeaker`` where a recording does not tell; empty where none does.
  public private(set) var speakers: [Int] = []
  public static let unknownSpeaker = -1
  public let classes: Int
  public let channels: Int
  /// Names of the classes, or empty.
  public var classNames: [String] = []
  /// Recordings whose cut left no event.
  public private(set) var leftOut = 0

  public init(classes: Int, channels: Int) {
    self.classes = classes
    self.channels = channels
  }

  public var count: Int { sequences.count }

  /// Appends a recording; nil for one that preprocessing left nothing of.
  public mutating func append(_ events: EventSequence?, label: Int, speaker: Int? = nil) {
    guard let events else {
      leftOut += 1
      return
    }
    sequences.append(events)
    labels.append(label)
    if speaker == nil && speakers.isEmpty { return }
    padSpeakers(to: count - 1)
    speakers.append(speaker ?? Self.unknownSpeaker)
  }

  private mutating func padSpeakers(to count: Int) {
    speakers += Array(repeating: Self.unknownSpeaker, count: count - speakers.count)
  }

  /// The recordings of another part behind these.
  public func joined(with other: RecordingSet) -> RecordingSet {
    var all = self
    all.sequences += other.sequences
    all.labels += other.labels
    if !speakers.isEmpty || !other.speakers.isEmpty {
      all.padSpeakers(to: count)
      all.speakers += other.speakers
      all.padSpeakers(to: all.count)
    }
    all.leftOut += other.leftOut
    return all
  }

  /// The recordings at some indices, in their order.
  public func subset(_ indices: [Int]) -> RecordingSet {
    var part = RecordingSet(classes: classes, channels: channels)
    part.classNames = classNames
    part.sequences = indices.map { sequences[$0] }
    part.labels = indices.map { labels[$0] }
    if !speakers.isEmpty { part.speakers = indices.map { speakers[$0] } }
    return part
  }

  /// For datasets.
  /// - Throws: ``TrainingError/invalidData(_:)`` for labels or channels out of range.
  public func recordings() throws(TrainingError) -> RecordingsInMemory {
    try RecordingsInMemory(sequences, labels: labels, classes: classes, channels: channels)
  }

  /// Leaves out the classes from `kept` on, as the reference does with the gesture "other".
  public func keepingClasses(_ kept: Int) -> RecordingSet {
    var part = RecordingSet(classes: kept, channels: channels)
    part.classNames = Array(classNames.prefix(kept))
    for index in 0..<count where labels[index] < kept {
      part.append(sequences[index], label: labels[index], speaker: speakers.isEmpty ? nil : speakers[index])
    }
    part.leftOut = leftOut
    return part
  }
}

/// The parts of a data set.
public struct DatasetParts: Sendable {
  public var train: RecordingSet
  /// Nil where the data set has none of its own.
  public var validation: RecordingSet?
  public var test: RecordingSet

  public init(train: RecordingSet, validation: RecordingSet? = nil, test: RecordingSet) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// All recordings of the held-out speakers become the test part, all others the training part, whatever the official split says.
  /// - Throws: ``TrainingError/invalidSetting(_:)`` where speakers are unknown, or one of them has no recording.
  public func holdingOut(speakers held: [Int]) throws(TrainingError) -> DatasetParts {
    let all = train.joined(with: test)
    let known = Set(all.speakers).subtracting([RecordingSet.unknownSpeaker])
    guard !known.isEmpty else { throw .invalidSetting("held_out_speakers needs data that tell the speakers; these do not") }
    // One of them could be held out and yet be trained on.
    let untold = all.speakers.count { $0 == RecordingSet.unknownSpeaker }
    guard untold == 0 else {
      throw .invalidSetting("held_out_speakers needs data that tell all speakers; \(untold) of \(all.count) recordings do not")
    }
    if let unknown = held.first(where: { !known.contains($0) }) {
      let list = known.sorted().map(String.init).joined(separator: ", ")
      throw .invalidSetting("held_out_speakers names speaker \(unknown), but the data have \(list)")
    }
    guard Set(held).count < known.count else { throw .invalidSetting("held_out_speakers leaves no speaker to train on") }
    let indices = 0..<all.count
    return DatasetParts(
      train: all.subset(indices.filter { !held.contains(all.speakers[$0]) }),
      test: all.subset(indices.filter { held.contains(all.speakers[$0]) }))
  }

  /// Takes a drawn share of the training part for validation where the data set has no validation part of its own.
  public func withValidation(share: Double, draws: Draws) -> DatasetParts {
    guard validation == nil else { return self }
    var parts = self
    let (kept, rest) = trainingSplit(count: train.count, share: 1 - share, draws: draws)
    parts.train = train.subset(kept)
    parts.validation = train.subset(rest)
    return parts
  }
}
