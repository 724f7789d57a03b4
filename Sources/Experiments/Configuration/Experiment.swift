// An experiment: a study made into a description that can be simulated, with everything that a run reports about it.
import Networks
import Spiking

/// What a configuration asks to be simulated.
public struct Experiment: Sendable {
  /// Name of the study in the catalogue.
  public var study: String
  /// One line on what is simulated.
  public var title: String
  public var description: SimulationDescription
  public var precision: Precision
  /// One sentence each about what was left out or decided.
  public var notes: [String]
  /// Mean rates that the study states, for forecasts.
  public var rates: ExpectedRates?
  /// The resolved configuration as YAML: read again, it gives the same run.
  public var configuration: String

  /// The populations that are simulated by the names under which they are reported, in the order of the report.
  public var groups: [ReportedGroup] { description.network.reportedGroups }

  /// Reads a configuration: YAML with a study, a SONATA configuration (JSON), or a folder that holds one of them.
  ///
  /// - `overrides`: texts `key=value` that take the place of keys, in their order.
  /// - `smoke`: makes a tiny run of it, as far as the overrides do not say otherwise.
  /// - Throws: `ConfigurationError` 78 or 66, and for SONATA files `StorageError` 65 or 66.
  public static func load(path: String, overrides: [String] = [], smoke: Bool = false) throws -> Experiment {
    if smoke {
      let whole = try load(path: path, overrides: overrides)
      return try load(path: path, overrides: smokeSettings(whole.description) + overrides)
    }
    let path = try configurationPath(path)
    let text = try ConfigurationFile.text(path)
    var tree: ConfigurationTree
    if SonataStudy.isConfiguration(text, path: path) {
      let place = ConfigurationPlace.file(path)
      let members = [("study", SonataStudy.name), ("config", ConfigurationFile.absolute(path, in: "."))]
      tree = ConfigurationTree(
        .section(members.map { .init(key: $0.0, place: place, value: ConfigurationTree(.quoted($0.1), place)) }), place)
    } else {
      tree = try ConfigurationTree.parse(text, file: path)
    }
    try tree.apply(overrides: overrides)
    return try Experiment(tree, folder: ConfigurationFile.folder(of: path))
  }

  /// A tiny run: as many whole steps as fit into 20 ms, none of them presimulated.
  private static func smokeSettings(_ d: SimulationDescription) -> [String] {
    let steps = min((d.duration / d.resolution).rounded(), max(1, (20 / d.resolution * (1 + 1e-9)).rounded(.down)))
    return ["duration=\(NumberText.text((steps * d.resolution * 1000).rounded() / 1000))", "presimulation=0"]
  }

  init(_ tree: ConfigurationTree, folder: String) throws {
    guard case .section(let members) = tree.content else { throw ConfigurationError(tree.place, "a configuration is a section of keys") }
    let section = ConfigurationSection(members, place: tree.place, path: "", folder: folder)
    let study = try StudyCatalogue.study(of: section)
    let plan = try study.plan(section)
    let record = try RecordKeys(
      section, network: plan.network, plan.common, others: plan.columnRecordings)
    try section.finish()
    self.study = study.name
    title = plan.title
    notes = plan.notes + record.notes
    rates = plan.rates
    precision = plan.common.precision
    description = SimulationDescription(network: plan.network)
    description.inputs = plan.inputs
    description.spikes = plan.spikes
    description.seed = plan.common.seed
    description.resolution = plan.common.resolution
    description.presimulation = plan.common.presimulation
    description.duration = plan.common.duration
    description.storage = plan.common.storage
    description.checks = plan.common.checks
    description.spikeRecording = record.spikes
    description.columnRecordings = record.columns
    description.rateInterval = record.rates
    if let potential = plan.common.initialPotential {
      let own = plan.network.populations.filter { !$0.isVirtual && $0.initial["V_m"] != nil }.map(\.name)
      if !own.isEmpty { notes.append("the initial V_m of \(own.joined(separator: ", ")) has no effect: v_init takes its place") }
      for i in description.network.populations.indices where !description.network.populations[i].isVirtual {
        description.network.populations[i].initial["V_m"] = .constant(potential)
      }
    }
    configuration = section.resolvedText
  }

  /// A file, or in a folder the first configuration of the usual names.
  private static func configurationPath(_ path: String) throws -> String {
    guard ConfigurationFile.isFolder(path) else { return path }
    let names = ["config.yaml", "configuration.yaml", "simulation_config.json", "config.json"]
    guard let name = names.first(where: { ConfigurationFile.exists(path + "/" + $0) }) else {
      throw ConfigurationError(
        .file(path), "the folder holds no configuration; it needs one of \(names.joined(separator: ", "))", exitCode: .missingInput)
    }
    return path + "/" + name
  }
}
