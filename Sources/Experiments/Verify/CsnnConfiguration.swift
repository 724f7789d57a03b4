// From the `config` of a reference file to a network of this program.
import Training

/// How a reference file describes its network.
enum ReferenceNetwork {
  /// The hidden cell of a configuration.
  /// - Parameters:
  ///   - config: the file's `config`.
  ///   - constants: the file's `constants`, with time constants per unit.
  ///   - prefix: what stands before the hidden layer's names in `constants` and `params`.
  static func hidden(_ config: ReferenceNode, constants: ReferenceNode, prefix: String) throws -> CellModel {
    let dt = try config["dt"]?.number() ?? 1
    func tau(_ name: String) throws -> TimeConstant { .perUnit(try constants.required(prefix + name).vector().map { $0 / dt }) }
    let threshold = try config["threshold"]?.number() ?? 0.05
    let magnitude = try config["surrogate_magnitude"]?.number() ?? 0.3
    let surrogate = Surrogate(try named(config, "surrogate", .triangle), magnitude: magnitude)
    let reset: Reset = try named(config, "reset", .subtraction)
    switch try config.required("model").text() {
    case "clif", "add_clif", "addclif":
      let additive = try config.required("model").text() != "clif"
      return .clif(
        interaction: try named(config, "interaction", additive ? .add : .reluMult), threshold: threshold, tauSoma: try tau("tau_soma"),
        tauApical: try tau("tau_apical"), reset: reset, surrogate: surrogate)
    case "lif":
      let name = constants[prefix + "tau"] == nil ? "tau_soma" : "tau"
      return .lif(threshold: threshold, tau: try tau(name), reset: reset, surrogate: surrogate)
    case "alif", "lsnn":
      return .alif(
        threshold: threshold, increment: try config["thr_incr"]?.number() ?? 1.3, tauSoma: try tau("tau_soma"),
        tauAdaptation: try tau("tau_beta"), reset: reset, surrogate: surrogate)
    case "li": return .readout(tau: try tau("tau"))
    case let other:
      throw ReferenceError(file: config.path, problem: "asks for the model '\(other)', which is none of clif, add_clif, lif, alif, li")
    }
  }

  /// The enumeration case that `config[key]` names.
  private static func named<Choice: RawRepresentable>(_ config: ReferenceNode, _ key: String, _ fallback: Choice) throws -> Choice
  where Choice.RawValue == String {
    guard let text = try config[key]?.text() else { return fallback }
    guard let choice = Choice(rawValue: text) else {
      throw ReferenceError(file: config.path, problem: "asks for \(key) '\(text)', which is unknown")
    }
    return choice
  }

  /// Projections into a hidden layer (index 0) as its parameters tell: which recurrent matrices there are.
  static func projections(parameters: ReferenceNode, prefix: String, compartments: Int, inputs: Int) -> [ProjectionDescription] {
    var projections: [ProjectionDescription] = []
    if compartments == 2 {
      projections = [
        ProjectionDescription("weight", from: [.input(0)], to: 0, compartments: 0..<1),
        ProjectionDescription("weight", from: [.input(1)], to: 0, compartments: 1..<2),
      ]
      let soma = parameters[prefix + "rec_weight_soma"] != nil, apical = parameters[prefix + "rec_weight_apical"] != nil
      if soma || apical {
        projections.append(
          ProjectionDescription(
            "rec_weight", from: [.layer(0)], to: 0, compartments: (soma ? 0 : 1)..<(apical ? 2 : 1), delay: 1, autapses: false))
      }
    } else {
      projections = [ProjectionDescription("weight", from: (0..<inputs).map { .input($0) }, to: 0)]
      if parameters[prefix + "rec_weight"] != nil {
        projections.append(ProjectionDescription("rec_weight", from: [.layer(0)], to: 0, delay: 1, autapses: false))
      }
    }
    return projections
  }

  /// Copies the file's parameters into the flat buffer; parameters that the file lacks stay zero.
  static func load<S: TrainingScalar>(_ parameters: ReferenceNode, into buffer: AlignedBuffer<S>, _ layout: ParameterLayout) throws {
    var known = Set<String>()
    for view in layout.views {
      guard let values = try parameters[view.name]?.flat() else { continue }
      guard values.count == view.count else {
        throw ReferenceError(file: parameters.path, problem: "has \(values.count) values for '\(view.name)' of shape \(view.shape)")
      }
      known.insert(view.name)
      view.scatter(values.map { S($0) }, to: buffer.pointer)
    }
    if let stray = parameters.keys.first(where: { !known.contains($0) && parameters[$0] != nil }) {
      throw ReferenceError(file: parameters.path, problem: "has a parameter '\(stray)' that the configured model lacks")
    }
  }

  /// Events of dense inputs [batch][time][channel], one sequence per sample.
  static func sequences(_ dense: [[[Double]]]) -> [EventSequence] {
    dense.map { sample in
      var sequence = EventSequence()
      for row in sample { sequence.append(dense: row) }
      return sequence
    }
  }
}
