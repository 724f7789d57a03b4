// Leaky integrate-and-fire neuron with exponential synaptic currents (`iaf_psc_exp`), integrated exactly.
import Maths

/// Step order and arrival times are NEST's: potential, currents, arrivals, threshold (Rotter & Diesmann 1999; Diesmann et al. 2001).
public struct IafPscExp<S: SimulationScalar>: NeuronModel {
  public static var description: ModelDescription {
    ModelDescription(
      name: "iaf_psc_exp", summary: "Leaky integrate-and-fire neuron with exponential synaptic currents",
      equations: """
        dV/dt = -(V - E_L) / tau_m + (I_ex + I_in + I_e + I_stim) / C_m
        dI_ex/dt = -I_ex / tau_syn_ex + sum of weights > 0 at their arrivals;  dI_in/dt likewise with weights < 0
        V >= V_th: spike, V = V_reset for t_ref
        """,
      source: "Rotter & Diesmann 1999, doi 10.1007/s004220050570; step order as NEST 3.10",
      parameters: [
        ParameterDescription("C_m", "pF", 250, "membrane capacitance", check: .positive),
        ParameterDescription("tau_m", "ms", 10, "membrane time constant", check: .positive),
        ParameterDescription("E_L", "mV", -70, "leak (resting) potential"),
        ParameterDescription("V_th", "mV", -55, "threshold"),
        ParameterDescription("V_reset", "mV", -70, "potential after a spike"),
        ParameterDescription("t_ref", "ms", 2, "refractory time", check: .notNegative),
        ParameterDescription("tau_syn_ex", "ms", 2, "time constant of excitatory currents", check: .positive),
        ParameterDescription("tau_syn_in", "ms", 2, "time constant of inhibitory currents", check: .positive),
        ParameterDescription("I_e", "pA", 0, "constant current"),
      ],
      receptors: ["excitatory", "inhibitory"], weightUnit: "pA",
      columns: [
        ColumnDescription("V_m", "mV", "membrane potential"),
        ColumnDescription("I_syn_ex", "pA", "excitatory synaptic current"),
        ColumnDescription("I_syn_in", "pA", "inhibitory synaptic current"),
        ColumnDescription("refractory", "steps", "steps left of the refractory time"),
      ])
  }

  let leak: Double
  let kernel: S.IafPscExpStep

  public init(parameters p: [String: Double], resolution h: Double) throws {
    let membrane = Membrane(p, h)
    try membrane.checkReset(model: "iaf_psc_exp")
    leak = membrane.leak
    kernel = S.IafPscExpStep(
      p22: S(Elementary.exp(-h / membrane.tauM)), p21_ex: S(membrane.exponentialPropagator(tau: p["tau_syn_ex"]!)),
      p21_in: S(membrane.exponentialPropagator(tau: p["tau_syn_in"]!)), p20: S(membrane.currentPropagator),
      p11_ex: S(Elementary.exp(-h / p["tau_syn_ex"]!)), p11_in: S(Elementary.exp(-h / p["tau_syn_in"]!)), i_e: S(p["I_e"]!),
      v_th: S(membrane.threshold - leak), v_reset: S(membrane.reset - leak), t_ref: S(membrane.refractorySteps))
  }

  public func offset(ofColumn column: Int) -> Double { column == 0 ? leak : 0 }
  public func rest(ofColumn column: Int) -> Double { column == 0 ? leak : 0 }

  /// The loop is CKernels/Neurons.h, where it has registers of 512 bits:
  ///
  ///     U = P22 U + P21ex I_ex + P21in I_in + P20 (I_e + I_stim), frozen while refractory
  ///     I = P11 I + arrivals: they are seen by U from the next step on
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func advance(_ tile: TileStep<S>) -> Int { kernel.advance(tile) }
}
