// Metrics of an evaluation by their definitions.
import Testing

@testable import Experiments
@testable import Training

@Suite struct TrainingScoreTests {
  private func score(_ confusion: [[Int]]) -> TrainingScore {
    TrainingScore(tally: Tally(), confusion: confusion, classNames: confusion.indices.map(String.init))
  }

  @Test func precisionAndRecallAreMeansOverTheClasses() {
    let score = score([[8, 2, 0], [1, 5, 4], [0, 0, 10]])
    #expect(abs(score.recall - (0.8 + 0.5 + 1) / 3) < 1e-15)
    #expect(abs(score.precision - (8.0 / 9 + 5.0 / 7 + 10.0 / 14) / 3) < 1e-15)
  }
  /// A class without samples has no recall; one that is named without them has a precision of 0.
  @Test func classesWithoutSamplesDoNotCount() {
    let alone = score([[0, 0, 0], [0, 7, 0], [0, 0, 0]])
    #expect(alone.recall == 1 && alone.precision == 1)
    let named = score([[0, 0, 0], [1, 3, 0], [0, 0, 0]])
    #expect(named.recall == 0.75 && named.precision == 0.5)
    let missed = score([[0, 4], [0, 4]])
    #expect(missed.recall == 0.5 && missed.precision == 0.25)
    #expect(score([[0, 0], [0, 0]]).recall == 0)
  }
}
