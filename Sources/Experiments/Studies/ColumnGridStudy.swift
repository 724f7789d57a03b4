// A grid of cortical columns with distance-dependent connections (Pastorelli et al. 2019, doi 10.3389/fnsys.2019.00033).
import Foundation
import Networks
import Spiking

/// 1,250 neurons with adaptation per column: foreground excitatory F, background excitatory B, inhibitory I. Excitatory neurons reach other
/// columns with a probability that falls with distance, inhibitory ones their own column only.
enum ColumnGridStudy: Study {
  static let name = "column_grid"
  static let summary = "Grid of cortical columns of Pastorelli et al. 2019: slow waves or asynchronous states, 1,250 neurons per column"

  enum KernelName: String, CaseIterable { case exponential, gaussian }
  enum Borders: String, CaseIterable { case open, periodic }
  enum State: String, CaseIterable {
    /// Slow waves.
    case slowWaves = "SW"
    /// Asynchronous at 2.8 and at 8.8 Hz.
    case asynchronousLow = "AW2.8"
    case asynchronousHigh = "AW8.8"
  }

  /// Neurons per column of F, B and I.
  static let names = ["F", "B", "I"]
  static let perColumn = [250, 750, 250]
  /// Sum of the connection probabilities over all columns, so 1,125 synapses per neuron.
  static let total = 0.9
  static let externalSynapses = 400.0
  /// [Hz] Rate of one external synapse onto F, B, I.
  static let externalRates = [3.16676, 3.16676, 3.0]
  /// Standard deviation of weights relative to their mean; they are kept between 0 and twice the mean.
  static let relativeDeviation = 0.25
  /// No source gives the width of the Gaussian. At 0.481 the kernel, rounded to three decimals, sums to 1.512 as the exponential of
  /// lambda 0.4 does: the same local probability C0 = 0.5952 and the same number of synapses where there is no border.
  static let defaultSigma = 0.481

  static let parameters: [[String: Double]] = {
    let excitatory: [String: Double] = [
      "C_m": 1, "E_L": 0, "tau_m": 20, "V_th": 20, "V_reset": 15, "t_ref": 2, "alpha_c": 1, "tau_c": 1000, "g_c": 0.02,
    ]
    let inhibitory: [String: Double] = [
      "C_m": 1, "E_L": 0, "tau_m": 10, "V_th": 20, "V_reset": 15, "t_ref": 1, "alpha_c": 1, "tau_c": 100, "g_c": 0,
    ]
    return [excitatory, excitatory, inhibitory]
  }()

  /// [mV] Mean weight, [source][target].
  static func weights(_ state: State) -> [[Double]] {
    let (ff, fb) = state == .slowWaves ? (0.600961, 0.382635) : (0.51511, 0.412534)
    return [[ff, fb, 0.560233], [fb, 0.429258, 0.560233], [-1.5, -1.5, -1.5]]
  }

  /// [mV] Mean jump at an external spike, of F, B, I.
  static func externalWeights(_ state: State) -> [Double] {
    switch state {
    case .slowWaves: [0.832761, 0.858516, 1.12047]
    case .asynchronousLow: [0.858516, 0.858516, 1.12047]
    case .asynchronousHigh: [1.41655, 1.41655, 1.12047]
    }
  }

  static var weakGrowth: WeakGrowth? { .grid(key: "grid", standard: (6, 6)) }

  /// [Hz] Mean rates of F, B, I. SW: figure 3 of the paper; AW: the original program on 4 x 4 columns.
  static func rates(_ state: State) -> [Double] {
    switch state {
    case .slowWaves: [3.72, 2.18, 4.6]
    case .asynchronousLow: [3.07, 2.36, 4.56]
    case .asynchronousHigh: [11.15, 7.77, 13.35]
    }
  }

  /// [Hz] Rates at the peak of events under way, measured on 16 x 16 columns: in AW in the volley with which all neurons begin, 5-12 ms after
  /// the start, in SW 0.7 s later in the wave that it provokes (7 % more events than in the volley).
  static func peakRates(_ state: State) -> [Double] {
    switch state {
    case .slowWaves: [34.7, 0.1, 14.4]
    case .asynchronousLow: [9.4, 8.8, 17.5]
    case .asynchronousHigh: [34.9, 34.1, 87.2]
    }
  }

  /// Normal around the mean, between 0 and twice the mean.
  static func spread(_ mean: Double) -> Distribution {
    .normal(mean: mean, sd: relativeDeviation * abs(mean), min: min(0, 2 * mean), max: max(0, 2 * mean))
  }

  /// [ms] Whole milliseconds: 1 plus an exponential that is cut at its 5 % tail, which lies one step of 1 ms below the longest delay.
  static func delay(longest: Double) -> Distribution {
    .rounded(to: 1, of: .exponential(mean: (longest - 1) / -log(0.05), offset: 1, max: longest))
  }

  static func plan(_ section: ConfigurationSection) throws -> StudyPlan {
    var defaults = CommonKeys()
    // Delays are whole milliseconds. A step of 0.5 ms gives the asynchronous rates of 0.1 ms within 3 %, one of 1 ms does not.
    defaults.resolution = 0.5
    // All neurons start at the reset potential; in state SW their volley provokes a wave that is over after 1.3 s.
    defaults.presimulation = 1500
    let common = try CommonKeys(section, defaults: defaults)
    let (width, height) = try section.value("grid", default: .words(["6", "6"]))?.grid() ?? (6, 6)
    let borders = try section.choice("borders", default: Borders.open)
    let state = try section.choice("state", default: State.slowWaves)
    let kernelName = try section.choice("kernel", default: KernelName.exponential)
    let lambda = try section.number("lambda", default: 0.4, .within(0.01...20))
    let sigma = try section.number("sigma", default: defaultSigma, .within(0.01...20))
    let decimals = try section.integer("decimals", default: 3, .within(1...6))
    let kernel: Kernel = kernelName == .exponential ? .exponential(lambda: lambda) : .gaussian(sigma: sigma)
    let stencil = Stencil(kernel: kernel, total: total, decimals: decimals)
    let grid = ColumnGrid(width: width, height: height, periodic: borders == .periodic)
    if grid.columns > Int(UInt32.max) / perColumn.reduce(0, +) {
      throw section.error("grid", "has \(grid.columns) columns, more neurons than 32-bit numbers can name")
    }
    var network = Network()
    for (index, name) in names.enumerated() {
      network.populations.append(
        Population(
          name: name, model: "lif_sfa", parameters: parameters[index],
          initial: ["V_m": .constant(parameters[index]["V_reset"] ?? 0), "c": .constant(0)],
          layout: .columns(grid: grid, perColumn: perColumn[index])))
    }
    let means = weights(state)
    for source in names.indices {
      let isInhibitory = source == 2
      for target in names.indices {
        network.projections.append(
          Projection(
            name: "\(names[source]) -> \(names[target])", source: source, target: target,
            rule: .distance(isInhibitory ? .local(total) : stencil), weight: spread(means[source][target]),
            delay: delay(longest: isInhibitory ? 20 : 80), allowMultapses: false))
      }
    }
    var plan = StudyPlan(
      title: "Grid of \(width) x \(height) cortical columns, \(state.rawValue) (Pastorelli et al. 2019)", common: common, network: network)
    plan.rates = ExpectedRates(
      rates(state), peak: peakRates(state), origin: "of the study in state \(state.rawValue) (Pastorelli et al. 2019)")
    let other = kernelName == .exponential ? ("sigma", KernelName.gaussian) : ("lambda", .exponential)
    if section.isChanged(other.0) { plan.notes.append("\(other.0) has no effect: it is of kernel: \(other.1.rawValue)") }
    let jumps = externalWeights(state)
    plan.inputs = names.enumerated().map { index, name in
      InputDescription(
        name: "external input of \(name)", population: index,
        kind: .poisson(rate: externalSynapses * externalRates[index], weight: spread(jumps[index]), receptor: .bySign))
    }
    return plan
  }
}
