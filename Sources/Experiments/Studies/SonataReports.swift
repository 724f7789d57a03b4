// Reports of a SONATA simulation as column recordings.
import Networks
import Running
import Spiking
import Storage

enum SonataReports {
  /// Adds the recordings that a report asks for: one for each population that holds some of its nodes.
  /// - Throws: `StorageError` 65 for a variable that the neurons have not, an interval off the resolution, or a file that another report or
  ///   the run needs for itself.
  static func add(
    _ report: SonataReportRequest, to files: inout ReportFiles, _ sets: SonataNodeSets, _ circuit: SonataNetwork,
    _ nodes: SonataPopulations, resolution: Double, configuration: String, notes: inout [String]
  ) throws {
    func error(_ key: String, _ reason: String) -> StorageError {
      StorageError(
        .badData, path: "\(configuration):reports.\(report.name).\(key)", operation: "set up the report", reason: reason,
        remedy: "correct the report, or set \"enabled\": false")
    }
    let interval = report.interval ?? resolution
    let steps = interval / resolution
    if !(steps >= 0.999 && abs(steps - steps.rounded()) < 1e-6 * steps && interval <= CommonKeys.longestTime) {
      throw error("dt", "\(NumberText.text(interval)) ms is not a multiple of the resolution of \(NumberText.text(resolution)) ms")
    }
    if report.start > 0 || report.end != nil {
      notes.append("report \(report.name): start_time and end_time have no effect; it covers the recorded time")
    }
    let chosen =
      try report.cells.map { set throws(StorageError) in try sets.resolve(set, in: circuit) }
      ?? circuit.nodes.map { SonataSelection(population: $0.name, nodes: NodeRanges(below: $0.count)) }
    let stem = report.path.split(separator: "/").last.map(String.init) ?? report.name + ".h5"
    var found = false
    for variable in report.variables {
      let file = report.variables.count == 1 ? stem : "\(stem.dropLast(3))-\(variable).h5"
      for selection in chosen {
        for index in nodes.populations(of: selection.population) {
          let population = nodes.populations[index]
          guard let model = population.model.flatMap({ NeuronCatalogue.description(of: $0) }) else { continue }
          let own = population.output.runs.reduce(into: NodeRanges()) { $0.append($1) }
          let members = own.isEmpty ? selection.nodes : selection.nodes.intersection(own)
          if members.isEmpty { continue }
          let columns = model.columns.map(\.name)
          guard columns.contains(variable) else {
            throw error(
              "variable_name", "\(population.name) has no state '\(variable)'\(NearestKey.hint(for: variable, among: columns))")
          }
          let recording = SimulationDescription.ColumnRecording(
            population: index, column: variable,
            neurons: members.count == population.count ? .all : .list(members.ids.compactMap(population.output.index(of:))),
            interval: interval, file: file)
          found = true
          if let fault = files.add(recording) { throw error(fault.part == .file ? "file_name" : "cells", "it " + fault.text) }
        }
      }
    }
    if !found { throw error("cells", chosen.isEmpty ? "it holds no node" : "its nodes are virtual, which have no state to record") }
  }
}
