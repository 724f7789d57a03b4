// A training run from its configuration to the files of its run folder, on all ranks; and the evaluation of its weights.
import CPlatform
import Parallel
import Running
import Storage
import Training

/// Trains one experiment. All ranks make the same calls in the same order.
public enum TrainingRun {
  /// Reads the data, trains, tests, writes; returns the exit code.
  /// - Throws: what went wrong, as an error with an exit code.
  public static func run(
    _ experiment: TrainingExperiment, _ options: RunOptions, _ communicator: borrowing Communicator
  ) throws -> Int32 {
    switch experiment.precision {
    case .single: try run(experiment, options, communicator, as: Float.self)
    case .double: try run(experiment, options, communicator, as: Double.self)
    }
    return 0
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

  private static func run<S: WeightScalar>(
    _ experiment: TrainingExperiment, _ options: RunOptions, _ communicator: borrowing Communicator, as: S.Type
  ) throws {
    cplatform_flush_denormals()
    let speaks = communicator.rank == 0
    let folder = RunFolder(options.output)
    let trainer = try makeTrainer(experiment, communicator, as: S.self)
    let data = try TrainingData(experiment)
    if speaks {
      try folder.prepare()
      folder.removeParts()
      try AtomicFile.write(folder.configuration, text: experiment.configuration)
    }
    try communicator.barrier()
    let log = speaks ? try RunLog(folder.log, experiment, options, communicator) : nil
    var course = TrainingCourse(experiment, trainer, quiet: options.quiet || !speaks)
    try course.train(data, communicator, log: log)
    let test = try TrainingScore(trainer, data.test, classNames: data.classNames, communicator)
    let result = try TrainingResult(experiment, course, test, notes: experiment.notes + data.notes, communicator)
    if speaks {
      try WeightsFile.write(folder.weights, trainer.network.weights(trainer.parameters), title: experiment.title)
      try AtomicFile.write(folder.summary, text: JSONValue.object(result.summary).prettyText)
      try log?.event("run.end", result.summary)
      if options.writesReport { try RunReport.write(folder) }
      if !options.quiet { result.tell(folder, test) }
    }
    try communicator.barrier()
  }
}
