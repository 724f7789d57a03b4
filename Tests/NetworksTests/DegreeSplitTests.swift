// Degrees split over tiles: share by share what the plain tree of TotalSplit gives.
import Testing

@testable import Maths
@testable import Networks

@Suite struct DegreeSplitTests {
  private static let populations = [
    list("small", 7), list("uneven", 70_001), columns("columns", ColumnGrid(width: 5, height: 3), 1250), list("one tile", 64),
  ]

  @Test(arguments: 0..<populations.count, [true, false]) func equalsThePlainTree(population: Int, withReplacement: Bool) {
    let tiles = TileMap(Network(populations: Self.populations)), all = tiles.tiles(ofPopulation: population)
    let neurons = Self.populations[population].count
    var split = DegreeSplit(over: population, of: tiles, withReplacement: withReplacement)
    for (number, degree) in [0, 1, 3, 40, 1000].enumerated() where withReplacement || degree < neurons {
      for neuron in [0, neurons / 3, neurons - 1] {
        for avoided in [nil, neuron] as [Int?] {
          let key = StreamKey(seed: 3, purpose: .test, object: UInt64(neuron + number))
          let plain = TotalSplit(
            key: key,
            weight: { low, high in
              let range = tiles[all.lowerBound + low].range.lowerBound..<tiles[all.lowerBound + high - 1].range.upperBound
              return range.count - (avoided.map(range.contains) == true ? 1 : 0)
            }, withReplacement: withReplacement)
          var expected: [[Int]] = []
          plain.forEach(total: degree, places: all.count) { if $1 > 0 { expected.append([$0, $1]) } }
          var shares: [DegreeSplit.Share] = []
          split.append(degree, key: key, avoiding: avoided, to: &shares)
          #expect(shares.map { [Int($0.place), Int($0.count)] } == expected)
          shares = []
          let within = all.count / 3..<all.count / 2 + 1
          split.append(degree, key: key, avoiding: avoided, within: within, to: &shares)
          #expect(shares.map { [Int($0.place), Int($0.count)] } == expected.filter { within.contains($0[0]) })
        }
      }
    }
  }

  /// Laws meet in the table, and trials lie on both sides of what it holds.
  @Test func drawsAreThoseOfTheStream() {
    var draws = BinomialDraws()
    for object in 0..<20_000 {
      let key = StreamKey(seed: 5, purpose: .test, object: UInt64(object))
      let all = 2 + object * 7919 % 3001, lower = 1 + object * 104_729 % (all - 1), n = object % 61
      var (one, other) = (RandomStream(key), RandomStream(key))
      #expect(draws.draw(n, lower, of: all, from: &one) == other.binomial(n, Double(lower) / Double(all)))
      #expect(one.nextWord() == other.nextWord())
    }
  }

  @Test func nothingIsExpectedOfAnEmptyPopulation() throws {
    let rules: [ConnectionRule] = [.fixedIndegree(0), .fixedOutdegree(0), .fixedTotalNumber(0), .allToAll]
    for rule in rules {
      for populations in [[list("a", 0), list("b", 9)], [list("a", 9), list("b", 0)]] {
        let network = network(populations[0], populations[1], rule)
        let draw = try TileDraw<Float>(network, projection: 0, tiles: TileMap(network), seed: 1, resolution: 0.1)
        let (source, target) = (TileMap(network).tiles(ofPopulation: 0), TileMap(network).tiles(ofPopulation: 1))
        for s in source { for t in target { #expect(draw.expected(TileMap(network)[s], TileMap(network)[t]) == 0) } }
      }
    }
  }

  @Test func moreThanCanBeDrawnTogetherIsRefused() {
    func fault(_ rule: ConnectionRule) -> String {
      let network = network(list("a", 1), list("b", 1), rule)
      do {
        _ = try TileDraw<Float>(network, projection: 0, tiles: TileMap(network), seed: 1, resolution: 0.1)
        return ""
      } catch { return "\(error)" }
    }
    #expect(fault(.fixedTotalNumber(3_000_000_000)).contains("more than 2e9 synapses"))
    #expect(fault(.fixedTotalNumber(1_000_000_000)) == "")
  }
}
