// Delays in whole steps: their law, their bounds, and requests that cannot be.
import Testing

@testable import Maths
@testable import Networks

@Suite struct DelayTableTests {
  private func draws(_ table: DelayTable, count: Int) -> [Int] {
    var words = [UInt32](repeating: 0, count: count + 4)
    RandomBlocks(StreamKey(seed: 3, purpose: .test), a: 1).fill(count: (count + 3) / 4, into: &words)
    var delays = [UInt16](repeating: 0, count: count)
    table.fill(words, count: count, into: &delays)
    return delays.map { Int($0) }
  }

  @Test(arguments: [
    (Distribution.normal(mean: 1.5, sd: 0.75, min: 0.1), 0.1), (.normal(mean: 0.75, sd: 0.375, min: 0.1), 0.1),
    (.exponential(mean: 26.4, offset: 1, max: 80), 0.1), (.exponential(mean: 6.3, offset: 1, max: 20), 1),
    (.uniform(low: 0.5, high: 3), 0.25),
    (.lognormal(mu: 0.2, sigma: 0.4, min: 0.2, max: 9), 0.1), (.rounded(to: 1, of: .exponential(mean: 5, offset: 1, max: 20)), 0.1),
    (.uniform(low: 0.06, high: 0.14), 0.1),
  ]) func probabilities(law: Distribution, resolution: Double) throws {
    let table = try DelayTable(law, resolution: resolution, projection: "p")
    let count = 40_000
    let values = draws(table, count: count)
    #expect(values.allSatisfy { table.steps.contains($0) })
    var observed = [Int](repeating: 0, count: table.steps.count)
    for value in values { observed[value - table.steps.lowerBound] += 1 }
    // The law, rounded to the nearest step.
    let expected = table.steps.map { step in
      Double(count) * (law.cumulative((Double(step) + 0.5) * resolution) - law.cumulative((Double(step) - 0.5) * resolution))
    }
    #expect((expected.reduce(0, +) - Double(count)).magnitude < 1e-4)
    if table.steps.count > 1 {
      #expect(Statistics.chiSquare(observed: observed, expected: expected).probability > 0.001)
    } else {
      #expect(table.isConstant && observed == [count])
    }
  }

  @Test func boundsAreThoseOfTheLaw() throws {
    #expect(try DelayTable(.uniform(low: 0.5, high: 3), resolution: 0.1, projection: "p").steps == 5...30)
    #expect(try DelayTable(.exponential(mean: 26.4, offset: 1, max: 80), resolution: 0.5, projection: "p").steps == 2...160)
    #expect(try DelayTable(.normal(mean: 1.5, sd: 0.75, min: 0.1, max: 2), resolution: 0.1, projection: "p").steps == 1...20)
  }
  /// Half-way times as NEST rounds them.
  @Test(arguments: [(1.025, 0.01, 102), (4.31, 0.02, 215), (1.625, 0.13, 12), (0.15, 0.1, 2), (1.25, 0.5, 3)])
  func halves(time: Double, resolution: Double, steps: Int) {
    #expect(nearestSteps(time, resolution: resolution) == Double(steps))
  }

  /// The extreme words give the extreme delays.
  @Test func endsOfTheUnitInterval() throws {
    let table = try DelayTable(.normal(mean: 1.5, sd: 0.75, min: 0.1, max: 4), resolution: 0.1, projection: "p")
    let words: [UInt32] = [0, .max, 1 << 31]
    var delays = [UInt16](repeating: 0, count: 3)
    table.fill(words, count: 3, into: &delays)
    #expect(delays[0] == 1 && delays[1] == 40 && abs(Int(delays[2]) - 15) <= 1)
    #expect(table.steps == 1...40)
  }

  @Test(arguments: [(1.0, 10), (1.5, 15), (0.1, 1), (0.05, 1), (0.14, 1), (0.25, 3), (0.15, 2), (0.35, 4), (1.45, 15), (6000, 60_000)])
  func constants(
    delay: Double, steps: Int
  ) throws {
    let table = try DelayTable(.constant(delay), resolution: 0.1, projection: "p")
    #expect(table.isConstant && table.steps == steps...steps && draws(table, count: 50) == [Int](repeating: steps, count: 50))
  }

  @Test func belowTheResolution() throws {
    for law: Distribution in [
      .constant(0.04), .constant(0), .constant(-1), .normal(mean: 1.5, sd: 0.75), .normal(mean: 1.5, sd: 0.75, min: 0),
      .uniform(low: 0, high: 0.03),
      .uniform(low: 0.04, high: 2), .exponential(mean: 1), .lognormal(mu: 0, sigma: 1),
    ] {
      let error = #expect(throws: NetworkError.self, "\(law)") { try DelayTable(law, resolution: 0.1, projection: "exc") }
      #expect(
        "\(try #require(error))"
          == "projection exc: delay can fall below the resolution of 0.1 ms; raise the delay (min:) or lower the resolution")
    }
  }
  @Test func beyondTheLongest() {
    for law: Distribution in [
      .constant(6000.1), .constant(1e300), .exponential(mean: 5000, offset: 1), .exponential(mean: 1, offset: 1e300),
      .uniform(low: 1, high: 7000), .uniform(low: 1, high: 1e308), .normal(mean: 1e300, sd: 1), .rounded(to: 1, of: .constant(1e300)),
    ] {
      let error = #expect(throws: NetworkError.self) { try DelayTable(law, resolution: 0.1, projection: "exc") }
      #expect("\(error!)".contains("projection exc") && "\(error!)".contains("60 000 steps"))
    }
  }

  /// Bounds far from where a law lies leave nothing to divide by.
  @Test func lawsWithoutProbabilities() {
    for law: Distribution in [
      .normal(mean: 1.5, sd: 0.1, min: 100, max: 200), .normal(mean: 0, sd: 1e300, min: 0.1, max: 10),
      .lognormal(mu: 0, sigma: 0.1, min: 1e6, max: 1e7), .rounded(to: 1, of: .normal(mean: 1.5, sd: 0.1, min: 100, max: 200)),
    ] {
      let error = #expect(throws: NetworkError.self, "\(law)") { try DelayTable(law, resolution: 0.1, projection: "exc") }
      #expect(error?.exitCode == 78 && "\(error!)".hasPrefix("projection exc: delay"), "\(error!)")
    }
    for law: Distribution in [.constant(.nan), .normal(mean: .nan, sd: 1), .uniform(low: 1, high: .infinity)] {
      let error = #expect(throws: NetworkError.self) { try DelayTable(law, resolution: 0.1, projection: "exc") }
      #expect("\(error!)".contains("which is not finite"), "\(error!)")
    }
  }

  /// Multiples of the unit that lie half-way between two steps round up like any other, however their quotient is rounded.
  @Test(arguments: [(50, 100), (150, 100), (25, 50), (5, 10)]) func halfStepsRoundUp(microseconds: Int, resolution: Int) throws {
    let unit = Double(microseconds) / 1000
    for multiple in 20..<300 {
      let value = Double(multiple * microseconds) / 1000
      let law = Distribution.rounded(to: unit, of: .uniform(low: value - 0.2 * unit, high: value + 0.2 * unit))
      let table = try DelayTable(law, resolution: Double(resolution) / 1000, projection: "p")
      let step = (multiple * microseconds + resolution / 2) / resolution
      #expect(table.steps == step...step, "\(value) ms in steps of \(resolution) us")
    }
  }
}
