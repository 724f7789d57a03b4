// The cortical microcircuit under 1 mm2 of surface (Potjans & Diesmann 2014, doi 10.1093/cercor/bhs358), full or scaled down.
import Foundation
import Networks
import Spiking

/// Eight populations of current-based neurons in four layers. `scale` s keeps s of the neurons and of each in-degree; weights grow by
/// 1 / sqrt(s) and a direct current replaces the mean of the input that is lost, so that rates stay near those of the full model.
enum MicrocircuitStudy: Study {
  static let name = "microcircuit"
  static let summary = "Cortical microcircuit of Potjans & Diesmann 2014: 8 populations, 77,169 neurons, 299 M synapses"

  static let populations = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
  static let sizes = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]
  /// Probability of at least one synapse, [target][source].
  static let probabilities: [[Double]] = [
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
  ]
  /// In-degree from outside, each synapse active at 8 Hz.
  static let externalDegrees = [1600.0, 1500, 2100, 1900, 2000, 1900, 2900, 2100]
  static let externalRate = 8.0
  /// [pA] The current whose postsynaptic potential peaks at 0.15 mV.
  static let weight = 87.8085
  /// [Hz] Mean rates of the full model, for the compensating current.
  static let fullRates = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829]
  /// [mV] Initial potentials that spare the network a start-up volley.
  static let initialMeans = [-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43]
  static let initialDeviations = [5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48]
  /// [ms]
  static let synapticTime = 0.5
  static let neuron: [String: Double] = [
    "C_m": 250, "tau_m": 10, "E_L": -65, "V_reset": -65, "V_th": -50, "t_ref": 2, "tau_syn_ex": synapticTime, "tau_syn_in": synapticTime,
  ]

  /// Synapses grow with the square of the scale, so equal work per rank needs its root.
  static var weakGrowth: WeakGrowth? { .root(key: "scale", standard: 1) }

  static func isInhibitory(_ population: Int) -> Bool { population % 2 == 1 }

  /// [pA] Mean weight at full scale.
  static func weight(from source: Int, to target: Int) -> Double {
    if isInhibitory(source) { return -4 * weight }
    return source == 2 && target == 0 ? 2 * weight : weight
  }

  /// Synapses of a pair at full scale, not rounded: P = 1 - (1 - 1 / (N_t N_s))^K.
  static func fullTotal(from source: Int, to target: Int) -> Double {
    log(1 - probabilities[target][source]) / log(1 - 1 / (Double(sizes[target]) * Double(sizes[source])))
  }

  static func size(_ population: Int, scale: Double) -> Int {
    Int((scale * Double(sizes[population])).rounded(.toNearestOrEven))
  }

  static func total(from source: Int, to target: Int, scale: Double) -> Int {
    let indegree = fullTotal(from: source, to: target) / Double(sizes[target]) * scale
    return Int((indegree * Double(size(target, scale: scale))).rounded(.toNearestOrEven))
  }

  /// [pA] The mean of the input that a neuron loses by down-scaling beyond what the larger weights give back.
  static func compensation(_ target: Int, scale: Double) -> Double {
    var input = externalDegrees[target] * weight * externalRate
    for source in sizes.indices {
      input += fullTotal(from: source, to: target) / Double(sizes[target]) * weight(from: source, to: target) * fullRates[source]
    }
    return (1 - scale.squareRoot()) * synapticTime / 1000 * input
  }

  static func plan(_ section: ConfigurationSection) throws -> StudyPlan {
    var defaults = CommonKeys()
    defaults.presimulation = 500
    let common = try CommonKeys(section, defaults: defaults)
    let scale = try section.number("scale", default: 1, .positive)
    if scale > 1 || size(5, scale: scale) == 0 {
      throw section.error("scale", "must be at most 1 and leave neurons in every population, got \(NumberText.text(scale))")
    }
    let growth = 1 / scale.squareRoot()
    var network = Network()
    var inputs: [InputDescription] = []
    for (index, name) in populations.enumerated() {
      var parameters = neuron
      parameters["I_e"] = compensation(index, scale: scale)
      network.populations.append(
        Population(
          name: name, model: "iaf_psc_exp", parameters: parameters,
          initial: ["V_m": .normal(mean: initialMeans[index], sd: initialDeviations[index])],
          layout: .list(count: size(index, scale: scale))))
      inputs.append(
        InputDescription(
          name: "external input of \(name)", population: index,
          kind: .poisson(
            rate: externalRate * externalDegrees[index] * scale, weight: .constant(weight * growth), receptor: .bySign),
          delay: 1.5))
    }
    // NEST draws a delay again while it rounds to no step at all.
    let shortest = 0.5 * common.resolution
    for target in sizes.indices {
      for source in sizes.indices where probabilities[target][source] > 0 {
        let mean = weight(from: source, to: target) * growth
        let delay = isInhibitory(source) ? 0.75 : 1.5
        network.projections.append(
          Projection(
            name: "\(populations[source]) -> \(populations[target])", source: source, target: target,
            rule: .fixedTotalNumber(total(from: source, to: target, scale: scale)),
            weight: .normal(
              mean: mean, sd: 0.1 * abs(mean), min: mean < 0 ? -.infinity : 0, max: mean < 0 ? 0 : .infinity),
            delay: .normal(mean: delay, sd: 0.5 * delay, min: shortest)))
      }
    }
    var plan = StudyPlan(
      title: "Cortical microcircuit (Potjans & Diesmann 2014)\(scale == 1 ? "" : " at scale \(NumberText.text(scale))")",
      common: common, network: network)
    plan.inputs = inputs
    plan.rates = ExpectedRates(fullRates, origin: "of the full model")
    return plan
  }
}
