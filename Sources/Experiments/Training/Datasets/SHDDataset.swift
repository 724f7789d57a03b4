// Spiking Heidelberg Digits.
import Training

/// 8,156 and 2,264 spoken digits in English and German by 12 speakers, 700 channels (Cramer et al. 2022).
struct SHDDataset: TrainingDataset {
  static let name = "shd"
  static let summary = "Spiking Heidelberg Digits: spoken digits in two languages, 700 cochlea channels, 20 classes"
  private let preprocessing: EventPreprocessing

  init(_ section: ConfigurationSection) throws { preprocessing = try EventPreprocessing(section, defaults: .spikingDigits) }

  let classes = 20
  var channels: Int { preprocessing.channels }
  var stepDuration: Double { Double(preprocessing.window) }
  let defaults = DatasetDefaults(samples: 4096, shortTau: 40)

  func read(_ folder: String, progress: () -> Void) throws -> DatasetParts {
    func part(_ name: String) throws -> RecordingSet {
      let files = ["shd_\(name).h5", "shd_\(name).h5.gz"]
      let path = try DatasetFiles.find(
        files + files.map { "SHD/" + $0 } + files.map { "SDHContext/SHD/" + $0 }, in: folder, dataset: Self.name,
        source: "the data are described at zenkelab.org under 'Spiking Heidelberg Datasets' (Cramer et al. 2022, IEEE TNNLS 33:2744)")
      return try SpikingDigitsFile.read(path, preprocessing: preprocessing, classes: classes, progress: progress)
    }
    return DatasetParts(train: try part("train"), test: try part("test"))
  }
}
