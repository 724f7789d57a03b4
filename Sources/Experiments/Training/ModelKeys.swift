// The keys of the network: the reference's flags with their defaults, and what the reference has fixed in its code.
import Storage
import Training

/// A network of any kind.
enum TrainedNetwork: Sendable {
  case context(ContextNetwork, Interaction)
  case classification(ClassificationNetwork)
  case imported(ImportedNetwork)

  var notes: [String] { if case .imported(let network) = self { network.notes } else { [] } }

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
    case .imported(let network): return network.description
    }
  }

  func initialise<S: TrainingScalar>(_ parameters: AlignedBuffer<S>, of network: SpikingNetwork<S>, draws: Draws) {
    switch self {
    case .context(let description, _): description.initialise(parameters, of: network, draws: draws)
    case .classification(let description): description.initialise(parameters, of: network, draws: draws)
    case .imported(let imported): imported.initialise(parameters, of: network)
    }
  }
}

/// Reads the keys of the network.
struct ModelKeys {
  /// As the run is named.
  let model: String
  let network: TrainedNetwork

  /// Keys that a network read from a file answers itself.
  private static let ofFile = [
    "model_type", "apical_rec", "apical_tau", "units", "threshold", "tau", "readout_tau", "synapse_tau", "adaptation_increment", "reset",
    "interaction", "soma_rate", "apical_rate", "recurrence", "lif_as_run", "initial_weights",
  ]

  init(_ section: ConfigurationSection, dataset: any TrainingDataset, task: TrainingTask) throws {
    if let path = try section.value("network")?.filePath() {
      (model, network) = ("nir", .imported(try Self.imported(path, section, dataset, task)))
      return
    }
    let model: ContextNetwork.Model = try section.choice("model_type", default: .clif)
    self.model = model.rawValue
    let apicalRecurrence = try section.flag("apical_rec", default: true)
    let apicalTau = try Self.apicalTau(section, dataset.defaults)
    let units = try section.integer("units", default: 200, .within(1...65_535))
    let threshold = try section.number("threshold", default: 0.05, .positive)
    let somaTau = try Self.somaTau(section)
    let readoutTau = try section.number("readout_tau", default: 20, .positive, unit: "steps")
    let synapseTau = try section.number("synapse_tau", default: 5, .positive, unit: "steps")
    let increment = try section.number("adaptation_increment", default: 1.3, .notNegative)
    let surrogate = try Self.surrogate(section)
    let reset = try section.choice("reset", default: Reset.subtraction)
    let interaction = try section.choice("interaction", default: Interaction.reluMult)
    let somaRate = try section.number("soma_rate", default: dataset.defaults.somaRate, .positive, unit: "Hz")
    let apicalRate = try section.number("apical_rate", default: dataset.defaults.apicalRate, .positive, unit: "Hz")
    let recurrence = try section.flag("recurrence", default: true)
    let lifAsRun = try section.flag("lif_as_run", default: false)
    if model != .clif, interaction != .reluMult {
      throw section.error("interaction", "is that of clif; model_type \(model.rawValue) \(model == .additiveCLIF ? "adds" : "has none")")
    }
    if lifAsRun && model != .lif { throw section.error("lif_as_run", "repeats the reference's LIF, and model_type is \(model.rawValue)") }
    if lifAsRun && section.isChanged("threshold") {
      throw section.error("threshold", "has no effect with lif_as_run, whose threshold is 1; leave one of them out")
    }
    switch task {
    case .context:
      if !recurrence { throw section.error("recurrence", "can be false in classification only; the context networks are recurrent") }
      var network = ContextNetwork()
      (network.model, network.inputs, network.contexts, network.units) = (model, dataset.channels, dataset.classes, units)
      (network.apicalRecurrence, network.apicalTau, network.threshold) = (apicalRecurrence, apicalTau, threshold)
      guard case .uniform(let tau) = somaTau else { throw section.error("tau", "can be a range in classification only") }
      (network.somaTau, network.readoutTau, network.adaptationIncrement) = (tau, readoutTau, increment)
      (network.surrogate, network.reset, network.synapseTau) = (surrogate, reset, synapseTau)
      (network.somaRate, network.apicalRate, network.lifAsRun) = (somaRate, apicalRate, lifAsRun)
      self.network = .context(network, interaction)
    case .classification:
      if lifAsRun { throw section.error("lif_as_run", "repeats the reference's LIF, which knows the context tasks only") }
      var network = ClassificationNetwork()
      (network.model, network.inputs, network.units, network.outputs) = (model, dataset.channels, units, dataset.classes)
      (network.recurrence, network.apicalRecurrence, network.apicalTau) = (recurrence, apicalRecurrence, apicalTau)
      (network.threshold, network.somaTau, network.readoutTau) = (threshold, somaTau, readoutTau)
      (network.adaptationIncrement, network.surrogate, network.reset) = (increment, surrogate, reset)
      (network.interaction, network.rate, network.synapseTau) = (interaction, somaRate, synapseTau)
      self.network = .classification(network)
    }
  }

  /// Keys of the network that are set and change nothing, with what they are for. The reference's flags are left out: its users set
  /// `apical_tau` with every model.
  func ineffective(_ section: ConfigurationSection, task: TrainingTask) -> [(key: String, reason: String)] {
    var isAsRun = false, isRecurrent = true
    switch network {
    case .context(let network, _): isAsRun = network.lifAsRun
    case .classification(let network): isRecurrent = network.recurrence
    case .imported: break
    }
    let drawn = "sizes drawn weights", isRead = section.has("initial_weights") && !isAsRun
    return [
      ("synapse_tau", model != "cuba_lif", "is of cuba_lif"), ("adaptation_increment", model != "lsnn", "is of lsnn"),
      ("apical_tau", model == "cuba_lif", "is of the models of csnn"), ("apical_rec", model == "cuba_lif", "is of the models of csnn"),
      ("apical_rate", task == .classification, "sizes the weights of the context tasks"),
      ("apical_rec", !isRecurrent, "is of recurrence: true"),
      ("soma_rate", isAsRun, "sizes no weight of lif_as_run"), ("apical_rate", isAsRun, "sizes no weight of lif_as_run"),
      ("soma_rate", isRead, "\(drawn), and these are read"),
      ("apical_rate", isRead && task != .classification, "\(drawn), and these are read"),
    ].filter { $0.1 && section.isChanged($0.0) }.map { ($0.0, $0.2) }
  }

  private static func surrogate(_ section: ConfigurationSection) throws -> Surrogate {
    let kind = try section.choice("surrogate", default: Surrogate.Kind.triangle)
    return Surrogate(kind, magnitude: try section.number("surrogate_magnitude", default: 0.3, .positive))
  }

  /// The network of a NIR file with its weights, for the channels and classes of the data.
  private static func imported(
    _ path: String, _ section: ConfigurationSection, _ dataset: any TrainingDataset, _ task: TrainingTask
  ) throws -> ImportedNetwork {
    if let key = ofFile.first(where: section.has) { throw section.error(key, "cannot be set where 'network' is a file, which says it") }
    let step = try section.number("network_step", default: 1e-3 * dataset.stepDuration, .positive, unit: "s")
    var inputs = [InputGroup("x", channels: dataset.channels)]
    if task != .classification { inputs.append(InputGroup("c", channels: dataset.classes)) }
    let network = try NIRImport.network(
      NIRGraph.read(path), inputs: inputs, path: path, step: step, surrogate: surrogate(section))
    let outputs = network.description.layers.last?.units ?? 0, needed = task == .classification ? dataset.classes : 1
    if outputs != needed { throw TrainingError.invalidData("\(path): the output has \(outputs) units where the task needs \(needed)") }
    return network
  }

  /// A number of steps, or a list of two between which each unit's is drawn.
  private static func somaTau(_ section: ConfigurationSection) throws -> ContextNetwork.ApicalTau {
    guard let value = section.value("tau", default: .word("20")) else { return .uniform(20) }
    if value.isNumber { return .uniform(try value.number(.positive, unit: "steps")) }
    let ends = try value.list().map { try $0.number(.positive, unit: "steps") }
    guard ends.count == 2, ends[0] <= ends[1] else { throw section.error("tau", "must be a number or a list [low, high]") }
    return .distributed(ends[0], ends[1])
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
