// What `colonnade models` tells: names from the catalogues, and a model's own description.
import Running
import Spiking
import Training

public enum Catalogues {
  /// Everything that can be explained: neuron models, trainable cells, data sets, studies.
  public static var models: [String] {
    NeuronCatalogue.descriptions.map(\.name) + CellModel.catalogue.map(\.name) + DatasetCatalogue.datasets.map { $0.name }
      + StudyCatalogue.studies.map { $0.name }
  }

  /// Everything by name, one line each.
  public static var overview: String {
    func list(_ title: String, _ rows: [(String, String)]) -> String {
      let width = rows.map(\.0.count).max() ?? 0
      return ([title] + rows.map { "  " + $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }).joined(separator: "\n")
    }
    return [
      list("Neuron models (colonnade models NAME explains one)", NeuronCatalogue.descriptions.map { ($0.name, $0.summary) }),
      list(
        "Trainable cells (model_type of a training; NAME explains one)",
        CellModel.catalogue.filter { $0.name != "readout" }.map { ($0.name, $0.summary) }
          + CellModel.catalogue.filter { $0.name == "readout" }.map { ($0.name, $0.summary + ": the last layer of every network") }),
      list("Data sets (dataset of a training; NAME tells its keys)", DatasetCatalogue.datasets.map { ($0.name, $0.summary) }),
      list(
        "Studies (NAME tells its keys; colonnade example NAME prints a configuration)", StudyCatalogue.studies.map { ($0.name, $0.summary) }
      ),
    ].joined(separator: "\n\n")
  }

  /// Equations, parameters, state and receptors of a model.
  /// - Throws: `CatalogueError` naming the nearest model.
  public static func explain(_ name: String) throws -> String {
    if let cell = CellModel.catalogue.first(where: { $0.name == name }) { return try explain(cell) }
    if let study = StudyCatalogue.studies.first(where: { $0.name == name.replacing("-", with: "_") }) { return explain(study) }
    if let dataset = DatasetCatalogue.datasets.first(where: { $0.name == name.replacing("-", with: "_") }) { return try explain(dataset) }
    guard let about = NeuronCatalogue.description(of: name) else {
      throw CatalogueError(description: "no model '\(name)'" + NearestKey.hint(for: name, among: models))
    }
    func number(_ value: Double) -> String {
      value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    }
    func table(_ rows: [[String]]) -> String {
      let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
      return rows.map { row in
        "  " + zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
      }.joined(separator: "\n")
    }
    let equations = indented(about.equations)
    return """
      \(about.name): \(about.summary)

      \(equations)

      Parameters
      \(table(about.parameters.map { [$0.name, number($0.value), $0.unit, $0.meaning] }))

      State (can be recorded, and set under `initial`)
      \(table(about.columns.map { [$0.name, $0.unit, $0.meaning] }))

      Receptors (weights in \(about.weightUnit)): \(about.receptors.enumerated().map { "\($0) \($1)" }.joined(separator: ", "))
      Source: \(about.source)
      """
  }
}

extension Catalogues {
  private static func indented(_ text: String) -> String { text.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n") }

  private static func explain(_ cell: CellModel.About) throws -> String {
    let defaults = try TrainingExperiment(ConfigurationSection([], place: .file("the defaults"), path: "", folder: ".")).configuration
    let keys = try cell.keys.map { key in
      "\(key): \(try ConfigurationDifference.value(of: key, in: defaults, file: "the defaults") ?? "")"
    }
    return """
      \(cell.name): \(cell.summary)

      One step, with currents I of the soma and J of the apical compartment, decays d = exp(-1/tau), threshold T, spikes z, H(x) = [x > 0]
      \(indented(cell.equations))

      Keys of its own, with their defaults (times in steps; all keys: jobs/csnn/README.md)
      \(indented(keys.joined(separator: "\n")))
      """
  }

  private static func explain(_ study: any Study.Type) -> String {
    let section = ConfigurationSection([], place: .file("the defaults"), path: "", folder: ".")
    // Studies that are nothing without files or lists have no defaults to tell.
    let hasDefaults = (try? study.plan(section)) != nil
    let example = Examples.names.contains(study.name.replacing("_", with: "-"))
    return "\(study.name): \(study.summary)\n"
      + (study.keysText.map { "\n\($0)\n" } ?? "")
      + (hasDefaults
        ? "\nKeys, with their defaults (times in ms)\n\(indented(section.resolvedText))\n"
          + "  v_init, if given: V_m of all neurons at the start (mV); record: what is written (colonnade models network)\n" : "")
      + (example
        ? "\nA configuration to start from: colonnade example \(study.name)"
        : study.keysText == nil ? "\nIts keys: README.md" : "\nA configuration to start from: README.md, Run your own network")
  }

  private static func explain(_ type: any TrainingDataset.Type) throws -> String {
    let section = ConfigurationSection([], place: .file("the defaults"), path: "", folder: ".")
    let dataset = try type.init(section)
    return """
      \(type.name): \(type.summary)

      \(dataset.classes) classes, \(dataset.channels) channels, \(HumanUnits.significant(dataset.stepDuration)) ms per step

      Keys of its own, with their defaults (all keys: jobs/csnn/README.md)
      \(indented(section.resolvedText))
      """
  }
}

/// A name that no catalogue has.
public struct CatalogueError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public var exitCode: Int32 { 64 }
}
