// Work that one rank does while the others wait: signs of life tell a rank that is busy from one that is stuck.
import CPlatform
import Parallel

/// Work of rank 0 that the other ranks wait for, such as making one file of all ranks' parts.
public enum WorkOfOne {
  /// [s] Between two signs of life; a watchdog's limit must be longer.
  static let pace = 0.1

  /// Runs a body on rank 0. The others wait until it is done, and their pulses beat with rank 0's. Collective.
  ///
  /// - `body`: calls the function it is given whenever it has done a piece of its work.
  public static func run(
    _ pulse: Pulse, _ communicator: borrowing Communicator, _ body: (_ beat: () -> Void) throws -> Void
  ) throws {
    if communicator.rank != 0 {
      while try communicator.broadcastBytes(done, from: 0) != done { pulse.beat() }
      return
    }
    var failure: (any Error)?
    var last = cplatform_nanoseconds()
    try body {
      pulse.beat()
      let now = cplatform_nanoseconds()
      if failure != nil || Double(now - last) * 1e-9 < pace { return }
      last = now
      // Without a reason to stop the work: it is told at its end.
      do { _ = try communicator.broadcastBytes(busy, from: 0) } catch { failure = error }
    }
    if let failure { throw failure }
    _ = try communicator.broadcastBytes(done, from: 0)
  }

  private static let (busy, done): ([UInt8], [UInt8]) = ([1], [0])
}
