// The samples of a training run: recordings read, split and made into the task's data sets.
import Maths
import Storage
import Training

/// Data sets of the three parts; validation is nil where its share is nothing.
struct TrainingData {
  let train: any Dataset
  let validation: (any Dataset)?
  let test: any Dataset
  let classNames: [String]
  private(set) var notes: [String] = []
  /// A hash over the labels and events of all recordings, part by part in their order: other data have another.
  let fingerprint: String

  /// Reads the recordings; every rank reads all of them.
  ///
  /// - `progress`: called now and then.
  /// - Throws: `TrainingError` 65 for a part without recordings, and the errors of the readers and of the task's data sets.
  init(_ experiment: TrainingExperiment, progress: () -> Void = {}) throws {
    var parts = try experiment.dataset.read(experiment.dataPath, progress: progress)
    // Before parts are made of parts, which do not tell.
    for (name, part) in [("training", parts.train), ("test", parts.test)] where part.leftOut > 0 {
      notes.append("\(part.leftOut) \(name) recordings left out: they have no event, or the cut by duration_ratio leaves none of it")
    }
    let leftOut = (train: parts.train.leftOut, test: parts.test.leftOut)
    if !experiment.heldOutSpeakers.isEmpty { parts = try parts.holdingOut(speakers: experiment.heldOutSpeakers) }
    if experiment.validationShare > 0 {
      parts = parts.withValidation(
        share: experiment.validationShare, draws: Draws(seed: experiment.dataSeed, part: .trainingSplit))
    }
    for (name, part, leftOut) in [("training", parts.train, leftOut.train), ("test", parts.test, leftOut.test)] where part.count == 0 {
      let reason = leftOut > 0 ? " that duration_ratio leaves an event of; \(leftOut) were read" : ""
      throw TrainingError.invalidData("the \(name) part of '\(experiment.datasetName)' has no recording\(reason)")
    }
    fingerprint = Self.fingerprint([parts.train, parts.validation, parts.test])
    let names = parts.train.classNames
    let seed = experiment.dataSeed
    switch experiment.task {
    case .classification:
      let recordings = try parts.train.recordings()
      train =
        experiment.augmentation.changesNothing
        ? ClassificationDataset(recordings)
        : AugmentedDataset(recordings, experiment.augmentation, draws: Draws(seed: seed, part: .trainingAugmentation))
      validation = try parts.validation.flatMap { $0.count > 0 ? ClassificationDataset(try $0.recordings()) : nil }
      test = ClassificationDataset(try parts.test.recordings())
      classNames = names.count == parts.train.classes ? names : (0..<parts.train.classes).map(String.init)
    case .context(let task):
      func compose(_ part: RecordingSet, _ count: Int, _ purpose: Purpose, fresh: Bool) throws -> ContextDataset<RecordingsInMemory> {
        let there = Set(part.labels)
        if let missing = (0..<part.classes).first(where: { !there.contains($0) }) {
          let name = purpose == .trainingSamples ? "training" : purpose == .validationSamples ? "validation" : "test"
          throw TrainingError.invalidSetting(
            "the \(name) part has \(part.count) recordings and none of class \(missing), of which the task needs all; "
              + "change validation_share or held_out_speakers, or give more recordings")
        }
        return try ContextDataset(
          part.recordings(), task: task, length: experiment.length, count: count, fresh: fresh, draws: Draws(seed: seed, part: purpose))
      }
      train = try compose(parts.train, experiment.trainSamples, .trainingSamples, fresh: experiment.fresh)
      // The reference counts validation samples by (1 − share of training) n, rounded down.
      let count = Int((1 - (1 - experiment.validationShare)) * Double(experiment.trainSamples))
      validation =
        try count > 0 ? parts.validation.map { try compose($0, count, .validationSamples, fresh: false) } : nil
      test = try compose(parts.test, experiment.testSamples, .testSamples, fresh: false)
      classNames = ["no", "yes"]
    }
    if validation == nil, experiment.selection == .best || experiment.patience != nil {
      throw TrainingError.invalidSetting(
        "select: best and patience need a validation part, and this one has no sample; raise validation_share, or use select: last")
    }
  }

  private static func fingerprint(_ parts: [RecordingSet?]) -> String {
    var numbers: [Int64] = []
    for part in parts {
      numbers.append(Int64(part?.count ?? -1))
      guard let part else { continue }
      for (label, events) in zip(part.labels, part.sequences) {
        let sums = [Checksum.of(events.offsets), Checksum.of(events.channels), Checksum.of(events.values)]
        numbers += [Int64(label), Int64(events.steps), Int64(events.channels.count)] + sums.map { Int64(bitPattern: $0) }
      }
    }
    var hash = SHA256()
    numbers.withUnsafeBytes { hash.update($0) }
    return hash.text()
  }
}
