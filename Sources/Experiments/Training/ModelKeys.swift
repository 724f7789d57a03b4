// The keys of the network: the reference's flags with their defaults, and what the reference has fixed in its code.
import Training

/// A network of either kind.
enum TrainedNetwork: Sendable {
  case context(ContextNetwork, Interaction)
  case classification(ClassificationNetwork)

  func description(draws: Draws) -> NetworkDescription {
    switch self {
    case .context(let network, let interaction):
      var description = network.description(draws: draws)
      if case .clif(.reluMult, let threshold, let soma, let apical, let reset, let surrogate) = description.layers[0].cell {
        description.layers[0].cell = .clif(
          interaction: interaction, threshold: threshold, tauSoma: soma, tauApical: apical, reset: reset, surrogate: surrogate)
      }
      return description
    case .classification(let network): return network.description(draws: draws)
    }
  }

  func initialise<S: TrainingScalar>(_ parameters: AlignedBuffer<S>, of network: SpikingNetwork<S>, draws: Draws) {
    switch self {
    case .context(let description, _): description.initialise(parameters, of: network, draws: draws)
    case .classification(let description): description.initialise(parameters, of: network, draws: draws)
    }
  }
}

/// Reads the keys of the network.
struct ModelKeys {
  let model: ContextNetwork.Model
  let network: TrainedNetwork

  init(_ section: ConfigurationSection, dataset: any TrainingDataset, task: TrainingTask) throws {
    model = try section.choice("model_type", default: .clif)
    let apicalRecurrence = try section.flag("apical_rec", default: true)
    let apicalTau = try Self.apicalTau(section, dataset.defaults)
    let units = try section.integer("units", default: 200, .within(1...65_535))
    let threshold = try section.number("threshold", default: 0.05, .positive)
    let somaTau = try section.number("tau", default: 20, .positive, unit: "steps")
    let readoutTau = try section.number("readout_tau", default: 20, .positive, unit: "steps")
    let increment = try section.number("adaptation_increment", default: 1.3, .notNegative)
    let kind = try section.choice("surrogate", default: Surrogate.Kind.triangle)
    let surrogate = Surrogate(kind, magnitude: try section.number("surrogate_magnitude", default: 0.3, .positive))
    let reset = try section.choice("reset", default: Reset.subtraction)
    let interaction = try section.choice("interaction", default: Interaction.reluMult)
    let somaRate = try section.number("soma_rate", default: dataset.defaults.somaRate, .positive, unit: "Hz")
    let apicalRate = try section.number("apical_rate", default: dataset.defaults.apicalRate, .positive, unit: "Hz")
    let recurrence = try section.flag("recurrence", default: true)
    let lifAsRun = try section.flag("lif_as_run", default: false)
    switch task {
    case .context:
      if !recurrence { throw section.error("recurrence", "can be false in classification only; the context networks are recurrent") }
      var network = ContextNetwork()
      (network.model, network.inputs, network.contexts, network.units) = (model, dataset.channels, dataset.classes, units)
      (network.apicalRecurrence, network.apicalTau, network.threshold) = (apicalRecurrence, apicalTau, threshold)
      (network.somaTau, network.readoutTau, network.adaptationIncrement) = (somaTau, readoutTau, increment)
      (network.surrogate, network.reset) = (surrogate, reset)
      (network.somaRate, network.apicalRate, network.lifAsRun) = (somaRate, apicalRate, lifAsRun)
      self.network = .context(network, interaction)
    case .classification:
      if lifAsRun { throw section.error("lif_as_run", "repeats the reference's LIF, which knows the context tasks only") }
      var network = ClassificationNetwork()
      (network.model, network.inputs, network.units, network.outputs) = (model, dataset.channels, units, dataset.classes)
      (network.recurrence, network.apicalRecurrence, network.apicalTau) = (recurrence, apicalRecurrence, apicalTau)
      (network.threshold, network.somaTau, network.readoutTau) = (threshold, somaTau, readoutTau)
      (network.adaptationIncrement, network.surrogate, network.reset) = (increment, surrogate, reset)
      (network.interaction, network.rate) = (interaction, somaRate)
      self.network = .classification(network)
    }
  }

  /// `short`, `long`, `distributed`, or a number of steps.
  private static func apicalTau(_ section: ConfigurationSection, _ defaults: DatasetDefaults) throws -> ContextNetwork.ApicalTau {
    guard let value = section.value("apical_tau", default: .text("short")) else { return .uniform(defaults.shortTau) }
    if value.isNumber { return .uniform(try value.number(.positive, unit: "steps")) }
    switch try value.choice(["short", "long", "distributed"]) {
    case "long": return .uniform(200)
    case "distributed": return .distributed(20, 200)
    default: return .uniform(defaults.shortTau)
    }
  }
}
