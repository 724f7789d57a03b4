// N-MNIST, whole or the small subset.
import Storage
import Training

/// Handwritten digits before a moving event camera of 34 x 34 (Orchard et al. 2015): folders of classes, or lists of recordings.
struct NMNISTDataset: TrainingDataset {
  static let name = "nmnist"
  static let summary = "N-MNIST: handwritten digits before a moving event camera of 34 x 34, 10 classes"
  private let preprocessing: EventPreprocessing

  init(_ section: ConfigurationSection) throws {
    preprocessing = try EventPreprocessing(
      section,
      defaults: EventPreprocessing(width: 34, height: 34, polarities: 2, durationRatio: 1, spatialFactor: 0.5, window: 5, threshold: 1))
  }

  let classes = 10
  var channels: Int { preprocessing.channels }
  var stepDuration: Double { Double(preprocessing.window) }
  let defaults = DatasetDefaults()

  func read(_ folder: String, progress: () -> Void) throws -> DatasetParts {
    func part(_ list: String, _ name: String) throws -> RecordingSet {
      let path = try DatasetFiles.find(
        ["nmnist_small/\(list)", list, "N-MNIST/\(name)", "NMNIST/\(name)", name], in: folder, dataset: Self.name,
        source:
          "the data are described in Orchard et al. 2015 (Front. Neurosci. 9:437); SOURCE.txt beside the list describes the small subset")
      if path.hasSuffix(".txt") {
        return try EventCameraFolder.read(list: path, preprocessing: preprocessing, classes: classes, progress: progress)
      }
      return try EventCameraFolder.read(classFolders: path, preprocessing: preprocessing, classes: classes, progress: progress)
    }
    return DatasetParts(train: try part("train1K.txt", "Train"), test: try part("test100.txt", "Test"))
  }
}
