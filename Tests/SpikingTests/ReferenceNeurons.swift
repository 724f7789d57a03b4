// The neuron models once more, as plainly as their equations are written, one neuron at a time in double precision.
import Glibc

@testable import Spiking

/// A neuron by its equations. Step order and times of arrival are those of NEST: the potential moves under the state at the start of the
/// step, then currents decay and take up what arrives (or, for instantaneous synapses, arrivals act inside the step), then the threshold.
protocol ReferenceNeuron {
  init(_ p: [String: Double], h: Double)
  /// Columns in the order of the model's description, as the user sees them.
  var columns: [Double] { get set }
  /// Advances one step under the weights that arrive at each receptor and an injected current; tells whether it spikes.
  mutating func step(_ arrivals: [Double], _ current: Double) -> Bool
}

/// Simpson's rule: responses to inputs are integrals over the step, taken here without their closed forms.
private func integral(_ h: Double, _ f: (Double) -> Double) -> Double {
  let n = 400
  return (0...n).reduce(0) { $0 + f(h * Double($1) / Double(n)) * ($1 == 0 || $1 == n ? 1 : $1 % 2 == 1 ? 4 : 2) } * h / Double(3 * n)
}

/// Steps of the refractory time: whole microseconds, rounded up to steps.
private func wholeSteps(_ time: Double, _ h: Double) -> Int {
  let (tics, step) = (Int((time * 1000).rounded()), Int((h * 1000).rounded()))
  return (tics + step - 1) / step
}

/// What the models have in common.
struct ReferenceMembrane {
  let leak, threshold, reset, decay, perCurrent, constant: Double
  let refractorySteps: Int
  private let h, tauM, capacitance: Double

  init(_ p: [String: Double], h: Double) {
    let tau = p["tau_m"]!
    leak = p["E_L"]!
    threshold = p["V_th"]!
    reset = p["V_reset"]!
    constant = p["I_e"]!
    capacitance = p["C_m"]!
    decay = exp(-h / tau)
    perCurrent = integral(h) { exp(-(h - $0) / tau) } / capacitance
    refractorySteps = wholeSteps(p["t_ref"]!, h)
    tauM = tau
    self.h = h
  }
  /// Effect on the potential of a current that starts at 1 and follows a shape over the step.
  func effect(_ shape: (Double) -> Double) -> Double { integral(h) { shape($0) * exp(-(h - $0) / tauM) } / capacitance }
}

struct ReferencePscExp: ReferenceNeuron {
  let membrane: ReferenceMembrane
  let decays, effects: [Double]
  var columns: [Double]
  init(_ p: [String: Double], h: Double) {
    let membrane = ReferenceMembrane(p, h: h)
    let taus = [p["tau_syn_ex"]!, p["tau_syn_in"]!]
    decays = taus.map { exp(-h / $0) }
    effects = taus.map { tau in membrane.effect { exp(-$0 / tau) } }
    columns = [membrane.leak, 0, 0, 0]
    self.membrane = membrane
  }
  mutating func step(_ arrivals: [Double], _ current: Double) -> Bool {
    if columns[3] == 0 {
      let driven = effects[0] * columns[1] + effects[1] * columns[2] + membrane.perCurrent * (current + membrane.constant)
      columns[0] = membrane.leak + (columns[0] - membrane.leak) * membrane.decay + driven
    } else {
      columns[3] -= 1
    }
    for r in 0..<2 { columns[1 + r] = columns[1 + r] * decays[r] + arrivals[r] }
    if columns[0] < membrane.threshold { return false }
    columns[0] = membrane.reset
    columns[3] = Double(membrane.refractorySteps)
    return true
  }
}

struct ReferencePscAlpha: ReferenceNeuron {
  let membrane: ReferenceMembrane
  let floor, h: Double
  let taus, decays, ofCurrent, ofDerivative: [Double]
  var columns: [Double]
  init(_ p: [String: Double], h: Double) {
    let membrane = ReferenceMembrane(p, h: h)
    taus = [p["tau_syn_ex"]!, p["tau_syn_in"]!]
    decays = taus.map { exp(-h / $0) }
    ofCurrent = taus.map { tau in membrane.effect { exp(-$0 / tau) } }
    ofDerivative = taus.map { tau in membrane.effect { $0 * exp(-$0 / tau) } }
    floor = p["V_min"]!
    columns = [membrane.leak, 0, 0, 0, 0, 0]
    self.membrane = membrane
    self.h = h
  }
  mutating func step(_ arrivals: [Double], _ current: Double) -> Bool {
    if columns[5] == 0 {
      var v = membrane.leak + (columns[0] - membrane.leak) * membrane.decay + membrane.perCurrent * (current + membrane.constant)
      for r in 0..<2 { v += ofCurrent[r] * columns[1 + r] + ofDerivative[r] * columns[3 + r] }
      columns[0] = max(v, floor)
    } else {
      columns[5] -= 1
    }
    for r in 0..<2 {
      columns[1 + r] = (columns[1 + r] + h * columns[3 + r]) * decays[r]
      columns[3 + r] = columns[3 + r] * decays[r] + M_E / taus[r] * arrivals[r]
    }
    if columns[0] < membrane.threshold { return false }
    columns[0] = membrane.reset
    columns[5] = Double(membrane.refractorySteps)
    return true
  }
}

struct ReferencePscDelta: ReferenceNeuron {
  let membrane: ReferenceMembrane
  let floor: Double
  let saves: Bool
  var columns: [Double]
  init(_ p: [String: Double], h: Double) {
    membrane = ReferenceMembrane(p, h: h)
    floor = p["V_min"]!
    saves = p["refractory_input"]! != 0
    columns = [membrane.leak, 0, 0]
  }
  /// The column `saved` holds w exp(-r h / tau_m) without the decay of the steps that are still to come.
  mutating func step(_ arrivals: [Double], _ current: Double) -> Bool {
    if columns[1] == 0 {
      let v = membrane.leak + (columns[0] - membrane.leak) * membrane.decay + membrane.perCurrent * (current + membrane.constant)
      columns[0] = max(v + arrivals[0] + columns[2], floor)
      columns[2] = 0
    } else {
      if saves { columns[2] += arrivals[0] }
      columns[2] *= membrane.decay
      columns[1] -= 1
    }
    if columns[0] < membrane.threshold { return false }
    columns[0] = membrane.reset
    columns[1] = Double(membrane.refractorySteps)
    return true
  }
}

struct ReferenceLifSfa: ReferenceNeuron {
  let membrane: ReferenceMembrane
  let decayC, ofAdaptation, jump: Double
  var columns: [Double]
  init(_ p: [String: Double], h: Double) {
    membrane = ReferenceMembrane(p, h: h)
    let tau = p["tau_c"]!
    decayC = exp(-h / tau)
    ofAdaptation = -p["g_c"]! * membrane.effect { exp(-$0 / tau) }
    jump = p["alpha_c"]!
    columns = [membrane.leak, 0, 0]
  }
  mutating func step(_ arrivals: [Double], _ current: Double) -> Bool {
    if columns[2] == 0 {
      let v = membrane.leak + (columns[0] - membrane.leak) * membrane.decay + membrane.perCurrent * (current + membrane.constant)
      columns[0] = v + ofAdaptation * columns[1] + arrivals[0]
    } else {
      columns[2] -= 1
    }
    columns[1] *= decayC
    if columns[0] < membrane.threshold { return false }
    columns[0] = membrane.reset
    columns[1] += jump
    columns[2] = Double(membrane.refractorySteps)
    return true
  }
}

/// The reference for a model of the catalogue, with parameters over the defaults; `nil` if nobody has written one.
func reference(_ name: String, _ parameters: [String: Double] = [:], h: Double = resolution) -> (any ReferenceNeuron)? {
  guard let description = NeuronCatalogue.description(of: name) else { return nil }
  let all = Dictionary(uniqueKeysWithValues: description.parameters.map { ($0.name, parameters[$0.name] ?? $0.value) })
  switch name {
  case "iaf_psc_exp": return ReferencePscExp(all, h: h)
  case "iaf_psc_alpha": return ReferencePscAlpha(all, h: h)
  case "iaf_psc_delta": return ReferencePscDelta(all, h: h)
  case "lif_sfa": return ReferenceLifSfa(all, h: h)
  default: return nil
  }
}
