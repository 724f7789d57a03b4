// The random draws of training from the addressed generator: one family of streams per part of a run.
import Maths
import Training

extension Purpose {
  /// Initial weights, time constants and the order of samples.
  static let trainingRun = Purpose("training.run")
  static let trainingSplit = Purpose("training.split")
  static let trainingSamples = Purpose("training.samples.train")
  static let validationSamples = Purpose("training.samples.validation")
  static let testSamples = Purpose("training.samples.test")
  static let trainingAugmentation = Purpose("training.augmentation")
}

extension Draws {
  /// The draws of one part of a run under a seed.
  init(seed: UInt64, part: Purpose) {
    let root = StreamKey(seed: seed, purpose: part)
    self.init { purpose, object, index in
      var stream = RandomStream(root.of(UInt64(purpose.rawValue)).of(object), index: index)
      return stream.nextPair()
    }
  }
}
