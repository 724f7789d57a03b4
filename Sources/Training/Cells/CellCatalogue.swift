// The catalogue of trainable cells: one line per cell.

/// A cell with its parameters; time constants are in steps, one per unit or one for all.
public enum CellModel: Sendable, Hashable {
  case clif(
    interaction: Interaction, threshold: Double, tauSoma: TimeConstant, tauApical: TimeConstant, reset: Reset, surrogate: Surrogate)
  case lif(threshold: Double, tau: TimeConstant, reset: Reset, surrogate: Surrogate)
  case alif(
    threshold: Double, increment: Double, tauSoma: TimeConstant, tauAdaptation: TimeConstant, reset: Reset, surrogate: Surrogate)
  case cubaLIF(threshold: Double, tauSynapse: TimeConstant, tau: TimeConstant, reset: Reset, surrogate: Surrogate)
  case readout(tau: TimeConstant)

  /// Every name of the catalogue, as `model_type` gives it, with what it is.
  public static let catalogue: [(name: String, summary: String)] = [
    ("clif", "two compartments, apical potential multiplies somatic current"),
    ("add_clif", "two compartments, apical potential adds to somatic current"),
    ("lif", "one leaky compartment, reset before decay"),
    ("cuba_lif", "one leaky compartment behind a synaptic filter, reset before decay"),
    ("lsnn", "adaptive threshold (ALIF)"),
    ("readout", "leaky integrator without spikes"),
  ]

  public var name: String {
    switch self {
    case .clif(let interaction, _, _, _, _, _): interaction == .add ? "add_clif" : "clif"
    case .lif: "lif"
    case .alif: "lsnn"
    case .cubaLIF: "cuba_lif"
    case .readout: "readout"
    }
  }

  /// Names of the currents that projections may target; one unnamed, or soma and apical.
  public var compartmentNames: [String] {
    if case .clif = self { ["soma", "apical"] } else { [""] }
  }

  /// The model with the time constants of the first unit for all.
  public var ofOneUnit: CellModel {
    switch self {
    case .clif(let interaction, let theta, let soma, let apical, let reset, let surrogate):
      .clif(
        interaction: interaction, threshold: theta, tauSoma: .uniform(soma.first), tauApical: .uniform(apical.first), reset: reset,
        surrogate: surrogate)
    case .lif(let theta, let tau, let reset, let surrogate):
      .lif(threshold: theta, tau: .uniform(tau.first), reset: reset, surrogate: surrogate)
    case .alif(let theta, let increment, let soma, let slow, let reset, let surrogate):
      .alif(
        threshold: theta, increment: increment, tauSoma: .uniform(soma.first), tauAdaptation: .uniform(slow.first), reset: reset,
        surrogate: surrogate)
    case .cubaLIF(let theta, let synapse, let tau, let reset, let surrogate):
      .cubaLIF(threshold: theta, tauSynapse: .uniform(synapse.first), tau: .uniform(tau.first), reset: reset, surrogate: surrogate)
    case .readout(let tau): .readout(tau: .uniform(tau.first))
    }
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
    case .cubaLIF(let threshold, let tauSynapse, let tau, let reset, let surrogate):
      CubaLIFCell(
        threshold: S(threshold), reset: reset, spike: SpikeFunction(surrogate, graded: graded),
        synapseDecay: Decay(tau: tauSynapse.values(units)), decay: Decay(tau: tau.values(units)))
    case .readout(let tau):
      ReadoutCell(decay: Decay(tau: tau.values(units)))
    }
  }
}

/// A time constant in steps: the same for a layer, or one per unit.
public enum TimeConstant: Sendable, Hashable {
  case uniform(Double)
  case perUnit([Double])

  /// That of the first unit.
  public var first: Double {
    switch self {
    case .uniform(let tau): tau
    case .perUnit(let taus): taus.first ?? 1
    }
  }

  func values(_ units: Int) -> [Double] {
    switch self {
    case .uniform(let tau): Array(repeating: tau, count: units)
    case .perUnit(let taus): taus
    }
  }
}
