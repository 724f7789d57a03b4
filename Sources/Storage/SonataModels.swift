// Which neuron model each node of a population is, with the parameters from the type table and its files.

/// A neuron model with parameters, shared by many nodes.
public struct SonataNodeModel: Sendable, Equatable {
  /// "virtual", "point_process" or "point_neuron".
  public var modelType: String
  /// The name behind "nest:", for example "iaf_psc_alpha"; nil for virtual nodes.
  public var template: String?
  /// The parameters in the file that `dynamics_params` names, under the field's names.
  public var parameters: JSONObject

  public var isVirtual: Bool { modelType == "virtual" }
}

/// The models of a population.
public struct SonataNodeModels: Sendable {
  public let models: [SonataNodeModel]
  /// For each node, the place of its model.
  public let indices: IntegerRuns
  /// What tells nodes of different models apart.
  public static let attributes = ["model_type", "model_template", "dynamics_params"]

  /// - `components`: folders by name, of the circuit.
  /// - Throws: `StorageError` 65 for a model that is not supported, naming node and model; 66 for a missing parameter file.
  public init(_ population: SonataNodePopulation, components: [String: String]) throws(StorageError) {
    struct Key: Hashable {
      let type: SonataValue?
      let template: SonataValue?
      let parameters: SonataValue?
    }
    var places: [Key: Int] = [:]
    var models: [SonataNodeModel] = []
    var indices = IntegerRuns(step: 0)
    let alike = try Self.attributes.map { (name) throws(StorageError) in try population.attribute(name) }
    try population.forEachRange(alike: alike) { (nodes) throws(StorageError) in
      let node = nodes.lowerBound
      let key = Key(type: alike[0][node], template: alike[1][node], parameters: alike[2][node])
      if let place = places[key] {
        indices.append(from: Int64(place), count: nodes.count)
        return
      }
      let place = "\(population.path):/nodes/\(population.name)"
      guard let type = key.type?.text else {
        throw .badData(place, "read the models", "node \(node) has no model_type", remedy: "add the column to the node types")
      }
      guard SonataNodePopulation.supportedModelTypes.contains(type) else {
        throw .badData(
          place, "read the models", "node \(node) has model_type \(type), which is not supported",
          remedy: "use \(SonataNodePopulation.supportedModelTypes.sorted().joined(separator: ", "))")
      }
      var model = SonataNodeModel(modelType: type, template: nil, parameters: [:])
      if type != "virtual" {
        guard let template = key.template?.text, template.hasPrefix("nest:"), template.count > 5 else {
          throw .badData(
            place, "read the models", "node \(node) has model_template \(key.template?.text ?? "NULL"), which is not supported",
            remedy: "use a template that begins with nest:")
        }
        model.template = String(template.dropFirst(5))
        model.parameters = try Self.parameters(
          key.parameters?.text, folder: components["point_neuron_models_dir"] ?? components["models_dir"],
          component: "point_neuron_models_dir", place)
      }
      places[key] = models.count
      indices.append(from: Int64(models.count), count: nodes.count)
      models.append(model)
    }
    self.models = models
    self.indices = indices
  }

  /// The parameters in a file of a component folder, or written in the field itself as JSON.
  static func parameters(
    _ field: String?, folder: String?, component: String, _ place: String
  ) throws(StorageError) -> JSONObject {
    guard let field else { return [:] }
    let value: JSONValue
    if field.hasPrefix("{") {
      value = try JSONValue.parse(field, path: place)
    } else if field.hasPrefix("/") {
      value = try JSONValue.read(field)
    } else {
      guard let folder else {
        throw .badData(
          place, "read the parameters in \(field)", "the configuration has no folder for them", remedy: "add components.\(component)")
      }
      value = try JSONValue.read(SonataSection.join(folder, field))
    }
    guard let object = value.object else {
      throw .badData(place, "read the parameters in \(field)", "they are \(value.kindName), not an object")
    }
    return object
  }
}
