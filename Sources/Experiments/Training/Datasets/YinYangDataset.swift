// The Yin-Yang data set.
import Training

/// 5,000, 1,000 and 1,000 points in three classes of equal size that no line separates (Kriener et al. 2022).
struct YinYangDataset: TrainingDataset {
  static let name = "yin_yang"
  static let summary = "Yin-Yang: points of a plane in three classes, each coordinate a spike time or a current"
  private let encoding: PointEncoding
  private let steps: Int

  init(_ section: ConfigurationSection) throws {
    encoding = try section.choice("encoding", default: .latency)
    steps = try section.integer("steps", default: 60, .within(2...10_000))
  }

  let classes = 3
  let channels = 5
  let stepDuration = 1.0
  var hasValues: Bool { encoding == .current }
  let defaults = DatasetDefaults()

  func read(_ folder: String, progress: () -> Void) throws -> DatasetParts {
    let path = try DatasetFiles.find(
      ["yin_yang/publication_data", "publication_data", "yin_yang", "train_samples.npy"], in: folder, dataset: Self.name,
      source: "the data are described in Kriener, Göltz, Petrovici 2022 (arXiv:2102.08211), with six .npy files in publication_data")
    let place = path.hasSuffix(".npy") ? folder : path
    func part(_ name: String) throws -> RecordingSet { try YinYangFolder.read(place, part: name, encoding: encoding, steps: steps) }
    return DatasetParts(train: try part("train"), validation: try part("validation"), test: try part("test"))
  }
}
