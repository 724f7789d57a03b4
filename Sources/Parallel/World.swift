// The scoped world: MPI is started, a program runs in it, and whatever happens every rank ends.

import CMPI
import CPlatform
import Glibc

/// Runs a program on all ranks of the job and returns its exit code.
///
/// Under a launcher MPI is started; without one the program runs at once as one rank, and MPI is not touched.
/// All ranks return the same code from `body`; it becomes the result after all of them have come to the end.
/// An error on any rank ends all: it is told on standard error, with the rank and the host, and the exit code is the error's
/// (``ExitCoded``) or 70. An error that all ranks meet within a second is told once, by rank 0; one that only some ranks meet, once on
/// each node.
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
  // A rank whose launcher was killed must not be left behind; without the thread MPI has to notice by itself.
  _ = cplatform_end_with_parent()
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
  // Failed ranks talk apart from whatever the others are doing.
  let failures = try world.duplicate()
  do {
    let code = try body(world)
    let (least, greatest) = (try world.min(Int(code)), try world.max(Int(code)))
    if least != greatest {
      throw MPIError.misuse("withWorld", "the ranks ended with different exit codes, from \(least) to \(greatest)")
    }
    return code
  } catch {
    return failures.failed(error)
  }
}
