// What all rules share: addressed draws, rows alone, tiles that are reached, laws of weights and delays, forecasts.
import Glibc
import Testing

@testable import Maths
@testable import Networks

private let grid = ColumnGrid(width: 4, height: 3)
private let weight = Distribution.normal(mean: -2, sd: 1, max: 0)
private let delay = Distribution.normal(mean: 1.5, sd: 0.7, min: 0.1)

/// A small network of one rule.
struct DrawCase: CustomTestStringConvertible, Sendable {
  let name: String
  let network: Network
  var rule: ConnectionRule { network.projections[0].rule }
  var testDescription: String { name }

  private init(_ name: String, _ network: Network) {
    self.name = name
    self.network = network
  }
  /// From one list onto another.
  private init(_ sources: Int, _ targets: Int, _ rule: ConnectionRule) {
    self.init(rule.name, NetworksTests.network(list("a", sources), list("b", targets), rule, weight: weight, delay: delay))
  }
  /// Of a list onto itself, without autapses.
  private init(_ count: Int, _ rule: ConnectionRule, multapses: Bool) {
    self.init(
      "\(rule.name) onto itself",
      NetworksTests.network(list("a", count), rule, weight: weight, delay: delay, autapses: false, multapses: multapses))
  }

  private static var edges: [Edge] {
    (0..<2000).map { (i: Int) -> Edge in
      let (source, target) = (UInt32(i * 7919 % 80), UInt32(i * 104_729 % 90))
      return Edge(source: source, target: target, weight: Double(i % 13) - 6, delay: 0.1 * Double(i % 30 + 1))
    }
  }
  private static var distance: Network {
    NetworksTests.network(
      columns("a", grid, 20), columns("b", grid, 15), .distance(Stencil(kernel: .exponential(lambda: 0.4), total: 0.9)), weight: weight,
      delay: delay)
  }
  /// Every rule, each option once.
  static let all: [DrawCase] = [
    DrawCase(160, 160, .oneToOne),
    DrawCase(70, 90, .allToAll),
    DrawCase(120, 150, .fixedIndegree(20)),
    DrawCase(120, .fixedIndegree(20), multapses: false),
    DrawCase(120, 150, .fixedOutdegree(20)),
    DrawCase(120, .fixedOutdegree(20), multapses: false),
    DrawCase(120, .fixedTotalNumber(3000), multapses: true),
    DrawCase(150, 120, .pairwiseBernoulli(0.2)),
    DrawCase(130, .pairwiseBernoulli(0.8), multapses: false),
    DrawCase("distance", distance),
    DrawCase("explicit", NetworksTests.network(list("a", 80), list("b", 90), .explicit(EdgeList(edges)))),
  ]
  static let perSource = all.filter(\.rule.isDrawnPerSource)
  /// Those with enough synapses that draw their weights and delays.
  static let withDrawnProperties = all.filter { $0.name != "explicit" && $0.name != "one_to_one" }
}

@Suite struct TileDrawTests {
  private func sameInAnyOrder<W: VectorScalar>(_ network: Network, _: W.Type) throws {
    let drawn = try DrawnNetwork<W>(network)
    let pairs = drawn.allPairs
    let reference = drawn.synapses(pairs)
    #expect(drawn.synapses(pairs.reversed()) == reference)
    var shuffled = pairs
    var stream = RandomStream(seed: 5, purpose: .test)
    stream.shuffle(&shuffled)
    #expect(drawn.synapses(shuffled) == reference)
    // One tile pair alone, prepared anew.
    let one = pairs[pairs.count / 2]
    #expect(try DrawnNetwork<W>(network).synapses([one])[one] == reference[one])
    #expect(reference.values.contains { !$0.isEmpty })
  }
  @Test(arguments: DrawCase.all) func anyOrderGivesTheSame(of example: DrawCase) throws {
    try sameInAnyOrder(example.network, Float.self)
    try sameInAnyOrder(example.network, Double.self)
  }

  private func rowsAlone<W: VectorScalar>(_ network: Network, _: W.Type) throws {
    let drawn = try DrawnNetwork<W>(network)
    for (pair, synapses) in drawn.synapses(drawn.allPairs) {
      let (source, target) = (drawn.tiles[pair.source], drawn.tiles[pair.target])
      let law = drawn.draw.pairs(source, target)
      // From the last source to the first, into one batch.
      var batch = SynapseBatch<W>()
      var rows: [[DrawnSynapse]] = []
      for neuron in source.range.reversed() {
        let first = batch.count
        drawn.draw.drawRow(source: neuron, onto: target, pairs: law, into: &batch)
        rows.append(
          (first..<batch.count).map {
            DrawnSynapse(
              source: neuron, target: target.range.lowerBound + Int(batch.target[$0]), weight: Double(batch.weight[$0]),
              delay: Int(batch.delay[$0]))
          })
      }
      #expect(rows.reversed().flatMap { $0 } == synapses)
    }
  }
  @Test(arguments: DrawCase.perSource)
  func aRowAloneIsThatOfTheTile(of example: DrawCase) throws {
    try rowsAlone(example.network, Float.self)
    try rowsAlone(example.network, Double.self)
  }
  @Test func rulesDrawnPerSource() {
    let perSource = Set(DrawCase.perSource.map(\.rule.name))
    #expect(perSource == ["one_to_one", "all_to_all", "fixed_outdegree", "pairwise_bernoulli", "distance"])
  }

  /// Both precisions have the same pairs and delays.
  @Test(arguments: DrawCase.all) func precisionsShareTheirPairs(of example: DrawCase) throws {
    let single = try DrawnNetwork<Float>(example.network).synapses()
    let double = try DrawnNetwork<Double>(example.network).synapses()
    #expect(single.map { [$0.source, $0.target, $0.delay] } == double.map { [$0.source, $0.target, $0.delay] })
  }

  /// Tiles that are said to be reached are those that are: nothing outside, and both directions agree.
  @Test(arguments: DrawCase.all) func reachedTiles(of example: DrawCase) throws {
    let drawn = try DrawnNetwork<Float>(example.network)
    let projection = drawn.draw.projection
    var forward: Set<TilePair> = []
    var backward: Set<TilePair> = []
    for s in drawn.tiles.tiles(ofPopulation: projection.source) {
      let reached = projection.targetTiles(of: drawn.tiles[s], drawn.tiles)
      #expect(reached == Set(reached).sorted())
      for t in reached { forward.insert(TilePair(source: s, target: t)) }
    }
    for t in drawn.tiles.tiles(ofPopulation: projection.target) {
      let reached = projection.sourceTiles(of: drawn.tiles[t], drawn.tiles)
      #expect(reached == Set(reached).sorted())
      for s in reached { backward.insert(TilePair(source: s, target: t)) }
    }
    #expect(forward == backward)
    let all = drawn.synapses(drawn.allPairs)
    for (pair, synapses) in all where !synapses.isEmpty { #expect(forward.contains(pair)) }
    if projection.rule.name == "one_to_one" || projection.rule.name == "distance" { #expect(forward.count < all.count) }
  }

  /// Forecasts are the means of what is drawn.
  @Test(arguments: DrawCase.all) func forecasts(of example: DrawCase) throws {
    let drawn = try DrawnNetwork<Float>(example.network)
    let expected = drawn.allPairs.reduce(0) { $0 + drawn.draw.expected(drawn.tiles[$1.source], drawn.tiles[$1.target]) }
    let found = Double(drawn.synapses().count)
    #expect((found - expected).magnitude <= 4 * expected.squareRoot())
    if drawn.draw.projection.rule.name.hasPrefix("fixed") { #expect((found - expected).magnitude < 1e-6) }
  }

  // MARK: Weights and delays

  private func properties<W: VectorScalar>(_ network: Network, _: W.Type) throws {
    let drawn = try DrawnNetwork<W>(network)
    let synapses = drawn.synapses()
    let weights = synapses.map(\.weight)
    #expect(Statistics.kolmogorovSmirnov(weights) { weight.cumulative($0) }.probability > 0.001)
    var observed = [Int](repeating: 0, count: 61)
    for synapse in synapses { observed[min(synapse.delay, 60)] += 1 }
    let expected = (0...60).map { step in
      Double(synapses.count)
        * ((step == 60 ? 1 : delay.cumulative((Double(step) + 0.5) * 0.1)) - delay.cumulative((Double(step) - 0.5) * 0.1))
    }
    #expect(Statistics.chiSquare(observed: observed, expected: expected).probability > 0.001)
    #expect(synapses.allSatisfy { drawn.draw.delaySteps.contains($0.delay) })
    // Weight and delay of a synapse are independent, as are those of neighbours in the order of drawing.
    let n = Double(synapses.count).squareRoot()
    #expect(Statistics.correlation(weights, synapses.map { Double($0.delay) }).magnitude < 4 / n)
    #expect(Statistics.correlation(Array(weights.dropLast()), Array(weights.dropFirst())).magnitude < 4 / n)
    #expect(Statistics.correlation(weights, synapses.map { Double($0.target) }).magnitude < 4 / n)
  }
  @Test(arguments: DrawCase.withDrawnProperties)
  func weightsAndDelays(of example: DrawCase) throws {
    try properties(example.network, Float.self)
    try properties(example.network, Double.self)
  }
  @Test func momentsOfWeights() throws {
    for law in [Distribution.uniform(low: 1, high: 2), .lognormal(mu: 0, sigma: 0.3), .exponential(mean: 2), .normal(mean: 3, sd: 1)] {
      let synapses = try DrawnNetwork<Float>(network(list("a", 150), list("b", 150), .allToAll, weight: law)).synapses()
      let sd =
        switch law {
        case .uniform: 1 / 12.0.squareRoot()
        case .lognormal: law.mean * expm1(0.09).squareRoot()
        case .exponential: 2.0
        default: 1.0
        }
      let weights = synapses.map(\.weight)
      #expect((Statistics.mean(weights) - law.mean).magnitude < 4 * sd / 150)
      #expect((Statistics.standardDeviation(weights) / sd - 1).magnitude < 10 / 150)
    }
  }
  @Test func constantWeightsAndDelays() throws {
    let synapses = try DrawnNetwork<Double>(
      network(list("a", 30), list("b", 30), .allToAll, weight: .constant(0.1), delay: .constant(0.7))
    ).synapses()
    #expect(synapses.count == 900 && synapses.allSatisfy { $0.weight == 0.1 && $0.delay == 7 })
  }

  /// Projections of one network have streams of their own.
  @Test func projectionsDiffer() throws {
    var both = network(list("a", 100), .pairwiseBernoulli(0.3), weight: .uniform(low: 0, high: 1))
    both.projections.append(both.projections[0])
    let tiles = TileMap(both)
    var batches: [[Float]] = []
    for projection in 0..<2 {
      let draw = try TileDraw<Float>(both, projection: projection, tiles: tiles, seed: 7, resolution: 0.1)
      var batch = SynapseBatch<Float>()
      for s in 0..<100 {
        for t in 0..<tiles.count { draw.drawRow(source: s, onto: tiles[t], pairs: draw.pairs(tiles[0], tiles[t]), into: &batch) }
      }
      batches.append((0..<batch.count).map { batch.weight[$0] })
    }
    #expect(batches[0].count > 2500 && batches[0] != batches[1])
    let common = Set(batches[0]).intersection(batches[1]).count
    #expect(common < 20)
  }

  @Test func signs() throws {
    func sign(_ law: Distribution) throws -> Int {
      try DrawnNetwork<Float>(network(list("a", 4), list("b", 4), .allToAll, weight: law)).draw.signOfWeights
    }
    #expect(try sign(.constant(3)) == 0 && sign(.constant(0)) == 0 && sign(.constant(-3)) == 1)
    #expect(
      try sign(.normal(mean: 3, sd: 1)) == -1 && sign(.normal(mean: 3, sd: 1, min: 0)) == 0 && sign(.normal(mean: -3, sd: 1, max: 0)) == 1)
    #expect(try sign(.uniform(low: -1, high: 1)) == -1 && sign(.lognormal(mu: -2, sigma: 1)) == 0 && sign(.uniform(low: -2, high: -1)) == 1)
  }
}
