// A random network of excitatory and inhibitory neurons (Brunel 2000, J. Comput. Neurosci. 8:183): a small first network.
import Networks
import Spiking

/// Neurons with jumps of the potential; each gets `epsilon` N_E excitatory and `epsilon` N_I inhibitory synapses and an external train of
/// rate eta nu_thr C_E, where nu_thr is the rate that alone would bring the mean potential to the threshold.
enum BrunelStudy: Study {
  static let name = "brunel"
  static let summary = "Random balanced network of Brunel 2000: 12,500 neurons with delta synapses, asynchronous irregular by default"

  /// More neurons with as many synapses each.
  static var weakGrowth: WeakGrowth? { .constantDegree(count: "N", standardCount: 12_500, share: "epsilon", standardShare: 0.1) }

  static func plan(_ section: ConfigurationSection) throws -> StudyPlan {
    var defaults = CommonKeys()
    defaults.presimulation = 100
    let common = try CommonKeys(section, defaults: defaults)
    let count = try section.integer("N", default: 12_500, .within(10...1e9))
    let epsilon = try section.number("epsilon", default: 0.1, .within(0...1))
    let jump = try section.number("J", default: 0.1, .positive, unit: "mV")
    // g = 5, eta = 2: asynchronous irregular activity (figure 8C of the paper).
    let g = try section.number("g", default: 5, .notNegative)
    let eta = try section.number("eta", default: 2, .notNegative)
    let delay = try section.delay("D", default: 1.5, common.resolution)
    let (tau, threshold, reset) = (20.0, 20.0, 10.0)
    let excitatory = (count * 4 + 2) / 5
    let inhibitory = count - excitatory
    let (degreeE, degreeI) = (Int((epsilon * Double(excitatory)).rounded()), Int((epsilon * Double(inhibitory)).rounded()))
    let parameters = ["tau_m": tau, "E_L": 0, "V_th": threshold, "V_reset": reset, "t_ref": 2]
    // Spread over the whole range, or all neurons would spike at once.
    let initial: [String: Distribution] = ["V_m": .uniform(low: 0, high: threshold)]
    let network = Network(
      populations: [
        Population(name: "E", model: "iaf_psc_delta", parameters: parameters, initial: initial, layout: .list(count: excitatory)),
        Population(name: "I", model: "iaf_psc_delta", parameters: parameters, initial: initial, layout: .list(count: inhibitory)),
      ],
      projections: [("E -> E", 0, 0), ("E -> I", 0, 1), ("I -> E", 1, 0), ("I -> I", 1, 1)].map { name, source, target in
        Projection(
          name: name, source: source, target: target, rule: .fixedIndegree(source == 0 ? degreeE : degreeI),
          weight: .constant(source == 0 ? jump : -g * jump), delay: .constant(delay))
      })
    var plan = StudyPlan(title: "Random balanced network (Brunel 2000)", common: common, network: network)
    // nu_thr C_E = theta / (J tau): independent of the number of synapses.
    let rate = eta * threshold / (jump * tau) * 1000
    plan.inputs = ["E", "I"].enumerated().map { index, name in
      InputDescription(
        name: "external input of \(name)", population: index,
        kind: .poisson(rate: rate, weight: .constant(jump), receptor: .bySign), delay: delay)
    }
    // Figure 8C of the paper; other values of g and eta have other rates.
    if g == 5 && eta == 2 { plan.rates = ExpectedRates([37.7, 37.7], origin: "of the paper's figure 8C") }
    return plan
  }
}

extension ConfigurationSection {
  /// [ms] A constant delay of at least half a step.
  func delay(_ key: String, default value: Double, _ resolution: Double) throws -> Double {
    let delay = try number(key, default: value, .positive, unit: "ms")
    if delay < 0.5 * resolution { throw error(key, ProjectionKeys.tooShort(delay, resolution)) }
    return delay
  }
}
