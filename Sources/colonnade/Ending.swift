// How the program ends: with the exit code of an error that knows it.
import ArgumentParser
import CPlatform
import Experiments
import Glibc
import Parallel

/// Runs the body on all ranks and ends the process with its exit code, unless that is 0.
func onAllRanks(_ body: (borrowing Communicator) throws -> Int32) throws {
  let code = withWorld(body)
  if code != 0 { throw ExitCode(code) }
}

/// Runs a body that needs no ranks: under a launcher the first process does it and the others have nothing to do. An error is told
/// once and ends the process with the error's code.
func alone(_ body: () throws -> Void) throws {
  guard Launch.detect().rank == 0 else { return }
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch {
    tellError("\(error)")
    throw ExitCode(ErrorCode.of(error))
  }
}

/// The same for a body that starts runs with ranks of their own: within a launcher's job they would wait for ever, so that is refused.
///
/// - Parameter command: what is told to start them.
func alone(starting command: String, _ body: () throws -> Void) throws {
  if !Launch.detect().usesMPI { return try alone(body) }
  if Launch.detect().rank != 0 { silentExit(ExitCode.validationFailure.rawValue) }
  tellError("\(command) starts runs of its own; call it without mpirun or srun")
  throw ExitCode.validationFailure
}

private func tellError(_ words: String) {
  let text = "error: \(words)\n"
  text.withCString { _ = cplatform_write(2, $0, Int64(text.utf8.count)) }
}

/// A write that fails shall be an error with a message, or be dropped where nobody listens any more, and not the program's silent end:
/// beyond the limit on file sizes, and into a pipe whose reader has gone.
func letWritesFail() {
  signal(SIGXFSZ, SIG_IGN)
  signal(SIGPIPE, SIG_IGN)
}

/// Ends without a word, and not before the first process has had its say: a launcher ends all at the first code that is not 0.
func silentExit(_ code: Int32) -> Never {
  if code != 0 { sleep(2) }
  exit(code)
}
