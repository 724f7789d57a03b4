// The networks of the context tasks: one recurrent hidden layer and a leaky readout, with their initial weights.

/// The architecture of the reference program with its settings.
public struct ContextNetwork: Sendable, Hashable {
  public enum Model: String, Sendable, CaseIterable {
    case clif, lif, lsnn
    case additiveCLIF = "add_clif"
    case cubaLIF = "cuba_lif"
  }

  /// Time constant of the apical compartment, or of the adaptive threshold.
  public enum ApicalTau: Sendable, Hashable {
    /// The same for all units, in steps.
    case uniform(Double)
    /// Uniformly drawn for each unit, in steps.
    case distributed(Double, Double)
  }

  public var model: Model = .clif
  public var inputs = 350
  public var contexts = 20
  public var units = 200
  public var outputs = 1
  public var apicalRecurrence = true
  public var apicalTau: ApicalTau = .uniform(40)
  public var threshold = 0.05
  public var somaTau = 20.0
  public var readoutTau = 20.0
  /// Of the synaptic filter of `cuba_lif`, in steps.
  public var synapseTau = 5.0
  public var adaptationIncrement = 1.3
  public var surrogate = Surrogate(.triangle)
  public var reset = Reset.subtraction
  /// Assumed input rates in Hz of soma and apical compartment, which set the size of initial weights.
  public var somaRate = 50.0
  public var apicalRate = 20.0
  /// LIF as the reference runs it, not as it means to: threshold 1, feed-forward weights sized for 0.05 Hz, no recurrent weights at first.
  public var lifAsRun = false

  public init() {}

  private var compartments: Int { model == .clif || model == .additiveCLIF ? 2 : 1 }

  /// - Parameter draws: for distributed time constants.
  public func description(draws: Draws) -> NetworkDescription {
    let slow = apicalTau.constant(units: units, draws: draws)
    let cell: CellModel =
      switch model {
      case .clif, .additiveCLIF:
        .clif(
          interaction: model == .clif ? .reluMult : .add, threshold: threshold, tauSoma: .uniform(somaTau), tauApical: slow, reset: reset,
          surrogate: surrogate)
      case .lif: .lif(threshold: lifAsRun ? 1 : threshold, tau: .uniform(somaTau), reset: reset, surrogate: surrogate)
      case .cubaLIF:
        .cubaLIF(
          threshold: threshold, tauSynapse: .uniform(synapseTau), tau: .uniform(somaTau), reset: reset, surrogate: surrogate)
      case .lsnn:
        .alif(
          threshold: threshold, increment: adaptationIncrement, tauSoma: .uniform(somaTau), tauAdaptation: slow, reset: reset,
          surrogate: surrogate)
      }
    var projections: [ProjectionDescription]
    if compartments == 2 {
      projections = [
        ProjectionDescription("weight", from: [.input(0)], to: 0, compartments: 0..<1),
        ProjectionDescription("weight", from: [.input(1)], to: 0, compartments: 1..<2),
        ProjectionDescription(
          "rec_weight", from: [.layer(0)], to: 0, compartments: 0..<(apicalRecurrence ? 2 : 1), delay: 1, autapses: false),
      ]
    } else {
      projections = [
        ProjectionDescription("weight", from: [.input(0), .input(1)], to: 0),
        ProjectionDescription("rec_weight", from: [.layer(0)], to: 0, delay: 1, autapses: false),
      ]
    }
    projections.append(ProjectionDescription("weight", from: [.layer(0)], to: 1))
    return NetworkDescription(
      inputs: [InputGroup("x", channels: inputs), InputGroup("c", channels: contexts)],
      layers: [
        LayerDescription("hidden", units: units, cell: cell),
        LayerDescription("readout", units: outputs, cell: .readout(tau: .uniform(readoutTau))),
      ], projections: projections)
  }

  /// Draws initial weights: normal with the deviations of the centred-fluctuation rule, biases and autapses zero.
  public func initialise<S: TrainingScalar>(_ parameters: AlignedBuffer<S>, of network: SpikingNetwork<S>, draws: Draws) {
    for (number, view) in network.layout.views.enumerated() {
      guard let fanIn = view.inputs else { continue }
      let recurrent = view.name.contains("rec_weight")
      let taus = slowTaus(view.name, network)
      let values = (0..<view.count).map { element -> S in
        let (unit, source) = (element / fanIn, element % fanIn)
        if recurrent && unit == source { return 0 }
        let deviation = deviation(view.name, fanIn: fanIn, tau: taus?[unit] ?? somaTau)
        return S(deviation * draws.normal(.weights, object: UInt64(number), index: UInt64(element)))
      }
      view.scatter(values, to: parameters.pointer)
    }
  }

  /// Apical time constants per unit, for weights onto the apical compartment.
  private func slowTaus<S>(_ name: String, _ network: SpikingNetwork<S>) -> [Double]? {
    guard name.hasSuffix("_apical"), case .clif(_, _, _, let tau, _, _) = network.description.layers[0].cell else { return nil }
    return tau.values(units)
  }

  /// Standard deviation of initial weights onto a unit with time constant `tau`.
  public func deviation(_ name: String, fanIn: Int, tau: Double) -> Double {
    let both = somaRate + apicalRate
    func rule(_ alpha: Double, _ rate: Double, _ tau: Double) -> Double {
      centredFluctuationDeviation(alpha: alpha, fanIn: fanIn, rate: rate, tau: tau)
    }
    switch name {
    case "readout.weight": return rule(1, 1, readoutTau)
    case "hidden.weight_soma": return rule(0.8, somaRate, tau)
    case "hidden.weight_apical": return rule(apicalRecurrence ? 0.8 : 1, apicalRate, tau)
    case "hidden.weight": return model == .lif && lifAsRun ? rule(0.2, 0.05, tau) : rule(0.8, both, tau)
    default: return model == .lif && lifAsRun ? 0 : rule(0.2, both, tau)
    }
  }
}
