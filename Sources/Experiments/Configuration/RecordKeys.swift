// The key `record`: which spikes and which state columns of which neurons are written.
import Networks
import Spiking

/// Populations that are reported under one name, which is that of their group in files.
public struct ReportedGroup: Sendable, Equatable {
  public var name: String
  /// Indices in the network.
  public var populations: [Int]
  /// Neurons of all of them.
  public var neurons: Int
}

extension Network {
  /// The groups of the populations that are simulated, in the order of the network.
  public var reportedGroups: [ReportedGroup] {
    var groups: [ReportedGroup] = []
    for (index, population) in populations.enumerated() where !population.isVirtual {
      if let place = groups.firstIndex(where: { $0.name == population.output.group }) {
        groups[place].populations.append(index)
        groups[place].neurons += population.count
      } else {
        groups.append(ReportedGroup(name: population.output.group, populations: [index], neurons: population.count))
      }
    }
    return groups
  }
}

/// What `record` asks for.
struct RecordKeys {
  var spikes: [Selection]
  var columns: [SimulationDescription.ColumnRecording] = []
  /// [ms] Bin of population rates; 0 for none.
  var rates = 0.0
  /// Recordings that will hold nothing.
  var notes: [String] = []

  /// - Parameter others: recordings that the study asks for by itself.
  init(
    _ section: ConfigurationSection, network: Network, _ common: CommonKeys, others: [SimulationDescription.ColumnRecording]
  ) throws {
    let resolution = common.resolution
    let groups = network.reportedGroups
    spikes = network.populations.map { $0.isVirtual ? .none : .all }
    columns = others
    var files = ReportFiles(network, recordings: others)
    let record = try section.section("record")
    if let value = record.value("spikes", default: .text("all")) {
      if value.isList {
        spikes = network.populations.map { _ in .none }
        var named: Set<String> = []
        for element in try value.list() {
          let keys = try element.section("{population: ..., neurons: ...}")
          let group = try keys.group("population", groups)
          guard named.insert(group.name).inserted else {
            throw keys.error("population", "is \(group.name), whose neurons an earlier entry names; name them all in one")
          }
          for (population, selection) in try keys.selections("neurons", group, network) { spikes[population] = selection }
        }
      } else if value.isSection {
        throw value.error("must be all, none, or a list with an entry for each population: [{population: NAME, neurons: ...}]")
      } else if try value.choice(["all", "none"]) == "none" {
        spikes = network.populations.map { _ in .none }
      }
    }
    rates = try record.interval("rates", default: 0, resolution)
    if rates > common.duration { notes.append("record.rates: \(Self.emptiness(rates, common.duration)), so there is no bin of it") }
    guard let value = record.value("columns", default: .words([])) else { return }
    let sections = try value.list().map { try $0.section("{population: ..., column: ..., neurons: ..., interval: ...}") }
    for keys in sections {
      let group = try keys.group("population", groups)
      let column = try keys.column("column", group, network)
      let selections = try keys.selections("neurons", group, network)
      let interval = try keys.interval("interval", default: resolution, resolution)
      if interval > common.duration {
        notes.append(
          "record.columns: of \(column) of \(group.name) \(Self.emptiness(interval, common.duration)), so there is no sample of it")
      }
      if selections.allSatisfy({ $0.1.size(of: network.populations[$0.population].count) == 0 }) {
        notes.append("record.columns: no neuron of \(group.name) is selected for \(column), so there is no row of it")
      }
      let file = try keys.text("file", default: sections.count == 1 ? "report.h5" : "report-\(column).h5")
      for (population, selection) in selections where selection != .none {
        let recording = SimulationDescription.ColumnRecording(
          population: population, column: column, neurons: selection, interval: interval, file: file)
        if let fault = files.add(recording) { throw keys.error(fault.part == .file ? "file" : "neurons", fault.text) }
      }
    }
    columns = files.recordings
  }

  private static func emptiness(_ interval: Double, _ duration: Double) -> String {
    "the interval of \(NumberText.text(interval)) ms is longer than the recorded \(NumberText.text(duration)) ms"
  }
}

extension ConfigurationSection {
  /// [ms] A whole number of steps, at least one, or the default.
  fileprivate func interval(_ key: String, default standard: Double, _ resolution: Double) throws -> Double {
    let interval = try number(key, default: standard, .within(0...CommonKeys.longestTime), unit: "ms")
    let steps = interval / resolution
    if interval != standard && !(steps > 0.5 && abs(steps - steps.rounded()) <= 1e-6 * steps) {
      throw error(key, "must be a multiple of the resolution, \(NumberText.text(resolution)) ms")
    }
    return interval
  }

  fileprivate func group(_ key: String, _ groups: [ReportedGroup]) throws -> ReportedGroup {
    let name = try required(key).choice(groups.map(\.name))
    return groups.first { $0.name == name }!
  }

  fileprivate func column(_ key: String, _ group: ReportedGroup, _ network: Network) throws -> String {
    var names: [String]?
    for population in group.populations {
      let its = NeuronCatalogue.description(of: network.populations[population].model ?? "")?.columns.map(\.name) ?? []
      names = names.map { $0.filter(its.contains) } ?? its
    }
    return try required(key).choice(names ?? [])
  }

  /// The neurons of each population of a group; indices are the group's node ids.
  fileprivate func selections(_ key: String, _ group: ReportedGroup, _ network: Network) throws -> [(population: Int, Selection)] {
    let ids = group.populations.map { network.populations[$0].output.runs.map(\.upperBound).max() ?? network.populations[$0].count }
    guard let selection = try value(key, default: .text("all"))?.selection(of: ids.max() ?? 0) else {
      return group.populations.map { ($0, .all) }
    }
    return group.populations.map { index in
      let population = network.populations[index]
      if selection == .all || selection == .none || population.output.runs.isEmpty { return (index, selection) }
      return (index, .list((0..<population.count).filter { selection.contains(population.output.id(of: $0)) }))
    }
  }
}
