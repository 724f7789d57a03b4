// What can go wrong in training, with the values that a message needs.

public enum TrainingError: Error, Sendable, CustomStringConvertible, Equatable {
  case invalidNetwork(String)
  case invalidBatch(String)
  case invalidData(String)
  case invalidSetting(String)
  /// The loss or the gradient stopped being a number.
  case notFinite(what: String, step: Int, value: Double)
  /// A part of a network that another format has no word for.
  case notExpressible(part: String, reason: String)
  case wrongShape(name: String, expected: [Int], found: [Int])
  /// Weights of a file that are those of another network.
  case otherNetwork(path: String, reason: String)

  public var description: String {
    switch self {
    case .invalidNetwork(let text): "network: \(text)"
    case .invalidBatch(let text): "batch: \(text)"
    case .invalidData(let text): "data: \(text)"
    case .invalidSetting(let text): "training: \(text)"
    case .notFinite(let what, let step, let value):
      "training: \(what) is \(value) at step \(step); "
        + "lower the learning rate (--set lr=...) or clip the gradient (--set clip=1), and begin again with --resume never"
    case .notExpressible(let part, let reason): "\(part) cannot be written: \(reason)"
    case .wrongShape(let name, let expected, let found):
      "weights: '\(name)' has shape \(found) where the network needs \(expected); use weights of a network of the same sizes"
    case .otherNetwork(let path, let reason): "weights: \(path) \(reason); give the configuration of the run that it comes from"
    }
  }
}
