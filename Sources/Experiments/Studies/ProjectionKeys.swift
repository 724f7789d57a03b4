// A projection of the network study: its rule with weights and delays, checked where they are written.
import Networks
import Spiking

enum ProjectionKeys {
  private static let rules = [
    "one_to_one", "all_to_all", "fixed_indegree", "fixed_outdegree", "fixed_total_number", "pairwise_bernoulli", "distance", "explicit",
  ]

  static func read(_ keys: ConfigurationSection, into plan: inout StudyPlan) throws {
    let network = plan.network
    let source = try keys.population("from", network)
    let target = try keys.population("to", network)
    guard let model = network.populations[target].model.flatMap({ NeuronCatalogue.description(of: $0) }) else {
      throw keys.error("to", "is \(network.populations[target].name), a population of given spikes, which has no neurons to reach")
    }
    let name = try keys.text("name", default: "\(network.populations[source].name) -> \(network.populations[target].name)")
    let receptor = try keys.value("receptor", default: .text("by_sign"))?.receptor(of: model) ?? .bySign
    _ = try keys.value("synapse", default: .text("static_synapse"))?.choice(["static_synapse"])
    let autapses = try keys.flag("allow_autapses", default: true)
    let multapses = try keys.flag("allow_multapses", default: true)
    let kind = try kind(of: keys)
    var weight = Distribution.constant(0)
    var delay = Distribution.constant(plan.common.resolution)
    var rule: ConnectionRule
    if kind.name == "explicit", let value = kind.value {
      let list = try edges(value, keys, network.populations[source], network.populations[target], plan.common.resolution)
      try check(list, value, autapses: autapses || source != target, multapses: multapses)
      rule = .explicit(EdgeList(list))
    } else {
      rule = try Self.rule(kind.name, kind.value, keys)
      weight = try keys.required("weight").law(unit: model.weightUnit)
      let value = try keys.required("delay")
      delay = try value.law(unit: "ms")
      do {
        _ = try DelayTable(delay, resolution: plan.common.resolution, projection: name)
      } catch let error as NetworkError {
        throw value.error("is wrong: \(error)")
      }
    }
    if case .distance(let stencil) = rule {
      guard case .columns(let grid, _) = network.populations[source].layout,
        case .columns(let other, _) = network.populations[target].layout, grid == other
      else { throw keys.error("rule", "distance needs two populations on the same grid of columns") }
      let largest = stencil.largestSum(on: grid)
      // Sums are rounded.
      if largest > 1 + 1e-9 {
        let most = NumberText.text((stencil.total / largest * 1e6).rounded(.down) / 1e6)
        throw keys.error(
          "rule", "gives two columns the connection probability \(NumberText.text(largest)), above 1; lower total to \(most) at most")
      }
    }
    let projection = Projection(
      name: name, source: source, target: target, rule: rule, weight: weight, delay: delay, receptor: receptor, allowAutapses: autapses,
      allowMultapses: multapses)
    if plan.common.storage == .procedural, !rule.isDrawnPerSource {
      throw keys.error("rule", "\(rule.name) cannot be drawn source by source, so it needs storage: stored")
    }
    // Sizes and degrees that do not fit each other.
    let alone = Network(populations: network.populations, projections: [projection])
    do {
      _ = try TileDraw<Float>(alone, projection: 0, tiles: TileMap(alone), seed: 0, resolution: plan.common.resolution)
    } catch let error as NetworkError {
      throw keys.error("rule", "is wrong: \(error)")
    }
    plan.network.projections.append(projection)
  }

  static func tooShort(_ delay: Double, _ resolution: Double) -> String {
    "is a delay of \(NumberText.text(delay)) ms, below the resolution of \(NumberText.text(resolution)) ms; raise it or lower the resolution"
  }

  /// The rule's name and what stands under it.
  private static func kind(of keys: ConfigurationSection) throws -> (name: String, value: ConfigurationValue?) {
    let value = try keys.required("rule")
    if !value.isSection { return (try value.choice(rules), nil) }
    let only = try value.section().only(of: rules, what: "rule")
    return (only.name, only.value)
  }

  private static func rule(_ name: String, _ value: ConfigurationValue?, _ keys: ConfigurationSection) throws -> ConnectionRule {
    switch name {
    case "one_to_one", "all_to_all":
      if let value { throw value.error("takes no number; write rule: \(name)") }
      return name == "one_to_one" ? .oneToOne : .allToAll
    default:
      guard let value else { throw keys.error("rule", "needs a value: rule: {\(name): ...}") }
      switch name {
      case "fixed_indegree": return .fixedIndegree(try value.integer(.notNegative))
      case "fixed_outdegree": return .fixedOutdegree(try value.integer(.notNegative))
      case "fixed_total_number": return .fixedTotalNumber(try value.integer(.notNegative))
      case "pairwise_bernoulli": return .pairwiseBernoulli(try value.number(.within(0...1)))
      default: return .distance(try stencil(try value.section()))
      }
    }
  }

  private static func stencil(_ keys: ConfigurationSection) throws -> Stencil {
    let total = try keys.number("total", .notNegative)
    let kernel: Kernel
    switch try keys.required("kernel").choice(["exponential", "gaussian", "local"]) {
    case "exponential": kernel = .exponential(lambda: try keys.number("lambda", .within(0.01...20)))
    case "gaussian": kernel = .gaussian(sigma: try keys.number("sigma", .within(0.01...20)))
    default:
      try keys.finish()
      return .local(total)
    }
    let decimals = try keys.integer("decimals", default: 3, .within(1...6))
    let cutoff = try keys.value("cutoff")?.number(.notNegative, unit: "columns") ?? .infinity
    try keys.finish()
    return Stencil(kernel: kernel, total: total, decimals: decimals, cutoff: cutoff)
  }

  /// Pairs [source, target], which share the projection's weight and delay, or [source, target, weight, delay].
  private static func edges(
    _ value: ConfigurationValue, _ keys: ConfigurationSection, _ source: Population, _ target: Population, _ resolution: Double
  ) throws -> [Edge] {
    let common = (weight: try keys.value("weight")?.number(), delay: try keys.value("delay")?.number(unit: "ms"))
    return try value.list().map { value in
      let parts = try value.list()
      guard parts.count == 4 || parts.count == 2 else { throw value.error("must be [source, target, weight, delay], or [source, target]") }
      let ends = [source, target].enumerated()
      let places = try ends.map { i, population in
        let place = try parts[i].integer(.notNegative)
        guard place < population.count else {
          throw parts[i].error("is neuron \(place), but \(population.name) has \(population.count) neurons, counted from 0")
        }
        return UInt32(place)
      }
      let weight = parts.count == 4 ? try parts[2].number() : common.weight
      let delay = parts.count == 4 ? try parts[3].number(unit: "ms") : common.delay
      guard let weight, let delay else { throw value.error("tells no weight and delay; write [source, target, weight, delay]") }
      if delay < 0.5 * resolution {
        let place = parts.count == 4 ? parts[3] : value
        throw place.error(Self.tooShort(delay, resolution))
      }
      if !(delay / resolution <= 60_000) || !weight.isFinite {
        throw value.error(
          "has weight \(NumberText.text(weight)) and delay \(NumberText.text(delay)) ms; weights are finite, and delays end at 60 000 steps of "
            + "\(NumberText.text(resolution)) ms")
      }
      return Edge(source: places[0], target: places[1], weight: weight, delay: delay)
    }
  }

  /// Refuses edges that the list has in spite of `allow_autapses` or `allow_multapses`.
  private static func check(_ edges: [Edge], _ value: ConfigurationValue, autapses: Bool, multapses: Bool) throws {
    var pairs: Set<[UInt32]> = []
    for (i, edge) in edges.enumerated() {
      if !autapses && edge.source == edge.target {
        throw try value.list()[i].error("joins neuron \(edge.source) to itself, which allow_autapses: false forbids; take it out")
      }
      if !multapses && !pairs.insert([edge.source, edge.target]).inserted {
        throw try value.list()[i].error(
          "joins neurons \(edge.source) and \(edge.target) once more, which allow_multapses: false forbids; take it out")
      }
    }
  }
}
