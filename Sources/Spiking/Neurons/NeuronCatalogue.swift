// The neuron models by name. A new model is one file and one line here.

/// All neuron models.
public enum NeuronCatalogue {
  /// The models in a precision.
  static func models<S: SimulationScalar>(_: S.Type) -> [any NeuronModel<S>.Type] {
    [
      IafPscExp<S>.self,
      IafPscAlpha<S>.self,
      IafPscDelta<S>.self,
      LifSfa<S>.self,
    ]
  }

  public static var descriptions: [ModelDescription] { models(Float.self).map { $0.description } }

  public static func description(of name: String) -> ModelDescription? { descriptions.first { $0.name == name } }

  /// A model with its parameters over the defaults.
  public static func make<S: SimulationScalar>(
    _ name: String, parameters: [String: Double], resolution: Double, as: S.Type
  ) throws -> any NeuronModel<S> {
    guard let type = models(S.self).first(where: { $0.description.name == name }) else {
      throw ParameterError(model: name, text: "no such neuron model; there are \(descriptions.map(\.name).joined(separator: ", "))")
    }
    return try type.make(parameters, resolution: resolution)
  }
}
