// A population of the network study: its model with parameters and initial state, or its spikes if it is virtual.
import Networks
import Spiking
import Storage

enum PopulationKeys {
  static func read(_ keys: ConfigurationSection, into plan: inout StudyPlan) throws {
    let name = try keys.text("name")
    if let fault = fault(ofName: name) { throw keys.error("name", fault) }
    if plan.network.populations.contains(where: { $0.name == name }) {
      throw keys.error("name", "is '\(name)', as is an earlier population's")
    }
    let models = NeuronCatalogue.descriptions.map(\.name)
    let model = try keys.required("model").choice(models + ["spikes"])
    let layout = try layout(keys)
    guard model != "spikes" else { return try readSpikes(keys, name, layout, into: &plan) }
    guard let about = NeuronCatalogue.description(of: model) else { return }
    let parameters = try parameters(try keys.section("parameters"), of: about)
    do {
      _ = try NeuronCatalogue.make(model, parameters: parameters, resolution: plan.common.resolution, as: Double.self)
    } catch let error as ParameterError {
      throw keys.error("parameters", "of population \(name) make no sense together: \(error.text)")
    }
    var initial: [String: Distribution] = [:]
    let state = try keys.section("initial")
    for column in about.columns { initial[column.name] = try state.value(column.name)?.law(unit: column.unit) }
    plan.network.populations.append(Population(name: name, model: model, parameters: parameters, initial: initial, layout: layout))
  }

  /// What is wrong with the name of a population, which names a group in HDF5 files and a column in tables; to be read after "name".
  private static func fault(ofName name: String) -> String? {
    if name.isEmpty || name == "." { return "is '\(name)', which no file can hold as a name; write another" }
    guard
      let wrong = name.unicodeScalars.first(where: { $0 == "/" || $0 == "," || $0 == "\"" || $0.properties.generalCategory == .control })
    else { return nil }
    let word = wrong.properties.generalCategory == .control ? "a control character such as a line break" : "a '\(wrong)'"
    return "has \(word), which names in files cannot have; write another"
  }

  /// `count`, or `grid` with `per_column` and `borders`.
  private static func layout(_ keys: ConfigurationSection) throws -> Population.Layout {
    let largest = 0...Double(UInt32.max)
    guard let value = keys.value("grid") else { return .list(count: try keys.integer("count", .within(largest))) }
    if keys.has("count") { throw keys.error("count", "stands beside 'grid'; write per_column, the neurons in each column") }
    let (width, height) = try value.grid()
    let borders = try keys.choice("borders", default: ColumnGridStudy.Borders.open)
    let perColumn = try keys.integer("per_column", .within(largest))
    if perColumn > Int(UInt32.max) / (width * height) {
      throw keys.error("per_column", "makes more neurons in \(width * height) columns than 32-bit numbers can name")
    }
    return .columns(grid: ColumnGrid(width: width, height: height, periodic: borders == .periodic), perColumn: perColumn)
  }

  /// All parameters of a model: what is written, over the defaults.
  static func parameters(_ keys: ConfigurationSection, of model: ModelDescription) throws -> [String: Double] {
    var parameters: [String: Double] = [:]
    for parameter in model.parameters {
      let check: NumberCheck =
        switch parameter.check {
        case .any: .any
        case .positive: .positive
        case .notNegative: .notNegative
        }
      parameters[parameter.name] = try keys.number(parameter.name, default: parameter.value, check, unit: parameter.unit)
    }
    try keys.finish()
    return parameters
  }

  private static func readSpikes(
    _ keys: ConfigurationSection, _ name: String, _ layout: Population.Layout, into plan: inout StudyPlan
  ) throws {
    let index = plan.network.populations.count
    let population = Population(name: name, model: nil, layout: layout)
    plan.network.populations.append(population)
    if let value = keys.value("file") {
      if keys.has("spikes") { throw keys.error("spikes", "stands beside 'file'; give one of the two") }
      let path = try value.filePath()
      guard ConfigurationFile.exists(path) else {
        throw ConfigurationError(value.place, "'\(value.path)' is \(path), which is not there; correct the path", exitCode: .missingInput)
      }
      plan.spikes.append(
        (
          index,
          SonataSpikeFile(
            path: path, format: path.hasSuffix(".csv") ? .csv : .hdf5, group: name, candidates: [name], output: population.output,
            nodes: nil,
            total: population.count, acceptsAnyName: true)
        ))
      return
    }
    var spikes: [(time: Double, neuron: Int)] = []
    for value in try keys.required("spikes").list() {
      let pair = try value.list()
      guard pair.count == 2 else { throw value.error("must be [time, neuron], a time in ms and an index from 0") }
      let time = try pair[0].number(.within(0...1e12), unit: "ms")
      let neuron = try pair[1].integer(.notNegative)
      guard neuron < population.count else {
        throw pair[1].error("is \(neuron), but the population has \(population.count) neurons, counted from 0")
      }
      spikes.append((time, neuron))
    }
    plan.spikes.append((index, SpikeList(spikes)))
  }
}
