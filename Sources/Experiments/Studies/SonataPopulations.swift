// Populations of a network made of SONATA nodes: one for each model with its parameters, and where each node went.
import Networks
import Running
import Spiking
import Storage

/// The nodes of a circuit as populations.
struct SonataPopulations: Sendable {
  /// Where the nodes of a SONATA population went.
  struct NodeMap: Sendable {
    /// Index of each node's population in the network, and its index there.
    var population: [UInt32] = []
    var index: [UInt32] = []
  }
  private(set) var populations: [Population] = []
  private(set) var maps: [String: NodeMap] = [:]
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
    let model: UInt32
    /// Parameters that a node has for itself.
    let own: [String: Double]
  }

  private mutating func add(_ nodes: SonataNodePopulation, _ components: [String: String], _ resolution: Double) throws {
    let models = try SonataNodeModels(nodes, components: components)
    let ownNames = Set(nodes.groups.values.flatMap(\.dynamics.keys)).sorted()
    var places: [Kind: Int] = [:]
    var kinds: [Kind] = []
    var members: [[Int]] = []
    for node in 0..<nodes.count {
      var own: [String: Double] = [:]
      for name in ownNames {
        guard let value = nodes.dynamics(name, node: node) else { continue }
        guard let number = value.double else { throw Self.error(nodes, "node \(node) has \(name) \"\(value.text)\" instead of a number") }
        if !number.isNaN { own[name] = number }
      }
      let kind = Kind(model: models.indices[node], own: own)
      let place = places[kind] ?? kinds.count
      if place == kinds.count {
        places[kind] = place
        kinds.append(kind)
        members.append([])
      }
      members[place].append(node)
    }
    var map = NodeMap(population: [UInt32](repeating: 0, count: nodes.count), index: [UInt32](repeating: 0, count: nodes.count))
    for (kind, members) in zip(kinds, members) {
      for (index, node) in members.enumerated() {
        map.population[node] = UInt32(populations.count)
        map.index[node] = UInt32(index)
      }
      let model = models.models[Int(kind.model)]
      let isWhole = kinds.count == 1, name = isWhole ? nodes.name : name(nodes, members)
      names.insert(name)
      populations.append(
        try Self.population(
          model, own: kind.own, name: name,
          count: members.count, output: OutputIDs(group: nodes.name, runs: isWhole ? [] : Self.runs(members)), nodes, resolution))
    }
    if kinds.isEmpty { throw Self.error(nodes, "the population \(nodes.name) has no nodes") }
    maps[nodes.name] = map
  }

  /// The population's name with the node type, or where a type has several parameter sets with a number.
  private mutating func name(_ nodes: SonataNodePopulation, _ members: [Int]) -> String {
    let name = "\(nodes.name)/\(nodes.typeIDs[members[0]])"
    if !names.contains(name) { return name }
    var number = numbers[name] ?? 0
    repeat { number += 1 } while names.contains("\(name).\(number)")
    numbers[name] = number
    return "\(name).\(number)"
  }

  private static func runs(_ members: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for node in members {
      let first = runs.last.flatMap { $0.upperBound == node ? $0.lowerBound : nil }
      if first != nil { runs.removeLast() }
      runs.append((first ?? node)..<node + 1)
    }
    return runs
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
