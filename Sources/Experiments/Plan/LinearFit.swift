// Least squares with coefficients that cannot be negative: costs are not.

/// A fit of values by sums of terms, each a known factor times an unknown coefficient from 0 on.
public struct LinearFit: Sendable {
  public let coefficients: [Double]
  /// Value minus what the fit gives, relative to the value.
  public let residuals: [Double]
  /// Inverse of the normal matrix over all terms that the points tell anything of, in units of relative variance: also over those that
  /// came out as zero, since they might not be. Where the points do not tell all terms apart, over those above zero; 0 for the others.
  public let covariance: [[Double]]

  /// Minimises the sum of squared relative residuals.
  ///
  /// - Parameters:
  ///   - factors: `factors[point][term]`.
  ///   - values: above 0, one per point.
  ///   - prior: what each coefficient is without any point; 0 for no such opinion.
  ///   - priorWeight: weight of a relative deviation from the prior against that of a point.
  public init(_ factors: [[Double]], _ values: [Double], prior: [Double]? = nil, priorWeight: Double = 0) {
    let terms = factors.first?.count ?? 0
    var rows = zip(factors, values).map { row, value in row.map { $0 / value } }
    var wanted = [Double](repeating: 1, count: rows.count)
    if let prior {
      for j in 0..<terms where prior[j] > 0 {
        var row = [Double](repeating: 0, count: terms)
        row[j] = priorWeight / prior[j]
        rows.append(row)
        wanted.append(priorWeight)
      }
    }
    // Columns of unit length, or costs of nanoseconds and seconds would not mix.
    let lengths = (0..<terms).map { j in rows.reduce(0) { $0 + $1[j] * $1[j] }.squareRoot() }
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: terms), count: terms)
    var right = [Double](repeating: 0, count: terms)
    for (row, want) in zip(rows, wanted) {
      for j in 0..<terms where lengths[j] > 0 {
        right[j] += row[j] / lengths[j] * want
        for k in 0..<terms where lengths[k] > 0 { matrix[j][k] += row[j] / lengths[j] * row[k] / lengths[k] }
      }
    }
    let (solution, active) = Self.solve(matrix, right)
    coefficients = (0..<terms).map { lengths[$0] > 0 ? solution[$0] / lengths[$0] : 0 }
    let found = coefficients
    residuals = zip(factors, values).map { row, value in 1 - zip(row, found).reduce(0) { $0 + $1.0 * $1.1 } / value }
    var inverse = matrix.map { $0.map { _ in 0.0 } }
    for open in [(0..<terms).filter { lengths[$0] > 0 }, active] {
      guard let inner = Self.inverse(open.map { j in open.map { matrix[j][$0] } }) else { continue }
      for (a, j) in open.enumerated() { for (b, k) in open.enumerated() { inverse[j][k] = inner[a][b] / lengths[j] / lengths[k] } }
      break
    }
    covariance = inverse
  }

  /// Solves with the terms that may be above zero: those that come out below it are left out, one after the other, and taken back where
  /// that makes the fit better (Lawson and Hanson 1974, chapter 23).
  private static func solve(_ matrix: [[Double]], _ right: [Double]) -> (solution: [Double], active: [Int]) {
    let terms = right.count
    var solution = [Double](repeating: 0, count: terms)
    var active: [Int] = []
    for _ in 0..<3 * max(terms, 1) {
      let gradient = (0..<terms).map { j in right[j] - zip(matrix[j], solution).reduce(0) { $0 + $1.0 * $1.1 } }
      guard let next = (0..<terms).filter({ !active.contains($0) && matrix[$0][$0] > 0 }).max(by: { gradient[$0] < gradient[$1] }),
        gradient[next] > 1e-9
      else { break }
      active.append(next)
      while true {
        guard let inverse = inverse(active.map { j in active.map { matrix[j][$0] } }) else {
          active.removeLast()
          return (solution, active)
        }
        let trial = active.indices.map { a in active.indices.reduce(0) { $0 + inverse[a][$1] * right[active[$1]] } }
        if trial.allSatisfy({ $0 > 0 }) {
          solution = [Double](repeating: 0, count: terms)
          for (a, j) in active.enumerated() { solution[j] = trial[a] }
          break
        }
        // As far towards the trial as no coefficient turns negative.
        var step = 1.0
        for (a, j) in active.enumerated() where trial[a] <= 0 { step = min(step, solution[j] / (solution[j] - trial[a])) }
        for (a, j) in active.enumerated() { solution[j] += step * (trial[a] - solution[j]) }
        let left = active.enumerated().filter { solution[$1] > 1e-15 || trial[$0] > 0 }.map(\.element)
        if left.count == active.count { return (solution, active) }
        for j in active where !left.contains(j) { solution[j] = 0 }
        active = left
        if active.isEmpty { break }
      }
    }
    return (solution, active)
  }

  /// The inverse by elimination with pivots; nil if there is none.
  private static func inverse(_ matrix: [[Double]]) -> [[Double]]? {
    let n = matrix.count
    var left = matrix
    var right = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
    for column in 0..<n {
      guard let pivot = (column..<n).max(by: { abs(left[$0][column]) < abs(left[$1][column]) }), abs(left[pivot][column]) > 1e-11 else {
        return nil
      }
      left.swapAt(column, pivot)
      right.swapAt(column, pivot)
      let scale = 1 / left[column][column]
      for k in 0..<n {
        left[column][k] *= scale
        right[column][k] *= scale
      }
      for row in 0..<n where row != column && left[row][column] != 0 {
        let factor = left[row][column]
        for k in 0..<n {
          left[row][k] -= factor * left[column][k]
          right[row][k] -= factor * right[column][k]
        }
      }
    }
    return right
  }
}
