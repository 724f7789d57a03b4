// Networks of one projection, and all synapses that its tile pairs give.
import Glibc
import Testing

@testable import Maths
@testable import Networks

extension Purpose {
  static let test = Purpose("test.networks")
}

/// A synapse with the neurons' indices in their populations.
struct DrawnSynapse: Hashable, Comparable, CustomStringConvertible {
  let source: Int
  let target: Int
  let weight: Double
  /// [steps]
  let delay: Int
  var description: String { "\(source) -> \(target) (\(weight), \(delay))" }
  static func < (a: Self, b: Self) -> Bool { (a.source, a.target, a.delay, a.weight) < (b.source, b.target, b.delay, b.weight) }
}

struct TilePair: Hashable {
  let source: Int
  let target: Int
}

func list(_ name: String, _ count: Int) -> Population { Population(name: name, model: "iaf_psc_exp", layout: .list(count: count)) }
func columns(_ name: String, _ grid: ColumnGrid, _ perColumn: Int) -> Population {
  Population(name: name, model: "lif_sfa", layout: .columns(grid: grid, perColumn: perColumn))
}

/// Two populations and a projection from the first onto the second.
func network(
  _ source: Population, _ target: Population, _ rule: ConnectionRule, weight: Distribution = .constant(1),
  delay: Distribution = .constant(1),
  multapses: Bool = true
) -> Network {
  Network(
    populations: [source, target],
    projections: [
      Projection(name: "ab", source: 0, target: 1, rule: rule, weight: weight, delay: delay, allowMultapses: multapses)
    ])
}
/// A population and a projection onto itself.
func network(
  _ population: Population, _ rule: ConnectionRule, weight: Distribution = .constant(1), delay: Distribution = .constant(1),
  autapses: Bool = true, multapses: Bool = true
) -> Network {
  Network(
    populations: [population],
    projections: [
      Projection(
        name: "aa", source: 0, target: 0, rule: rule, weight: weight, delay: delay, allowAutapses: autapses, allowMultapses: multapses)
    ])
}

/// Everything that one projection's tile pairs give, in the order of drawing within a pair.
struct DrawnNetwork<W: VectorScalar> {
  let tiles: TileMap
  let draw: TileDraw<W>

  init(_ network: Network, seed: UInt64 = 7, resolution: Double = 0.1) throws {
    tiles = TileMap(network)
    var draw = try TileDraw<W>(network, projection: 0, tiles: tiles, seed: seed, resolution: resolution)
    try draw.loadEdges { _ in true }
    self.draw = draw
  }

  /// All pairs of a source and a target tile, whether the rule reaches them or not.
  var allPairs: [TilePair] {
    tiles.tiles(ofPopulation: draw.projection.target).flatMap { target in
      tiles.tiles(ofPopulation: draw.projection.source).map { TilePair(source: $0, target: target) }
    }
  }

  func pair(_ pair: TilePair, _ counts: TargetTileCounts, _ batch: inout SynapseBatch<W>) -> [DrawnSynapse] {
    let (source, target) = (tiles[pair.source], tiles[pair.target])
    var rows: [Int32] = []
    draw.draw(source, onto: target, counts, into: &batch, rows: &rows)
    precondition(rows.count == source.count + 1 && rows[0] == 0 && Int(rows[source.count]) == batch.count, "rows do not span the batch")
    var drawn: [DrawnSynapse] = []
    for i in 0..<source.count {
      for k in Int(rows[i])..<Int(rows[i + 1]) {
        drawn.append(
          DrawnSynapse(
            source: source.range.lowerBound + i, target: target.range.lowerBound + Int(batch.target[k]), weight: Double(batch.weight[k]),
            delay: Int(batch.delay[k])))
      }
    }
    return drawn
  }

  /// The synapses of tile pairs, drawn in the order given.
  func synapses(_ pairs: [TilePair]) -> [TilePair: [DrawnSynapse]] {
    var batch = SynapseBatch<W>()
    var counts: [Int: TargetTileCounts] = [:]
    var result: [TilePair: [DrawnSynapse]] = [:]
    for pair in pairs {
      if counts[pair.target] == nil { counts[pair.target] = draw.counts(onto: tiles[pair.target]) }
      result[pair] = self.pair(pair, counts[pair.target]!, &batch)
    }
    return result
  }

  /// All synapses, by target tile, source tile and order of drawing.
  func synapses() -> [DrawnSynapse] {
    let pairs = allPairs
    let drawn = synapses(pairs)
    return pairs.flatMap { drawn[$0]! }
  }
}

extension [DrawnSynapse] {
  /// Synapses onto each of so many targets.
  func indegrees(_ targets: Int) -> [Int] {
    var degrees = [Int](repeating: 0, count: targets)
    for synapse in self { degrees[synapse.target] += 1 }
    return degrees
  }
  func outdegrees(_ sources: Int) -> [Int] {
    var degrees = [Int](repeating: 0, count: sources)
    for synapse in self { degrees[synapse.source] += 1 }
    return degrees
  }
  var autapses: Int { count { $0.source == $0.target } }
  /// Synapses beyond the first of a pair.
  var multapses: Int { count - Set(map { TilePair(source: $0.source, target: $0.target) }).count }
}

/// Probability of k successes in n trials.
func binomialProbability(_ k: Int, _ n: Int, _ p: Double) -> Double {
  if p <= 0 || p >= 1 { return k == (p <= 0 ? 0 : n) ? 1 : 0 }
  let choose = Statistics.logGamma(Double(n + 1)) - Statistics.logGamma(Double(k + 1)) - Statistics.logGamma(Double(n - k + 1))
  return exp(choose + Double(k) * log(p) + Double(n - k) * log1p(-p))
}

/// Pearson's test of counts that should each be binomial.
func binomialTest(_ counts: [Int], trials: Int, probability: Double) -> Double {
  let top = Swift.max(counts.max() ?? 0, 1)
  var observed = [Int](repeating: 0, count: top + 2)
  for count in counts { observed[count] += 1 }
  var expected = (0...top).map { Double(counts.count) * binomialProbability($0, trials, probability) }
  expected.append(Swift.max(0, Double(counts.count) - expected.reduce(0, +)))
  return Statistics.chiSquare(observed: observed, expected: expected).probability
}
