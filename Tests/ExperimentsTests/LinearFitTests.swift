// The fit of costs: finds what data were made from, never a negative cost, and keeps to its prior where data say nothing.
import Foundation
import Testing

@testable import Experiments

@Suite struct LinearFitTests {
  @Test func findsExactCoefficients() {
    let factors = (1...8).map { i in [1.0, Double(i), Double(i * i) * 1e6] }
    let values = factors.map { 3 + 2 * $0[1] + 5e-6 * $0[2] }
    let fit = LinearFit(factors, values)
    for (found, made) in zip(fit.coefficients, [3, 2, 5e-6]) { #expect(abs(found / made - 1) < 1e-6) }
    #expect(fit.residuals.allSatisfy { abs($0) < 1e-8 })
  }

  @Test func noCoefficientIsNegative() {
    // The best line through these falls; the best one that may not is flat.
    let fit = LinearFit([[1, 1], [1, 2], [1, 3]], [3, 2, 1])
    #expect(fit.coefficients[1] == 0 && fit.coefficients[0] > 1 && fit.coefficients[0] < 3)
  }

  @Test func residualsAreRelative() {
    // A value a thousand times larger must not outweigh the small one.
    let fit = LinearFit([[1], [1000]], [1.1, 900])
    #expect(abs(fit.coefficients[0] - 1) < 0.1)
  }

  @Test func priorFillsWhatDataLeaveOpen() {
    // Both columns are the same: the sum is known, the parts are the prior's.
    let fit = LinearFit([[1, 1], [2, 2]], [4, 8], prior: [1, 3], priorWeight: 0.1)
    #expect(abs(fit.coefficients[0] - 1) < 0.05 && abs(fit.coefficients[1] - 3) < 0.05)
  }

  @Test func moreTermsThanPoints() {
    let fit = LinearFit([[1, 5, 2], [1, 3, 4]], [10, 8])
    #expect(fit.coefficients.allSatisfy { $0 >= 0 && $0.isFinite } && fit.residuals.allSatisfy { abs($0) < 0.2 })
  }
}
