// The mean form of stored rows whose synapses are independent: how many there are, and of how many buckets.
import Glibc
import Networks

/// What one source neuron has on a block, by receptor.
struct RowExpectation: Sendable {
  /// Mean number of synapses, the chance that there is a row, and its mean number of buckets.
  var synapses = [0.0, 0.0]
  var rows = [0.0, 0.0]
  var buckets = [0.0, 0.0]
  /// Mean number of windows in which the row has buckets, by the length of windows: 1, 2, 4 ... steps.
  var visits = [[Double]](repeating: noVisits, count: 2)
  static var noVisits: [Double] { [Double](repeating: 0, count: Block<Float>.mostWindowSteps.trailingZeroBitCount + 1) }
  /// [steps] Sum of the delays of all synapses.
  var delays = 0.0

  /// Mean number of buckets of a row, and the chance that there is a row at all.
  ///
  /// - Parameters:
  ///   - byDelay: mean number of independent synapses for each delay; their sum is `total`.
  ///   - absent: chance that a delay has none of the synapses of which there is one at most; `allAbsent` that the row has none.
  static func of(_ byDelay: [Double], total: Double, absent: [Double], allAbsent: Double) -> (buckets: Double, rows: Double) {
    var buckets = 0.0
    for (mean, none) in zip(byDelay, absent) where mean > 0 || none < 1 {
      // A delay with more synapses than a bucket holds has several buckets, the last one half full on average.
      buckets += mean < 64 ? 1 - exp(-mean) * none : max(1, mean / Double(RowFormat.largestCount) + 0.5)
    }
    return (buckets, 1 - exp(-total) * allAbsent)
  }

  /// Mean number of windows of so many steps that have buckets; the arguments are those of ``of(_:total:absent:allAbsent:)``.
  static func visits(_ byDelay: [Double], absent: [Double], windowSteps: Int) -> Double {
    stride(from: 0, to: byDelay.count, by: windowSteps).reduce(0) { sum, first in
      let window = first..<min(first + windowSteps, byDelay.count)
      return sum + 1 - window.reduce(1) { $0 * exp(-byDelay[$1]) * absent[$1] }
    }
  }
}

/// Expectations by what a site reaches: most columns of a grid reach a block alike.
struct RowExpectations<S: SimulationScalar> {
  private let draws: NetworkDraws<S>
  private let shares: [[Double]]
  /// Share of each projection's synapses that go to the second receptor because of their sign.
  private let negative: [Double]
  private var known: [[Int]: RowExpectation] = [:]

  init(_ draws: NetworkDraws<S>, receptors: [Int]) {
    self.draws = draws
    shares = draws.draws.map(\.delayShares)
    negative = draws.draws.enumerated().map { number, draw in
      // The signs of a list are not known before it is read, and receptors by number count as the first.
      if case .explicit = draw.projection.rule { return 0 }
      guard draws.channel(number, receptors: receptors[draw.projection.target]) != 0, draw.projection.receptor == .bySign else { return 0 }
      return draw.projection.weight.cumulative(0)
    }
  }

  mutating func of(_ degrees: BlockSources.Degrees) -> RowExpectation {
    // Sums of the same numbers in another order differ in their last bits.
    let key = degrees.flatMap { [$0.projection, Int(($0.degree * 1e9).rounded())] }
    if let found = known[key] { return found }
    var result = RowExpectation()
    var byDelay = [[Double]](repeating: [Double](repeating: 0, count: draws.longestDelay + 1), count: 2)
    var independent = [0.0, 0.0]
    var absent = byDelay.map { $0.map { _ in 1.0 } }
    var allAbsent = [1.0, 1.0]
    for (projection, degree, _) in degrees {
      // One to one, a source has one synapse or none: the chance of it is the mean.
      var isSingle = false
      if case .oneToOne = draws.draws[projection].projection.rule { isSingle = true }
      let first = draws.draws[projection].delaySteps.lowerBound
      for (channel, part) in [1 - negative[projection], negative[projection]].enumerated() where part > 0 {
        result.synapses[channel] += degree * part
        if isSingle { allAbsent[channel] *= max(0, 1 - degree * part) } else { independent[channel] += degree * part }
        for (i, share) in shares[projection].enumerated() {
          if isSingle {
            absent[channel][first + i] *= max(0, 1 - degree * part * share)
          } else {
            byDelay[channel][first + i] += degree * part * share
          }
          result.delays += degree * part * share * Double(first + i)
        }
      }
    }
    for channel in 0..<2 where result.synapses[channel] > 0 {
      (result.buckets[channel], result.rows[channel]) = RowExpectation.of(
        byDelay[channel], total: independent[channel], absent: absent[channel], allAbsent: allAbsent[channel])
      for power in result.visits[channel].indices {
        result.visits[channel][power] = RowExpectation.visits(byDelay[channel], absent: absent[channel], windowSteps: 1 << power)
      }
    }
    known[key] = result
    return result
  }
}
