// Gathering: every rank's values side by side, on one rank or on all.

import CMPI

extension Communicator {
  /// Every rank's values in the order of the ranks, on every rank. Every rank gives the same number.
  ///
  /// The result grows with the number of ranks. In a rehearsal the others' values are bytes of zero.
  public func allGather<T: BitwiseCopyable>(_ values: [T]) throws -> [T] {
    if size == 1 { return values }
    let each = values.count * MemoryLayout<T>.stride
    return try array(count: values.count * size) { all in
      try values.withUnsafeBytes { own in
        if isAlone {
          all.initializeMemory(as: UInt8.self, repeating: 0)
          all.copy(own, at: rank * each)
        } else if each * size <= messageLimit {
          try check(cmpi_all_gather(handle, own.baseAddress, Int32(each), all.baseAddress), "MPI_Allgather")
        } else {
          try gatherInTurn(own, into: all, counts: repeatElement(each, count: size))
        }
      }
    }
  }

  /// Every rank's values, of any number, in the order of the ranks, and how many are whose, on every rank.
  ///
  /// The result grows with the number of ranks. In a rehearsal the others give none.
  public func allGatherV<T: BitwiseCopyable>(_ values: [T]) throws -> (values: [T], counts: [Int]) {
    let counts = try allGather([values.count])
    if isAlone { return (values, counts) }
    let stride = MemoryLayout<T>.stride
    let total = counts.reduce(0, +)
    let all: [T] = try array(count: total) { all in
      try values.withUnsafeBytes { own in
        if total * stride <= messageLimit {
          let lengths = counts.map { Int32($0 * stride) }
          try check(
            cmpi_all_gather_v(handle, own.baseAddress, Int32(own.count), all.baseAddress, lengths, offsets(lengths)), "MPI_Allgatherv")
        } else {
          try gatherInTurn(own, into: all, counts: counts.lazy.map { $0 * stride })
        }
      }
    }
    return (all, counts)
  }

  /// Every rank's values, of any number, in the order of the ranks, and how many are whose, on `root`; nothing on the others.
  ///
  /// In a rehearsal the others give none.
  public func gatherV<T: BitwiseCopyable>(_ values: [T], to root: Int) throws -> (values: [T], counts: [Int]) {
    try checkRank(root, "gatherV")
    if isAlone {
      if rank != root { return ([], []) }
      var counts = [Int](repeating: 0, count: size)
      counts[rank] = values.count
      return (values, counts)
    }
    var count = values.count
    var counts = [Int](repeating: 0, count: rank == root ? size : 0)
    try check(cmpi_gather(handle, &count, Int32(MemoryLayout<Int>.size), &counts, Int32(root)), "MPI_Gather")
    let stride = MemoryLayout<T>.stride
    let all: [T] = try array(count: counts.reduce(0, +)) { all in
      try values.withUnsafeBytes { own in
        if rank != root { return try sendPieces(own, to: root, tag: gatherTag) }
        var start = 0
        for (source, count) in counts.enumerated() {
          let part = UnsafeMutableRawBufferPointer(rebasing: all[start..<start + count * stride])
          if source == rank { part.copy(own, at: 0) } else { try receivePieces(part, from: source, tag: gatherTag) }
          start += part.count
        }
      }
    }
    return (all, counts)
  }

  /// The ranks broadcast their bytes one after the other: for data too long for one call.
  private func gatherInTurn(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: some Sequence<Int>
  ) throws {
    var start = 0
    var source = 0
    for count in counts {
      let part = UnsafeMutableRawBufferPointer(rebasing: all[start..<start + count])
      if source == rank { part.copy(own, at: 0) }
      try broadcast(bytes: part, from: source)
      start += count
      source += 1
    }
  }
}

/// Tags of this module's own messages, above those of `send` and `receive`.
let gatherTag: Int32 = 20_001
let packetTag: Int32 = 20_002
let remainderTag: Int32 = 20_003

/// The sums of the counts before each.
func offsets(_ counts: [Int32]) -> [Int32] {
  var sum: Int32 = 0
  return counts.map { count in
    defer { sum += count }
    return sum
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Copies all of `source` to the byte at `offset`; an empty source is no memory at all.
  func copy(_ source: UnsafeRawBufferPointer, at offset: Int) {
    if source.count > 0 { UnsafeMutableRawBufferPointer(rebasing: self[offset..<offset + source.count]).copyMemory(from: source) }
  }
}

/// An array whose memory `fill` writes in full.
func array<T: BitwiseCopyable>(
  count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
) throws -> [T] {
  var failure: (any Error)?
  let values = [T](unsafeUninitializedCapacity: count) { memory, filled in
    do {
      try fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: memory[..<count])))
      filled = count
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
  return values
}
