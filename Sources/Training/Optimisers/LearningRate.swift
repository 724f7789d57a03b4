// How the learning rate changes over a run.

/// The learning rate as a function of epoch and step.
public struct LearningRate: Sendable, Hashable {
  public enum Decay: Sendable, Hashable {
    case constant
    /// Multiplied by `factor` after every epoch.
    case exponential(factor: Double)
    /// Half a cosine from the base rate to `floor` times it over all steps.
    case cosine(floor: Double)
  }

  public var base: Double
  public var decay: Decay
  /// Steps over which the rate rises linearly from zero.
  public var warmup: Int

  public init(base: Double = 1e-2, decay: Decay = .exponential(factor: 0.85), warmup: Int = 0) {
    self.base = base
    self.decay = decay
    self.warmup = warmup
  }

  /// Rate of a step.
  /// - Parameters:
  ///   - step: from 0 over the whole run.
  ///   - stepsPerEpoch: the epoch is `step / stepsPerEpoch`.
  ///   - totalSteps: steps of the whole run, for the cosine.
  public func rate(step: Int, stepsPerEpoch: Int, totalSteps: Int) -> Double {
    var rate = base
    switch decay {
    case .constant: break
    case .exponential(let factor): for _ in 0..<(step / max(stepsPerEpoch, 1)) { rate *= factor }
    case .cosine(let floor):
      let done = Double(max(0, step - warmup)) / Double(max(1, totalSteps - warmup))
      rate *= floor + (1 - floor) * 0.5 * (1 + Double.cosine(min(done, 1) * .pi))
    }
    return step < warmup ? rate * Double(step + 1) / Double(warmup) : rate
  }
}
