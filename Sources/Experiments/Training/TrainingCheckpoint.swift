// What a checkpoint of a training run holds: weights, moments of the optimiser, the state of the course.
import Storage
import Training

enum TrainingCheckpoint {
  private static let fault = "check that the checkpoint belongs to this configuration, or begin again with --resume never"

  /// Writes everything; one rank does it for all.
  static func write<S: WeightScalar, T>(
    _ state: CourseState, _ trainer: Trainer<S, T>, best: AlignedBuffer<S>?, to writer: inout CheckpointWriter
  ) throws {
    try writer.write("parameters", object: 0, trainer.parameters.array)
    try writer.write("adam_first", object: 0, trainer.optimiser.first.array)
    try writer.write("adam_second", object: 0, trainer.optimiser.second.array)
    try writer.write("course", object: 0, state.numbers + [Double(trainer.optimiser.steps)])
    if let best { try writer.write("best_parameters", object: 0, best.array) }
    for (name, score) in [("best_score", state.bestScore), ("last_score", state.lastScore)] {
      if let score { try writer.write(name, object: 0, score.tally.elements + score.confusion.joined().map(Double.init)) }
    }
  }

  /// Reads everything, then puts it into the trainer.
  /// - Throws: `StorageError` 65 where it is damaged, or of other sizes than the network.
  static func read<S: WeightScalar, T>(
    _ checkpoint: CheckpointReader, _ trainer: Trainer<S, T>, classNames: [String], patience: Int?
  ) throws -> (state: CourseState, best: AlignedBuffer<S>?) {
    func buffer(_ name: String) throws -> [S] {
      let values = try checkpoint.read(name, object: 0, as: S.self)
      guard values.count == trainer.parameters.count else {
        throw damaged(checkpoint, "\(name) has \(values.count) values where the network needs \(trainer.parameters.count)")
      }
      return values
    }
    let parameters = try buffer("parameters"), first = try buffer("adam_first"), second = try buffer("adam_second")
    let numbers = try checkpoint.read("course", object: 0, as: Double.self)
    guard var state = CourseState(Array(numbers.dropLast()), patience: patience), let steps = numbers.last.flatMap({ Int(exactly: $0) }),
      steps >= 0
    else { throw damaged(checkpoint, "the state of the course has \(numbers.count) values") }
    state.bestScore = try score(checkpoint, "best_score", classNames)
    state.lastScore = try score(checkpoint, "last_score", classNames)
    state.resumes += 1
    var best: AlignedBuffer<S>?
    if checkpoint.has("best_parameters") {
      let kept = AlignedBuffer<S>(count: trainer.parameters.count, zero: 0)
      fill(kept, try buffer("best_parameters"))
      best = kept
    }
    fill(trainer.parameters, parameters)
    fill(trainer.optimiser.first, first)
    fill(trainer.optimiser.second, second)
    trainer.optimiser.resume(after: steps)
    return (state, best)
  }

  private static func fill<S>(_ buffer: AlignedBuffer<S>, _ values: [S]) {
    for (index, value) in values.enumerated() { buffer[index] = value }
  }

  private static func score(_ checkpoint: CheckpointReader, _ name: String, _ classNames: [String]) throws -> TrainingScore? {
    guard checkpoint.has(name) else { return nil }
    let values = try checkpoint.read(name, object: 0, as: Double.self)
    let classes = classNames.count, head = values.count - classes * classes
    guard Tally.hasElements(head) else { throw damaged(checkpoint, "\(name) has \(values.count) values") }
    let counts = values[head...].map { Int($0) }
    return TrainingScore(
      tally: Tally(elements: Array(values[..<head])),
      confusion: (0..<classes).map { Array(counts[$0 * classes..<($0 + 1) * classes]) }, classNames: classNames)
  }

  private static func damaged(_ checkpoint: CheckpointReader, _ reason: String) -> StorageError {
    StorageError(.badData, path: checkpoint.path, operation: "resume the training", reason: reason, remedy: fault)
  }
}
