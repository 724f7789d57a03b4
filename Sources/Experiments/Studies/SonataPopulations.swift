// Populations of a network made of SONATA nodes: one for each model with its parameters, and where each node went.
import Networks
import Running
import Spiking
import Storage

/// The nodes of a circuit as populations.
struct SonataPopulations: Sendable {
  private(set) var populations: [Population] = []
  /// Where the nodes of each SONATA population went.
  private(set) var maps: [String: SonataNodeMap] = [:]
  /// Names of the populations, and the last number that made one of a name that was taken.
  private var names: Set<String> = []
  private var numbers: [String: Int] = [:]

  /// - Throws: `StorageError` 65 for a model or a parameter that is not known, naming it.
  init(_ circuit: SonataNetwork, components: [String: String], resolution: Double) throws {
    for nodes in circuit.nodes { try add(nodes, components, resolution) }
  }

  /// Indices of the populations that come from a SONATA population.
  func populations(of group: String) -> [Int] { populations.indices.filter { populations[$0].output.group == group } }

  private struct Kind: Hashable {
    let model: Int
    /// Parameters that a node has for itself.
    let own: [String: Double]
  }

  private mutating func add(_ nodes: SonataNodePopulation, _ components: [String: String], _ resolution: Double) throws {
    let models = try SonataNodeModels(nodes, components: components)
    let own = try nodes.dynamicsNames.map { ($0, try nodes.dynamics($0)) }
    let alike = try SonataNodeModels.attributes.map { try nodes.attribute($0) } + own.map(\.1)
    var places: [Kind: Int] = [:]
    var kinds: [Kind] = []
    var members: [NodeRanges] = []
    try nodes.forEachRange(alike: alike) { range in
      let node = range.lowerBound
      var values: [String: Double] = [:]
      for (name, column) in own {
        guard let value = column[node] else { continue }
        guard let number = value.double else { throw Self.error(nodes, "node \(node) has \(name) \"\(value.text)\" instead of a number") }
        if !number.isNaN { values[name] = number }
      }
      let kind = Kind(model: Int(models.indices[node]), own: values)
      let place = places[kind] ?? kinds.count
      if place == kinds.count {
        places[kind] = place
        kinds.append(kind)
        members.append(NodeRanges())
      }
      members[place].append(range)
    }
    maps[nodes.name] = SonataNodeMap(members, firstPopulation: populations.count)
    for (kind, members) in zip(kinds, members) {
      let model = models.models[kind.model]
      let isWhole = kinds.count == 1, name = isWhole ? nodes.name : name(nodes, members)
      names.insert(name)
      populations.append(
        try Self.population(
          model, own: kind.own, name: name,
          count: members.count, output: OutputIDs(group: nodes.name, runs: isWhole ? [] : members.ranges), nodes, resolution))
    }
    if kinds.isEmpty { throw Self.error(nodes, "the population \(nodes.name) has no nodes") }
  }

  /// The population's name with the node type, or where a type has several parameter sets with a number.
  private mutating func name(_ nodes: SonataNodePopulation, _ members: NodeRanges) -> String {
    let name = "\(nodes.name)/\(nodes.typeIDs[members.ranges[0].lowerBound])"
    if !names.contains(name) { return name }
    var number = numbers[name] ?? 0
    repeat { number += 1 } while names.contains("\(name).\(number)")
    numbers[name] = number
    return "\(name).\(number)"
  }

  private static func error(
    _ nodes: SonataNodePopulation, _ reason: String, remedy: String = "correct the nodes or their parameter files"
  ) -> StorageError {
    StorageError(.badData, path: "\(nodes.path):/nodes/\(nodes.name)", operation: "read the models", reason: reason, remedy: remedy)
  }

  private static func population(
    _ model: SonataNodeModel, own: [String: Double], name: String, count: Int, output: OutputIDs, _ nodes: SonataNodePopulation,
    _ resolution: Double
  ) throws -> Population {
    if model.isVirtual { return Population(name: name, model: nil, layout: .list(count: count), output: output) }
    let template = model.template ?? ""
    guard let about = NeuronCatalogue.description(of: template) else {
      let known = NeuronCatalogue.descriptions.map(\.name)
      throw error(
        nodes, "the neuron model nest:\(template) is not known\(NearestKey.hint(for: template, among: known))",
        remedy: "use one of \(known.map { "nest:" + $0 }.joined(separator: ", "))")
    }
    var given: [(String, Double)] = []
    for (key, value) in model.parameters.members {
      guard let number = value.double else { throw error(nodes, "\(key) of \(template) is \(value.kindName) instead of a number") }
      given.append((key, number))
    }
    given += own.sorted { $0.key < $1.key }
    var parameters: [String: Double] = [:]
    var initial: [String: Distribution] = [:]
    for (key, number) in given {
      if about.parameters.contains(where: { $0.name == key }) {
        parameters[key] = number
      } else if about.columns.contains(where: { $0.name == key }) {
        initial[key] = .constant(number)
      } else {
        throw error(
          nodes, "unknown parameter '\(key)' of \(template)\(NearestKey.hint(for: key, among: about.parameters.map(\.name)))")
      }
    }
    do {
      _ = try NeuronCatalogue.make(template, parameters: parameters, resolution: resolution, as: Double.self)
    } catch let fault as ParameterError {
      throw error(nodes, "the parameters of the neurons in \(name) make no sense: \(fault)")
    }
    return Population(name: name, model: template, parameters: parameters, initial: initial, layout: .list(count: count), output: output)
  }
}
