// The distance rule on grids: the probability of every pair of columns.
import Testing

@testable import Maths
@testable import Networks

@Suite struct DistanceRuleTests {
  /// Counts of synapses between all pairs of columns, against binomials of their probabilities.
  @Test(arguments: [
    (ColumnGrid(width: 7, height: 4), 30, 22), (ColumnGrid(width: 7, height: 4, periodic: true), 30, 22),
    (ColumnGrid(width: 3, height: 3, periodic: true), 60, 60), (ColumnGrid(width: 3, height: 2), 60, 44),
  ]) func columnPairs(grid: ColumnGrid, perSource: Int, perTarget: Int) throws {
    let stencil = Stencil(kernel: .exponential(lambda: 0.6), total: 0.9)
    let synapses = try DrawnNetwork<Float>(network(columns("a", grid, perSource), columns("b", grid, perTarget), .distance(stencil)))
      .synapses()
    #expect(synapses.multapses == 0)
    var counts = [Int](repeating: 0, count: grid.columns * grid.columns)
    for synapse in synapses { counts[synapse.source / perSource * grid.columns + synapse.target / perTarget] += 1 }
    var chi = 0.0
    var classes = 0
    for s in 0..<grid.columns {
      for t in 0..<grid.columns {
        let p = stencil.probability(from: s, to: t, on: grid)
        let count = counts[s * grid.columns + t]
        if p == 0 {
          #expect(count == 0)
        } else if p == 1 {
          #expect(count == perSource * perTarget)
        } else if Double(perSource * perTarget) * p > 5 {
          let mean = Double(perSource * perTarget) * p
          chi += (Double(count) - mean) * (Double(count) - mean) / (mean * (1 - p))
          classes += 1
        }
      }
    }
    #expect(classes > 20 && Statistics.upperGamma(Double(classes) / 2, chi / 2) > 0.001)
  }

  @Test func outdegreesWithinTheOwnColumn() throws {
    let grid = ColumnGrid(width: 4, height: 4)
    let synapses = try DrawnNetwork<Float>(network(columns("a", grid, 40), .distance(.local(0.9)))).synapses()
    #expect(synapses.allSatisfy { $0.source / 40 == $0.target / 40 })
    #expect(binomialTest(synapses.outdegrees(640), trials: 40, probability: 0.9) > 0.001)
    let without = network(columns("a", grid, 40), .distance(.local(0.9)), autapses: false)
    let pairs = try DrawnNetwork<Float>(without).synapses()
    #expect(pairs.autapses == 0 && binomialTest(pairs.indegrees(640), trials: 39, probability: 0.9) > 0.001)
  }
  /// A column whose stencil falls on itself from all sides.
  @Test func oneColumnPeriodic() throws {
    let grid = ColumnGrid(width: 1, height: 1, periodic: true)
    let synapses = try DrawnNetwork<Float>(
      network(columns("a", grid, 200), .distance(Stencil(kernel: .gaussian(sigma: 1), total: 0.9)))
    ).synapses()
    #expect(binomialTest(synapses.outdegrees(200), trials: 200, probability: 0.9) > 0.001)
  }
  @Test func populationsOnDifferentGrids() {
    let rule = ConnectionRule.distance(.local(0.5))
    #expect(throws: NetworkError.self) {
      try DrawnNetwork<Float>(
        network(columns("a", ColumnGrid(width: 2, height: 2), 5), columns("b", ColumnGrid(width: 4, height: 1), 5), rule))
    }
    #expect(throws: NetworkError.self) {
      try DrawnNetwork<Float>(
        network(columns("a", ColumnGrid(width: 2, height: 2), 5), columns("b", ColumnGrid(width: 2, height: 2, periodic: true), 5), rule))
    }
    #expect(throws: NetworkError.self) {
      try DrawnNetwork<Float>(network(list("a", 5), columns("b", ColumnGrid(width: 1, height: 1), 5), rule))
    }
  }
}
