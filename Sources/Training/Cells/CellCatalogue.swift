// The catalogue of trainable cells: one line per cell.

/// A cell with its parameters; time constants are in steps, one per unit or one for all.
public enum CellModel: Sendable, Hashable {
  case clif(
    interaction: Interaction, threshold: Double, tauSoma: TimeConstant, tauApical: TimeConstant, reset: Reset, surrogate: Surrogate)
  case lif(threshold: Double, tau: TimeConstant, reset: Reset, surrogate: Surrogate)
  case alif(
    threshold: Double, increment: Double, tauSoma: TimeConstant, tauAdaptation: TimeConstant, reset: Reset, surrogate: Surrogate)
  case readout(tau: TimeConstant)

  /// Every name of the catalogue, as `model_type` gives it, with what it is.
  public static let catalogue: [(name: String, summary: String)] = [
    ("clif", "two compartments, apical potential multiplies somatic current"),
    ("add_clif", "two compartments, apical potential adds to somatic current"),
    ("lif", "one leaky compartment, reset before decay"),
    ("lsnn", "adaptive threshold (ALIF)"),
    ("readout", "leaky integrator without spikes"),
  ]

  public var name: String {
    switch self {
    case .clif(let interaction, _, _, _, _, _): interaction == .add ? "add_clif" : "clif"
    case .lif: "lif"
    case .alif: "lsnn"
    case .readout: "readout"
    }
  }

  /// Names of the currents that projections may target; one unnamed, or soma and apical.
  public var compartmentNames: [String] {
    if case .clif = self { ["soma", "apical"] } else { [""] }
  }

  /// The dynamics for `units` units; `graded` spikes are the surrogate's integral.
  func make<S: TrainingScalar>(units: Int, graded: Bool, as: S.Type) -> any Cell<S> {
    switch self {
    case .clif(let interaction, let threshold, let tauSoma, let tauApical, let reset, let surrogate):
      CLIFCell(
        interaction: interaction, threshold: S(threshold), reset: reset, spike: SpikeFunction(surrogate, graded: graded),
        somaDecay: Decay(tau: tauSoma.values(units)), apicalDecay: Decay(tau: tauApical.values(units)))
    case .lif(let threshold, let tau, let reset, let surrogate):
      LIFCell(
        threshold: S(threshold), reset: reset, spike: SpikeFunction(surrogate, graded: graded), decay: Decay(tau: tau.values(units)))
    case .alif(let threshold, let increment, let tauSoma, let tauAdaptation, let reset, let surrogate):
      ALIFCell(
        threshold: S(threshold), increment: S(increment), reset: reset, spike: SpikeFunction(surrogate, graded: graded),
        somaDecay: Decay(tau: tauSoma.values(units)), adaptationDecay: Decay(tau: tauAdaptation.values(units)))
    case .readout(let tau):
      ReadoutCell(decay: Decay(tau: tau.values(units)))
    }
  }
}

/// A time constant in steps: the same for a layer, or one per unit.
public enum TimeConstant: Sendable, Hashable {
  case uniform(Double)
  case perUnit([Double])

  func values(_ units: Int) -> [Double] {
    switch self {
    case .uniform(let tau): Array(repeating: tau, count: units)
    case .perUnit(let taus): taus
    }
  }
}
