// Loads and stores of one block of lanes.
//
// Invariant of all callers: rows start on a multiple of eight elements inside an AlignedBuffer, so a block is aligned and in bounds.

@inline(__always) func load<S: TrainingScalar>(_ row: UnsafePointer<S>, _ block: Int) -> Lanes<S> {
  UnsafeRawPointer(row + block &* 8).load(as: Lanes<S>.self)
}

@inline(__always) func load<S: TrainingScalar>(_ row: UnsafeMutablePointer<S>, _ block: Int) -> Lanes<S> {
  UnsafeRawPointer(row + block &* 8).load(as: Lanes<S>.self)
}

@inline(__always) func store<S: TrainingScalar>(_ value: Lanes<S>, _ row: UnsafeMutablePointer<S>, _ block: Int) {
  UnsafeMutableRawPointer(row + block &* 8).storeBytes(of: value, as: Lanes<S>.self)
}

/// Sum of the lanes in a fixed order: halves, then quarters, then pairs.
@inline(__always) func laneSum<S: TrainingScalar>(_ x: Lanes<S>) -> S {
  let four = x.lowHalf + x.highHalf
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}

/// `count` rounded up to whole blocks of lanes.
@inline(__always) func padded(_ count: Int) -> Int { (count + 7) & ~7 }
