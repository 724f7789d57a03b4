// Sample statistics against values worked out by hand or taken from tables.
import Testing

@testable import Maths

@Suite struct StatisticsTests {
  @Test func moments() {
    let sample = [2.0, 4, 4, 4, 5, 5, 7, 9]
    #expect(Statistics.mean(sample) == 5 && (Statistics.variance(sample) - 32.0 / 7).magnitude < 1e-14)
    #expect((Statistics.coefficientOfVariation(sample) - (32.0 / 7).squareRoot() / 5).magnitude < 1e-15)
    #expect(Statistics.variance([1]).isNaN && Statistics.mean([]).isNaN)
    #expect((Statistics.correlation([1, 2, 3], [2, 4, 7]) - 0.993_399_267_798_783).magnitude < 1e-14)
    #expect(Statistics.correlation([1, 2], [3, 3]).isNaN)
  }
  /// Critical values of chi-square, from its tables: 5 % at one and ten degrees of freedom, and exp(-x / 2) at two.
  @Test func upperGamma() {
    #expect((Statistics.upperGamma(0.5, 3.841_458_820_694_124 / 2) - 0.05).magnitude < 1e-13)
    #expect((Statistics.upperGamma(5, 18.307_038_053_275_146 / 2) - 0.05).magnitude < 1e-13)
    #expect((Statistics.upperGamma(1, 7) / Elementary.exp(-7) - 1).magnitude < 1e-13)
    #expect((Statistics.upperGamma(50, 20) - 0.999_999_999_8).magnitude < 1e-6 && Statistics.upperGamma(3, 0) == 1)
    #expect((Statistics.logGamma(0.5) - 0.572_364_942_924_700_1).magnitude < 1e-14 && Statistics.logGamma(1).magnitude < 1e-13)
  }
  @Test func chiSquare() {
    let test = Statistics.chiSquare(observed: [44, 56], expected: [50, 50])
    #expect((test.statistic - 1.44).magnitude < 1e-14 && (test.probability - 0.230_139_340_443_9).magnitude < 1e-10)
    // Small classes are joined with their neighbours: three remain.
    let joined = Statistics.chiSquare(observed: [10, 1, 2, 9, 1], expected: [9, 2, 3, 8, 1])
    #expect((joined.statistic - (1.0 / 9 + 4.0 / 5 + 1.0 / 9)).magnitude < 1e-14)
    #expect(Statistics.chiSquare(observed: [7], expected: [7]).probability.isNaN)
  }
  /// The largest distance by hand; probabilities of Kolmogorov's law: 5 % at 1.3581.
  @Test func kolmogorovSmirnov() {
    #expect((Statistics.kolmogorovSmirnov([0.1, 0.4, 0.7]) { $0 }.statistic - 0.3).magnitude < 1e-15)
    #expect(Statistics.kolmogorovSmirnov((0..<1000).map { (Double($0) + 0.5) / 1000 }) { $0 }.probability > 0.999)
    let shift = 1.3581 / 10_000.0.squareRoot()
    let near = Statistics.kolmogorovSmirnov((0..<10_000).map { (Double($0) + 0.5) / 10_000 + shift }) { min(1, $0) }
    #expect((near.probability - 0.05).magnitude < 0.003)
    let two = Statistics.kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5, 6])
    #expect(two.statistic == 0.5 && two.probability > 0.4)
    #expect(Statistics.kolmogorovSmirnov([Double](repeating: 0, count: 50), [Double](repeating: 1, count: 50)).probability < 1e-9)
  }
}
