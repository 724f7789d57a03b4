// Free Spoken Digit Dataset as cochlea spikes.
import Training

/// 2,700 and 300 spoken English digits by six speakers, 700 channels, in the layout of the Heidelberg digits.
struct FSDDDataset: TrainingDataset {
  static let name = "fsdd"
  static let summary = "Free Spoken Digit Dataset through a cochlea model: English digits of six speakers, 700 channels, 10 classes"
  private let preprocessing: EventPreprocessing

  init(_ section: ConfigurationSection) throws { preprocessing = try EventPreprocessing(section, defaults: .spikingDigits) }

  let classes = 10
  var channels: Int { preprocessing.channels }
  var stepDuration: Double { Double(preprocessing.window) }
  let defaults = DatasetDefaults(shortTau: 40)

  func read(_ folder: String, progress: () -> Void) throws -> DatasetParts {
    func part(_ name: String) throws -> RecordingSet {
      let files = ["fsdd_spikes_\(name).h5", "fsdd_spikes_\(name).h5.gz"]
      let path = try DatasetFiles.find(
        files.map { "fsdd_spikes/" + $0 } + files, in: folder, dataset: Self.name,
        source: "SOURCE.txt beside the files says how they are made of the recordings of Jackson et al. (Free Spoken Digit Dataset)")
      return try SpikingDigitsFile.read(path, preprocessing: preprocessing, classes: classes, progress: progress)
    }
    return DatasetParts(train: try part("train"), test: try part("test"))
  }
}
