// Barrier, broadcast and reductions over all ranks.

import CMPI

/// A number that the ranks can add and compare.
public protocol Reducible: BitwiseCopyable {
  /// The number's code in the shim.
  static var reductionCode: Int32 { get }
}
extension Double: Reducible { public static var reductionCode: Int32 { Int32(CMPI_DOUBLE) } }
extension Float: Reducible { public static var reductionCode: Int32 { Int32(CMPI_FLOAT) } }
extension Int: Reducible { public static var reductionCode: Int32 { Int32(CMPI_INT64) } }
extension Int64: Reducible { public static var reductionCode: Int32 { Int32(CMPI_INT64) } }
extension UInt64: Reducible { public static var reductionCode: Int32 { Int32(CMPI_UINT64) } }
extension Int32: Reducible { public static var reductionCode: Int32 { Int32(CMPI_INT32) } }
extension UInt32: Reducible { public static var reductionCode: Int32 { Int32(CMPI_UINT32) } }
extension UInt8: Reducible { public static var reductionCode: Int32 { Int32(CMPI_UINT8) } }

extension Communicator {
  /// Returns when every rank has come here. At once in a rehearsal.
  public func barrier() throws {
    if !isAlone { try check(cmpi_barrier(handle), "MPI_Barrier") }
  }

  // MARK: Broadcast

  /// Every rank has `root`'s values afterwards. The count must agree. In a rehearsal the values stay.
  public func broadcast<T: BitwiseCopyable>(_ values: inout [T], from root: Int) throws {
    try checkRank(root, "broadcast")
    if isAlone { return }
    // The count goes first: a rank with another count would fill a part of its values and not notice.
    var count = values.count
    try withUnsafeMutableBytes(of: &count) { bytes in try broadcast(bytes: bytes, from: root) }
    if count != values.count {
      throw MPIError.misuse("broadcast", "rank \(root) sends \(count) values, rank \(rank) expects \(values.count)")
    }
    try values.withUnsafeMutableBytes { bytes in try broadcast(bytes: bytes, from: root) }
  }

  /// The same for memory that the caller owns; that the count agrees is not checked.
  public func broadcast<T: BitwiseCopyable>(_ values: UnsafeMutableBufferPointer<T>, from root: Int) throws {
    try checkRank(root, "broadcast")
    if !isAlone { try broadcast(bytes: UnsafeMutableRawBufferPointer(values), from: root) }
  }

  /// `root`'s bytes, however many; what the other ranks pass is not looked at. In a rehearsal the bytes passed.
  public func broadcastBytes(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    try checkRank(root, "broadcastBytes")
    if isAlone { return bytes }
    var count = bytes.count
    try withUnsafeMutableBytes(of: &count) { bytes in try broadcast(bytes: bytes, from: root) }
    var received = rank == root ? bytes : [UInt8](repeating: 0, count: count)
    try received.withUnsafeMutableBytes { bytes in try broadcast(bytes: bytes, from: root) }
    return received
  }

  /// The same memory on every rank, in pieces of at most the message limit.
  func broadcast(bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    var start = 0
    while start < bytes.count {
      let count = Swift.min(messageLimit, bytes.count - start)
      try check(cmpi_broadcast(handle, bytes.baseAddress! + start, Int32(count), Int32(root)), "MPI_Bcast")
      start += count
    }
  }

  // MARK: Reductions. In a rehearsal this rank's own values.

  /// Element by element, the sum over all ranks, on every rank; the count must agree.
  ///
  /// The order of additions depends on the number of ranks: sums that must have the same bits for any number take another way.
  public func sum<T: Reducible>(_ values: inout [T]) throws { try reduce(&values, CMPI_SUM) }
  /// Element by element, the least value over all ranks.
  public func min<T: Reducible>(_ values: inout [T]) throws { try reduce(&values, CMPI_MIN) }
  /// Element by element, the greatest value over all ranks.
  public func max<T: Reducible>(_ values: inout [T]) throws { try reduce(&values, CMPI_MAX) }
  /// Element by element, the bits that are set on any rank.
  public func or(_ flags: inout [UInt8]) throws { try reduce(&flags, CMPI_OR) }

  /// The sum over all ranks.
  public func sum<T: Reducible>(_ value: T) throws -> T { try reduce(value, CMPI_SUM) }
  /// The least value over all ranks.
  public func min<T: Reducible>(_ value: T) throws -> T { try reduce(value, CMPI_MIN) }
  /// The greatest value over all ranks.
  public func max<T: Reducible>(_ value: T) throws -> T { try reduce(value, CMPI_MAX) }

  /// The sum over all ranks, in place, of memory the caller owns.
  public func sum<T: Reducible>(_ values: UnsafeMutableBufferPointer<T>) throws { try reduce(values, CMPI_SUM) }

  private func reduce<T: Reducible>(_ values: inout [T], _ operation: Int) throws {
    if isAlone { return }
    try values.withUnsafeMutableBufferPointer { values in try reduce(values, operation) }
  }
  private func reduce<T: Reducible>(_ value: T, _ operation: Int) throws -> T {
    if isAlone { return value }
    var value = value
    try check(cmpi_all_reduce(handle, &value, 1, T.reductionCode, Int32(operation)), "MPI_Allreduce")
    return value
  }
  private func reduce<T: Reducible>(_ values: UnsafeMutableBufferPointer<T>, _ operation: Int) throws {
    if isAlone { return }
    let limit = Swift.max(1, messageLimit / MemoryLayout<T>.stride)
    var start = 0
    while start < values.count {
      let count = Swift.min(limit, values.count - start)
      try check(
        cmpi_all_reduce(handle, values.baseAddress! + start, Int32(count), T.reductionCode, Int32(operation)), "MPI_Allreduce")
      start += count
    }
  }
}
