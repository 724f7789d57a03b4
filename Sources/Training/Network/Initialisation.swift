// Initial weights that keep the membrane in the fluctuation-driven regime.

/// Standard deviation of initial weights, sqrt(α / (fan_in ν ε_j)) with ε_j = 0.5·10⁻³ τ_j, for target unit j.
///
/// - Parameters:
///   - alpha: share of the variance: 0.8 for feed-forward weights of a compartment with recurrence, else 1; 0.2 for recurrent weights.
///   - fanIn: source units.
///   - rate: assumed rate of a source in Hz.
///   - tau: time constant of the target compartment in steps.
public func centredFluctuationDeviation(alpha: Double, fanIn: Int, rate: Double, tau: Double) -> Double {
  (alpha / (Double(fanIn) * rate * 0.5e-3 * tau)).squareRoot()
}
