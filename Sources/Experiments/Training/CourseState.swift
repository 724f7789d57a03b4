// Where a training run stands between two steps, apart from weights and optimiser.
import Training

/// Counts, sums of the epoch under way, and scores. The same on all ranks.
struct CourseState: Sendable {
  /// Epochs completed.
  var epochs = 0
  /// Samples trained on.
  var samples = 0
  /// [s] Wall time in training steps of earlier parts of the run.
  var seconds = 0.0
  /// Times that the run was resumed.
  var resumes = 0
  /// Of the last epoch's batches, before each one's step.
  var lastLoss = 0.0
  var lastAccuracy = 0.0
  var lastNorm = 0.0
  var lastRate = 0.0
  var lastSpikeProbability = 0.0
  var best: BestEpoch
  var bestScore: TrainingScore?
  var lastScore: TrainingScore?
  /// Sums over the steps of the epoch under way.
  private var loss = 0.0
  private var norm = 0.0
  private var tally = Tally()

  init(best: BestEpoch) { self.best = best }

  mutating func note(_ report: StepReport) {
    loss += report.loss
    norm += report.gradientNorm
    lastRate = report.learningRate
    tally.add(report.tally)
    samples += Int(report.tally.samples)
  }

  mutating func endEpoch(steps: Int) {
    epochs += 1
    lastLoss = loss / Double(steps)
    lastNorm = norm / Double(steps)
    lastAccuracy = tally.accuracy
    lastSpikeProbability = tally.samples > 0 ? tally.rate / tally.samples : 0
    (loss, norm, tally) = (0, 0, Tally())
  }

  /// Everything but the scores as numbers.
  var numbers: [Double] {
    [
      Double(epochs), Double(samples), seconds, Double(resumes), lastLoss, lastAccuracy, lastNorm, lastRate, lastSpikeProbability,
      Double(best.epoch ?? -1), best.score, loss, norm,
    ] + tally.elements
  }

  /// Takes back what ``numbers`` gave; nil if they are not as many.
  init?(_ numbers: [Double], patience: Int?) {
    guard Tally.hasElements(numbers.count - 13), let epochs = Int(exactly: numbers[0]), let samples = Int(exactly: numbers[1]),
      let resumes = Int(exactly: numbers[3]), let epoch = Int(exactly: numbers[9])
    else { return nil }
    best = BestEpoch(patience: patience, epoch: epoch < 0 ? nil : epoch, score: numbers[10])
    (self.epochs, self.samples, seconds, self.resumes) = (epochs, samples, numbers[2], resumes)
    (lastLoss, lastAccuracy, lastNorm, lastRate, lastSpikeProbability) = (numbers[4], numbers[5], numbers[6], numbers[7], numbers[8])
    (loss, norm, tally) = (numbers[11], numbers[12], Tally(elements: Array(numbers[13...])))
  }
}
