// A SONATA circuit with its simulation configuration, as the reference simulator reads it.
import Foundation
import Networks
import Spiking
import Storage

/// Node populations are split by neuron model and parameters; spikes are written under the SONATA population's own node ids. Parameters that
/// the files do not give are the model's defaults (`tau_syn_ex` = `tau_syn_in` = 2 ms), edges without a delay get 1 ms.
enum SonataStudy: Study {
  static let name = "sonata"
  static let summary = "A SONATA network with its simulation configuration"
  static var keysText: String? {
    """
    config                    a SONATA simulation_config.json, or the folder that holds it
    duration                  recorded time in ms; tstop of the file without presimulation, where it is not given
    resolution, seed, v_init  in place of dt, random_seed and v_init of the file
    presimulation, precision (single, double), checks, record   as of a network of one's own (colonnade models network)
    """
  }

  /// Whether a text is a SONATA configuration rather than one of ours: JSON with the keys of a circuit or a simulation.
  static func isConfiguration(_ text: String, path: String) -> Bool {
    guard text.first(where: { !$0.isWhitespace }) == "{" else { return false }
    guard let object = (try? JSONValue.parse(text, path: path))?.object else { return path.hasSuffix(".json") }
    let keys = Set(object.keys)
    return keys.isDisjoint(with: ["study", "populations"])
      && !keys.isDisjoint(with: ["network", "networks", "circuit", "simulation", "run"])
  }

  static func plan(_ section: ConfigurationSection) throws -> StudyPlan {
    let value = try section.required("config")
    let path = try configurationPath(value)
    let files = try SonataConfiguration(path)
    guard let simulation = files.simulation else {
      throw ConfigurationError(.file(path), "it describes a circuit without a simulation; give the simulation configuration (with \"run\")")
    }
    if simulation.start != 0 {
      throw StorageError(
        .badData, path: "\(path):run.tstart", operation: "run the simulation", reason: "it begins at \(simulation.start) ms",
        remedy: "set tstart to 0: simulations begin at 0")
    }
    var defaults = CommonKeys()
    defaults.seed = UInt64(simulation.seed ?? 1)
    defaults.resolution = simulation.step
    defaults.initialPotential = simulation.initialPotential
    let common = try CommonKeys(section, defaults: defaults, total: simulation.stop)
    if common.storage == .procedural {
      throw section.error("storage", "must be stored: the edges of a SONATA network are read from its files")
    }
    let circuit = try SonataNetwork(files.circuit)
    let nodes = try SonataPopulations(circuit, components: files.circuit.components, resolution: common.resolution)
    var plan = StudyPlan(title: title(nodes), common: common, network: Network(populations: nodes.populations))
    plan.notes = files.notes + ["the output goes to the folder of the run, not to \(simulation.outputDirectory)"]
    if simulation.spikesFile != simulation.outputDirectory + "/spikes.h5" {
      plan.notes.append("output.spikes_file has no effect: spikes go to spikes.h5 in the folder of the run")
    }
    if simulation.logFile != nil { plan.notes.append("output.log_file has no effect: the log is run.jsonl in the folder of the run") }
    if simulation.temperature != nil { plan.notes.append("conditions.celsius has no effect: no model depends on temperature") }
    if simulation.spikesSorting != .byTime { plan.notes.append("output.spikes_sort_order has no effect: spikes are sorted by time") }
    for edges in circuit.edges {
      plan.network.projections += try SonataEdges.projections(
        edges, circuit, nodes, resolution: common.resolution, notes: &plan.notes)
    }
    let sets = try files.circuit.nodeSetsFile.map { path throws(StorageError) in try SonataNodeSets(path) } ?? SonataNodeSets()
    for input in simulation.inputs { plan.spikes += try SonataInputs.spikes(of: input, sets, circuit, nodes, configuration: path) }
    var recorded = ReportFiles(plan.network)
    for report in simulation.reports {
      try SonataReports.add(
        report, to: &recorded, sets, circuit, nodes, resolution: common.resolution, configuration: path, notes: &plan.notes)
    }
    plan.columnRecordings = recorded.recordings
    return plan
  }

  /// The configuration that `config` names; of a folder, the one with a usual name.
  private static func configurationPath(_ value: ConfigurationValue) throws -> String {
    let path = try value.filePath()
    let choices = ConfigurationFile.isFolder(path) ? ["simulation_config.json", "config.json"].map { path + "/" + $0 } : [path]
    guard let found = choices.first(where: ConfigurationFile.exists) else {
      throw ConfigurationError(
        value.place,
        "'config' is \(path), which \(choices.count > 1 ? "holds neither simulation_config.json nor config.json" : "is not there"); "
          + "give the path of a SONATA simulation_config.json or of its folder", exitCode: .missingInput)
    }
    return found
  }

  private static func title(_ nodes: SonataPopulations) -> String {
    let network = Network(populations: nodes.populations)
    return "SONATA network: " + network.reportedGroups.map { "\($0.name) (\($0.neurons) neurons)" }.joined(separator: ", ")
  }
}
