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

/// Runs a body that needs no ranks; an error is told once and ends the process with the error's code.
func alone(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch {
    let text = "error: \(error)\n"
    if Launch.detect().rank == 0 { text.withCString { _ = cplatform_write(2, $0, Int64(text.utf8.count)) } }
    throw ExitCode(ErrorCode.of(error))
  }
}

/// Ends at once without a word.
func silentExit(_ code: Int32) -> Never { exit(code) }
