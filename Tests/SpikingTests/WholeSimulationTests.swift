// Small networks against the plain reference: every spike, and what a run in pieces, procedural storage and hashes must give.
import Testing

@testable import Maths
@testable import Networks
@testable import Parallel
@testable import Spiking

/// A network with its input, small enough for the plain reference.
struct NetworkCase: CustomTestStringConvertible, Sendable {
  let name: String
  let description: SimulationDescription
  /// Shortest delay between neurons, in steps.
  let shortestDelay: Int
  var testDescription: String { name }
  init(_ name: String, shortestDelay: Int, _ description: SimulationDescription) {
    self.name = name
    self.shortestDelay = shortestDelay
    self.description = description
  }

  static let all = [balanced, alpha, external, grid, twoModels, interleaved, sparse]
  static let procedural = all.filter { $0.description.network.projections.allSatisfy(\.rule.isDrawnPerSource) }

  private static func projection(
    _ source: Int, _ target: Int, _ rule: ConnectionRule, _ weight: Distribution, _ delay: Distribution, receptor: ReceptorChoice = .bySign,
    autapses: Bool = true
  ) -> Projection {
    Projection(
      name: "\(source)-\(target)", source: source, target: target, rule: rule, weight: weight, delay: delay, receptor: receptor,
      allowAutapses: autapses)
  }

  /// Excitation and inhibition with spread weights and delays from one step on, under Poisson input.
  static let balanced: NetworkCase = {
    let short = Distribution.normal(mean: 0.8, sd: 0.5, min: 0.1, max: 40)
    let long = Distribution.exponential(mean: 8, offset: 0.1, max: 45)
    let excitation = Distribution.normal(mean: 70, sd: 20, min: 0)
    let inhibition = Distribution.normal(mean: -300, sd: 60, max: 0)
    var description = describe(
      [
        population("e", "iaf_psc_exp", 80, initial: ["V_m": .normal(mean: -62, sd: 4)]),
        population("i", "iaf_psc_exp", 30, ["tau_syn_in": 4, "t_ref": 1.05], initial: ["V_m": .uniform(low: -70, high: -56)]),
      ],
      [
        projection(0, 0, .pairwiseBernoulli(0.2), excitation, long), projection(0, 1, .fixedOutdegree(8), excitation, short),
        projection(1, 0, .pairwiseBernoulli(0.3), inhibition, short), projection(1, 1, .allToAll, inhibition, long, autapses: false),
      ],
      inputs: [
        InputDescription(name: "to e", population: 0, kind: .poisson(rate: 9000, weight: .constant(60), receptor: .bySign)),
        InputDescription(
          name: "to i", population: 1, kind: .poisson(rate: 8000, weight: .constant(60), receptor: .bySign), delay: 1.5, stop: 40),
      ], duration: 40)
    description.presimulation = 10
    return NetworkCase("iaf_psc_exp, pairs and out-degrees", shortestDelay: 1, description)
  }()

  /// Weights of both signs in one projection, in-degrees, shortest delay of ten steps, noise.
  static let alpha = NetworkCase(
    "iaf_psc_alpha, in-degrees", shortestDelay: 10,
    describe(
      [population("a", "iaf_psc_alpha", 90, ["V_min": -75, "tau_syn_ex": 0.5, "tau_syn_in": 1.5])],
      [projection(0, 0, .fixedIndegree(12), .normal(mean: 20, sd: 60), .uniform(low: 1, high: 7), autapses: false)],
      inputs: [
        InputDescription(name: "noise", population: 0, kind: .noise(mean: 600, sd: 300, interval: 0.5), start: 3),
        InputDescription(name: "drive", population: 0, kind: .dc(amplitude: 50), start: 10, stop: 40),
      ], duration: 50))

  /// Spikes from outside through one-to-one and explicit synapses, beside totals and stepwise currents.
  static let external: NetworkCase = {
    let edges = (0..<400).map { (i: Int) -> Edge in
      let (source, target) = (UInt32(i * 7919 % 40), UInt32(i * 104_729 % 70))
      return Edge(source: source, target: target, weight: i % 3 == 0 ? -0.7 : 0.9, delay: 0.1 + 0.3 * Double(i % 60))
    }
    var description = describe(
      [
        population("v", nil, 40),
        population("d", "iaf_psc_delta", 70, ["refractory_input": 1, "t_ref": 1.2], initial: ["V_m": .constant(-66)]),
        population("w", nil, 70),
      ],
      [
        projection(0, 1, .explicit(EdgeList(edges)), .constant(0), .constant(1)),
        projection(1, 1, .fixedTotalNumber(700), .uniform(low: -1.5, high: 2), .uniform(low: 1.5, high: 4)),
        projection(2, 1, .oneToOne, .constant(6), .constant(0.3)),
      ],
      inputs: [
        InputDescription(
          name: "steps", population: 1, kind: .step(times: [0.5, 20, 45.3], amplitudes: [380, 200, 420]), delay: 1, start: 2, stop: 48),
        InputDescription(name: "bias", population: 1, kind: .dc(amplitude: -30), start: 30.2),
      ], duration: 50)
    var stream = RandomStream(seed: 4, purpose: .test)
    let first = (0..<900).map { _ in (time: stream.uniform(0.001, 60), neuron: stream.integer(below: 40)) }
    let second = (0..<500).map { _ in (time: (stream.uniform(1, 500)).rounded() / 10, neuron: stream.integer(below: 70)) }
    description.spikes = [(0, SpikeList(first)), (2, SpikeList(second))]
    return NetworkCase("iaf_psc_delta, spikes from outside", shortestDelay: 15, description)
  }()

  /// Two projections between the same populations, delays that are no multiples of the interval of five steps.
  static let interleaved: NetworkCase = {
    let excitation = Distribution.normal(mean: 60, sd: 20, min: 0)
    let delay = Distribution.uniform(low: 0.5, high: 4)
    return NetworkCase(
      "iaf_psc_exp, projections side by side", shortestDelay: 5,
      describe(
        [population("e", "iaf_psc_exp", 90, initial: ["V_m": .normal(mean: -60, sd: 4)])],
        [
          projection(0, 0, .pairwiseBernoulli(0.2), excitation, delay), projection(0, 0, .pairwiseBernoulli(0.4), excitation, delay),
          projection(0, 0, .fixedOutdegree(30), .normal(mean: -110, sd: 30, max: 0), .constant(1.3)),
        ],
        inputs: [InputDescription(name: "to e", population: 0, kind: .poisson(rate: 9000, weight: .constant(60), receptor: .bySign))],
        duration: 60))
  }()

  /// Several tiles, of which few neurons have a synapse on a block: rows that are listed.
  static let sparse = sparse(
    "iaf_psc_exp, few rows", shortestDelay: 5,
    [
      projection(0, 0, .pairwiseBernoulli(1e-5), .normal(mean: 900, sd: 200, min: 0), .uniform(low: 0.5, high: 4)),
      projection(0, 0, .pairwiseBernoulli(1e-5), .normal(mean: -900, sd: 200, max: 0), .uniform(low: 0.5, high: 4)),
    ])

  /// The same with a list, and tiles without an edge between them.
  static let sparseList: NetworkCase = {
    let edges = (0..<200).map { (i: Int) -> Edge in
      let (source, target) = (UInt32(i * 7919 % 3000), UInt32(5000 + i * 104_729 % 3000))
      return Edge(source: source, target: target, weight: 900, delay: 1 + 0.1 * Double(i % 20))
    }
    return sparse(
      "iaf_psc_exp, a list of few edges", shortestDelay: 10,
      [projection(0, 0, .explicit(EdgeList(edges)), .constant(0), .constant(1))])
  }()

  private static func sparse(_ name: String, shortestDelay: Int, _ projections: [Projection]) -> NetworkCase {
    NetworkCase(
      name, shortestDelay: shortestDelay,
      describe(
        [population("e", "iaf_psc_exp", 8000, initial: ["V_m": .normal(mean: -60, sd: 4)])], projections,
        inputs: [InputDescription(name: "to e", population: 0, kind: .poisson(rate: 9000, weight: .constant(60), receptor: .bySign))],
        duration: 40))
  }

  /// The column grid in small: distance rules, events of random amplitude.
  static let grid: NetworkCase = {
    let columns = ColumnGrid(width: 3, height: 3)
    func population(_ name: String, _ perColumn: Int, _ parameters: [String: Double]) -> Population {
      Population(
        name: name, model: "lif_sfa", parameters: parameters, initial: ["V_m": .constant(15)],
        layout: .columns(grid: columns, perColumn: perColumn))
    }
    let stencil = Stencil(kernel: .exponential(lambda: 0.4), total: 0.9)
    let delay = Distribution.rounded(to: 1, of: .exponential(mean: 6, offset: 1, max: 20))
    return NetworkCase(
      "lif_sfa, columns", shortestDelay: 10,
      describe(
        [population("f", 10, [:]), population("i", 4, ["tau_m": 10, "t_ref": 1, "tau_c": 100, "g_c": 0])],
        [
          projection(0, 0, .distance(stencil), .normal(mean: 0.9, sd: 0.22, min: 0, max: 1.8), delay),
          projection(0, 1, .distance(stencil), .normal(mean: 1.2, sd: 0.3, min: 0, max: 2.4), delay),
          projection(1, 0, .distance(.local(0.9)), .normal(mean: -2, sd: 0.5, min: -4, max: 0), delay),
        ],
        inputs: [
          InputDescription(
            name: "to f", population: 0,
            kind: .poisson(rate: 1500, weight: .normal(mean: 0.9, sd: 0.22, min: 0, max: 1.8), receptor: .bySign)),
          InputDescription(
            name: "to i", population: 1, kind: .poisson(rate: 1300, weight: .lognormal(mu: 0, sigma: 0.4), receptor: .index(0))),
        ], duration: 50))
  }()

  /// Models with one receptor and with two, receptors by number, spikes from outside that arrive within the interval.
  static let twoModels: NetworkCase = {
    var description = describe(
      [
        population("v", nil, 30), population("a", "iaf_psc_exp", 50, ["I_e": 360]), population("b", "iaf_psc_delta", 40, ["I_e": 365]),
        population("c", "iaf_psc_alpha", 20, ["I_e": 370]),
      ],
      [
        projection(0, 1, .pairwiseBernoulli(0.5), .normal(mean: 30, sd: 50), .uniform(low: 0.1, high: 4)),
        projection(1, 2, .pairwiseBernoulli(0.2), .constant(1.1), .uniform(low: 2, high: 6)),
        projection(2, 1, .fixedOutdegree(9), .constant(-40), .constant(2), receptor: .index(0)),
        projection(2, 3, .fixedOutdegree(5), .constant(80), .constant(2.5), receptor: .index(1)),
        projection(3, 2, .allToAll, .normal(mean: -0.3, sd: 0.1), .uniform(low: 3, high: 9)),
        projection(1, 1, .pairwiseBernoulli(0.4), .normal(mean: 5, sd: 60), .uniform(low: 2, high: 3)),
      ], duration: 50)
    var stream = RandomStream(seed: 6, purpose: .test)
    description.spikes = [(0, SpikeList((0..<2500).map { _ in (time: stream.uniform(0.01, 50), neuron: stream.integer(below: 30)) }))]
    return NetworkCase("three models, spikes from outside within an interval", shortestDelay: 20, description)
  }()
}

@Suite struct WholeSimulationTests {
  @Test(arguments: NetworkCase.all + [.sparseList]) func everySpike(_ example: NetworkCase) throws {
    let run = try TestRun<Double>(example.description)
    var reference = try ReferenceSimulation(example.description)
    #expect(run.simulation.interval == max(1, example.shortestDelay / 2))
    #expect(run.simulation.counts.synapses + run.simulation.counts.externalSynapses == reference.synapses)
    let groups = run.simulation.blocks.flatMap(\.groups)
    #expect(groups.contains { $0.listed != nil } == example.name.contains("few"))
    // Windows of several steps, except where spikes come from outside.
    let windows = run.simulation.blocks.map(\.windowSteps)
    #expect(windows.allSatisfy { example.description.spikes.isEmpty ? $0 > 1 : $0 == 1 }, "\(windows)")
    reference.start(from: run)
    try run.run()
    let expected = try reference.run()
    #expect(run.spikes == expected)
    #expect(Set(expected.map(\.neuron)).count > example.description.network.neurons / 2)
    #expect(expected.count > 150)
    for (population, spikes) in run.simulation.counts.spikes.enumerated() {
      #expect(spikes == expected.count { run.simulation.tiles.population(ofNeuron: $0.neuron) == population })
    }
  }

  // MARK: Pieces

  private func piecesAreTheWhole<S: SimulationScalar>(_ example: NetworkCase, _: S.Type) throws {
    let whole = try TestRun<S>(example.description)
    let pieces = try TestRun<S>(example.description)
    try whole.run()
    // Cuts off the grid of intervals, and at it.
    for step in [1, 7, 200, 201, 333] { try pieces.run(until: step) }
    #expect(pieces.simulation.step == 333)
    try pieces.run()
    #expect(pieces.spikes == whole.spikes && whole.spikes.count > 150)
    #expect(try pieces.spikeHash == whole.spikeHash)
    #expect(try pieces.stateHash == whole.stateHash)
    #expect(pieces.simulation.counts.events == whole.simulation.counts.events)
    try pieces.run()
    #expect(pieces.simulation.step == example.description.steps)
  }
  @Test(arguments: NetworkCase.all) func piecesAreTheWhole(_ example: NetworkCase) throws {
    try piecesAreTheWhole(example, Float.self)
  }

  // MARK: Storage

  private func proceduralIsStored<S: SimulationScalar>(_ example: NetworkCase, _: S.Type) throws {
    let stored = try TestRun<S>(example.description)
    var description = example.description
    description.storage = .procedural
    let procedural = try TestRun<S>(description)
    try stored.run()
    try procedural.run()
    #expect(procedural.spikes == stored.spikes && stored.spikes.count > 150)
    #expect(procedural.simulation.counts.events == stored.simulation.counts.events)
    #expect(try procedural.spikeHash == stored.spikeHash)
    #expect(try procedural.stateHash == stored.stateHash)
  }
  @Test(arguments: NetworkCase.procedural) func proceduralIsStored(_ example: NetworkCase) throws {
    try proceduralIsStored(example, Float.self)
    if example.name == NetworkCase.balanced.name { try proceduralIsStored(example, Double.self) }
  }

  // MARK: Seeds, hashes

  @Test func seedsMatter() throws {
    var description = NetworkCase.grid.description
    let first = try TestRun<Float>(description)
    description.seed = 100
    let second = try TestRun<Float>(description)
    try first.run()
    try second.run()
    #expect(first.spikes != second.spikes)
    #expect(try first.spikeHash != second.spikeHash && first.stateHash != second.stateHash)
  }
  /// The SHA-256 of the tiles' SHA-256s; a tile's is that of its (step, neuron) pairs as little-endian 64-bit integers.
  @Test func spikeHash() throws {
    let run = try TestRun<Float>(NetworkCase.balanced.description)
    try run.run()
    var all = SHA256()
    for tile in 0..<run.simulation.tiles.count {
      var own = SHA256()
      for spike in run.spikes where run.simulation.tiles.tile(ofNeuron: spike.neuron) == tile {
        for value in [spike.step, spike.neuron] { withUnsafeBytes(of: UInt64(value).littleEndian) { own.update($0) } }
      }
      all.update(own.digest())
    }
    let expected = all.digest().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    #expect(try run.spikeHash == expected)
  }
  /// The state's hash knows every column of every neuron, and the spikes under way.
  @Test func stateHash() throws {
    var run = try TestRun<Float>(NetworkCase.balanced.description)
    try run.run(until: 150)
    let before = try run.stateHash
    #expect(try run.stateHash == before)
    let block = run.simulation.blocks[0]
    for (place, column) in [(0, 0), (block.tiles.count - 1, 3)] {
      let tile = block.tiles[place]
      let last = tile.columns + column * tile.stride + tile.tile.count - 1
      last.pointee += 1
      #expect(try run.stateHash != before)
      last.pointee -= 1
      #expect(try run.stateHash == before)
    }
    let emitted = try #require(run.simulation.recent.firstIndex { !$0.isEmpty })
    run.simulation.recent[emitted].removeLast()
    #expect(try run.stateHash != before)
    run = try TestRun<Float>(NetworkCase.balanced.description)
    #expect(try run.stateHash != before)
  }

  // MARK: Odd networks

  @Test func emptyPopulationsAndNetworksWithoutSynapses() throws {
    let empty = describe([population("none", "iaf_psc_exp", 0), population("a", "iaf_psc_exp", 3, ["I_e": 400])])
    let run = try TestRun<Float>(empty)
    try run.run()
    #expect(Set(run.spikes.map(\.neuron)) == [0, 1, 2] && run.simulation.counts.synapses == 0)
    #expect(try run.simulation.rates(Communicator.single())[0] == 0)
  }
  @Test func noTime() throws {
    let run = try TestRun<Float>(describe([population("a", "iaf_psc_exp", 3, ["I_e": 1000])], duration: 0))
    try run.run()
    #expect(run.spikes.isEmpty && run.simulation.step == 0)
  }
  /// Delays far beyond the 255 steps that one bucket of a row can bridge.
  @Test func longDelays() throws {
    var description = describe(
      [population("v", nil, 1), population("a", "iaf_psc_delta", 1, ["t_ref": 0.1])],
      [Projection(name: "p", source: 0, target: 1, rule: .oneToOne, weight: .constant(20), delay: .constant(200))], duration: 205)
    description.spikes = [(0, SpikeList([(1, 0), (2.5, 0)]))]
    let run = try TestRun<Float>(description)
    try run.run()
    #expect(run.spikes == [SpikeEvent(step: 2009, neuron: 1), SpikeEvent(step: 2024, neuron: 1)])
  }
}
