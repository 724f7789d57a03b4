// The networks of plain classification: one recurrent hidden layer and a leaky readout per class, with their initial weights.

/// A recurrent network that sees one group of channels; in cells of two compartments both see it.
public struct ClassificationNetwork: Sendable, Hashable {
  public var model: ContextNetwork.Model = .lif
  public var inputs = 350
  public var units = 200
  public var outputs = 10
  public var recurrence = true
  /// Whether the recurrent weights of two-compartment cells reach the apical compartment too.
  public var apicalRecurrence = true
  public var apicalTau: ContextNetwork.ApicalTau = .uniform(40)
  public var threshold = 0.05
  /// The same for all units, or uniformly drawn for each.
  public var somaTau: ContextNetwork.ApicalTau = .uniform(20)
  public var readoutTau = 20.0
  /// Of the synaptic filter of `cuba_lif`, in steps.
  public var synapseTau = 5.0
  public var adaptationIncrement = 1.3
  public var surrogate = Surrogate(.triangle)
  public var reset = Reset.subtraction
  public var interaction = Interaction.reluMult
  /// Assumed rate in Hz of inputs and hidden units, which sets the size of initial weights.
  public var rate = 50.0

  public init() {}

  private var hasCompartments: Bool { model == .clif || model == .additiveCLIF }

  /// - Parameter draws: for distributed time constants.
  public func description(draws: Draws) -> NetworkDescription {
    let slow = apicalTau.constant(units: units, draws: draws), fast = somaTau.constant(units: units, draws: draws, object: 1)
    let cell: CellModel =
      switch model {
      case .clif, .additiveCLIF:
        .clif(
          interaction: model == .clif ? interaction : .add, threshold: threshold, tauSoma: fast, tauApical: slow,
          reset: reset, surrogate: surrogate)
      case .lif: .lif(threshold: threshold, tau: fast, reset: reset, surrogate: surrogate)
      case .cubaLIF:
        .cubaLIF(threshold: threshold, tauSynapse: .uniform(synapseTau), tau: fast, reset: reset, surrogate: surrogate)
      case .lsnn:
        .alif(
          threshold: threshold, increment: adaptationIncrement, tauSoma: fast, tauAdaptation: slow, reset: reset,
          surrogate: surrogate)
      }
    var projections = [ProjectionDescription("weight", from: [.input(0)], to: 0, compartments: 0..<(hasCompartments ? 2 : 1))]
    if recurrence {
      projections.append(
        ProjectionDescription(
          "rec_weight", from: [.layer(0)], to: 0, compartments: 0..<(hasCompartments && apicalRecurrence ? 2 : 1), delay: 1,
          autapses: false))
    }
    projections.append(ProjectionDescription("weight", from: [.layer(0)], to: 1))
    return NetworkDescription(
      inputs: [InputGroup("x", channels: inputs)],
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
      let taus = taus(view.name, network), alpha = share(view.name)
      let values = (0..<view.count).map { element -> S in
        let (unit, source) = (element / fanIn, element % fanIn)
        if recurrent && unit == source { return 0 }
        let deviation = centredFluctuationDeviation(alpha: alpha, fanIn: fanIn, rate: rate, tau: taus[unit])
        return S(deviation * draws.normal(.weights, object: UInt64(number), index: UInt64(element)))
      }
      view.scatter(values, to: parameters.pointer)
    }
  }

  /// The share of a unit's fluctuations that weights cause; where nothing recurrent arrives, all of it.
  private func share(_ name: String) -> Double {
    if name.contains("rec_weight") { return 0.2 }
    let isAlone = !recurrence || !name.hasPrefix("hidden") || (name.hasSuffix("_apical") && !apicalRecurrence)
    return isAlone ? 1 : 0.8
  }

  /// Time constants of the units that weights reach.
  private func taus<S>(_ name: String, _ network: SpikingNetwork<S>) -> [Double] {
    if name.hasPrefix("readout") { return Array(repeating: readoutTau, count: outputs) }
    switch network.description.layers[0].cell {
    case .clif(_, _, let soma, let apical, _, _): return (name.hasSuffix("_apical") ? apical : soma).values(units)
    case .lif(_, let tau, _, _), .alif(_, _, let tau, _, _, _), .cubaLIF(_, _, let tau, _, _), .readout(let tau):
      return tau.values(units)
    }
  }
}

extension ContextNetwork.ApicalTau {
  /// The time constants of a layer; `object` tells apart those of one network.
  func constant(units: Int, draws: Draws, object: UInt64 = 0) -> TimeConstant {
    switch self {
    case .uniform(let tau): .uniform(tau)
    case .distributed(let low, let high):
      .perUnit((0..<units).map { low + (high - low) * draws.uniform(.timeConstants, object: object, index: UInt64($0)) })
    }
  }
}
