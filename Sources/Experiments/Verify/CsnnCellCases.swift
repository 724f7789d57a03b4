// Cases of one cell: states, spikes, loss and every gradient.
import Training

extension CsnnCases {
  static func cell<S: TrainingScalar>(_ node: ReferenceNode, _ comparison: inout Comparison, _: S.Type) throws {
    let config = try node.required("config"), constants = try node.required("constants"), parameters = try node.required("params")
    let model = try ReferenceNetwork.hidden(config, constants: constants, prefix: "")
    let x = try node.required("inputs").required("x").cube()
    let c = try node["inputs"]?["c"]?.cube()
    let coefficients = try node.required("loss_coeff").cube()
    let steps = x[0].count, samples = x.count, units = coefficients[0][0].count
    for (place, other) in [(node["inputs"]?["c"], c), (node["loss_coeff"], coefficients)] {
      guard let place, let other else { continue }
      try place.require(other.count, of: "samples", is: samples)
      try place.require(other[0].count, of: "steps", is: steps)
    }
    let inputs = [InputGroup("x", channels: x[0][0].count)] + (c.map { [InputGroup("c", channels: $0[0][0].count)] } ?? [])
    let network = try SpikingNetwork<S>(
      NetworkDescription(
        inputs: inputs, layers: [LayerDescription("", units: units, cell: model)],
        projections: ReferenceNetwork.projections(
          parameters: parameters, prefix: "", compartments: model.compartmentNames.count, inputs: inputs.count)))
    let weights = network.makeParameters()
    try ReferenceNetwork.load(parameters, into: weights, network.layout)
    let groups = [ReferenceNetwork.sequences(x)] + (c.map { [ReferenceNetwork.sequences($0)] } ?? [])
    let tape = network.makeTape(samples: samples, steps: steps)
    try network.forward(MicroBatch(groups: groups), steps: steps, parameters: weights, tape: tape)

    let spiking = model.name != "readout"
    for name in network.stateNames(layer: 0) {
      guard let expected = try node.required("states")[name]?.flat() else { continue }
      comparison.add(
        "state \(name)", values(steps, samples) { network.state(name, layer: 0, step: $0, sample: $1, on: tape) ?? [] }, expected)
    }
    var output = (1...steps).map { step in
      (0..<samples).map {
        spiking ? tape.spikes(layer: 0, step: step, sample: $0) : network.state("vs", layer: 0, step: step, sample: $0, on: tape) ?? []
      }
    }
    let expected = try node.required(spiking ? "spikes" : "outputs").flat()
    let inSampleOrder = (0..<samples).flatMap { sample in (0..<steps).flatMap { step in output[step][sample].map { Double($0) } } }
    comparison.add(spiking ? "spikes" : "outputs", inSampleOrder, expected, tolerance: spiking ? 0 : nil)
    if spiking {
      if let states = try node.required("states")["z"]?.flat() {
        output.insert(Array(repeating: Array(repeating: 0, count: units), count: samples), at: 0)
        comparison.add("state z", output.joined().joined().map { Double($0) }, states, tolerance: 0)
      }
      if let sums = try node["spike_sum"]?.flat() {
        let found = (0..<samples).flatMap { sample in
          (0..<units).map { unit in (0..<steps).reduce(0.0) { $0 + inSampleOrder[(sample * steps + $1) * units + unit] } }
        }
        comparison.add("spike sums", found, sums, tolerance: 0)
      }
    }
    let loss = zip(inSampleOrder, coefficients.joined().joined()).reduce(0.0) { $0 + $1.0 * $1.1 }
    comparison.add("loss", [loss], [try node.required("loss").number()])

    let record = GradientRecord<S>()
    let gradient = network.makeParameters()
    let slopes = network.outputBuffer(layer: 0, tape: tape) { step, sample, unit in S(coefficients[sample][step - 1][unit]) }
    network.backward(
      tape, output: OutputGradient(perStep: [slopes], perSpike: [Array(repeating: 0, count: samples)]), parameters: weights,
      buffers: network.makeBackwardBuffers(samples: samples), gradient: gradient, record: record)
    try compareGradients(node.required("grads"), gradient, network.layout, &comparison)
    try compareStateGradients(node["state_grads"], record, network, layer: 0, &comparison)
    for (group, name) in ["x", "c"].enumerated() {
      guard let expected = try node["input_grads"]?[name]?.flat() else { continue }
      let found = (0..<samples).flatMap { sample in (0..<steps).flatMap { step in record.inputs[group][step][sample].map { Double($0) } } }
      comparison.add("input gradient \(name)", found, expected)
    }
    try compareDecays(constants, prefix: "", config, &comparison)
  }

  /// Rows of all steps (0 included) and samples in the order [step][sample][unit].
  static func values<S: TrainingScalar>(_ steps: Int, _ samples: Int, _ row: (Int, Int) -> [S]) -> [Double] {
    (0...steps).flatMap { step in (0..<samples).flatMap { sample in row(step, sample).map { Double($0) } } }
  }

  static func compareGradients<S: TrainingScalar>(
    _ expected: ReferenceNode, _ gradient: AlignedBuffer<S>, _ layout: ParameterLayout, _ comparison: inout Comparison
  ) throws {
    for name in expected.keys {
      guard let view = layout[name: name], let values = try expected[name]?.flat() else {
        throw ReferenceError(file: expected.path, problem: "has a gradient '\(name)' that the configured model lacks")
      }
      comparison.add("gradient \(name)", view.gather(from: gradient.pointer).map { Double($0) }, values)
    }
  }

  static func compareStateGradients<S: TrainingScalar>(
    _ expected: ReferenceNode?, _ record: GradientRecord<S>, _ network: SpikingNetwork<S>, layer: Int, _ comparison: inout Comparison
  ) throws {
    guard let expected else { return }
    for (place, name) in (network.stateNames(layer: layer) + ["z"]).enumerated() {
      guard let values = try expected[name]?.flat() else { continue }
      comparison.add("state gradient \(name)", record.states[layer][place].joined().joined().map { Double($0) }, values)
    }
  }

  /// exp(−dt/τ) against the file's decays.
  static func compareDecays(_ constants: ReferenceNode, prefix: String, _ config: ReferenceNode, _ comparison: inout Comparison) throws {
    let dt = try config["dt"]?.number() ?? 1
    for key in constants.keys where key.hasPrefix(prefix + "decay") {
      let name = prefix + "tau" + key.dropFirst((prefix + "decay").count)
      guard let taus = try constants[name]?.vector(), let decays = try constants[key]?.vector() else { continue }
      comparison.add("decay \(key)", taus.map { decayFactor(tau: $0 / dt) }, decays)
    }
  }
}
