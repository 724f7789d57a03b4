// Sums of selected rows of a matrix: the forward current of active units and the gradient of a weight row.
//
// Accumulators stay in registers over the whole list, and rows are added in list order: the result depends on the list alone.

/// `sum += Σ_j rows[indices[j]]`, or with `values`, `sum += Σ_j values[j] * rows[indices[j]]`.
///
/// - Parameters:
///   - sum: row of `blocks` blocks, read and written.
///   - rows: first row of the matrix.
///   - stride: elements from one row to the next.
///   - indices: row numbers, in the order of summation.
///   - values: one factor per index; nil for one everywhere.
@inline(__always)
func addRows<S: TrainingScalar>(
  to sum: UnsafeMutablePointer<S>, from rows: UnsafePointer<S>, stride: Int, blocks: Int,
  indices: UnsafePointer<UInt16>, count: Int, values: UnsafePointer<S>? = nil
) {
  if count == 0 { return }
  // Tiles of nearly equal width: the last one is never a thin rest that walks the whole list for one block.
  var done = 0
  var tiles = (blocks + 12) / 13
  while tiles > 0 {
    let width = (blocks - done + tiles - 1) / tiles
    let target = sum + done &* 8
    let source = rows + done &* 8
    if let values {
      addTile(to: target, from: source, stride: stride, width: width, indices: indices, count: count, values: values)
    } else {
      addTile(to: target, from: source, stride: stride, width: width, indices: indices, count: count)
    }
    done += width
    tiles -= 1
  }
}

@inline(__always)
private func addTile<S: TrainingScalar>(
  to sum: UnsafeMutablePointer<S>, from rows: UnsafePointer<S>, stride: Int, width: Int,
  indices: UnsafePointer<UInt16>, count: Int
) {
  switch width {
  case 1: addTile(exactly: 1, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 2: addTile(exactly: 2, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 3: addTile(exactly: 3, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 4: addTile(exactly: 4, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 5: addTile(exactly: 5, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 6: addTile(exactly: 6, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 7: addTile(exactly: 7, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 8: addTile(exactly: 8, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 9: addTile(exactly: 9, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 10: addTile(exactly: 10, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 11: addTile(exactly: 11, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 12: addTile(exactly: 12, to: sum, from: rows, stride: stride, indices: indices, count: count)
  case 13: addTile(exactly: 13, to: sum, from: rows, stride: stride, indices: indices, count: count)
  default: break
  }
}

/// One tile with valued indices; off the fast path of binary spikes, so one block at a time.
@inline(__always)
private func addTile<S: TrainingScalar>(
  to sum: UnsafeMutablePointer<S>, from rows: UnsafePointer<S>, stride: Int, width: Int,
  indices: UnsafePointer<UInt16>, count: Int, values: UnsafePointer<S>
) {
  for block in 0..<width {
    var total = load(sum, block)
    for j in 0..<count {
      total = total.addingProduct(Lanes(repeating: values[j]), load(rows + Int(indices[j]) &* stride, block))
    }
    store(total, sum, block)
  }
}

/// `width` is a literal at every call, so the comparisons fold away and the totals live in registers.
@inline(__always)
private func addTile<S: TrainingScalar>(
  exactly width: Int, to sum: UnsafeMutablePointer<S>, from rows: UnsafePointer<S>, stride: Int,
  indices: UnsafePointer<UInt16>, count: Int
) {
  let zero = Lanes<S>(repeating: 0)
  var s0 = load(sum, 0)
  var s1 = width > 1 ? load(sum, 1) : zero
  var s2 = width > 2 ? load(sum, 2) : zero
  var s3 = width > 3 ? load(sum, 3) : zero
  var s4 = width > 4 ? load(sum, 4) : zero
  var s5 = width > 5 ? load(sum, 5) : zero
  var s6 = width > 6 ? load(sum, 6) : zero
  var s7 = width > 7 ? load(sum, 7) : zero
  var s8 = width > 8 ? load(sum, 8) : zero
  var s9 = width > 9 ? load(sum, 9) : zero
  var s10 = width > 10 ? load(sum, 10) : zero
  var s11 = width > 11 ? load(sum, 11) : zero
  var s12 = width > 12 ? load(sum, 12) : zero
  for j in 0..<count {
    let row = rows + Int(indices[j]) &* stride
    s0 += load(row, 0)
    if width > 1 { s1 += load(row, 1) }
    if width > 2 { s2 += load(row, 2) }
    if width > 3 { s3 += load(row, 3) }
    if width > 4 { s4 += load(row, 4) }
    if width > 5 { s5 += load(row, 5) }
    if width > 6 { s6 += load(row, 6) }
    if width > 7 { s7 += load(row, 7) }
    if width > 8 { s8 += load(row, 8) }
    if width > 9 { s9 += load(row, 9) }
    if width > 10 { s10 += load(row, 10) }
    if width > 11 { s11 += load(row, 11) }
    if width > 12 { s12 += load(row, 12) }
  }
  store(s0, sum, 0)
  if width > 1 { store(s1, sum, 1) }
  if width > 2 { store(s2, sum, 2) }
  if width > 3 { store(s3, sum, 3) }
  if width > 4 { store(s4, sum, 4) }
  if width > 5 { store(s5, sum, 5) }
  if width > 6 { store(s6, sum, 6) }
  if width > 7 { store(s7, sum, 7) }
  if width > 8 { store(s8, sum, 8) }
  if width > 9 { store(s9, sum, 9) }
  if width > 10 { store(s10, sum, 10) }
  if width > 11 { store(s11, sum, 11) }
  if width > 12 { store(s12, sum, 12) }
}
