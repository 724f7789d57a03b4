// Binary cross-entropy with a positive weight, and cross-entropy over classes.

/// BCE of one logit o against y in {0, 1} with positive weight w: (1 − y) o + (1 + (w − 1) y) softplus(−o).
public struct BinaryCrossEntropy: Sendable, Hashable {
  public var positiveWeight: Double

  public init(positiveWeight: Double = 1) { self.positiveWeight = positiveWeight }

  public func loss(_ logit: Double, _ target: Double) -> Double {
    let softplus = max(-logit, 0) + Double.logOnePlus(Double.exponential(-abs(logit)))
    return (1 - target) * logit + (1 + (positiveWeight - 1) * target) * softplus
  }

  public func gradient(_ logit: Double, _ target: Double) -> Double {
    let sigma = 1 / (1 + Double.exponential(-logit))
    return (1 - target) * sigma - positiveWeight * target * (1 - sigma)
  }
}

/// −log softmax(o)_y of one sample.
public enum CrossEntropy {
  public static func lossAndGradient(_ logits: [Double], target: Int) -> (loss: Double, gradient: [Double]) {
    let top = logits.max() ?? 0
    let powers = logits.map { Double.exponential($0 - top) }
    let total = powers.reduce(0, +)
    var gradient = powers.map { $0 / total }
    gradient[target] -= 1
    return (Double.logOnePlus(total - 1) + top - logits[target], gradient)
  }
}
