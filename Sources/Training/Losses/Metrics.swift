// Counts that accuracy, precision, recall and confusion come from.

/// Outcomes of binary decisions.
public struct BinaryCounts: Sendable, Hashable {
  public var truePositives = 0.0, falsePositives = 0.0, trueNegatives = 0.0, falseNegatives = 0.0

  public init() {}

  public mutating func add(decision: Bool, target: Bool) {
    switch (decision, target) {
    case (true, true): truePositives += 1
    case (true, false): falsePositives += 1
    case (false, false): trueNegatives += 1
    case (false, true): falseNegatives += 1
    }
  }

  public var total: Double { truePositives + falsePositives + trueNegatives + falseNegatives }
  public var accuracy: Double { ratio(truePositives + trueNegatives, total) }
  public var precision: Double { ratio(truePositives, truePositives + falsePositives) }
  public var recall: Double { ratio(truePositives, truePositives + falseNegatives) }

  /// 0 where there is nothing to divide by.
  private func ratio(_ part: Double, _ whole: Double) -> Double { whole == 0 ? 0 : part / whole }
}

/// When a logit counts as "yes".
public enum DecisionRule: Sendable {
  /// o > 0.
  case logit
  /// As the reference's metrics library decides: if every logit of the call lies in [0, 1] it takes them for probabilities, o > 0.5.
  case guessedProbability

  public func decide(_ logits: [Double]) -> [Bool] {
    switch self {
    case .logit: return logits.map { $0 > 0 }
    case .guessedProbability:
      let threshold = logits.allSatisfy { $0 >= 0 && $0 <= 1 } ? 0.5 : 0
      return logits.map { $0 > threshold }
    }
  }
}
