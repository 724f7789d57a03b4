// Cases of whole networks: the first step in full, then optimiser steps with the real loss.
import Training

extension CsnnCases {
  static func network<S: TrainingScalar>(_ node: ReferenceNode, _ comparison: inout Comparison, _: S.Type) throws {
    let config = try node.required("config"), constants = try node.required("constants"), parameters = try node.required("params")
    // Names are '<position>.cell.<name>': the hidden layer comes first, the readout last.
    let positions = Set(parameters.keys.compactMap { Int($0.prefix { $0 != "." }) }).sorted()
    guard let first = positions.first, let last = positions.last, first != last else {
      throw ReferenceError(file: parameters.path, problem: "does not name a hidden layer and a readout")
    }
    let hidden = "\(first).cell", readout = "\(last).cell"
    let model = try ReferenceNetwork.hidden(config, constants: constants, prefix: hidden + ".")
    let dt = try config["dt"]?.number() ?? 1
    let readoutTaus = try constants.required(readout + ".tau").vector().map { $0 / dt }
    // A uniform time constant lets the steps after the first, which records every state, fold the readout as training does.
    let readoutTau = Set(readoutTaus).count == 1 ? TimeConstant.uniform(readoutTaus[0]) : .perUnit(readoutTaus)
    let x = try node.required("inputs").required("x").cube(), c = try node.required("inputs").required("c").cube()
    let samples = x.count, steps = x[0].count
    try node.require(c.count, of: "samples of c", is: samples)
    try node.require(c[0].count, of: "steps of c", is: steps)
    let units = try constants.keys.first { $0.hasPrefix(hidden + ".tau") }.map { try constants.required($0).vector().count } ?? 0
    var projections = ReferenceNetwork.projections(
      parameters: parameters, prefix: hidden + ".", compartments: model.compartmentNames.count, inputs: 2)
    projections.append(ProjectionDescription("weight", from: [.layer(0)], to: 1))
    let network = try SpikingNetwork<S>(
      NetworkDescription(
        inputs: [InputGroup("x", channels: x[0][0].count), InputGroup("c", channels: c[0][0].count)],
        layers: [
          LayerDescription(hidden, units: units, cell: model),
          LayerDescription(readout, units: readoutTaus.count, cell: .readout(tau: readoutTau)),
        ], projections: projections))
    let weights = network.makeParameters()
    try ReferenceNetwork.load(parameters, into: weights, network.layout)

    let batch = try referenceSamples(node, x, c)
    let regulariser = SpikeRegulariser(
      strength: try config["spike_reg_l2"]?.number() ?? 1e-4, targetProbability: try config["target_spike_prob"]?.number() ?? 0.01)
    let pass = GradientPass(
      network: network, objective: .binary(BinaryCrossEntropy(positiveWeight: try config["pos_weight"]?.number() ?? 1)),
      regulariser: regulariser)
    var settings = try adam(config["optimizer"])
    settings.weightDecay = try config["l2_decay"]?.number() ?? 0
    let optimiser = Adam<S>(settings, count: network.layout.count)
    let rate = LearningRate(
      base: try config.required("lr").number(), decay: .exponential(factor: try config["lr_decay"]?.number() ?? 1))
    let stepsPerEpoch = try config["steps_per_epoch"]?.integer() ?? 1
    let gradient = pass.makeGradient()
    let shape = BatchShape(samples: samples, steps: steps)
    let training = try node.required("training").list()
    for (index, expected) in training.enumerated() {
      let record = index == 0 ? GradientRecord<S>() : nil
      let result = try pass.gradient(batch, shape: shape, parameters: weights, into: gradient, record: record)
      if let record, let tape = pass.tape {
        try compareFirst(node.required("step0"), pass.network, tape, record, gradient, &comparison)
        try compareDecays(constants, prefix: hidden + ".", config, &comparison)
      }
      try compareStep(expected, index, result, regulariser, samples, &comparison)
      let now = rate.rate(step: index, stepsPerEpoch: stepsPerEpoch, totalSteps: training.count)
      if let given = try expected["lr"]?.number() { comparison.add("step \(index) learning rate", [now], [given], tolerance: 1e-12) }
      optimiser.step(weights, gradient: gradient, rate: now)
      // In single precision a spike near threshold may fall the other way after a few steps of Adam; the first step is what counts.
      if S.self == Float.self { break }
    }
    if S.self != Float.self {
      let after = try node.required("params_after")
      for name in after.keys {
        guard let view = network.layout[name: name], let values = try after[name]?.flat() else {
          throw ReferenceError(file: after.path, problem: "holds '\(name)', which the network does not have")
        }
        comparison.add("after \(training.count) steps \(name)", view.gather(from: weights.pointer).map { Double($0) }, values)
      }
    }
  }

  /// The constants in a text such as "Adam(b1=.9,b2=.999,eps=1e-8)"; those that are not named are the usual ones.
  private static func adam(_ place: ReferenceNode?) throws -> AdamSettings {
    var settings = AdamSettings()
    guard let place else { return settings }
    let text = try place.text().filter { !$0.isWhitespace }
    guard let form = text.wholeMatch(of: /(?i:adam)(?:\((.*)\))?/) else {
      throw ReferenceError(file: place.path, problem: "asks for the optimiser '\(text)', which is not Adam")
    }
    for word in (form.1 ?? "").split(separator: ",") {
      let sides = word.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, let value = Double(sides[1].hasPrefix(".") ? "0" + sides[1] : sides[1]), value.isFinite, value >= 0 else {
        throw ReferenceError(file: place.path, problem: "has '\(word)', which is not a constant of Adam")
      }
      switch sides[0] {
      case "b1", "beta1": settings.beta1 = value
      case "b2", "beta2": settings.beta2 = value
      case "eps", "epsilon": settings.epsilon = value
      default: throw ReferenceError(file: place.path, problem: "has the constant '\(sides[0])', which Adam here has not")
      }
    }
    return settings
  }

  private static func referenceSamples(_ node: ReferenceNode, _ x: [[[Double]]], _ c: [[[Double]]]) throws -> [Sample] {
    let targets = try node.required("targets").list().map { try $0.flat() }
    try node.require(targets.count, of: "samples of targets", is: x.count)
    let indices = try blockIndices(node, samples: x.count, steps: x[0].count) { targets[$0].count }
    let xs = ReferenceNetwork.sequences(x), cs = ReferenceNetwork.sequences(c)
    return targets.indices.map { sample in
      Sample(events: [xs[sample], cs[sample]], blocks: indices[sample], target: .answers(targets[sample]))
    }
  }

  /// `block_idx` of a case: the item of every step, or the number of items for padding.
  static func blockIndices(_ node: ReferenceNode, samples: Int, steps: Int, items: (Int) -> Int) throws -> [BlockIndex] {
    let place = try node.required("block_idx"), blocks = try place.matrix()
    try place.require(blocks.count, of: "samples", is: samples)
    try place.require(blocks[0].count, of: "steps", is: steps)
    return try blocks.enumerated().map { sample, row in
      let items = items(sample)
      if let wrong = row.first(where: { !($0 >= 0 && $0 <= Double(items)) }) {
        throw ReferenceError(file: place.path, problem: "has item \(wrong) in sample \(sample) of \(items) items")
      }
      return BlockIndex(items: items, ofStep: row.map { Int32($0) })
    }
  }

  private static func compareFirst<S: TrainingScalar>(
    _ expected: ReferenceNode, _ network: SpikingNetwork<S>, _ tape: Tape<S>, _ record: GradientRecord<S>, _ gradient: AlignedBuffer<S>,
    _ comparison: inout Comparison
  ) throws {
    let steps = tape.steps, samples = tape.samples
    for name in network.stateNames(layer: 0) {
      guard let values = try expected["states"]?[name]?.flat() else { continue }
      comparison.add(
        "state \(name)", self.values(steps, samples) { network.state(name, layer: 0, step: $0, sample: $1, on: tape) ?? [] }, values)
    }
    if let values = try expected["states"]?["z"]?.flat() {
      let found = self.values(steps, samples) { step, sample in
        step == 0 ? Array(repeating: 0, count: network.description.layers[0].units) : tape.spikes(layer: 0, step: step, sample: sample)
      }
      comparison.add("spikes", found, values, tolerance: 0)
    }
    let readout = self.values(steps, samples) { network.state("vs", layer: 1, step: $0, sample: $1, on: tape) ?? [] }
    if let values = try expected["readout_states"]?.flat() { comparison.add("readout states", readout, values) }
    if let values = try expected["outputs"]?.flat() {
      let found = (0..<samples).flatMap { sample in
        (1...steps).flatMap { (network.state("vs", layer: 1, step: $0, sample: sample, on: tape) ?? []).map { Double($0) } }
      }
      comparison.add("outputs", found, values)
    }
    if let values = try expected["spike_sum"]?.flat() {
      let units = network.description.layers[0].units
      var sums = Array(repeating: 0.0, count: samples * units)
      for sample in 0..<samples {
        for step in 1...steps {
          for (unit, z) in tape.spikes(layer: 0, step: step, sample: sample).enumerated() { sums[sample * units + unit] += Double(z) }
        }
      }
      comparison.add("spike sums", sums, values, tolerance: 0)
    }
    try compareStateGradients(expected["state_grads"], record, network, layer: 0, &comparison)
    try compareGradients(expected.required("grads"), gradient, network.layout, &comparison)
  }

  private static func compareStep(
    _ expected: ReferenceNode, _ index: Int, _ result: PassResult, _ regulariser: SpikeRegulariser, _ samples: Int,
    _ comparison: inout Comparison
  ) throws {
    let tally = result.tally
    let found: [(String, Double)] = [
      ("loss", tally.loss + regulariser.strength * tally.spikeCost), ("bce", tally.loss), ("reg", tally.spikeCost),
      ("mean_spike_prob", tally.spikeProbability / Double(samples)), ("n_spikes", tally.spikes),
    ]
    for (name, value) in found {
      if let reference = try expected[name]?.number() { comparison.add("step \(index) \(name)", [value], [reference]) }
    }
    if let pooled = try expected["pooled"]?.flat() {
      comparison.add("step \(index) pooled", result.pooled.joined().joined().map { $0 }, pooled)
    }
  }
}
