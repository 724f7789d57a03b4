// What a SONATA simulation configuration asks for: times, inputs, outputs and reports.

/// The nodes that an input or a report is about: a named set, or a set described in place.
public enum SonataNodeSetReference: Sendable, Equatable {
  case named(String)
  case described(JSONValue)
}

/// Spikes of given nodes from a file.
public struct SonataSpikeInput: Sendable, Equatable {
  public enum Format: Sendable, Equatable { case hdf5, csv }
  public var name: String
  public var format: Format
  public var path: String
  /// The nodes that emit the spikes; for `isReplay` the nodes that receive them. nil: all nodes that the file names.
  public var nodeSet: SonataNodeSetReference?
  /// Whether the spikes stand for those of a simulated population (module `synapse_replay`).
  public var isReplay: Bool
  /// [ms] Spikes count from this time on.
  public var delay: Double
  /// [ms] Spikes count for this long; nil: to the end.
  public var duration: Double?
}

/// A report of membrane variables.
public struct SonataReportRequest: Sendable, Equatable {
  public var name: String
  public var variables: [String]
  /// nil: all nodes.
  public var cells: SonataNodeSetReference?
  /// Path of the file to write.
  public var path: String
  /// [ms]
  public var start: Double
  /// [ms] nil: the end of the simulation.
  public var end: Double?
  /// [ms] nil: the simulation's step.
  public var interval: Double?
}

/// The simulation part of a configuration.
public struct SonataSimulation: Sendable, Equatable {
  /// [ms]
  public var start = 0.0
  /// [ms]
  public var stop: Double
  /// [ms]
  public var step: Double
  public var seed: Int?
  /// [mV] Initial membrane potential of all nodes, where it is given.
  public var initialPotential: Double?
  /// [degrees Celsius]
  public var temperature: Double?
  public var nodeSetsFile: String?
  public var inputs: [SonataSpikeInput] = []
  public var outputDirectory: String
  /// Path of the spike file to write.
  public var spikesFile: String
  public var spikesSorting: SonataSorting = .byTime
  public var logFile: String?
  public var reports: [SonataReportRequest] = []
  public var targetSimulator: String?

  init(_ file: SonataSection, _ notes: inout [String]) throws(StorageError) {
    guard let run = try file.section("run") else { throw file.error("run", "it is missing") }
    guard let stop = try run.double("tstop"), stop > 0, stop.isFinite else {
      throw run.error("tstop", "a positive time in ms should stand here")
    }
    guard let step = try run.double("dt"), step > 0, step.isFinite else { throw run.error("dt", "a positive time in ms should stand here") }
    self.stop = stop
    self.step = step
    start = try run.double("tstart") ?? 0
    for key in ["random_seed", "seed"] {
      guard seed == nil, let value = run.value(key) else { continue }
      guard let number = value.int, number >= 0 else { throw run.error(key, "a whole number from 0 on should stand here") }
      seed = number
    }
    notes += run.notes(known: ["tstop", "dt", "tstart", "random_seed", "seed", "nsteps_block", "overwrite_output_dir"])
    if let conditions = try file.section("conditions") {
      initialPotential = try conditions.double("v_init")
      temperature = try conditions.double("celsius")
      notes += conditions.notes(known: ["v_init", "celsius"])
    }
    nodeSetsFile = try file.path("node_sets_file")
    targetSimulator = try file.string("target_simulator")
    if let other = targetSimulator, other.uppercased() != "NEST" { notes.append("\(file.file): the configuration is written for \(other)") }
    let output = try file.section("output")
    outputDirectory = try output?.path("output_dir") ?? SonataSection.join(file.folder, "output")
    spikesFile = try output?.path("spikes_file", in: outputDirectory) ?? outputDirectory + "/spikes.h5"
    logFile = try output?.path("log_file", in: outputDirectory)
    if let order = try output?.string("spikes_sort_order") {
      guard let sorting = Self.sorting(order) else {
        throw output!.error("spikes_sort_order", "\"\(order)\" is not supported", remedy: "use by_time, by_id or none")
      }
      spikesSorting = sorting
    }
    notes += output?.notes(known: ["output_dir", "spikes_file", "log_file", "spikes_sort_order", "overwrite_output_dir"]) ?? []
    for (name, section) in try file.sections("inputs") {
      if try section.bool("enabled") == false {
        notes.append("input \(name) is not enabled and is left out")
      } else {
        inputs.append(try Self.input(name, section, &notes))
      }
    }
    for (name, section) in try file.sections("reports") {
      if try section.bool("enabled") == false {
        notes.append("report \(name) is not enabled and is left out")
      } else {
        reports.append(try Self.report(name, section, outputDirectory, &notes))
      }
    }
  }

  /// The words of all versions of the format.
  static func sorting(_ word: String) -> SonataSorting? {
    switch word.lowercased() {
    case "none", "unknown", "": SonataSorting.none
    case "by_id", "id", "gid", "by_gid", "node_id", "by_node_id": .byID
    case "by_time", "time": .byTime
    default: nil
    }
  }

  private static func input(
    _ name: String, _ section: SonataSection, _ notes: inout [String]
  ) throws(StorageError) -> SonataSpikeInput {
    guard let module = try section.string("module") else { throw section.error("module", "it is missing") }
    let type = try section.string("input_type") ?? "spikes"
    guard type == "spikes" else {
      throw section.error("input_type", "inputs of type \(type) are not supported", remedy: "use spikes, or set \"enabled\": false")
    }
    let format: SonataSpikeInput.Format
    let path: String?
    switch module {
    case "h5", "sonata":
      format = .hdf5
      path = try section.path("input_file")
    case "csv":
      format = .csv
      path = try section.path("input_file")
    case "synapse_replay":
      path = try section.path("spike_file")
      format = path?.hasSuffix(".csv") == true ? .csv : .hdf5
    case "nwb":
      throw section.error(
        "module", "NWB files are not supported", remedy: "convert the spikes to a SONATA spike file and use module sonata")
    default:
      throw section.error(
        "module", "the module \(module) is not supported", remedy: "use h5, sonata or csv, or set \"enabled\": false")
    }
    guard let path else { throw section.error(module == "synapse_replay" ? "spike_file" : "input_file", "it is missing") }
    if path.hasSuffix(".nwb") {
      throw section.error("input_file", "NWB files are not supported", remedy: "convert the spikes to a SONATA spike file")
    }
    notes += section.notes(known: [
      "input_type", "module", "input_file", "spike_file", "node_set", "source", "delay", "duration", "enabled", "trial",
    ])
    return SonataSpikeInput(
      name: name, format: format, path: path, nodeSet: try nodeSet(section, "node_set"), isReplay: module == "synapse_replay",
      delay: try section.double("delay") ?? 0, duration: try section.double("duration"))
  }

  private static func report(
    _ name: String, _ section: SonataSection, _ folder: String, _ notes: inout [String]
  ) throws(StorageError) -> SonataReportRequest {
    let module = try section.string("module")
    let type = try section.string("type")
    let kind = module ?? type ?? "membrane_report"
    guard ["membrane_report", "multimeter_report", "compartment"].contains(kind) else {
      throw section.error(
        module != nil ? "module" : "type", "reports of the kind \(kind) are not supported",
        remedy: "use membrane_report, or set \"enabled\": false")
    }
    guard let variables = try section.strings("variable_name"), !variables.isEmpty else {
      throw section.error("variable_name", "it is missing")
    }
    notes += section.notes(known: [
      "module", "type", "variable_name", "cells", "file_name", "start_time", "end_time", "dt", "enabled", "sections", "unit", "units",
    ])
    let file = try section.string("file_name") ?? name
    return SonataReportRequest(
      name: name, variables: variables, cells: try nodeSet(section, "cells"),
      path: SonataSection.join(folder, file.hasSuffix(".h5") ? file : file + ".h5"), start: try section.double("start_time") ?? 0,
      end: try section.double("end_time"), interval: try section.double("dt"))
  }

  private static func nodeSet(_ section: SonataSection, _ key: String) throws(StorageError) -> SonataNodeSetReference? {
    switch section.value(key) {
    case nil: return nil
    case .string(let name): return .named(name)
    case .object(let object): return .described(.object(object))
    case .array(let list): return .described(.array(list))
    case let value?: throw section.error(key, "it is \(value.kindName) instead of the name or the description of a node set")
    }
  }
}
