// A network written down in the configuration: populations, projections, inputs.
import Networks
import Spiking

/// Populations of the catalogue's models, virtual populations with given spikes, projections by rule, inputs from outside.
enum NetworkStudy: Study {
  static let name = "network"
  static let summary = "A network given by its populations, projections and inputs"

  static func plan(_ section: ConfigurationSection) throws -> StudyPlan {
    let common = try CommonKeys(section, defaults: CommonKeys())
    let title = try section.text("title", default: "Network")
    var plan = StudyPlan(title: title, common: common, network: Network())
    for value in try section.required("populations").list() {
      try PopulationKeys.read(try value.section("a population: {name: ..., model: ..., count: ...}"), into: &plan)
    }
    if plan.network.neurons == 0 { throw section.error("populations", "hold no neurons to simulate; add a population with a model") }
    for value in try section.value("projections", default: .words([]))?.list() ?? [] {
      try ProjectionKeys.read(try value.section("a projection: {from: ..., to: ..., rule: ..., weight: ..., delay: ...}"), into: &plan)
    }
    for value in try section.value("inputs", default: .words([]))?.list() ?? [] {
      try InputKeys.read(try value.section("an input: {poisson: {to: ..., ...}}"), into: &plan)
    }
    return plan
  }
}

extension ConfigurationSection {
  /// The index of the population that a key names.
  func population(_ key: String, _ network: Network) throws -> Int {
    try required(key).population(network)
  }
}

extension ConfigurationValue {
  func population(_ network: Network) throws -> Int {
    let name = try choice(network.populations.map(\.name))
    return network.populations.firstIndex { $0.name == name }!
  }

  /// A receptor of a model by its name or number.
  func receptor(of model: ModelDescription) throws -> ReceptorChoice {
    if isNumber {
      let index = try integer(.notNegative)
      guard index < model.receptors.count else {
        throw error("is \(index), but \(model.name) has the receptors \(model.receptors.joined(separator: ", ")), counted from 0")
      }
      return .index(index)
    }
    let name = try choice(["by_sign"] + model.receptors)
    return model.receptors.firstIndex(of: name).map { .index($0) } ?? .bySign
  }
}
