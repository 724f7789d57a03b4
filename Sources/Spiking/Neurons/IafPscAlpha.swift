// Leaky integrate-and-fire neuron with alpha-shaped synaptic currents (`iaf_psc_alpha`), integrated exactly.
import Maths

/// Step order and arrival times are NEST's. A weight w gives a current that peaks at w, tau_syn after its arrival.
public struct IafPscAlpha<S: SimulationScalar>: NeuronModel {
  public static var description: ModelDescription {
    ModelDescription(
      name: "iaf_psc_alpha", summary: "Leaky integrate-and-fire neuron with alpha-shaped synaptic currents",
      equations: """
        dV/dt = -(V - E_L) / tau_m + (I_ex + I_in + I_e + I_stim) / C_m
        I_ex = sum of w (e / tau_syn_ex) t exp(-t / tau_syn_ex) over arrivals with w > 0;  I_in likewise with w < 0
        V >= V_th: spike, V = V_reset for t_ref; V never below V_min
        """,
      source: "Rotter & Diesmann 1999, doi 10.1007/s004220050570; step order as NEST 3.10",
      parameters: [
        ParameterDescription("C_m", "pF", 250, "membrane capacitance", check: .positive),
        ParameterDescription("tau_m", "ms", 10, "membrane time constant", check: .positive),
        ParameterDescription("E_L", "mV", -70, "leak (resting) potential"),
        ParameterDescription("V_th", "mV", -55, "threshold"),
        ParameterDescription("V_reset", "mV", -70, "potential after a spike"),
        ParameterDescription("V_min", "mV", -.infinity, "lowest potential"),
        ParameterDescription("t_ref", "ms", 2, "refractory time", check: .notNegative),
        ParameterDescription("tau_syn_ex", "ms", 2, "time to the peak of excitatory currents", check: .positive),
        ParameterDescription("tau_syn_in", "ms", 2, "time to the peak of inhibitory currents", check: .positive),
        ParameterDescription("I_e", "pA", 0, "constant current"),
      ],
      receptors: ["excitatory", "inhibitory"], weightUnit: "pA",
      columns: [
        ColumnDescription("V_m", "mV", "membrane potential"),
        ColumnDescription("I_syn_ex", "pA", "excitatory synaptic current"),
        ColumnDescription("I_syn_in", "pA", "inhibitory synaptic current"),
        ColumnDescription("dI_syn_ex", "pA/ms", "derivative part of the excitatory current"),
        ColumnDescription("dI_syn_in", "pA/ms", "derivative part of the inhibitory current"),
        ColumnDescription("refractory", "steps", "steps left of the refractory time"),
      ])
  }

  let leak: Double
  let threshold, reset, floor, refractory, constantCurrent: S
  let p30, decayM: S
  let p11Ex, p21Ex, p31Ex, p32Ex, kickEx: S
  let p11In, p21In, p31In, p32In, kickIn: S

  public init(parameters p: [String: Double], resolution h: Double) throws {
    let membrane = Membrane(p, h)
    try membrane.checkReset(model: "iaf_psc_alpha")
    leak = membrane.leak
    threshold = S(membrane.threshold - leak)
    reset = S(membrane.reset - leak)
    floor = S(p["V_min"]! - leak)
    refractory = S(membrane.refractorySteps)
    constantCurrent = S(p["I_e"]!)
    p30 = S(membrane.currentPropagator)
    decayM = S(Elementary.expMinusOne(-h / membrane.tauM))
    let (ex, inh) = (p["tau_syn_ex"]!, p["tau_syn_in"]!)
    (p11Ex, p21Ex, kickEx) = (S(Elementary.exp(-h / ex)), S(h * Elementary.exp(-h / ex)), S(Elementary.exp(1.0) / ex))
    (p11In, p21In, kickIn) = (S(Elementary.exp(-h / inh)), S(h * Elementary.exp(-h / inh)), S(Elementary.exp(1.0) / inh))
    (p31Ex, p32Ex) = (S(membrane.alphaPropagator(tau: ex)), S(membrane.exponentialPropagator(tau: ex)))
    (p31In, p32In) = (S(membrane.alphaPropagator(tau: inh)), S(membrane.exponentialPropagator(tau: inh)))
  }

  public func offset(ofColumn column: Int) -> Double { column == 0 ? leak : 0 }
  public func rest(ofColumn column: Int) -> Double { column == 0 ? leak : 0 }

  @specialized(where S == Float)
  @specialized(where S == Double)
  public func advance(_ tile: TileStep<S>) -> Int {
    typealias Vector = S.Lanes
    let (v, iEx, iIn, dEx, dIn, left) = (tile.column(0), tile.column(1), tile.column(2), tile.column(3), tile.column(4), tile.column(5))
    let (arrivedEx, arrivedIn) = (tile.receptor(0), tile.receptor(1))
    let (p11Ex, p21Ex, p31Ex, p32Ex, kickEx) = (Vector(p11Ex), Vector(p21Ex), Vector(p31Ex), Vector(p32Ex), Vector(kickEx))
    let (p11In, p21In, p31In, p32In, kickIn) = (Vector(p11In), Vector(p21In), Vector(p31In), Vector(p32In), Vector(kickIn))
    let (p30, decayM, constant, one) = (Vector(p30), Vector(decayM), Vector(constantCurrent), Vector(1))
    let (threshold, reset, refractory, floor) = (Vector(threshold), Vector(reset), Vector(refractory), Vector(floor))
    var spikes = 0
    for i in stride(from: 0, to: tile.count, by: Vector.width) {
      var u = Vector(from: v + i)
      var (ex, inh, dex, din) = (Vector(from: iEx + i), Vector(from: iIn + i), Vector(from: dEx + i), Vector(from: dIn + i))
      var r = Vector(from: left + i)
      let resting = r >= one
      // U = U + (exp(-h / tau_m) - 1) U + P30 (I_e + I_stim) + sum of P31 dI + P32 I
      let driven = (p30 * (constant + Vector(from: tile.current + i)))
        .adding(dex, times: p31Ex).adding(ex, times: p32Ex).adding(din, times: p31In).adding(inh, times: p32In)
        .adding(u, times: decayM)
      u = u.where_(resting, otherwise: Vector.maximum(driven + u, floor))
      r = (r - one).where_(resting, otherwise: r)
      // I = h p dI + p I;  dI = p dI + (e / tau) arrivals
      ex = (p21Ex * dex).adding(ex, times: p11Ex)
      dex = (p11Ex * dex).adding(Vector(from: arrivedEx + i), times: kickEx)
      inh = (p21In * din).adding(inh, times: p11In)
      din = (p11In * din).adding(Vector(from: arrivedIn + i), times: kickIn)
      let spiking = u >= threshold
      u = reset.where_(spiking, otherwise: u)
      r = refractory.where_(spiking, otherwise: r)
      u.store(to: v + i)
      ex.store(to: iEx + i)
      inh.store(to: iIn + i)
      dex.store(to: dEx + i)
      din.store(to: dIn + i)
      r.store(to: left + i)
      Vector.forEachLane(in: spiking) { lane in
        tile.fired[spikes] = UInt16(truncatingIfNeeded: i + lane)
        spikes += i + lane < tile.count ? 1 : 0
      }
    }
    return spikes
  }
}
