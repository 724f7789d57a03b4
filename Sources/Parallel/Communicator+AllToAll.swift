// All-to-all: every rank sends to every rank.

import CMPI

extension Communicator {
  /// The block of `each` values at r * each goes to rank r; the block that came from rank r is at r * each of the result.
  /// In a rehearsal the blocks from others are bytes of zero.
  public func allToAll<T: BitwiseCopyable>(_ values: [T], each: Int) throws -> [T] {
    guard each >= 0, values.count == each * size else {
      throw MPIError.misuse("allToAll", "\(values.count) values are not \(each) for each of \(size) ranks")
    }
    let bytes = each * MemoryLayout<T>.stride
    return try array(count: values.count) { received in
      try values.withUnsafeBytes { sent in
        if isAlone {
          received.initializeMemory(as: UInt8.self, repeating: 0)
          received.copy(UnsafeRawBufferPointer(rebasing: sent[rank * bytes..<(rank + 1) * bytes]), at: rank * bytes)
        } else if bytes * size <= messageLimit {
          try check(cmpi_all_to_all(handle, sent.baseAddress, Int32(bytes), received.baseAddress), "MPI_Alltoall")
        } else {
          let counts = [Int](repeating: bytes, count: size)
          try exchangePieces(sent, counts, into: received, counts)
        }
      }
    }
  }

  /// `values` holds `counts[r]` values for each rank r, one rank after the other; the result has the same form, by source.
  /// In a rehearsal nothing comes from others.
  public func allToAllV<T: BitwiseCopyable>(_ values: [T], counts: [Int]) throws -> (values: [T], counts: [Int]) {
    guard counts.count == size, counts.allSatisfy({ $0 >= 0 }), values.count == counts.reduce(0, +) else {
      throw MPIError.misuse("allToAllV", "\(values.count) values do not make up the \(counts.count) counts for \(size) ranks")
    }
    let stride = MemoryLayout<T>.stride
    let receivedCounts = try allToAll(counts, each: 1)
    let received: [T] = try array(count: receivedCounts.reduce(0, +)) { received in
      try values.withUnsafeBytes { sent in
        if isAlone {
          let start = counts[..<rank].reduce(0, +) * stride
          received.copy(UnsafeRawBufferPointer(rebasing: sent[start..<start + received.count]), at: 0)
        } else {
          try exchangePieces(sent, counts.map { $0 * stride }, into: received, receivedCounts.map { $0 * stride })
        }
      }
    }
    return (received, receivedCounts)
  }

  /// List r goes to rank r; list r of the result came from rank r. In a rehearsal nothing comes from others.
  public func allToAllV<T: BitwiseCopyable>(_ lists: [[T]]) throws -> [[T]] {
    guard lists.count == size else { throw MPIError.misuse("allToAllV", "\(lists.count) lists for \(size) ranks") }
    let received = try allToAllV(Array(lists.joined()), counts: lists.map(\.count))
    var start = 0
    return received.counts.map { count in
      defer { start += count }
      return Array(received.values[start..<start + count])
    }
  }

  /// Messages between the pairs that have something to say, each in pieces of at most the message limit. Counts are in bytes by rank.
  ///
  /// All receives are posted before the first send, so no order of ranks can block another.
  private func exchangePieces(
    _ sent: UnsafeRawBufferPointer, _ sentCounts: [Int], into received: UnsafeMutableRawBufferPointer, _ receivedCounts: [Int]
  ) throws {
    let own = sentCounts[rank]
    func pieces(_ counts: [Int]) -> Int { counts.enumerated().reduce(0) { $0 + ($1.offset == rank ? 0 : pieceCount($1.element)) } }
    let requests = try RequestSet(count: pieces(receivedCounts) + pieces(sentCounts))
    var index = 0
    var start = 0
    for (other, count) in receivedCounts.enumerated() {
      if other == rank {
        received.copy(UnsafeRawBufferPointer(rebasing: sent[sentCounts[..<rank].reduce(0, +)...].prefix(own)), at: start)
      } else {
        for piece in stride(from: 0, to: count, by: messageLimit) {
          let length = Swift.min(messageLimit, count - piece)
          try requests.receive(
            received.baseAddress! + start + piece, count: length, from: other, tag: allToAllTag, on: handle, at: index)
          index += 1
        }
      }
      start += count
    }
    // Each rank begins with the one after it, so that not all send to the same one at first.
    var starts = [Int](repeating: 0, count: size)
    for other in 1..<Swift.max(1, size) { starts[other] = starts[other - 1] + sentCounts[other - 1] }
    for step in 1..<Swift.max(1, size) {
      let other = (rank + step) % size
      for piece in stride(from: 0, to: sentCounts[other], by: messageLimit) {
        let length = Swift.min(messageLimit, sentCounts[other] - piece)
        try requests.send(sent.baseAddress! + starts[other] + piece, count: length, to: other, tag: allToAllTag, on: handle, at: index)
        index += 1
      }
    }
    try requests.wait(0..<index)
  }

  private func pieceCount(_ bytes: Int) -> Int { (bytes + messageLimit - 1) / messageLimit }
}
