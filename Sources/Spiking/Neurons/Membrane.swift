// Propagators of a leaky membrane over one step (exact integration), shared by the integrate-and-fire models.
import Maths

/// The passive part of an integrate-and-fire neuron: parameters in ms, mV, pF, and propagators for one step (models.md H0).
struct Membrane {
  let h, tauM, capacitance, leak, threshold, reset, refractorySteps: Double

  init(_ p: [String: Double], _ h: Double) {
    self.h = h
    tauM = p["tau_m"]!
    capacitance = p["C_m"]!
    leak = p["E_L"]!
    threshold = p["V_th"]!
    reset = p["V_reset"]!
    refractorySteps = Spiking.refractorySteps(p["t_ref"]!, resolution: h)
  }

  func checkReset(model: String) throws {
    if reset >= threshold {
      throw ParameterError(model: model, text: "V_reset \(reset) mV must be below V_th \(threshold) mV, or it would spike for ever")
    }
  }

  /// Effect of a constant current of 1 pA over one step: tau_m / C (1 - exp(-h / tau_m)).
  var currentPropagator: Double { -tauM / capacitance * Elementary.expMinusOne(-h / tauM) }

  /// Effect on V of an exponential current of 1 pA at the start of the step.
  func exponentialPropagator(tau: Double) -> Double {
    let beta = tau * tauM / (tauM - tau)
    let value = beta / capacitance * Elementary.exp(-h / tau) * Elementary.expMinusOne(h / beta)
    return value.isNormal && value > 0 ? value : h / capacitance * Elementary.exp(-h / tauM)
  }

  /// exp(x) - 1 by its series, term by term as NEST sums it.
  private static func sumOfExpMinusOne(_ x: Double) -> Double {
    if abs(x) > Elementary.log(2) { return Elementary.expMinusOne(x) }
    var (sum, term, n) = (x, x * x / 2, 2.0)
    while abs(term) > abs(sum) * .ulpOfOne {
      sum += term
      n += 1
      term *= x / n
    }
    return sum
  }

  /// Effect on V of an alpha current's derivative of 1 pA/ms at the start of the step.
  func alphaPropagator(tau: Double) -> Double {
    let beta = tau * tauM / (tauM - tau)
    if h > 1e-7 * tauM * tauM / abs(tauM - tau) {
      // Nearly all of the difference cancels where the time constants are close: what is left depends on how the series is summed.
      let grown = beta * Self.sumOfExpMinusOne(h * ((tauM - tau) / (tau * tauM)))
      return beta / capacitance * Elementary.exp(-h / tau) * (grown - h)
    }
    return 0.5 * h * h / capacitance * Elementary.exp(-h / tauM)
  }
}
