// The data sets that can be trained on. A new one is one file under Datasets and one line here.
import Storage
import Training

/// A named data set with the keys it was asked for.
public protocol TrainingDataset: Sendable {
  /// As `dataset:` spells it.
  static var name: String { get }
  static var summary: String { get }
  /// Reads the keys that are the data set's own.
  init(_ section: ConfigurationSection) throws
  var classes: Int { get }
  /// Input channels after preprocessing.
  var channels: Int { get }
  /// [ms] Of the recorded time that a step stands for.
  var stepDuration: Double { get }
  var defaults: DatasetDefaults { get }
  /// Whether inputs have values instead of being spikes.
  var hasValues: Bool { get }
  /// Reads all recordings below a folder, and calls `progress` now and then.
  func read(_ folder: String, progress: () -> Void) throws -> DatasetParts
}

extension TrainingDataset {
  public var hasValues: Bool { false }
}

/// What a data set sets where the configuration does not.
public struct DatasetDefaults: Sendable {
  /// Composite samples of the context tasks, for training and for test each.
  public var samples = 2048
  /// Time constant `short` of the apical compartment in steps.
  public var shortTau = 20.0
  /// Assumed rates in Hz onto soma and apical compartment, for initial weights.
  public var somaRate = 50.0
  public var apicalRate = 20.0
}

public enum DatasetCatalogue {
  public static let datasets: [any TrainingDataset.Type] = [
    DVSGestureDataset.self,
    SHDDataset.self,
    FSDDDataset.self,
    NMNISTDataset.self,
    YinYangDataset.self,
  ]

  static func dataset(of section: ConfigurationSection) throws -> any TrainingDataset {
    let names = datasets.map { $0.name }
    let name = try section.value("dataset", default: .text(DVSGestureDataset.name))?.choice(names) ?? DVSGestureDataset.name
    return try datasets[names.firstIndex(of: name) ?? 0].init(section)
  }
}

/// Finding the files of a data set.
enum DatasetFiles {
  /// The first of some places below a folder where there is something.
  /// - Parameters:
  ///   - dataset: the name in the message.
  ///   - source: where the data are described, and how to get them.
  /// - Throws: `StorageError` 66 that names the places, the description and what to do.
  static func find(_ places: [String], in folder: String, dataset: String, source: String) throws -> String {
    if let found = places.first(where: { FolderContents.exists(folder + "/" + $0) }) { return folder + "/" + found }
    throw StorageError(
      .missing, path: folder + "/" + places[0], operation: "read the data set '\(dataset)'",
      reason: places.count == 1 ? "it is not there" : "neither it nor \(places.dropFirst().joined(separator: ", ")) is there",
      remedy: "\(source); nothing is fetched by itself: put the files there, or name their folder with --set data_path=FOLDER")
  }
}

extension EventPreprocessing {
  /// The keys of the event pipeline over a data set's own values.
  init(_ section: ConfigurationSection, defaults: EventPreprocessing) throws {
    self = defaults
    window = try section.integer("window", default: defaults.window, .within(1...1e6))
    spatialFactor = try section.number("spatial_factor", default: defaults.spatialFactor, .within(1e-3...1))
    threshold = try section.integer("count_threshold", default: defaults.threshold, .within(1...1e6))
    durationRatio = try section.number("duration_ratio", default: defaults.durationRatio, .within(1e-3...1))
  }
}
