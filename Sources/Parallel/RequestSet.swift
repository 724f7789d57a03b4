// The owner of a row of requests of nonblocking calls.

import CMPI

/// A fixed number of requests of MPI, each empty, prepared or active.
///
/// Invariant of every user: the memory behind an active request lives until the request is complete. A set that is dropped with active
/// requests, which happens only while an error unwinds, leaves that memory allocated.
struct RequestSet: ~Copyable {
  private let requests: OpaquePointer
  let count: Int

  init(count: Int) throws {
    guard let requests = cmpi_requests_create(Int32(count)) else { throw MPIError.misuse("RequestSet", "no memory for \(count) requests") }
    self.requests = requests
    self.count = count
  }
  deinit { cmpi_requests_free(requests) }

  func receive(_ bytes: UnsafeMutableRawPointer, count: Int, from: Int, tag: Int32, on handle: cmpi_comm, at index: Int) throws {
    try check(cmpi_start_receive(handle, bytes, Int32(count), Int32(from), tag, requests, Int32(index)), "MPI_Irecv")
  }
  func send(_ bytes: UnsafeRawPointer, count: Int, to: Int, tag: Int32, on handle: cmpi_comm, at index: Int) throws {
    try check(cmpi_start_send(handle, bytes, Int32(count), Int32(to), tag, requests, Int32(index)), "MPI_Isend")
  }
  /// A receive for `restart`.
  func prepareReceive(
    _ bytes: UnsafeMutableRawPointer, count: Int, from: Int, tag: Int32, on handle: cmpi_comm, at index: Int
  ) throws {
    try check(cmpi_prepare_receive(handle, bytes, Int32(count), Int32(from), tag, requests, Int32(index)), "MPI_Recv_init")
  }
  func restart(_ range: Range<Int>) throws {
    try check(cmpi_restart(requests, Int32(range.lowerBound), Int32(range.count)), "MPI_Startall")
  }
  /// An all-reduce of 64-bit integers.
  func reduce(_ value: UnsafePointer<Int>, into result: UnsafeMutablePointer<Int>, _ operation: Int, on handle: cmpi_comm) throws {
    try check(
      cmpi_start_all_reduce(handle, value, result, 1, Int.reductionCode, Int32(operation), requests, 0), "MPI_Iallreduce")
  }
  /// Returns when all requests of the range are complete; empty ones are.
  func wait(_ range: Range<Int>) throws {
    try check(cmpi_wait(requests, Int32(range.lowerBound), Int32(range.count)), "MPI_Waitall")
  }
  /// Lets messages move, and tells whether all requests of the range are complete.
  func test(_ range: Range<Int>) throws -> Bool {
    var complete: Int32 = 0
    try check(cmpi_test(requests, Int32(range.lowerBound), Int32(range.count), &complete), "MPI_Testall")
    return complete != 0
  }
}
