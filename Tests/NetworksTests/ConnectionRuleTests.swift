// Every rule over all tile pairs: exact counts, degrees, autapses and multapses.
import Testing

@testable import Maths
@testable import Networks

private let sources = 140
private let targets = 180

@Suite struct ConnectionRuleTests {
  private func drawn(
    _ rule: ConnectionRule, multapses: Bool = true, seed: UInt64 = 7
  ) throws -> [DrawnSynapse] {
    try DrawnNetwork<Float>(network(list("a", sources), list("b", targets), rule, multapses: multapses), seed: seed).synapses()
  }
  private func recurrent(_ rule: ConnectionRule, autapses: Bool, multapses: Bool = true, seed: UInt64 = 7) throws -> [DrawnSynapse] {
    try DrawnNetwork<Float>(network(list("a", sources), rule, autapses: autapses, multapses: multapses), seed: seed).synapses()
  }

  // MARK: one_to_one, all_to_all

  @Test func oneToOne() throws {
    // The tiles of the two populations are cut at different places.
    let network = Network(
      populations: [list("a", 300), columns("b", ColumnGrid(width: 3, height: 1), 100)],
      projections: [Projection(name: "ab", source: 0, target: 1, rule: .oneToOne, weight: .constant(1), delay: .constant(1))])
    let synapses = try DrawnNetwork<Float>(network).synapses()
    #expect(synapses.sorted().map { [$0.source, $0.target] } == (0..<300).map { [$0, $0] })
    #expect(throws: NetworkError.self) { try drawn(.oneToOne) }
  }
  @Test func oneToOneOntoItself() throws {
    #expect(try recurrent(.oneToOne, autapses: true).count == sources)
    // All its synapses would be autapses.
    #expect(try recurrent(.oneToOne, autapses: false) == [])
  }
  @Test func allToAll() throws {
    let synapses = try drawn(.allToAll)
    #expect(synapses.count == sources * targets && synapses.multapses == 0)
    let without = try recurrent(.allToAll, autapses: false)
    #expect(without.count == sources * (sources - 1) && without.autapses == 0 && without.multapses == 0)
    #expect(try recurrent(.allToAll, autapses: true).count == sources * sources)
  }

  // MARK: fixed_indegree

  @Test(arguments: [true, false]) func fixedIndegree(multapses: Bool) throws {
    let synapses = try drawn(.fixedIndegree(35), multapses: multapses)
    #expect(synapses.indegrees(targets).allSatisfy { $0 == 35 })
    #expect((synapses.multapses == 0) != multapses)
    // A source is drawn by each of 35 x 180 draws, or by each target with probability 35 / 140.
    let test =
      multapses
      ? binomialTest(synapses.outdegrees(sources), trials: 35 * targets, probability: 1 / Double(sources))
      : binomialTest(synapses.outdegrees(sources), trials: targets, probability: 35 / Double(sources))
    #expect(test > 0.001)
  }
  @Test(arguments: [true, false]) func fixedIndegreeWithoutAutapses(multapses: Bool) throws {
    let synapses = try recurrent(.fixedIndegree(60), autapses: false, multapses: multapses)
    #expect(synapses.indegrees(sources).allSatisfy { $0 == 60 } && synapses.autapses == 0)
    #expect((synapses.multapses == 0) != multapses)
    let trials = multapses ? 60 * (sources - 1) : sources - 1
    let probability = multapses ? 1 / Double(sources - 1) : 60 / Double(sources - 1)
    #expect(binomialTest(synapses.outdegrees(sources), trials: trials, probability: probability) > 0.001)
  }
  @Test func fixedIndegreeOfAllSources() throws {
    let synapses = try recurrent(.fixedIndegree(sources - 1), autapses: false, multapses: false)
    #expect(
      synapses.sorted().map { [$0.source, $0.target] } == (0..<sources).flatMap { s in (0..<sources).filter { $0 != s }.map { [s, $0] } })
  }
  /// Pairs of one multapse law: with multapses a source's count for one target is binomial.
  @Test func multapsesOfFixedIndegree() throws {
    let synapses = try drawn(.fixedIndegree(70))
    var pairs = [Int](repeating: 0, count: sources * targets)
    for synapse in synapses { pairs[synapse.source * targets + synapse.target] += 1 }
    #expect(binomialTest(pairs, trials: 70, probability: 1 / Double(sources)) > 0.001)
  }

  // MARK: fixed_outdegree

  @Test(arguments: [true, false]) func fixedOutdegree(multapses: Bool) throws {
    let synapses = try drawn(.fixedOutdegree(45), multapses: multapses)
    #expect(synapses.outdegrees(sources).allSatisfy { $0 == 45 })
    #expect((synapses.multapses == 0) != multapses)
    let test =
      multapses
      ? binomialTest(synapses.indegrees(targets), trials: 45 * sources, probability: 1 / Double(targets))
      : binomialTest(synapses.indegrees(targets), trials: sources, probability: 45 / Double(targets))
    #expect(test > 0.001)
  }
  @Test(arguments: [true, false]) func fixedOutdegreeWithoutAutapses(multapses: Bool) throws {
    let synapses = try recurrent(.fixedOutdegree(60), autapses: false, multapses: multapses)
    #expect(synapses.outdegrees(sources).allSatisfy { $0 == 60 } && synapses.autapses == 0)
    let trials = multapses ? 60 * (sources - 1) : sources - 1
    let probability = multapses ? 1 / Double(sources - 1) : 60 / Double(sources - 1)
    #expect(binomialTest(synapses.indegrees(sources), trials: trials, probability: probability) > 0.001)
  }
  /// Split once for all target tiles of a block, the shares are those of each tile by itself.
  @Test(arguments: [true, false]) func outdegreesOfManyTiles(multapses: Bool) throws {
    let drawn = try DrawnNetwork<Float>(network(list("a", 3000), .fixedOutdegree(90), autapses: false, multapses: multapses))
    let all = drawn.tiles.tiles(ofPopulation: 0)
    #expect(all.count > 6)
    for source in [all.lowerBound, all.upperBound - 1].map({ drawn.tiles[$0] }) {
      for range in [all, all.lowerBound + 1..<all.lowerBound + 2, all.lowerBound + 2..<all.upperBound - 1] {
        let counts = try #require(drawn.draw.outdegrees(of: source, onto: range))
        for target in range.map({ drawn.tiles[$0] }) {
          var one = SynapseBatch<Float>()
          var many = SynapseBatch<Float>()
          var (rows, shared): ([Int32], [Int32]) = ([], [])
          drawn.draw.append(source, onto: target, .init(), to: &one, rows: &rows)
          drawn.draw.append(source, onto: target, .init(), outdegrees: counts, to: &many, rows: &shared)
          #expect(rows == shared && one.count == many.count && one.count > 0)
          #expect((0..<one.count).allSatisfy { one.target[$0] == many.target[$0] && one.delay[$0] == many.delay[$0] })
        }
      }
    }
  }
  @Test func fixedOutdegreeOfAllTargets() throws {
    let synapses = try recurrent(.fixedOutdegree(sources - 1), autapses: false, multapses: false)
    #expect(synapses.count == sources * (sources - 1) && synapses.autapses == 0 && synapses.multapses == 0)
  }

  // MARK: fixed_total_number

  @Test func fixedTotalNumber() throws {
    let total = 5000
    let synapses = try drawn(.fixedTotalNumber(total))
    #expect(synapses.count == total && synapses.multapses > 0)
    #expect(binomialTest(synapses.indegrees(targets), trials: total, probability: 1 / Double(targets)) > 0.001)
    #expect(binomialTest(synapses.outdegrees(sources), trials: total, probability: 1 / Double(sources)) > 0.001)
    var pairs = [Int](repeating: 0, count: sources * targets)
    for synapse in synapses { pairs[synapse.source * targets + synapse.target] += 1 }
    #expect(binomialTest(pairs, trials: total, probability: 1 / Double(sources * targets)) > 0.001)
  }
  @Test func fixedTotalNumberWithoutAutapses() throws {
    let total = 12_000
    let synapses = try recurrent(.fixedTotalNumber(total), autapses: false)
    #expect(synapses.count == total && synapses.autapses == 0)
    #expect(binomialTest(synapses.indegrees(sources), trials: total, probability: 1 / Double(sources)) > 0.001)
    #expect(binomialTest(synapses.outdegrees(sources), trials: total, probability: 1 / Double(sources)) > 0.001)
    // With autapses allowed there are some.
    #expect(try recurrent(.fixedTotalNumber(total), autapses: true).autapses > 40)
  }
  /// Totals are split anew for each seed, and differ between the projections of one network.
  @Test func seedsMatter() throws {
    #expect(try drawn(.fixedTotalNumber(500), seed: 1) != drawn(.fixedTotalNumber(500), seed: 2))
    #expect(try drawn(.fixedTotalNumber(500), seed: 1) == drawn(.fixedTotalNumber(500), seed: 1))
  }

  // MARK: pairwise_bernoulli

  @Test(arguments: [0.01, 0.1, 0.5, 0.97]) func pairwiseBernoulli(p: Double) throws {
    let synapses = try drawn(.pairwiseBernoulli(p))
    #expect(synapses.multapses == 0)
    let mean = Double(sources * targets) * p
    #expect((Double(synapses.count) - mean).magnitude < 4 * (mean * (1 - p)).squareRoot())
    #expect(binomialTest(synapses.indegrees(targets), trials: sources, probability: p) > 0.001)
    #expect(binomialTest(synapses.outdegrees(sources), trials: targets, probability: p) > 0.001)
  }
  @Test func pairwiseBernoulliAtItsEnds() throws {
    #expect(try drawn(.pairwiseBernoulli(0)) == [])
    #expect(try drawn(.pairwiseBernoulli(1)).count == sources * targets)
    #expect(try recurrent(.pairwiseBernoulli(1), autapses: false).count == sources * (sources - 1))
  }
  @Test func pairwiseBernoulliWithoutAutapses() throws {
    let synapses = try recurrent(.pairwiseBernoulli(0.3), autapses: false)
    #expect(synapses.autapses == 0 && synapses.multapses == 0)
    #expect(binomialTest(synapses.indegrees(sources), trials: sources - 1, probability: 0.3) > 0.001)
    #expect(try recurrent(.pairwiseBernoulli(0.3), autapses: true).autapses > 20)
  }
  /// Places within a tile are all alike: each place of the tiles is a target equally often.
  @Test func placesWithinATile() throws {
    let network = network(list("a", 400), list("b", 64 * 40), .pairwiseBernoulli(0.05))
    let drawn = try DrawnNetwork<Float>(network)
    let size = drawn.tiles[drawn.tiles.tiles(ofPopulation: 1).lowerBound].count
    var observed = [Int](repeating: 0, count: size)
    var tiles = 0
    for t in drawn.tiles.tiles(ofPopulation: 1) where drawn.tiles[t].count == size { tiles += 1 }
    for synapse in drawn.synapses() {
      let tile = drawn.tiles[drawn.tiles.tile(ofPopulation: 1, index: synapse.target)]
      if tile.count == size { observed[synapse.target - tile.range.lowerBound] += 1 }
    }
    let expected = [Double](repeating: Double(observed.reduce(0, +)) / Double(size), count: size)
    #expect(tiles > 10 && Statistics.chiSquare(observed: observed, expected: expected).probability > 0.001)
  }

  // MARK: Requests that cannot be

  @Test func refusals() {
    func refusal(_ rule: ConnectionRule, autapses: Bool = true, multapses: Bool = true) -> String {
      do {
        _ = try recurrent(rule, autapses: autapses, multapses: multapses)
        return ""
      } catch { return "\(error)" }
    }
    for (rule, word) in [
      (ConnectionRule.pairwiseBernoulli(1.1), "p 1.1"), (.pairwiseBernoulli(-0.1), "p -0.1"), (.pairwiseBernoulli(.nan), "p nan"),
      (.fixedIndegree(-1), "indegree -1"), (.fixedOutdegree(-2), "outdegree -2"), (.fixedTotalNumber(-3), "N -3"),
      (.distance(.local(0.9)), "grid"),
    ] {
      #expect(refusal(rule).hasPrefix("projection aa: ") && refusal(rule).contains(word), "\(rule)")
    }
    #expect(refusal(.fixedIndegree(sources), autapses: false, multapses: false).contains("there are \(sources - 1)"))
    #expect(refusal(.fixedOutdegree(sources), autapses: false, multapses: false).contains("there are \(sources - 1)"))
    #expect(refusal(.fixedTotalNumber(10), multapses: false).contains("allow_multapses: true"))
  }
  @Test func nobodyToDrawFrom() {
    func refused(_ sources: Int, _ targets: Int, _ rule: ConnectionRule) -> Bool {
      do {
        _ = try DrawnNetwork<Float>(network(list("a", sources), list("b", targets), rule)).synapses()
        return false
      } catch { return error is NetworkError }
    }
    #expect(refused(0, 5, .fixedIndegree(2)) && refused(5, 0, .fixedOutdegree(2)) && refused(0, 5, .fixedTotalNumber(2)))
    #expect(!refused(0, 5, .fixedIndegree(0)) && !refused(0, 5, .allToAll) && !refused(5, 0, .pairwiseBernoulli(0.5)))
    #expect(throws: NetworkError.self) { try DrawnNetwork<Float>(network(list("a", 1), .fixedIndegree(2), autapses: false)).synapses() }
  }
}
