// Which parts of a row hold synapses, for source tiles with few: looking at every part of every row would take longer than drawing them.

/// For each row of a source tile, the slots in which it has synapses, ascending.
struct RowParts {
  private var slots: [UInt32] = []
  /// The slots of row i are `slots[ends[i] ..< ends[i + 1]]` once they are listed.
  private var ends: [Int32] = []

  subscript(row: Int) -> ArraySlice<UInt32> { slots[Int(ends[row])..<Int(ends[row + 1])] }

  /// - `starts`: of each slot, where its rows start, and the last one ends: `rows + 1` numbers.
  mutating func list(_ starts: [Int32], slots count: Int, rows: Int) {
    ends.removeAll(keepingCapacity: true)
    ends.append(contentsOf: repeatElement(0, count: rows + 2))
    // Counted two places on, so that placing them leaves the starts where they are read.
    for slot in 0..<count {
      let first = slot * (rows + 1)
      for row in 0..<rows where starts[first + row] != starts[first + row + 1] { ends[row + 2] += 1 }
    }
    for row in 0..<rows { ends[row + 2] += ends[row + 1] }
    slots.removeAll(keepingCapacity: true)
    slots.append(contentsOf: repeatElement(0, count: Int(ends[rows + 1])))
    for slot in 0..<count {
      let first = slot * (rows + 1)
      for row in 0..<rows where starts[first + row] != starts[first + row + 1] {
        slots[Int(ends[row + 1])] = UInt32(truncatingIfNeeded: slot)
        ends[row + 1] += 1
      }
    }
  }
}
