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

  /// What a name of the catalogue, as `model_type` gives it, stands for.
  public struct About: Sendable {
    public let name: String
    public let summary: String
    /// One step, with currents I (soma) and J (apical), decays d = exp(-1/tau), threshold T and the step function H.
    public let equations: String
    /// Keys of a training configuration that are the cell's own.
    public let keys: [String]
  }

  /// Every cell; the readout is that of all networks.
  public static let catalogue: [About] = [
    About(
      name: "clif", summary: "two compartments, apical potential multiplies somatic current",
      equations: "a = d_a a + (1 - d_a) J\nu = d_s v + (1 - d_s) I max(a, 0)\nv = reset(u, z, T)\nz = H((v - T)/T)",
      keys: ["threshold", "tau", "apical_tau", "apical_rec", "interaction", "reset"]),
    About(
      name: "add_clif", summary: "two compartments, apical potential adds to somatic current",
      equations: "a = d_a a + (1 - d_a) J\nu = d_s v + (1 - d_s) (I + a)\nv = reset(u, z, T)\nz = H((v - T)/T)",
      keys: ["threshold", "tau", "apical_tau", "apical_rec", "reset"]),
    About(
      name: "lif", summary: "one leaky compartment, reset before decay",
      equations: "u = reset(v, z, T)\nv = d u + (1 - d) I\nz = H(v - T)", keys: ["threshold", "tau", "reset", "lif_as_run"]),
    About(
      name: "cuba_lif", summary: "one leaky compartment behind a synaptic filter, reset before decay",
      equations: "c = d_c c + (1 - d_c) I\nu = reset(v, z, T)\nv = d u + (1 - d) c\nz = H((v - T)/T)",
      keys: ["threshold", "tau", "synapse_tau", "reset"]),
    About(
      name: "lsnn", summary: "adaptive threshold (ALIF)",
      equations: "b = d_b b + (1 - d_b) z\nA = T + k b\nu = d_s v + (1 - d_s) I\nv = reset(u, z, A)\nz = H((v - A)/A)",
      keys: ["threshold", "tau", "apical_tau", "adaptation_increment", "reset"]),
    About(
      name: "readout", summary: "leaky integrator without spikes", equations: "y = d y + (1 - d) I", keys: ["readout_tau"]),
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
