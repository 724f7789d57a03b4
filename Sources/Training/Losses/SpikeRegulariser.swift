// The one-sided, population-level cost of spikes.

/// reg = (1/B) Σ_b max(0, S_b − N p T_b)² / T_b, with S_b the spikes of sample b over all padded steps and T_b its own steps.
public struct SpikeRegulariser: Sendable, Hashable {
  /// λ, the factor of the cost in the loss.
  public var strength: Double
  /// p, spikes per unit and step that are free.
  public var targetProbability: Double

  public init(strength: Double = 1e-4, targetProbability: Double = 0.01) {
    self.strength = strength
    self.targetProbability = targetProbability
  }

  /// Cost of one sample before λ and 1/B, and its derivative with respect to any one spike.
  public func cost(spikes: Double, units: Int, steps: Int) -> (cost: Double, perSpike: Double) {
    let excess = max(0, spikes - Double(units) * targetProbability * Double(steps))
    return (excess * excess / Double(steps), 2 * excess / Double(steps))
  }
}
