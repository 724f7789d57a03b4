// The epochs of a training run: progress, metrics, validation, the weights that are kept.
import CPlatform
import Parallel
import Running
import Storage
import Training

/// Trains epoch by epoch and keeps the best weights where asked to.
struct TrainingCourse<S: WeightScalar> {
  let experiment: TrainingExperiment
  let trainer: Trainer<S, RankTransport<S>>
  private let quiet: Bool
  /// Epochs completed.
  private(set) var epochs = 0
  /// Samples trained on, over all epochs.
  private(set) var samples = 0
  /// [s] Wall time in training steps, without validation.
  private(set) var seconds = 0.0
  /// Mean loss and accuracy of the last epoch's batches, before each one's step.
  private(set) var lastLoss = 0.0
  private(set) var lastAccuracy = 0.0
  private(set) var best: BestEpoch
  private(set) var bestScore: TrainingScore?
  private(set) var lastScore: TrainingScore?
  private var bestWeights: AlignedBuffer<S>?

  init(_ experiment: TrainingExperiment, _ trainer: Trainer<S, RankTransport<S>>, quiet: Bool) {
    self.experiment = experiment
    self.trainer = trainer
    self.quiet = quiet
    best = BestEpoch(patience: experiment.patience)
  }

  /// Score on the validation part of the weights that are kept.
  var keptScore: TrainingScore? { experiment.selection == .best ? bestScore : lastScore }

  /// Trains all epochs, or until validation stops improving; the trainer then holds the weights that are kept. Collective.
  mutating func train(_ data: TrainingData, _ communicator: borrowing Communicator, log: RunLog?) throws {
    var progress = ProgressLine("train", quiet: quiet)
    let perEpoch = trainer.stepsPerEpoch(data.train)
    let total = Double(max(1, perEpoch * trainer.settings.epochs))
    for epoch in 0..<trainer.settings.epochs {
      let epochStart = now()
      var loss = 0.0, norm = 0.0, rate = 0.0, tally = Tally()
      try trainer.trainEpoch(data.train) { report in
        loss += report.loss
        norm += report.gradientNorm
        rate = report.learningRate
        tally.add(report.tally)
        progress.report(Double(report.step + 1) / total, detail(report, perEpoch, epochStart))
        return true
      }
      let took = now() - epochStart
      seconds += took
      samples += perEpoch * trainer.settings.batch
      epochs += 1
      lastLoss = loss / Double(perEpoch)
      lastAccuracy = tally.accuracy
      lastScore = try data.validation.map { try TrainingScore(trainer, $0, classNames: data.classNames, communicator) }
      var fields: JSONObject = [
        "epoch": JSONValue(epoch + 1), "step": JSONValue(trainer.steps), "train_loss": JSONValue(lastLoss),
        "train_accuracy": JSONValue(lastAccuracy), "gradient_norm": JSONValue(norm / Double(perEpoch)),
        "learning_rate": JSONValue(rate), "spike_probability": JSONValue(tally.samples > 0 ? tally.spikeProbability / tally.samples : 0),
        "samples_per_s": JSONValue(Double(perEpoch * trainer.settings.batch) / took), "seconds": JSONValue(took),
      ]
      for (key, value) in lastScore?.fields("validation") ?? [] { fields[key] = value }
      try log?.event("metrics", fields)
      keep(epoch)
      if best.shouldStop(after: epoch) { break }
    }
    progress.finish("\(epochs) epochs, loss \(HumanUnits.significant(lastLoss)), accuracy \(HumanUnits.fixed(100 * lastAccuracy, 1)) %")
    if experiment.selection == .best, let bestWeights { trainer.parameters.copy(from: bestWeights) }
  }

  private mutating func keep(_ epoch: Int) {
    guard let score = lastScore, best.note(score.accuracy, epoch: epoch) else { return }
    bestScore = score
    guard experiment.selection == .best else { return }
    let weights = bestWeights ?? AlignedBuffer(count: trainer.parameters.count, zero: 0)
    weights.copy(from: trainer.parameters)
    bestWeights = weights
  }

  private func detail(_ report: StepReport, _ perEpoch: Int, _ epochStart: Double) -> String {
    let done = Double((report.step % perEpoch + 1) * trainer.settings.batch)
    return "epoch \(report.epoch + 1)/\(trainer.settings.epochs)  step \(report.step % perEpoch + 1)/\(perEpoch)  "
      + "loss \(HumanUnits.significant(report.loss))  acc \(HumanUnits.fixed(100 * report.tally.accuracy, 1)) %  "
      + "|g| \(HumanUnits.significant(report.gradientNorm))  \(HumanUnits.significant(done / max(now() - epochStart, 1e-9))) samples/s"
  }

  private func now() -> Double { Double(cplatform_nanoseconds()) * 1e-9 }
}
