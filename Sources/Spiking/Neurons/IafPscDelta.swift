// Leaky integrate-and-fire neuron whose potential jumps at each arrival (`iaf_psc_delta`), integrated exactly.
import Maths

/// Arrivals act inside their step. While refractory they are lost, or saved and applied, decayed, at the first free step.
public struct IafPscDelta<S: SimulationScalar>: NeuronModel {
  public static var description: ModelDescription {
    ModelDescription(
      name: "iaf_psc_delta", summary: "Leaky integrate-and-fire neuron with jumps of the potential",
      equations: """
        dV/dt = -(V - E_L) / tau_m + (I_e + I_stim) / C_m + sum of w delta(t - arrival)
        V >= V_th: spike, V = V_reset for t_ref; V never below V_min
        refractory_input 1: w exp(-(time left) / tau_m) of arrivals within t_ref is added when it ends; 0: they are lost
        """,
      source: "Diesmann et al. 2001; step order as NEST 3.10",
      parameters: [
        ParameterDescription("C_m", "pF", 250, "membrane capacitance", check: .positive),
        ParameterDescription("tau_m", "ms", 10, "membrane time constant", check: .positive),
        ParameterDescription("E_L", "mV", -70, "leak (resting) potential"),
        ParameterDescription("V_th", "mV", -55, "threshold"),
        ParameterDescription("V_reset", "mV", -70, "potential after a spike"),
        ParameterDescription("V_min", "mV", -.infinity, "lowest potential"),
        ParameterDescription("t_ref", "ms", 2, "refractory time", check: .notNegative),
        ParameterDescription("I_e", "pA", 0, "constant current"),
        ParameterDescription("refractory_input", "", 0, "1: arrivals while refractory count when it ends", check: .notNegative),
      ],
      receptors: ["jump"], weightUnit: "mV",
      columns: [
        ColumnDescription("V_m", "mV", "membrane potential"),
        ColumnDescription("refractory", "steps", "steps left of the refractory time"),
        ColumnDescription("saved", "mV", "arrivals saved while refractory"),
      ])
  }

  let leak: Double
  let threshold, reset, floor, refractory, constantCurrent, p30, p33, saving: S
  /// exp(-h / tau_m), by which what is saved decays for each step that is left.
  let decay: S

  public init(parameters p: [String: Double], resolution h: Double) throws {
    let membrane = Membrane(p, h)
    try membrane.checkReset(model: "iaf_psc_delta")
    leak = membrane.leak
    threshold = S(membrane.threshold - leak)
    reset = S(membrane.reset - leak)
    floor = S(p["V_min"]! - leak)
    refractory = S(membrane.refractorySteps)
    constantCurrent = S(p["I_e"]!)
    p30 = S(membrane.currentPropagator)
    p33 = S(Elementary.exp(-h / membrane.tauM))
    decay = p33
    saving = p["refractory_input"]! == 0 ? 0 : 1
  }

  public func offset(ofColumn column: Int) -> Double { column == 0 ? leak : 0 }
  public func rest(ofColumn column: Int) -> Double { column == 0 ? leak : 0 }

  @specialized(where S == Float)
  @specialized(where S == Double)
  public func advance(_ tile: TileStep<S>) -> Int {
    typealias Vector = S.Lanes
    let (v, left, store, arrived) = (tile.column(0), tile.column(1), tile.column(2), tile.receptor(0))
    let (p30, p33, constant, one, zero) = (Vector(p30), Vector(p33), Vector(constantCurrent), Vector(1), Vector(0))
    let (threshold, reset, refractory, floor) = (Vector(threshold), Vector(reset), Vector(refractory), Vector(floor))
    let (saving, decay) = (Vector(saving), Vector(decay))
    var spikes = 0
    for i in stride(from: 0, to: tile.count, by: Vector.width) {
      var u = Vector(from: v + i)
      var r = Vector(from: left + i)
      var saved = Vector(from: store + i)
      let arrivals = Vector(from: arrived + i)
      let resting = r >= one
      // U = P30 (I_e + I_stim) + P33 U + arrivals + saved
      let next = (p30 * (constant + Vector(from: tile.current + i))).adding(u, times: p33) + arrivals + saved
      u = u.where_(resting, otherwise: Vector.maximum(next, floor))
      // An arrival with r steps left decays by exp(-r h / tau_m): one factor now and one in each of the r - 1 steps to come.
      saved = ((saved + saving * arrivals) * decay).where_(resting, otherwise: zero)
      r = (r - one).where_(resting, otherwise: r)
      let spiking = u >= threshold
      u = reset.where_(spiking, otherwise: u)
      r = refractory.where_(spiking, otherwise: r)
      u.store(to: v + i)
      r.store(to: left + i)
      saved.store(to: store + i)
      Vector.forEachLane(in: spiking) { lane in
        tile.fired[spikes] = UInt16(truncatingIfNeeded: i + lane)
        spikes += i + lane < tile.count ? 1 : 0
      }
    }
    return spikes
  }
}
