// Sums of selected rows of a matrix: the forward current of active units and the gradient of a weight row.
//
// Rows are added in list order, lane by lane: the result depends on the list alone. Single precision without values runs in C
// (CRows); this is the plain version for double precision and for valued sources.

/// `sum = base + Σ_j rows[indices[j]]`, or with `values`, `sum = base + Σ_j values[j] * rows[indices[j]]`.
///
/// - Parameters:
///   - sum: `width` elements, a multiple of eight, written.
///   - base: what to start from; may be `sum`.
///   - rows: first row of the matrix; `stride` elements from one row to the next.
///   - indices: row numbers, in the order of summation.
///   - values: one factor per index; nil for one everywhere.
@inline(__always)
func addRows<S: TrainingScalar>(
  to sum: UnsafeMutablePointer<S>, base: UnsafePointer<S>, from rows: UnsafePointer<S>, stride: Int, width: Int,
  indices: UnsafePointer<UInt16>, count: Int, values: UnsafePointer<S>? = nil
) {
  if count == 0 && base == UnsafePointer(sum) { return }
  if let values {
    addRowsInOrder(to: sum, base: base, from: rows, stride: stride, width: width, indices: indices, count: count, values: values)
  } else {
    S.addRows(to: sum, base: base, from: rows, stride: stride, width: width, indices: indices, count: count)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
func addRowsInOrder<S: TrainingScalar>(
  to sum: UnsafeMutablePointer<S>, base: UnsafePointer<S>, from rows: UnsafePointer<S>, stride: Int, width: Int,
  indices: UnsafePointer<UInt16>, count: Int, values: UnsafePointer<S>?
) {
  for block in 0..<(width / 8) {
    var total = load(base, block)
    if let values {
      for j in 0..<count { total = total.addingProduct(Lanes(repeating: values[j]), load(rows + Int(indices[j]) &* stride, block)) }
    } else {
      for j in 0..<count { total += load(rows + Int(indices[j]) &* stride, block) }
    }
    store(total, sum, block)
  }
}

/// `sum += Σ_j factors[j] * rows[j]` over adjacent rows of `width` elements.
@inline(__always)
func addCombination<S: TrainingScalar>(
  of rows: UnsafePointer<S>, factors: UnsafePointer<S>, count: Int, to sum: UnsafeMutablePointer<S>, width: Int
) {
  for j in 0..<count {
    let factor = Lanes(repeating: factors[j]), row = rows + j &* width
    for block in 0..<(width / 8) { store(load(sum, block).addingProduct(factor, load(row, block)), sum, block) }
  }
}
