// The scoped world: MPI is started, a program runs in it, and whatever happens every rank ends.

import CMPI
import CPlatform
import Glibc

/// Runs a program on all ranks of the job and returns its exit code.
///
/// Under a launcher MPI is started; without one the program runs at once as one rank, and MPI is not touched.
/// All ranks return the same code from `body`; it becomes the result after all of them have come to the end.
/// An error on any rank ends all: it is told once, with the rank and the host, and the exit code is the error's (``ExitCoded``) or 70.
/// An error that all ranks meet is told by rank 0 alone: the others hold back for a second.
public func withWorld(_ body: (borrowing Communicator) throws -> Int32) -> Int32 {
  withWorld(messageLimit: Communicator.standardMessageLimit, body)
}

/// The same with another bound on the bytes of a message, so that tests reach the paths of long data with short ones.
package func withWorld(messageLimit: Int, _ body: (borrowing Communicator) throws -> Int32) -> Int32 {
  let launch = Launch.detect()
  guard launch.usesMPI else {
    let communicator = Communicator.alone(.single, rank: 0, size: 1, perNode: 1, launchedSize: launch.size.flatMap { $0 > 1 ? $0 : nil })
    do { return try body(communicator) } catch { return communicator.failed(error) }
  }
  if cmpi_is_running() != 0 || cmpi_is_finalized() != 0 {
    Communicator.single().tell("MPI was started before in this process, which is possible only once")
    return 70
  }
  do {
    try check(cmpi_init(), "MPI_Init_thread")
    var code = try runInWorld(launch, messageLimit, body)
    let finalized = cmpi_finalize()
    if finalized != 0 && code == 0 { code = 70 }
    return code
  } catch {
    return Communicator.single().failed(error)
  }
}

private func runInWorld(
  _ launch: Launch, _ messageLimit: Int, _ body: (borrowing Communicator) throws -> Int32
) throws -> Int32 {
  // The job's number in the question who speaks first: rank 0's time and process, known to all.
  var key = [cplatform_nanoseconds() << 20 ^ UInt64(getpid())]
  do {
    let early = try Communicator.world(launchedSize: nil, speakerKey: 0, messageLimit: messageLimit)
    try early.broadcast(&key, from: 0)
  }
  let world = try Communicator.world(launchedSize: launch.size, speakerKey: key[0], messageLimit: messageLimit)
  do {
    let code = try body(world)
    let (least, greatest) = (try world.min(Int(code)), try world.max(Int(code)))
    if least != greatest {
      throw MPIError.misuse("withWorld", "the ranks ended with different exit codes, from \(least) to \(greatest)")
    }
    return code
  } catch {
    return world.failed(error)
  }
}

private func exitCode(of error: any Error) -> Int32 {
  let code = (error as? any ExitCoded)?.exitCode ?? 70
  return code == 0 ? 70 : code
}

extension Communicator {
  /// Ends every rank of the job with the code, and tells once why: "rank R on HOST: reason". Not collective.
  public func abort(code: Int32, reason: String) -> Never { end(code: code, reason: reason, headStart: false) }

  /// The line on standard error that names the rank and the machine, or neither where there is but one rank. One write, so that lines
  /// of several ranks do not mix.
  fileprivate func tell(_ reason: String) {
    let line = (worldSize > 1 ? "rank \(worldRank) on \(host): \(reason)" : "error: \(reason)") + "\n"
    var text = line
    _ = text.withUTF8 { cplatform_write(2, $0.baseAddress, Int64($0.count)) }
  }

  /// Tells the error; where there are other ranks, ends them too and does not return.
  fileprivate func failed(_ error: any Error) -> Int32 {
    let code = exitCode(of: error)
    if size > 1 { end(code: code, reason: "\(error)", headStart: true) }
    tell("\(error)")
    return code
  }

  /// Tells the reason and ends the job.
  ///
  /// With a head start, ranks other than 0 first wait a second: if rank 0 meets the same error, it tells it and the launcher ends this
  /// process meanwhile. Then the first process of a node to ask may speak; the others wait to be ended, and end themselves if nobody does.
  fileprivate func end(code: Int32, reason: String, headStart: Bool) -> Never {
    // A process that fails does not stop gracefully any more: the launcher's first signal shall end it.
    signal(SIGTERM, SIG_DFL)
    if isAlone {
      tell(reason)
      exit(code)
    }
    if headStart && worldRank > 0 { usleep(1_000_000) }
    if cmpi_first_to_speak(speakerKey) != 0 {
      tell(reason)
      // The launcher reads the line from a pipe while it still looks after this process.
      usleep(20_000)
    } else {
      sleep(10)
    }
    cmpi_abort(code == 0 ? 70 : code)
  }
}
