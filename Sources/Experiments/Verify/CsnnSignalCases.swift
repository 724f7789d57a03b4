// Cases of time courses: gain curves and state traces of a single cell, and the regression waves.
import Training

extension CsnnCases {
  /// A single two-compartment cell with unit weights under given currents; returns network and tape.
  private static func drive<S: TrainingScalar>(
    _ config: ReferenceNode, _ interaction: String, soma: [[Double]], apical: [[Double]], _: S.Type
  ) throws -> (SpikingNetwork<S>, Tape<S>) {
    guard let interaction = Interaction(rawValue: interaction) else {
      throw ReferenceError(file: config.path, problem: "goes with an unknown interaction '\(interaction)'")
    }
    if let bias = config["bias"] {
      throw ReferenceError(file: bias.path, problem: "is not null; curves of a cell with a bias are not known")
    }
    let dt = try config["dt"]?.number() ?? 1
    let cell = CellModel.clif(
      interaction: interaction, threshold: try config.required("threshold").number(),
      tauSoma: .uniform(try config.required("tau_soma").number() / dt),
      tauApical: .uniform(try config.required("tau_apical").number() / dt),
      reset: .subtraction, surrogate: Surrogate(.triangle))
    let network = try SpikingNetwork<S>(
      NetworkDescription(
        inputs: [InputGroup("x", channels: 1), InputGroup("c", channels: 1)], layers: [LayerDescription("cell", units: 1, cell: cell)],
        projections: [
          ProjectionDescription("weight", from: [.input(0)], to: 0, compartments: 0..<1),
          ProjectionDescription("weight", from: [.input(1)], to: 0, compartments: 1..<2),
        ]))
    let parameters = network.makeParameters(), weight = try config["weights"]?.number() ?? 1
    for name in ["cell.weight_soma", "cell.weight_apical"] { network.layout[name: name]?.scatter([S(weight)], to: parameters.pointer) }
    let steps = soma[0].count
    let tape = network.makeTape(samples: soma.count, steps: steps)
    let groups = [soma, apical].map { currents in ReferenceNetwork.sequences(currents.map { $0.map { [$0] } }) }
    try network.forward(MicroBatch(groups: groups), steps: steps, parameters: parameters, tape: tape)
    return (network, tape)
  }

  static func gainCurves<S: TrainingScalar>(_ node: ReferenceNode, _ comparison: inout Comparison, _: S.Type) throws {
    let config = try node.required("config"), rates = try node.required("rate_per_step")
    let soma = try node.required("soma_input").vector(), apical = try node.required("apical_input").vector()
    // Rates are counted over 1,000 steps after 200 steps to settle.
    let settling = try node["settling_steps"]?.integer() ?? 200, counted = try node["steps"]?.integer() ?? 1000
    if settling < 0 || counted < 1 || settling > 1_000_000 || counted > 1_000_000 || soma.isEmpty {
      throw ReferenceError(file: node.path, problem: "has no steps or currents, or more than a million steps")
    }
    let steps = settling + counted
    for key in rates.keys {
      var found: [Double] = []
      for level in apical {
        // As many currents at a time as a micro-batch has room for.
        for first in stride(from: 0, to: soma.count, by: MicroBatch.limit) {
          let some = soma[first..<min(first + MicroBatch.limit, soma.count)]
          let (_, tape) = try drive(
            config, key, soma: some.map { Array(repeating: $0, count: steps) },
            apical: some.map { _ in Array(repeating: level, count: steps) }, S.self)
          found += some.indices.map { current in
            (settling + 1...steps).reduce(0.0) { $0 + Double(tape.spikes(layer: 0, step: $1, sample: current - first)[0]) }
              / Double(counted)
          }
        }
      }
      comparison.add("rate", of: key, found, try rates.required(key).flat(), tolerance: 0.002 + 1e-12, absolute: true)
    }
  }

  static func gainTraces<S: TrainingScalar>(_ node: ReferenceNode, _ comparison: inout Comparison, _: S.Type) throws {
    let config = try node.required("config"), traces = try node.required("traces")
    let soma = try node.required("soma_input").vector(), apical = try node.required("apical_input").vector()
    for key in traces.keys {
      let trace = try traces.required(key)
      let (network, tape) = try drive(config, key, soma: [soma], apical: [apical], S.self)
      for name in ["vs", "va"] {
        guard let expected = try trace[name]?.vector() else { continue }
        let found = (1...tape.steps).flatMap { network.state(name, layer: 0, step: $0, sample: 0, on: tape) ?? [] }
        comparison.add(name, of: key, found.map { Double($0) }, expected)
      }
      if let expected = try trace["z"]?.vector() {
        let found = (1...tape.steps).flatMap { tape.spikes(layer: 0, step: $0, sample: 0) }
        comparison.add("spikes", of: key, found.map { Double($0) }, expected, tolerance: 0)
      }
    }
  }

  /// Waves, points within 1e-9 of a jump left out. Values are those from the first sample on, targets those from the second.
  static func waves(_ node: ReferenceNode, _ comparison: inout Comparison) throws {
    for (index, entry) in try node.required("cases").list().enumerated() {
      func value(_ keys: String...) throws -> ReferenceNode {
        for key in keys { if let found = entry[key] ?? node[key] { return found } }
        throw ReferenceError(file: entry.path, problem: "has no '\(keys[0])'")
      }
      let kind = try value("wave", "kind", "type", "name").text()
      guard let wave = Wave(rawValue: kind) else { throw ReferenceError(file: entry.path, problem: "names an unknown wave '\(kind)'") }
      let steps = try value("time_steps", "steps").integer()
      let shift = try value("shift", "phase_shift", "k", "phase").integer()
      guard steps >= 1, steps <= 1 << 24 else { throw ReferenceError(file: entry.path, problem: "has \(steps) time steps") }
      let found = wave.values(steps: steps, shift: shift, amplitude: try value("amplitude", "A").number())
      let spacing = wave.distance(samples: steps + 1)
      var compared = false
      for (keys, first) in [(["data", "x", "input", "values", "samples", "signal"], 0), (["target", "y", "targets"], 1)] {
        for key in keys {
          guard let expected = try entry[key]?.flat() else { continue }
          guard first + expected.count <= found.count else {
            throw ReferenceError(file: entry.path, problem: "has \(expected.count) values of '\(key)' for \(steps) time steps")
          }
          let kept = expected.indices.filter { !wave.isJump(at: Double(shift + first + $0) * spacing) }
          comparison.add(key, of: "\(index) \(kind)", kept.map { found[first + $0] }, kept.map { expected[$0] })
          compared = true
        }
      }
      if !compared { throw ReferenceError(file: entry.path, problem: "has no 'data' and no 'target'") }
    }
  }
}
