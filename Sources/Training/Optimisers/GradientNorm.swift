// The global norm of a gradient, summed in a fixed order, and clipping to it.

public enum GradientNorm {
  /// Euclidean norm of the first `count` elements; the sum is in double precision and in index order.
  public static func value<S: TrainingScalar>(_ gradient: AlignedBuffer<S>, count: Int) -> Double {
    precondition(count <= gradient.count, "more elements than the buffer has")
    return sum(gradient.pointer, count).squareRoot()
  }

  /// Scales the gradient so that its norm is at most `limit`; returns the norm before.
  @discardableResult
  public static func clip<S: TrainingScalar>(_ gradient: AlignedBuffer<S>, count: Int, limit: Double) -> Double {
    let norm = value(gradient, count: count)
    if norm > limit { scale(gradient.pointer, count, S(limit / norm)) }
    return norm
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private static func sum<S: TrainingScalar>(_ values: UnsafeMutablePointer<S>, _ count: Int) -> Double {
    var totals = Lanes<Double>(repeating: 0)
    var i = 0
    while i &+ 8 <= count {
      for lane in 0..<8 { totals[lane] += Double(values[i &+ lane]) * Double(values[i &+ lane]) }
      i &+= 8
    }
    var total = laneSum(totals)
    while i < count {
      total += Double(values[i]) * Double(values[i])
      i &+= 1
    }
    return total
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private static func scale<S: TrainingScalar>(_ values: UnsafeMutablePointer<S>, _ count: Int, _ factor: S) {
    for i in 0..<count { values[i] *= factor }
  }
}
