// Where training takes its samples from.

/// Samples by index. A sample depends on (index, epoch) alone, so that any rank can make any sample.
public protocol Dataset: Sendable {
  var count: Int { get }
  /// Sample `index` of `epoch`; data that do not change between epochs ignore it.
  func sample(_ index: Int, epoch: Int) throws -> Sample
  /// Steps of that sample without making it: all ranks need the longest of a batch.
  func steps(_ index: Int, epoch: Int) throws -> Int
}

/// Preprocessed recordings with a class each.
public protocol Recordings: Sendable {
  var count: Int { get }
  var classes: Int { get }
  var channels: Int { get }
  func label(_ recording: Int) -> Int
  func steps(_ recording: Int) throws -> Int
  func events(_ recording: Int) throws -> EventSequence
}

/// Recordings held in memory.
public struct RecordingsInMemory: Recordings {
  public let classes: Int
  public let channels: Int
  private let sequences: [EventSequence]
  private let labels: [Int]

  /// - Throws: ``TrainingError/invalidData(_:)`` for labels or channels out of range.
  public init(_ sequences: [EventSequence], labels: [Int], classes: Int, channels: Int) throws(TrainingError) {
    guard sequences.count == labels.count else {
      throw .invalidData("\(sequences.count) recordings with \(labels.count) labels")
    }
    for (recording, label) in labels.enumerated() where label < 0 || label >= classes {
      throw .invalidData("recording \(recording) has label \(label), but there are \(classes) classes, 0 to \(classes - 1)")
    }
    for (recording, sequence) in sequences.enumerated() {
      if let wrong = sequence.channels.first(where: { Int($0) >= channels }) {
        throw .invalidData("recording \(recording) has an event on channel \(wrong) of \(channels)")
      }
    }
    self.sequences = sequences
    self.labels = labels
    self.classes = classes
    self.channels = channels
  }

  public var count: Int { sequences.count }
  public func label(_ recording: Int) -> Int { labels[recording] }
  public func steps(_ recording: Int) -> Int { sequences[recording].steps }
  public func events(_ recording: Int) -> EventSequence { sequences[recording] }
}

/// Plain classification: one recording, one label.
public struct ClassificationDataset<Source: Recordings>: Dataset {
  public let source: Source

  public init(_ source: Source) { self.source = source }

  public var count: Int { source.count }
  public func steps(_ index: Int, epoch: Int) throws -> Int { try source.steps(index) }
  public func sample(_ index: Int, epoch: Int) throws -> Sample {
    let events = try source.events(index)
    return Sample(events: [events], blocks: BlockIndex(lengths: [events.steps]), target: .label(source.label(index)))
  }
}

/// Train and validation parts of a data set: a drawn permutation, its first share to train.
public func trainingSplit(count: Int, share: Double = 0.8, draws: Draws) -> (train: [Int], validation: [Int]) {
  let order = draws.permutation(count, .split, object: 0)
  let kept = Int(share * Double(count))
  return (Array(order[..<kept]), Array(order[kept...]))
}
