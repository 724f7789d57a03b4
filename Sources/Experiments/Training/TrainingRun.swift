// A training run from its configuration to the files of its run folder, on all ranks; and the evaluation of its weights.
import CPlatform
import Parallel
import Running
import Storage
import Training

/// Trains one experiment. All ranks make the same calls in the same order.
public enum TrainingRun {
  /// Reads the data, trains, tests, writes; returns the exit code, 75 if the run was stopped with a checkpoint.
  /// - Throws: what went wrong, as an error with an exit code.
  public static func run(
    _ experiment: TrainingExperiment, _ options: RunOptions, _ communicator: borrowing Communicator
  ) throws -> Int32 {
    switch experiment.precision {
    case .single: try run(experiment, options, communicator, as: Float.self)
    case .double: try run(experiment, options, communicator, as: Double.self)
    }
  }

  /// Scores stored weights on the test part. Collective.
  /// - Throws: `TrainingError` 65 for weights of another shape.
  public static func evaluate(
    _ experiment: TrainingExperiment, weights path: String, _ communicator: borrowing Communicator
  ) throws -> TrainingScore {
    switch experiment.precision {
    case .single: try evaluate(experiment, path, communicator, as: Float.self)
    case .double: try evaluate(experiment, path, communicator, as: Double.self)
    }
  }

  private static func evaluate<S: WeightScalar>(
    _ experiment: TrainingExperiment, _ path: String, _ communicator: borrowing Communicator, as: S.Type
  ) throws -> TrainingScore {
    let trainer = try makeTrainer(experiment, communicator, as: S.self)
    try trainer.network.restore(try WeightsFile.read(path), into: trainer.parameters)
    let data = try TrainingData(experiment)
    return try TrainingScore(trainer, data.test, classNames: data.classNames, communicator)
  }

  private static func makeTrainer<S: WeightScalar>(
    _ experiment: TrainingExperiment, _ communicator: borrowing Communicator, as: S.Type
  ) throws -> Trainer<S, RankTransport<S>> {
    let draws = Draws(seed: experiment.seed, part: .trainingRun)
    let trainer = try Trainer(
      experiment.network.description(draws: draws), settings: experiment.settings, draws: draws,
      transport: try RankTransport<S>(communicator))
    experiment.network.initialise(trainer.parameters, of: trainer.network, draws: draws)
    return trainer
  }

  /// Keys that a resumed run may have otherwise: where the data lie, how much of the tape is kept, and what has no effect.
  private static let free = ["data_path", "nb_worker", "recompute_segments"]

  private static func run<S: WeightScalar>(
    _ experiment: TrainingExperiment, _ options: RunOptions, _ communicator: borrowing Communicator, as: S.Type
  ) throws -> Int32 {
    cplatform_flush_denormals()
    try communicator.requireWholeLaunch()
    var control = RunControl(options.limits)
    let speaks = communicator.rank == 0
    var folder = RunFolder(options.output)
    if try FinishedRun.isThere(options, folder, configuration: experiment.configuration, free: free, communicator) { return 0 }
    let trainer = try makeTrainer(experiment, communicator, as: S.self)
    let data = try TrainingData(experiment)
    let start = try RunStart.find(options.resume, output: folder, communicator)
    try start?.check(kind: "training", configuration: experiment.configuration, free: free)
    folder.resumedFrom = start?.origin
    // Everybody has looked before anything is changed.
    try communicator.barrier()
    if speaks {
      try folder.prepare(resuming: start?.isIn(folder) ?? false)
      folder.removeParts()
      try AtomicFile.write(folder.configuration, text: experiment.configuration)
    }
    try communicator.barrier()
    let log = speaks ? try RunLog(folder.log, experiment, options, communicator, resuming: start?.isIn(folder) ?? false) : nil
    var course = TrainingCourse(experiment, trainer, data, log: log, quiet: options.quiet || !speaks)
    var notes = experiment.notes + data.notes
    if let start {
      let restored = try start.restore(for: folder, communicator) { try course.load($0) }
      notes += restored.notes
      try log?.event("run.resume", ["step": JSONValue(trainer.steps), "checkpoint": .string(restored.checkpoint.path)])
      if speaks && !options.quiet { tell("Resumed after step \(trainer.steps) from \(restored.checkpoint.path)\n") }
    }
    if let reason = try course.train(data, communicator, &control, checkpoints: folder.checkpoints) {
      let place = "Stopped after step \(trainer.steps): \(reason)."
      if speaks && !options.quiet { tell("\(place) The same command goes on from \(folder.checkpoints.path)\n") }
      try communicator.barrier()
      return ExitCode.stoppedEarly.rawValue
    }
    let test = try TrainingScore(trainer, data.test, classNames: data.classNames, communicator)
    let result = try TrainingResult(experiment, course, test, notes: notes, communicator)
    if speaks {
      try WeightsFile.write(folder.weights, trainer.network.weights(trainer.parameters), title: experiment.title)
      try TrainingExample(experiment, trainer.network, trainer.parameters, data.test).write(folder.example)
      try AtomicFile.write(folder.summary, text: JSONValue.object(result.summary).prettyText)
      try log?.event("run.end", result.summary)
      if options.writesReport { try RunReport.write(folder) }
      // From here on the run is finished.
      try folder.checkpoints.removeAll()
      if !options.quiet { result.tell(folder, test) }
    }
    try communicator.barrier()
    return 0
  }

  private static func tell(_ text: String) { text.withCString { _ = cplatform_write(2, $0, Int64(text.utf8.count)) } }
}
