// The Yin-Yang data set: points with four coordinates in three classes, and how they become events.
import Storage

/// How the coordinates of a point reach the network.
public enum PointEncoding: String, Sendable, CaseIterable {
  /// One spike per coordinate, the later the larger; a fifth channel spikes at the first step to tell when time begins.
  case latency
  /// The coordinate itself as an input at every step; the fifth channel is one.
  case current

  /// Events of a point with coordinates in [0, 1] over some steps.
  public func events(_ point: [Double], steps: Int) -> EventSequence {
    var sequence = EventSequence()
    switch self {
    case .latency:
      let spikes = point.map { Int((min(max($0, 0), 1) * Double(steps - 1)).rounded()) } + [0]
      for step in 0..<steps { sequence.append(spikes.indices.filter { spikes[$0] == step }) }
    case .current:
      for _ in 0..<steps { sequence.append(dense: point + [1]) }
    }
    return sequence
  }
}

/// Reads `PART_samples.npy` and `PART_labels.npy` (Kriener, Göltz, Petrovici 2022).
public enum YinYangFolder {
  public static let classNames = ["yin", "yang", "dot"]

  /// - `part`: `train`, `validation` or `test`.
  /// - `steps`: of each sample.
  /// - Throws: `StorageError` 66 if a file is missing; 65 for shapes that disagree, coordinates outside [0, 1], labels outside 0 to 2.
  public static func read(_ folder: String, part: String, encoding: PointEncoding, steps: Int) throws -> RecordingSet {
    let samples = try NumPyArray.read("\(folder)/\(part)_samples.npy")
    let labelFile = try NumPyArray.read("\(folder)/\(part)_labels.npy")
    func fault(_ path: String, _ reason: String) -> StorageError {
      StorageError(
        .badData, path: path, operation: "read the points", reason: reason, remedy: "check that both files are of the same data set")
    }
    guard samples.shape.count == 2, samples.shape[1] == 4 else {
      throw fault(samples.path, "its shape is \(samples.shape), not (points, 4)")
    }
    let labels = try labelFile.integers()
    guard labelFile.shape == [samples.shape[0]] else {
      throw fault(labelFile.path, "its shape is \(labelFile.shape) for \(samples.shape[0]) points")
    }
    if let wrong = labels.firstIndex(where: { !(0..<3).contains($0) }) {
      throw fault(labelFile.path, "point \(wrong) has label \(labels[wrong]), but there are 3 classes, 0 to 2")
    }
    let values = samples.doubles
    if let wrong = values.firstIndex(where: { !(0...1).contains($0) }) {
      throw fault(samples.path, "point \(wrong / 4) has the coordinate \(values[wrong]), outside 0 to 1")
    }
    var set = RecordingSet(classes: 3, channels: 5)
    set.classNames = classNames
    for point in labels.indices {
      set.append(encoding.events(Array(values[4 * point..<4 * point + 4]), steps: steps), label: labels[point])
    }
    return set
  }
}
