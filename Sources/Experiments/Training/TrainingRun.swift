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
  /// - Throws: `TrainingError` 65 for weights of another shape or network.
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
    cplatform_flush_denormals()
    try communicator.requireWholeLaunch()
    try SameOnAllRanks.require(experiment.configuration, from: "configuration", "settings", communicator)
    let trainer = try makeTrainer(experiment, communicator, as: S.self)
    let weights = try WeightsFile.read(path, of: trainer.network, fit: .network)
    try SameOnAllRanks.require(weights.hash, from: path, "weights", communicator)
    try trainer.network.restore(weights.arrays, into: trainer.parameters)
    let data = try TrainingData(experiment)
    try SameOnAllRanks.require(data.fingerprint, from: experiment.dataPath, "recordings", communicator)
    if communicator.rank == 0 { for note in experiment.notes + data.notes { RunLog.tell("NOTE \(note)\n") } }
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

  /// Keys that change no weight: where the data lie, how much of the tape is kept, and what has no effect.
  private static let free = ["data_path", "nb_worker", "recompute_segments"]

  /// Keys that a resumed run may have otherwise: those, and when it ends unless the learning rate depends on that.
  private static func freeOnTheWay(_ experiment: TrainingExperiment) -> [String] {
    // A cosine spans the whole run; the other schedules go on as they began.
    if case .cosine = experiment.settings.learningRate.decay { return free }
    return free + ["epoch", "patience"]
  }

  private static func run<S: WeightScalar>(
    _ experiment: TrainingExperiment, _ options: RunOptions, _ communicator: borrowing Communicator, as: S.Type
  ) throws -> Int32 {
    cplatform_flush_denormals()
    try communicator.requireWholeLaunch()
    try SameOnAllRanks.require(experiment.configuration, from: "configuration", "settings", communicator)
    let control = RunControl(options.limits)
    // A signal that comes after the last step must find somebody who notes it, or it would end the process.
    defer { withExtendedLifetime(control) {} }
    let speaks = communicator.rank == 0
    var folder = RunFolder(options.output)
    let before = speaks ? try folder.holdings() : nil
    if try FinishedRun.isThere(options, folder, configuration: experiment.configuration, free: free, communicator) { return 0 }
    let trainer = try RunFailure.inPhase(of: "build", in: folder) { try makeTrainer(experiment, communicator, as: S.self) }
    // Data of many thousand recordings are read for minutes.
    let watchdog = try options.limits.stall.map { limit in
      try Watchdog(trainer.pulse, limit: limit, communicator) { "after step \($0)" }
    }
    defer { watchdog?.end() }
    let data = try RunFailure.inPhase(of: "data", in: folder) {
      trainer.pulse.enter(.data)
      return try TrainingData(experiment, progress: trainer.pulse.beat)
    }
    let start = try RunStart.find(options.resume, output: folder, communicator)
    try start?.check(kind: "training", configuration: experiment.configuration, free: freeOnTheWay(experiment))
    folder.resumedFrom = start?.origin
    // Read before the folder is touched: they may be those of the run that was there before. A checkpoint has them in its own.
    let initial = try start == nil ? readInitialWeights(experiment, trainer, folder) : nil
    try RunFailure.inPhase(of: "data", in: folder) {
      try SameOnAllRanks.require(data.fingerprint, from: experiment.dataPath, "recordings", communicator)
      let weights = initial?.hash ?? WeightsFile.hash(trainer.network.weights(trainer.parameters))
      let network = NetworkText(trainer.network.description).text + weights
      try SameOnAllRanks.require(network, from: "network", "layers or initial weights", communicator)
    }
    let configuration = experiment.configuration
    let log = try folder.take(since: before, configuration: configuration, held: ["weights.h5"], communicator) {
      try RunLog(
        folder.log, title: experiment.title, seed: Int(experiment.seed), options, communicator, continues: start?.isIn(folder) ?? false)
    }
    if speaks {
      if start == nil { try folder.prepare(configuration: experiment.configuration) }
      folder.removeParts()
    }
    try communicator.barrier()
    return try RunLog.noting(log) {
      var course = TrainingCourse(experiment, trainer, data, log: log, quiet: options.quiet || !speaks)
      var notes = experiment.notes + data.notes + (log?.notes ?? [])
      if let difference = initial?.difference { notes.append("initial_weights: the file \(difference)") }
      if let start {
        let (rank, ranks) = (communicator.rank, communicator.size)
        let restored = try RunFailure.inPhase(of: "resume", in: folder) {
          try start.restore(for: folder, communicator) { try course.load($0, rank: rank, of: ranks) }
        }
        // Only now: a checkpoint that is refused must not cost what is in the folder.
        if speaks {
          try folder.prepare(resuming: start.isIn(folder), configuration: experiment.configuration)
          folder.removeParts()
        }
        try communicator.barrier()
        try course.shareHistory(oldRanks: restored.checkpoint.ranks, communicator)
        notes += restored.notes
        if course.isFinished && !start.isIn(folder) { notes.append("no epoch was left to train, by 'epoch' or 'patience'") }
        try log?.tell(notes)
        try log?.event("run.resume", ["step": JSONValue(trainer.steps), "checkpoint": .string(restored.checkpoint.path)])
        if speaks && !options.quiet { RunLog.tell("Resumed after step \(trainer.steps) from \(restored.checkpoint.path)\n") }
      } else if let initial {
        try log?.tell(notes)
        try trainer.network.restore(initial.arrays, into: trainer.parameters)
        try log?.event("weights.initial", ["weights_hash": .string(initial.hash)])
      } else {
        try log?.tell(notes)
      }
      let stop = try RunFailure.inPhase(of: "train", in: folder) { try course.train(data, communicator, control, folder) }
      if let reason = stop {
        let place = "Stopped after step \(trainer.steps): \(reason)."
        if speaks && !options.quiet { RunLog.tell("\(place) The same command goes on from \(folder.checkpoints.path)\n") }
        try communicator.barrier()
        return ExitCode.stoppedEarly.rawValue
      }
      let test = try RunFailure.inPhase(of: "test", in: folder) {
        try TrainingScore(trainer, data.test, classNames: data.classNames, communicator)
      }
      let result = try RunFailure.inPhase(of: "results", in: folder) {
        try TrainingResult(experiment, course, test, notes: notes, communicator)
      }
      // What is left is rank 0's alone.
      watchdog?.end()
      if speaks {
        try RunFailure.inPhase(of: "results", in: folder) { try write(result, experiment, trainer, data, folder) }
        try log?.event("run.end", result.summary)
        if options.writesReport { try RunFailure.inPhase(of: "report", in: folder) { try RunReport.write(folder) } }
        // From here on the run is finished.
        try folder.checkpoints.keepNewest(as: folder.finalCheckpoint)
        if !options.quiet { result.tell(folder, test) }
      }
      try communicator.barrier()
      return 0
    }
  }

  /// The weights that a training begins with instead of drawn ones, nil where none are asked for.
  private static func readInitialWeights<S: WeightScalar, T>(
    _ experiment: TrainingExperiment, _ trainer: Trainer<S, T>, _ folder: RunFolder
  ) throws -> WeightsFile.Contents<S>? {
    try experiment.initialWeights.map { path in
      try RunFailure.inPhase(of: "build", in: folder) { try WeightsFile.read(path, of: trainer.network, fit: .shapes) }
    }
  }

  /// The files of a finished run; the summary, which makes it finished, comes last.
  private static func write<S: WeightScalar, T>(
    _ result: TrainingResult, _ experiment: TrainingExperiment, _ trainer: Trainer<S, T>, _ data: TrainingData, _ folder: RunFolder
  ) throws {
    let network = trainer.network
    try WeightsFile.write(folder.weights, network.weights(trainer.parameters), of: network.description, title: experiment.title)
    try TrainingExample(experiment, network, trainer.parameters, data.test).write(folder.example)
    try AtomicFile.write(folder.summary, text: JSONValue.object(result.summary).prettyText)
  }
}
