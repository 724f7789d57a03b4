// The epochs of a training run: progress, metrics, validation, checkpoints, the weights that are kept.
import CPlatform
import Maths
import Parallel
import Running
import Storage
import Training

/// Trains step by step and keeps the best weights where asked to.
struct TrainingCourse<S: WeightScalar> {
  let experiment: TrainingExperiment
  let trainer: Trainer<S, RankTransport<S>>
  let classNames: [String]
  /// Where the course stands; a checkpoint holds it.
  private(set) var state: CourseState
  private var bestWeights: AlignedBuffer<S>?
  /// [s] Wall time of this part of the run in training steps, without validation.
  private(set) var seconds = 0.0
  private let log: RunLog?
  private var progress: ProgressLine
  private let perEpoch: Int
  /// When this part of the run came to the epoch under way, and the steps it has taken of it since.
  private var epochStart = 0.0
  private var epochSteps = 0
  /// [s] What the last validation took.
  private var validationSeconds = 0.0
  /// Times of earlier parts of the run.
  private(set) var history = RunHistory(TrainingResult.phases)
  /// What a checkpoint must be of.
  private let networkText: String
  private let recordings: String
  private let quiet: Bool

  init(_ experiment: TrainingExperiment, _ trainer: Trainer<S, RankTransport<S>>, _ data: TrainingData, log: RunLog?, quiet: Bool) {
    self.experiment = experiment
    self.trainer = trainer
    self.log = log
    classNames = data.classNames
    perEpoch = max(1, trainer.stepsPerEpoch(data.train))
    state = CourseState(best: BestEpoch(patience: experiment.patience))
    self.quiet = quiet
    networkText = NetworkText(trainer.network.description).text
    recordings = data.fingerprint
    progress = ProgressLine("train", quiet: quiet)
  }

  private var allSteps: Int { max(1, perEpoch * trainer.settings.epochs) }

  /// Score on the validation part of the weights that are kept.
  var keptScore: TrainingScore? { experiment.selection == .best ? state.bestScore : state.lastScore }

  /// Whether no epoch is left: by number, or because validation has stopped improving.
  var isFinished: Bool {
    state.epochs >= trainer.settings.epochs || (state.epochs > 0 && state.best.shouldStop(after: state.epochs - 1))
  }

  /// Trains all epochs, or until validation stops improving; the trainer then holds the weights that are kept. Collective.
  /// - Returns: why the run stopped before that, with a checkpoint; nil if it did not.
  mutating func train(
    _ data: TrainingData, _ communicator: borrowing Communicator, _ control: RunControl, _ folder: RunFolder
  ) throws -> RunControl.Reason? {
    control.begin()
    progress = ProgressLine("train", doneBefore: Double(trainer.steps) / Double(allSteps), quiet: quiet)
    epochStart = now()
    while !isFinished {
      let begun = now()
      let report = try trainer.trainStep(data.train)
      seconds += now() - begun
      state.note(report)
      epochSteps += 1
      let line = detail(report), done = Double(trainer.steps) / Double(allSteps)
      progress.report(done, line)
      if trainer.steps % perEpoch == 0 { try endEpoch(data, communicator) }
      // Also after the last step: the test that follows may take longer than the time that is left.
      switch try control.decide(communicator, besides: validationTime) {
      case .goOn: break
      case .checkpoint: try RunFailure.inPhase(of: "checkpoint", in: folder) { try save(folder.checkpoints, communicator, control) }
      case .stop(let reason):
        try RunFailure.inPhase(of: "checkpoint", in: folder) { try save(folder.checkpoints, communicator, control) }
        let last = "stopped after step \(trainer.steps) of \(allSteps)"
        progress.finish(at: done, last)
        try log?.event("run.stop", ["reason": .string(reason.description), "step": JSONValue(trainer.steps)])
        return reason
      }
    }
    // Before the best weights take the place of the last: with a higher `epoch` the training can go on from here.
    try RunFailure.inPhase(of: "checkpoint", in: folder) { try save(folder.checkpoints, communicator, control) }
    let (loss, accuracy) = (HumanUnits.significant(state.lastLoss), HumanUnits.fixed(100 * state.lastAccuracy, 1))
    progress.finish("\(state.epochs) epochs, loss \(loss), accuracy \(accuracy) %")
    if experiment.selection == .best, let bestWeights { trainer.parameters.copy(from: bestWeights) }
    try trainer.checkFinite()
    return nil
  }

  /// Validates, logs and keeps the weights if they are the best.
  private mutating func endEpoch(_ data: TrainingData, _ communicator: borrowing Communicator) throws {
    let took = now() - epochStart, epoch = state.epochs
    state.endEpoch(steps: perEpoch)
    state.lastScore = try data.validation.map { try TrainingScore(trainer, $0, classNames: classNames, communicator) }
    validationSeconds = now() - epochStart - took
    var fields: JSONObject = [
      "epoch": JSONValue(epoch + 1), "step": JSONValue(trainer.steps), "train_loss": JSONValue(state.lastLoss),
      "train_accuracy": JSONValue(state.lastAccuracy), "gradient_norm": JSONValue(state.lastNorm),
      "learning_rate": JSONValue(state.lastRate), "spike_probability": JSONValue(state.lastSpikeProbability),
      "samples_per_s": JSONValue(Double(epochSteps * trainer.settings.batch) / max(took, 1e-9)), "seconds": JSONValue(took),
    ]
    for (key, value) in state.lastScore?.fields("validation") ?? [] { fields[key] = value }
    try log?.event("metrics", fields)
    if let score = state.lastScore, state.best.note(score.accuracy, epoch: epoch) {
      state.bestScore = score
      if experiment.selection == .best { keepWeights() }
    }
    epochStart = now()
    epochSteps = 0
  }

  /// [s] Of the validations within so many steps.
  private func validationTime(within steps: Int) -> Double {
    Double(trainer.steps % perEpoch + steps) < Double(perEpoch) ? 0 : validationSeconds
  }

  private mutating func keepWeights() {
    let weights = bestWeights ?? AlignedBuffer(count: trainer.parameters.count, zero: 0)
    weights.copy(from: trainer.parameters)
    bestWeights = weights
  }

  /// Writes a checkpoint; weights that are not numbers are refused, so that the last good one stays. Collective.
  private func save(_ folder: CheckpointFolder, _ communicator: borrowing Communicator, _ control: RunControl) throws {
    try trainer.checkFinite()
    trainer.pulse.enter(.output)
    let header = CheckpointHeader(
      kind: "training", step: trainer.steps, configuration: experiment.configuration,
      values: [
        "title": .string(experiment.title), "program": .string(ProgramVersion.text), "epoch": JSONValue(state.epochs),
        "end_step": JSONValue(allSteps), "random_layout_version": JSONValue(randomLayoutVersion), "network": .string(networkText),
        "recordings": .string(recordings),
      ])
    var earlier = state
    earlier.seconds += seconds
    let rank = communicator.rank
    let took = try Checkpointing.write(folder, header, communicator, pulse: trainer.pulse) { writer in
      // All ranks hold the same, so one of them writes it; the times are each rank's own.
      if rank == 0 { try TrainingCheckpoint.write(earlier, trainer, best: bestWeights, to: &writer) }
      try RunHistory.write(phaseSeconds, to: &writer, object: rank)
    }
    trainer.pulse.reach(trainer.steps)
    control.wroteCheckpoint(seconds: took)
    try log?.event("checkpoint", ["step": JSONValue(trainer.steps), "seconds": JSONValue(took)])
  }

  /// [s] Of this rank in the whole run: the phases, then the total.
  var phaseSeconds: [Double] {
    let own = TrainingResult.phases.map { trainer.seconds(of: $0) } + [seconds]
    return zip(own, history.seconds).map { $0 + $1 }
  }

  /// Refuses a checkpoint of other random draws, data or network than the configuration's. All ranks alike.
  private func check(_ checkpoint: CheckpointReader) throws {
    let values = checkpoint.header.values
    func fail(_ text: String) -> ConfigurationError {
      ConfigurationError(.file(checkpoint.path), "\(text); resume with what it was written with, or begin again with --resume never")
    }
    let layout = values["random_layout_version"]?.int
    if layout != randomLayoutVersion {
      throw fail("its random draws have layout \(layout.map(String.init) ?? "unknown"), this program's have \(randomLayoutVersion)")
    }
    if values["network"]?.string != networkText { throw fail("its network is another one: the file under 'network' has changed") }
    if values["recordings"]?.string != recordings { throw fail("it was trained on other recordings than those below 'data_path'") }
    if checkpoint.header.step > allSteps {
      throw fail("it has come to step \(checkpoint.header.step), beyond the \(allSteps) steps that 'epoch' now asks for")
    }
  }

  /// Takes the state of a checkpoint; `shareHistory` must follow. Not collective; may be called again for an older one.
  mutating func load(_ checkpoint: CheckpointReader, rank: Int, of ranks: Int) throws {
    try check(checkpoint)
    try history.restore(checkpoint, objects: checkpoint.ranks(of: rank, ranks))
    let restored = try TrainingCheckpoint.read(checkpoint, trainer, classNames: classNames, patience: experiment.patience)
    state = restored.state
    bestWeights = restored.best
    trainer.steps = checkpoint.header.step
  }

  /// Spreads the times of earlier parts over the ranks there are now. Collective.
  mutating func shareHistory(oldRanks: Int, _ communicator: borrowing Communicator) throws {
    try history.share(oldRanks: oldRanks, communicator)
  }

  private func detail(_ report: StepReport) -> String {
    let place = report.step % perEpoch + 1, done = Double(epochSteps * trainer.settings.batch)
    return "epoch \(report.epoch + 1)/\(trainer.settings.epochs)  step \(place)/\(perEpoch)  "
      + "loss \(HumanUnits.significant(report.loss))  acc \(HumanUnits.fixed(100 * report.tally.accuracy, 1)) %  "
      + "|g| \(HumanUnits.significant(report.gradientNorm))  \(HumanUnits.significant(done / max(now() - epochStart, 1e-9))) samples/s"
  }

  private func now() -> Double { Double(cplatform_nanoseconds()) * 1e-9 }
}
