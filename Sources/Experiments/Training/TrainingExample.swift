// What a trained network does with one sample of the test part, and the gain curves of its cell, for the report.
import Storage
import Training

/// One sample through the network, step by step.
struct TrainingExample {
  /// [ms] Of a step.
  let stepDuration: Double
  let units: Int
  /// Spikes of the hidden layer: step from 0, and unit.
  private(set) var spikes: [(step: Int, unit: Int)] = []
  /// Mean over the units of the apical potential at each step; empty for cells of one compartment.
  private(set) var apical: [Double] = []
  /// `[step][output]`.
  private(set) var readout: [[Double]] = []
  /// What the readout should tell at each step: 0 or 1 in the context tasks, the class in classification.
  private(set) var target: [Double] = []
  private(set) var curves: GainCurves?

  init<S: TrainingScalar>(
    _ experiment: TrainingExperiment, _ network: SpikingNetwork<S>, _ parameters: AlignedBuffer<S>, _ data: any Dataset
  ) throws {
    stepDuration = experiment.dataset.stepDuration
    // Networks from files may have layers of other kinds before it, or none that spikes.
    let layer = network.description.layers.firstIndex { $0.cell.name != "readout" } ?? 0
    units = network.description.layers[layer].units
    curves = try GainCurves(network.description.layers[layer].cell)
    guard data.count > 0 else { return }
    // The second sample: in the context tasks its context is one of its items.
    let sample = try data.sample(min(1, data.count - 1), epoch: 0)
    let pass = GradientPass(network: network, objective: experiment.settings.objective, regulariser: experiment.settings.regulariser)
    pass.keepsReadout = true
    _ = try pass.evaluate([sample], shape: BatchShape(samples: 1, steps: sample.blocks.steps), parameters: parameters)
    guard let tape = pass.tape else { return }
    let hasApical = network.stateNames(layer: layer).contains("va")
    for step in 1..<(tape.steps + 1) {
      let fired = tape.spikes(layer: layer, step: step, sample: 0)
      for unit in fired.indices where fired[unit] > 0 { spikes.append((step - 1, unit)) }
      if hasApical, let potential = network.state("va", layer: layer, step: step, sample: 0, on: tape) {
        apical.append(potential.reduce(0) { $0 + Double($1) } / Double(units))
      }
      readout.append((network.state("vs", layer: network.outputLayer, step: step, sample: 0, on: tape) ?? []).map { Double($0) })
      let item = Int(sample.blocks.ofStep[step - 1])
      switch sample.target {
      case .answers(let answers): target.append(item < answers.count ? answers[item] : 0)
      case .label(let label): target.append(Double(label))
      }
    }
  }

  /// `/spikes/step`, `/spikes/unit`, `/apical`, `/readout` (step, output), `/target`, and `/gain` with the curves.
  func write(_ path: String) throws {
    let file = try HDF5File.create(path)
    try file.setAttribute("step_ms", stepDuration)
    try file.setAttribute("units", Int64(units))
    try file.write("spikes/step", spikes.map { Int32($0.step) })
    try file.write("spikes/unit", spikes.map { Int32($0.unit) })
    try file.write("apical", apical)
    try file.write("readout", readout.flatMap { $0 }, shape: [readout.count, readout.first?.count ?? 0])
    try file.write("target", target)
    try file.write("gain/soma", curves?.soma ?? [])
    try file.write("gain/apical", curves?.apical ?? [])
    try file.write("gain/rate", curves.map { $0.rates.flatMap { $0 } } ?? [], shape: [curves?.apical.count ?? 0, curves?.soma.count ?? 0])
    try file.close()
  }
}

/// Spikes per step of a single cell under constant currents.
struct GainCurves: Sendable {
  static let settling = 200, counted = 1000
  /// Currents into the soma, for cells with one compartment the only ones.
  let soma: [Double]
  /// Levels of the apical current; one level of 0 for cells of one compartment.
  let apical: [Double]
  /// `[apical level][somatic current]`.
  private(set) var rates: [[Double]] = []

  /// Nil for a cell without spikes.
  init?(_ cell: CellModel) throws {
    let threshold: Double
    switch cell {
    case .clif(_, let theta, _, _, _, _), .lif(let theta, _, _, _), .alif(let theta, _, _, _, _, _), .cubaLIF(let theta, _, _, _, _):
      threshold = theta
    case .readout: return nil
    }
    // A distributed time constant is of no single cell, and under constant current the apical one only says when the level is reached.
    var cell = cell.ofOneUnit
    if case .clif(let interaction, let theta, let tau, _, let reset, let surrogate) = cell {
      cell = .clif(interaction: interaction, threshold: theta, tauSoma: tau, tauApical: .uniform(20), reset: reset, surrogate: surrogate)
    }
    let two = cell.compartmentNames.count == 2
    let soma = (0...40).map { Double($0) / 40 * 10 * threshold }
    self.soma = soma
    apical = two ? [0, 0.5, 1, 2] : [0]
    var projections = [ProjectionDescription("weight", from: [.input(0)], to: 0)]
    if two { projections.append(ProjectionDescription("weight", from: [.input(1)], to: 0, compartments: 1..<2)) }
    let network = try SpikingNetwork<Double>(
      NetworkDescription(
        inputs: [InputGroup("x", channels: 1), InputGroup("c", channels: 1)], layers: [LayerDescription("cell", units: 1, cell: cell)],
        projections: projections))
    let parameters = network.makeParameters()
    for view in network.layout.views where view.inputs != nil { view.scatter([1], to: parameters.pointer) }
    let steps = Self.settling + Self.counted
    func constant(_ value: Double) -> EventSequence {
      var sequence = EventSequence()
      for _ in 0..<steps { sequence.append(dense: [value]) }
      return sequence
    }
    let tape = network.makeTape(samples: soma.count, steps: steps)
    for level in apical {
      let groups = [soma.map(constant), soma.map { _ in constant(level) }]
      try network.forward(MicroBatch(groups: groups), steps: steps, parameters: parameters, tape: tape)
      rates.append(
        soma.indices.map { sample in
          (Self.settling + 1...steps).reduce(0.0) { $0 + tape.spikes(layer: 0, step: $1, sample: sample)[0] } / Double(Self.counted)
        })
    }
  }
}
