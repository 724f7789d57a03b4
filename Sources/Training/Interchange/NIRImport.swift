// A NIR graph as a trainable network with its weights.
//
// NIR is in continuous time: τ dv/dt = (v_leak − v) + R I. A step of dt seconds with constant input gives the cells' own equations with
// d = exp(−dt/τ), for the potential relative to v_leak; R goes into the weights, and v_leak of a readout into its bias.
import Storage

/// What was made of a graph: cells and links, and their weights.
public struct ImportedNetwork: Sendable, Hashable {
  public let description: NetworkDescription
  /// By name of parameter, row-major as the layout wants them.
  public let weights: [String: [Double]]
  /// What the graph says and this network does not keep, one sentence each.
  public let notes: [String]

  /// Puts the weights where the network has them.
  public func initialise<S: TrainingScalar>(_ parameters: AlignedBuffer<S>, of network: SpikingNetwork<S>) {
    for view in network.layout.views {
      if let values = weights[view.name], values.count == view.count { view.scatter(values.map { S($0) }, to: parameters.pointer) }
    }
  }
}

/// Reads Linear, Affine, LIF, CubaLIF and LI, recurrence as cycles, and graphs within graphs.
public struct NIRImport {
  private let path: String
  private let step: Double
  private let surrogate: Surrogate
  private var nodes: [String: NIRNode] = [:]
  /// Names in the order of the file.
  private var names: [String] = []
  /// Those of graphs within the graph.
  private var innerNames: Set<String> = []
  private var edges: [NIRGraph.Edge] = []

  /// - `inputs`: the network's input groups, whose channels are those of the graph's input, one group after the other.
  /// - `path`: of the file, for messages.
  /// - `step`: seconds per step.
  /// - Throws: ``TrainingError/invalidData(_:)`` naming the node.
  public static func network(
    _ graph: NIRGraph, inputs: [InputGroup], path: String, step: Double, surrogate: Surrogate
  ) throws(TrainingError) -> ImportedNetwork {
    var reader = NIRImport(path: path, step: step, surrogate: surrogate)
    try reader.flatten(graph, prefix: "")
    try reader.contract()
    return try reader.build(inputs)
  }

  private init(path: String, step: Double, surrogate: Surrogate) {
    self.path = path
    self.step = step
    self.surrogate = surrogate
  }

  private func fault(_ node: String, _ reason: String) -> TrainingError { .invalidData("\(path): node '\(node)' \(reason)") }

  // MARK: One flat graph

  /// Nodes of graphs within the graph get the names of both; edges to such a graph go to its inputs, edges from it come from its outputs.
  private mutating func flatten(_ graph: NIRGraph, prefix: String) throws(TrainingError) {
    let inner = Dictionary(graph.nodes.compactMap { node in node.graph.map { (node.name, $0) } }) { first, _ in first }
    func ends(_ name: String, _ type: String) -> [String] {
      guard let graph = inner[name] else { return [prefix + name] }
      return graph.nodes.filter { $0.type == type }.map { "\(prefix)\(name).\($0.name)" }
    }
    for node in graph.nodes {
      if let inner = node.graph {
        try flatten(inner, prefix: prefix + node.name + ".")
      } else {
        let name = prefix + node.name
        guard nodes.updateValue(node, forKey: name) == nil else { throw fault(name, "is named as a node of the graph within the graph") }
        names.append(name)
        if !prefix.isEmpty { innerNames.insert(name) }
      }
    }
    for edge in graph.edges {
      for from in ends(edge.from, "Output") { for to in ends(edge.to, "Input") { edges.append(.init(from, to)) } }
    }
  }

  /// Inputs and outputs of inner graphs hand on what they get: each is replaced by edges around it.
  private mutating func contract() throws(TrainingError) {
    for name in names where innerNames.contains(name) {
      guard let type = nodes[name]?.type, type == "Input" || type == "Output" else { continue }
      let before = edges.filter { $0.to == name }.map(\.from), after = edges.filter { $0.from == name }.map(\.to)
      if before.isEmpty && after.isEmpty { continue }
      guard !before.contains(name) else { throw fault(name, "feeds itself") }
      edges.removeAll { $0.from == name || $0.to == name }
      for from in before { for to in after where !edges.contains(.init(from, to)) { edges.append(.init(from, to)) } }
      nodes[name] = nil
    }
    names.removeAll { nodes[$0] == nil }
  }

  // MARK: Cells

  private struct Population {
    let name: String
    let cell: CellModel
    let units: Int
    /// What weights onto a unit are multiplied by, and what is added to its bias.
    let gain: [Double]
    let offset: [Double]
  }

  private struct Map {
    let name: String
    let from: String
    let to: String
    let weight: NIRArray
    let bias: [Double]?
  }

  private func parameter(_ node: String, _ name: String, units: Int? = nil) throws(TrainingError) -> [Double] {
    guard let array = nodes[node]?.parameters[name] else { throw fault(node, "has no '\(name)'") }
    if let wrong = array.values.first(where: { !$0.isFinite }) { throw fault(node, "has \(wrong) in '\(name)'") }
    if let units, array.values.count == 1 { return Array(repeating: array.values[0], count: units) }
    if let units, array.values.count != units { throw fault(node, "has \(array.values.count) values in '\(name)' for \(units) units") }
    return array.values
  }

  private func constant(_ node: String, _ name: String, _ units: Int) throws(TrainingError) -> TimeConstant {
    let steps = try parameter(node, name, units: units).map { $0 / step }
    if let wrong = steps.first(where: { !($0 > 0) }) { throw fault(node, "has the time constant \(wrong * step) s in '\(name)'") }
    return steps.allSatisfy { $0 == steps[0] } ? .uniform(steps[0]) : .perUnit(steps)
  }

  private func population(_ name: String, _ type: String) throws(TrainingError) -> Population {
    let tauName = type == "CubaLIF" ? "tau_mem" : "tau"
    let units = try parameter(name, tauName).count
    if units == 0 { throw fault(name, "has no units: '\(tauName)' is empty") }
    let r = try parameter(name, "r", units: units), leak = try parameter(name, "v_leak", units: units)
    let tau = try constant(name, tauName, units)
    if type == "LI" {
      return Population(name: name, cell: .readout(tau: tau), units: units, gain: r, offset: leak)
    }
    let reset = nodes[name]?.parameters["v_reset"] == nil ? leak.map { _ in 0 } : try parameter(name, "v_reset", units: units)
    if let unit = reset.indices.first(where: { reset[$0] != leak[$0] }) {
      throw fault(name, "resets unit \(unit) to \(reset[unit]) and rests at \(leak[unit]); only a reset to rest is supported")
    }
    let thresholds = zip(try parameter(name, "v_threshold", units: units), leak).map { $0 - $1 }
    if let wrong = thresholds.first(where: { !($0 > 0) }) {
      throw fault(name, "has a threshold of \(wrong) above rest; it must be positive")
    }
    // A layer has one threshold; different ones become one by scaling the potential of each unit.
    let isUniform = thresholds.allSatisfy { $0 == thresholds[0] }
    let threshold = isUniform ? thresholds[0] : 1
    var gain = isUniform ? r : zip(r, thresholds).map { $0 / $1 }
    guard type == "CubaLIF" else {
      return Population(
        name: name, cell: .lif(threshold: threshold, tau: tau, reset: .zero, surrogate: surrogate), units: units, gain: gain,
        offset: gain.map { _ in 0 })
    }
    if nodes[name]?.parameters["w_in"] != nil { gain = zip(gain, try parameter(name, "w_in", units: units)).map { $0 * $1 } }
    return Population(
      name: name,
      cell: .cubaLIF(
        threshold: threshold, tauSynapse: try constant(name, "tau_syn", units), tau: tau, reset: .zero, surrogate: surrogate),
      units: units, gain: gain, offset: gain.map { _ in 0 })
  }

  private func map(_ name: String, _ type: String) throws(TrainingError) -> [Map] {
    let before = edges.filter { $0.to == name }.map(\.from), after = edges.filter { $0.from == name }.map(\.to)
    guard before.count == 1, !after.isEmpty else {
      throw fault(name, "has \(before.count) sources and \(after.count) targets; a \(type) needs one source, and a target")
    }
    guard let weight = nodes[name]?.parameters["weight"], weight.shape.count == 2 else {
      throw fault(name, "has no 'weight' of shape (targets, sources)")
    }
    _ = try parameter(name, "weight")
    let bias = type == "Affine" ? try parameter(name, "bias", units: weight.shape[0]) : nil
    return after.map { Map(name: name, from: before[0], to: $0, weight: weight, bias: bias) }
  }

  // MARK: The network

  /// The one node of a type.
  private func only(_ type: String) throws(TrainingError) -> String {
    let found = names.filter { nodes[$0]?.type == type }
    guard let first = found.first else { throw .invalidData("\(path): the graph needs an \(type) node") }
    if found.count > 1 { throw fault(found[1], "is a second \(type) beside '\(first)'") }
    return first
  }

  private func build(_ inputs: [InputGroup]) throws(TrainingError) -> ImportedNetwork {
    let input = try only("Input"), output = try only("Output")
    var populations: [Population] = [], maps: [Map] = []
    for name in names {
      guard let type = nodes[name]?.type else { continue }
      switch type {
      case "LIF", "CubaLIF", "LI": populations.append(try population(name, type))
      case "Linear", "Affine": maps += try map(name, type)
      case "Input", "Output": continue
      default: throw fault(name, "is a \(type), which is not supported; Linear, Affine, LIF, CubaLIF and LI are")
      }
    }
    populations = try ordered(populations, maps, input)
    try check(populations, maps, input: input, output: output, channels: inputs.reduce(0) { $0 + $1.channels })
    return network(populations, maps, input, inputs)
  }

  /// In the order of evaluation: a population after all that feed it without a cycle; a cycle is opened where it is nearest to the input.
  private func ordered(_ populations: [Population], _ maps: [Map], _ input: String) throws(TrainingError) -> [Population] {
    var distance = [input: 0], frontier = [input]
    while let place = frontier.first {
      frontier.removeFirst()
      for map in maps where map.from == place && distance[map.to] == nil {
        distance[map.to] = distance[place, default: 0] + 1
        frontier.append(map.to)
      }
    }
    if let lost = populations.first(where: { distance[$0.name] == nil }) { throw fault(lost.name, "is not reached from the input") }
    var left = populations, done: [Population] = [], placed: Set<String> = [input]
    while !left.isEmpty {
      let free = left.firstIndex { population in
        maps.allSatisfy { $0.to != population.name || $0.from == population.name || placed.contains($0.from) }
      }
      let nearest = left.indices.min { (distance[left[$0].name] ?? 0, $0) < (distance[left[$1].name] ?? 0, $1) } ?? 0
      let next = left.remove(at: free ?? nearest)
      placed.insert(next.name)
      done.append(next)
    }
    return done
  }

  private func plainNumber(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

  private func check(_ populations: [Population], _ maps: [Map], input: String, output: String, channels: Int) throws(TrainingError) {
    let size = Dictionary(populations.map { ($0.name, $0.units) } + [(input, channels)]) { first, _ in first }
    let stated = try parameter(input, "shape").reduce(1, *)
    if stated != Double(channels) { throw fault(input, "has \(plainNumber(stated)) channels, but the data have \(channels)") }
    if let edge = edges.first(where: { $0.to == input }) { throw fault(input, "is the input and yet fed by '\(edge.from)'") }
    if let edge = edges.first(where: { $0.from == output }) { throw fault(output, "is the output and yet feeds '\(edge.to)'") }
    for map in maps {
      guard let targets = size[map.to], let sources = size[map.from] else {
        throw fault(map.name, "must lie between the input or spiking nodes and a node of neurons, not from '\(map.from)' to '\(map.to)'")
      }
      if map.weight.shape != [targets, sources] {
        throw fault(map.name, "has weights of shape \(map.weight.shape) between \(sources) sources and \(targets) targets")
      }
    }
    for edge in edges where edge.to != output && size[edge.from] != nil && size[edge.to] != nil {
      throw fault(edge.to, "is fed by '\(edge.from)' without a Linear or Affine between them")
    }
    let last = edges.filter { $0.to == output }.map(\.from)
    if !last.isEmpty,
      let idle = populations.first(where: { one in !last.contains(one.name) && !maps.contains { $0.from == one.name && $0.to != one.name } }
      )
    {
      throw fault(idle.name, "feeds nothing; take it out, or lead it to the output")
    }
    guard last.count == 1, last[0] == populations.last?.name, let final = populations.last, case .readout = final.cell else {
      throw fault(output, "must be fed by the last node alone, and that must be an LI; it is fed by \(last.joined(separator: ", "))")
    }
    if nodes[output]?.parameters["shape"] != nil {
      let stated = try parameter(output, "shape").reduce(1, *)
      if stated != Double(final.units) {
        throw fault(output, "has \(plainNumber(stated)) channels, but '\(final.name)' has \(final.units) units")
      }
    }
    if let early = populations.dropLast().first(where: { if case .readout = $0.cell { true } else { false } }) {
      throw fault(early.name, "is an LI before the end; only the output may be one")
    }
  }

  /// Names of layers are the nodes'. A point would read as a group of HDF5 objects elsewhere, so none is kept; names that become alike
  /// are told apart by a number.
  private static func plainNames(of names: [String]) -> [String: String] {
    var plain: [String: String] = [:], taken: Set<String> = []
    for name in names where plain[name] == nil {
      let short = String(name.map { $0 == "." || $0 == "/" ? "_" : $0 })
      let free = taken.contains(short) ? (2...).lazy.map { "\(short)_\($0)" }.first { !taken.contains($0) } : short
      plain[name] = free
      taken.insert(free ?? short)
    }
    return plain
  }

  private func network(_ populations: [Population], _ maps: [Map], _ input: String, _ inputs: [InputGroup]) -> ImportedNetwork {
    var projections: [ProjectionDescription] = [], weights: [String: [Double]] = [:]
    let place = Dictionary(populations.enumerated().map { ($1.name, $0) }) { first, _ in first }
    let plain = Self.plainNames(of: populations.map(\.name) + maps.map(\.name))
    for (target, population) in populations.enumerated() {
      let layer = plain[population.name, default: population.name]
      var bias = population.offset, used: Set<String> = []
      func isRecurrent(_ map: Map) -> Bool { place[map.from].map { $0 >= target } ?? false }
      // The order of summation is that of our own networks: what feeds forward, then what comes back.
      let own = maps.filter { $0.to == population.name }
      for map in own.filter({ !isRecurrent($0) }) + own.filter(isRecurrent) {
        let source = place[map.from]
        var name = source == target ? "rec_weight" : "weight"
        if used.contains(name) { name += "_" + plain[map.name, default: map.name] }
        used.insert(name)
        let columns = map.weight.shape[1]
        let values = map.weight.values.enumerated().map { $1 * population.gain[$0 / columns] }
        let hasAutapses = source == target && (0..<population.units).contains { values[$0 * columns + $0] != 0 }
        projections.append(
          ProjectionDescription(
            name, from: source.map { [.layer($0)] } ?? inputs.indices.map { .input($0) }, to: target, delay: isRecurrent(map) ? 1 : 0,
            autapses: source != target || hasAutapses))
        weights["\(layer).\(name)"] = values
        for (unit, value) in (map.bias ?? []).enumerated() { bias[unit] += population.gain[unit] * value }
      }
      weights["\(layer).bias"] = bias
    }
    return ImportedNetwork(
      description: NetworkDescription(
        inputs: inputs, layers: populations.map { LayerDescription(plain[$0.name, default: $0.name], units: $0.units, cell: $0.cell) },
        projections: projections), weights: weights,
      notes: Dictionary(grouping: maps, by: \.name).sorted { $0.key < $1.key }.filter { $0.value.count > 1 }.map {
        "node '\($0.key)' feeds \($0.value.map(\.to).joined(separator: " and ")), each through a copy of its weights that is trained by itself"
      })
  }
}
