// Leaky integrate-and-fire neuron with spike-frequency adaptation and instantaneous synapses (`lif_sfa`).
import Maths

/// The neuron of the column-grid papers (Pastorelli et al. 2019, equation 2), integrated exactly between steps.
public struct LifSfa<S: SimulationScalar>: NeuronModel {
  public static var description: ModelDescription {
    ModelDescription(
      name: "lif_sfa", summary: "Leaky integrate-and-fire neuron with an adaptation current and instantaneous synapses",
      equations: """
        dV/dt = -(V - E_L) / tau_m - g_c c / C_m + (I_e + I_stim) / C_m + sum of w delta(t - arrival)
        dc/dt = -c / tau_c
        V >= V_th: spike, V = V_reset and frozen for t_ref, c = c + alpha_c; arrivals within t_ref are lost
        """,
      source: "Pastorelli et al. 2019, Front. Syst. Neurosci. 13:33, doi 10.3389/fnsys.2019.00033",
      parameters: [
        ParameterDescription("C_m", "1", 1, "membrane capacitance", check: .positive),
        ParameterDescription("tau_m", "ms", 20, "membrane time constant", check: .positive),
        ParameterDescription("E_L", "mV", 0, "leak (resting) potential"),
        ParameterDescription("V_th", "mV", 20, "threshold"),
        ParameterDescription("V_reset", "mV", 15, "potential after a spike"),
        ParameterDescription("t_ref", "ms", 2, "refractory time", check: .notNegative),
        ParameterDescription("tau_c", "ms", 1000, "time constant of adaptation", check: .positive),
        ParameterDescription("alpha_c", "1", 1, "step of adaptation at a spike"),
        ParameterDescription("g_c", "mV/ms", 0.02, "strength of adaptation"),
        ParameterDescription("I_e", "mV/ms", 0, "constant current"),
      ],
      receptors: ["jump"], weightUnit: "mV",
      columns: [
        ColumnDescription("V_m", "mV", "membrane potential"),
        ColumnDescription("c", "1", "adaptation"),
        ColumnDescription("refractory", "steps", "steps left of the refractory time"),
      ])
  }

  let leak: Double
  let kernel: S.LifSfaStep

  public init(parameters p: [String: Double], resolution h: Double) throws {
    let membrane = Membrane(p, h)
    try membrane.checkReset(model: "lif_sfa")
    leak = membrane.leak
    // c acts as a current -g_c c that decays with tau_c.
    kernel = S.LifSfaStep(
      p33: S(Elementary.exp(-h / membrane.tauM)), p30: S(membrane.currentPropagator),
      p3c: S(-p["g_c"]! * membrane.exponentialPropagator(tau: p["tau_c"]!)), pcc: S(Elementary.exp(-h / p["tau_c"]!)), i_e: S(p["I_e"]!),
      v_th: S(membrane.threshold - leak), v_reset: S(membrane.reset - leak), t_ref: S(membrane.refractorySteps), alpha_c: S(p["alpha_c"]!))
  }

  public func offset(ofColumn column: Int) -> Double { column == 0 ? leak : 0 }
  public func rest(ofColumn column: Int) -> Double { column == 0 ? leak : 0 }

  /// The loop is CKernels/Neurons.h, where it has registers of 512 bits:
  ///
  ///     U = P33 U + P30 (I_e + I_stim) - g_c P c + arrivals, frozen while refractory
  ///     c = exp(-h / tau_c) c, and a step more at a spike
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func advance(_ tile: TileStep<S>) -> Int { kernel.advance(tile) }
}
