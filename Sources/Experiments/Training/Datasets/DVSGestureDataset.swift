// The gestures of DVS128 as a data set: recordings of an event camera, cut beforehand.
import Training

/// 1,077 and 264 hand and arm gestures of 29 people before an event camera (Amir et al. 2017); the eleventh class, "other", is left out.
struct DVSGestureDataset: TrainingDataset {
  static let name = "dvsgesture"
  static let summary = "DVS128 Gesture: hand and arm gestures before an event camera of 128 x 128, 10 classes"
  private let preprocessing: EventPreprocessing

  init(_ section: ConfigurationSection) throws { preprocessing = try EventPreprocessing(section, defaults: .gestures) }

  let classes = 10
  var channels: Int { preprocessing.channels }
  var stepDuration: Double { Double(preprocessing.window) }
  let defaults = DatasetDefaults(somaRate: 43)

  func read(_ folder: String, progress: () -> Void) throws -> DatasetParts {
    func part(_ name: String) throws -> RecordingSet {
      let path = try DatasetFiles.find(
        [name, "DVSGesture/" + name, "DVSGestureContext/DVSGesture/" + name], in: folder, dataset: Self.name,
        source:
          "the data are described in Amir et al. 2017 (CVPR); needed is the form with one NumPy array per gesture, userNN_LIGHT/CLASS.npy")
      return try GestureFolder.read(path, preprocessing: preprocessing, classes: 11, progress: progress).keepingClasses(classes)
    }
    return DatasetParts(train: try part("ibmGestureTrain"), test: try part("ibmGestureTest"))
  }
}
