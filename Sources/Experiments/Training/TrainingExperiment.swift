// What a training configuration asks for: data, task, network, optimiser.
import Running
import Training

/// What is trained on.
public enum TrainingTask: Sendable, Hashable {
  case context(ContextTask)
  case classification

  static let names = ["recognition", "memory", "classification"]
  public var name: String {
    switch self {
    case .context(let task): task.rawValue
    case .classification: "classification"
    }
  }
}

/// Which epoch's weights are kept.
public enum WeightSelection: String, Sendable, CaseIterable { case last, best }

/// A training run as read from its configuration.
public struct TrainingExperiment: Sendable {
  /// One line on what is trained.
  public let title: String
  /// Names the default folder of the run.
  public var name: String { "\(datasetName)-\(task.name)-\(model)" }
  let datasetName: String
  let dataset: any TrainingDataset
  let dataPath: String
  let task: TrainingTask
  /// Items per sample.
  let length: Int
  let trainSamples: Int
  let testSamples: Int
  /// New compositions each epoch.
  let fresh: Bool
  let validationShare: Double
  let heldOutSpeakers: [Int]
  let augmentation: Augmentation
  let model: String
  let network: TrainedNetwork
  let settings: TrainerSettings
  /// A file of weights to begin with; nil: drawn ones.
  let initialWeights: String?
  let selection: WeightSelection
  /// Epochs without improvement on the validation part after which training stops; nil: never.
  let patience: Int?
  public let precision: Precision
  public let seed: UInt64
  let dataSeed: UInt64
  public let notes: [String]
  /// The resolved configuration as YAML: read again, it gives the same run.
  public let configuration: String

  /// Reads a configuration, or the `config.yaml` of a folder.
  ///
  /// - `overrides`: texts `key=value` that take the place of keys, in their order.
  /// - `smoke`: makes a tiny run of it, as far as the overrides do not say otherwise.
  /// - Throws: `ConfigurationError` 78 or 66.
  public static func load(path: String, overrides: [String] = [], smoke: Bool = false) throws -> TrainingExperiment {
    var file = path
    if ConfigurationFile.isFolder(path) {
      let names = ["config.yaml", "configuration.yaml"]
      guard let found = names.first(where: { ConfigurationFile.exists(path + "/" + $0) }) else {
        throw ConfigurationError(.file(path), "the folder holds no \(names.joined(separator: " or "))", exitCode: .missingInput)
      }
      file = path + "/" + found
    }
    var tree = try ConfigurationTree.read(file)
    let written = tree
    try tree.apply(overrides: overrides)
    if smoke {
      let settings = smokeSettings(tree)
      tree = written
      try tree.apply(overrides: settings + overrides)
    }
    guard case .section(let members) = tree.content else { throw ConfigurationError(tree.place, "a configuration is a section of keys") }
    return try TrainingExperiment(
      ConfigurationSection(members, place: tree.place, path: "", folder: ConfigurationFile.folder(of: file)))
  }

  /// One epoch of a small network on few samples, where the configuration has such keys.
  private static func smokeSettings(_ tree: ConfigurationTree) -> [String] {
    func value(_ key: String) -> String? {
      guard case .section(let members) = tree.content, let member = members.first(where: { $0.key == key }) else { return nil }
      switch member.value.content {
      case .plain(let text), .quoted(let text): return text
      default: return nil
      }
    }
    // A network or weights from a file have their units, and in classification a sample is a recording.
    let batch = value("batch_size").flatMap(NumberText.integer) ?? TrainerSettings.standardBatch
    return ["epoch=1"] + (value("network") == nil && value("initial_weights") == nil ? ["units=16"] : [])
      + (value("task_type") == TrainingTask.classification.name ? [] : ["train_samples=\(max(128, batch))", "test_samples=64"])
  }

  init(_ section: ConfigurationSection) throws {
    if section.has("study") || section.has("populations") {
      throw ConfigurationError(
        section.place,
        "describes a simulation (it has the key \(section.has("study") ? "study" : "populations")), not a training; "
          + "give it to colonnade simulate")
    }
    seed = UInt64(try section.integer("seed", default: 123_123, .notNegative))
    dataSeed = UInt64(try section.integer("data_seed", default: Int(seed), .notNegative))
    precision = try section.choice("precision", default: .single)
    dataset = try DatasetCatalogue.dataset(of: section)
    datasetName = type(of: dataset).name
    let standardPath = ConfigurationFile.absolute("data", in: ".")
    dataPath = try section.value("data_path", default: .text(standardPath))?.filePath() ?? standardPath
    let taskName = try section.value("task_type", default: .text("recognition"))?.choice(TrainingTask.names) ?? "recognition"
    task = ContextTask(rawValue: taskName).map { .context($0) } ?? .classification
    length = try section.integer("seq_len", default: 1, .within(1...Double(dataset.classes - 1)))
    trainSamples = try section.integer("train_samples", default: dataset.defaults.samples, .within(1...1e9))
    testSamples = try section.integer("test_samples", default: dataset.defaults.samples, .within(1...1e9))
    fresh = try section.flag("fresh", default: false)
    validationShare = try section.number("validation_share", default: 0.2, .within(0...0.9))
    heldOutSpeakers = try section.value("held_out_speakers", default: .words([]))?.list().map { try $0.integer(.notNegative) } ?? []
    let augment = try section.section("augment")
    var augmentation = Augmentation()
    augmentation.channelShift = try augment.integer("channel_shift", default: 0, .notNegative)
    augmentation.timeShift = try augment.integer("time_shift", default: 0, .within(0...1_000_000))
    augmentation.timeStretch = try augment.number("time_stretch", default: 0, .within(0...0.9))
    augmentation.eventLoss = try augment.number("event_loss", default: 0, .within(0...1))
    self.augmentation = augmentation
    let keys = try ModelKeys(section, dataset: dataset, task: task)
    model = keys.model
    network = keys.network
    settings = try Self.settings(section, task, length)
    initialWeights = try section.value("initial_weights")?.filePath()
    selection = try section.choice("select", default: .last)
    let patience = try section.integer("patience", default: 0, .notNegative)
    self.patience = patience > 0 ? patience : nil
    // The reference's number of loader processes: samples are made by the ranks here, so the key is known and without effect.
    _ = try section.integer("nb_worker", default: 1, .notNegative)
    if !augmentation.changesNothing, task != .classification {
      throw section.error("augment", "changes samples of task_type classification only")
    }
    if validationShare == 0, selection == .best || self.patience != nil, datasetName != YinYangDataset.name {
      throw section.error("validation_share", "must be above 0 where select is best or patience is set")
    }
    if !augmentation.changesNothing, dataset.hasValues {
      throw section.error("augment", "moves and loses spikes, and these data are values; leave it out, or set encoding: latency")
    }
    try Self.refuseKeysOfOthers(section, datasetName)
    try section.finish()
    let items = task == .classification ? "" : ", \(length) \(length == 1 ? "item" : "items") per sample"
    title = "\(task.name.prefix(1).uppercased() + task.name.dropFirst()) on \(datasetName) with \(model)\(items)"
    let ineffective =
      Self.ineffective(section, task, hasOwnValidation: datasetName == YinYangDataset.name, isDrawn: !augmentation.changesNothing)
      + keys.ineffective(section, task: task) + settings.ineffective(section)
    notes =
      (section.isChanged("nb_worker") ? ["nb_worker has no effect: each rank makes its own samples"] : [])
      + ineffective.map { "\($0.key) has no effect: it \($0.reason)" } + network.notes
    configuration = section.resolvedText
  }

  /// Keys of the samples that are set and change nothing, with what they are for.
  ///
  /// - Parameters:
  ///   - hasOwnValidation: whether the data set has a validation part of its own.
  ///   - isDrawn: whether samples are augmented by draws.
  private static func ineffective(
    _ section: ConfigurationSection, _ task: TrainingTask, hasOwnValidation: Bool, isDrawn: Bool
  ) -> [(key: String, reason: String)] {
    if task != .classification { return [] }
    let context = ["seq_len", "train_samples", "test_samples", "fresh"].map { ($0, "is of the context tasks") }
    let ofSplit =
      hasOwnValidation
      ? [("validation_share", "splits data without a validation part of their own, which these have")]
        + (isDrawn ? [] : [("data_seed", "is of what is drawn of the data: their split and augmentation, and there is none")]) : []
    return (context + ofSplit).filter { section.isChanged($0.0) }
  }

  /// Refuses keys that are known, but to another data set.
  private static func refuseKeysOfOthers(_ section: ConfigurationSection, _ dataset: String) throws {
    for key in section.unknownKeys {
      if key == "network_step" {
        throw section.error(key, "is of a network that is read from a file; leave it out, or name the file in 'network'")
      }
      let others = DatasetCatalogue.datasets.filter { type in
        let empty = ConfigurationSection([], place: section.place, path: "", folder: ".")
        return (try? type.init(empty)) != nil && empty.knows(key)
      }
      if !others.isEmpty {
        throw section.error(
          key, "is of the data \(others.map { $0.name }.joined(separator: ", ")), and dataset is \(dataset); leave it out")
      }
    }
  }

  private static func settings(_ section: ConfigurationSection, _ task: TrainingTask, _ length: Int) throws -> TrainerSettings {
    switch task {
    case .classification: return try TrainerSettings(section, objective: .classes())
    case .context(let task):
      var settings = try TrainerSettings(
        section, objective: .binary(BinaryCrossEntropy(positiveWeight: task.positiveWeight(length: length))))
      settings.evaluatesLastItemOnly = task == .memory
      return settings
    }
  }
}
