// Messages from one rank to another.

import CMPI

extension Communicator {
  /// Sends the values to another rank, which receives the same number with the same tag (0 ..< 16384). Not collective.
  ///
  /// May return before the other rank has received them, or wait until then. In a rehearsal nobody listens.
  public func send<T: BitwiseCopyable>(_ values: [T], to other: Int, tag: Int) throws {
    try values.withUnsafeBytes { bytes in try send(bytes, to: other, tag: tag) }
  }
  /// Sends memory that the caller owns.
  public func send<T: BitwiseCopyable>(_ values: UnsafeBufferPointer<T>, to other: Int, tag: Int) throws {
    try send(UnsafeRawBufferPointer(values), to: other, tag: tag)
  }
  /// Fills the values with a message of exactly that many from another rank. Not collective. In a rehearsal with bytes of zero.
  public func receive<T: BitwiseCopyable>(into values: inout [T], from other: Int, tag: Int) throws {
    try values.withUnsafeMutableBytes { bytes in try receive(into: bytes, from: other, tag: tag) }
  }
  /// Fills memory that the caller owns.
  public func receive<T: BitwiseCopyable>(into values: UnsafeMutableBufferPointer<T>, from other: Int, tag: Int) throws {
    try receive(into: UnsafeMutableRawBufferPointer(values), from: other, tag: tag)
  }

  private func send(_ bytes: UnsafeRawBufferPointer, to other: Int, tag: Int) throws {
    try checkMessage(other, tag, "send")
    if !isAlone { try sendPieces(bytes, to: other, tag: Int32(tag)) }
  }
  private func receive(into bytes: UnsafeMutableRawBufferPointer, from other: Int, tag: Int) throws {
    try checkMessage(other, tag, "receive")
    if isAlone { bytes.initializeMemory(as: UInt8.self, repeating: 0) } else { try receivePieces(bytes, from: other, tag: Int32(tag)) }
  }
  private func checkMessage(_ other: Int, _ tag: Int, _ call: String) throws {
    try checkRank(other, call)
    if other == rank { throw MPIError.misuse(call, "rank \(rank) cannot exchange messages with itself") }
    if !(0..<16384).contains(tag) { throw MPIError.misuse(call, "tag \(tag) is not in 0 ..< 16384") }
  }

  /// One message of any length, also an empty one, in pieces of at most the message limit.
  func sendPieces(_ bytes: UnsafeRawBufferPointer, to other: Int, tag: Int32) throws {
    var start = 0
    repeat {
      let count = Swift.min(messageLimit, bytes.count - start)
      try check(cmpi_send(handle, bytes.baseAddress.map { $0 + start }, Int32(count), Int32(other), tag), "MPI_Send")
      start += count
    } while start < bytes.count
  }
  func receivePieces(_ bytes: UnsafeMutableRawBufferPointer, from other: Int, tag: Int32) throws {
    var start = 0
    repeat {
      let count = Swift.min(messageLimit, bytes.count - start)
      var received: Int32 = 0
      try check(cmpi_receive(handle, bytes.baseAddress.map { $0 + start }, Int32(count), Int32(other), tag, &received), "MPI_Recv")
      if received != count {
        throw MPIError.misuse("receive", "rank \(other) sent \(start + Int(received)) bytes where rank \(rank) expects \(bytes.count)")
      }
      start += count
    } while start < bytes.count
  }
}
