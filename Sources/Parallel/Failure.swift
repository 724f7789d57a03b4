// How a rank that failed tells why, once among all, and ends the job.

import CMPI
import CPlatform
import Glibc

extension Communicator {
  /// Ends every rank of the job with the code, and tells why: "rank R on HOST: reason". Not collective; where several ranks of a node
  /// call it at a time, one of them tells.
  public func abort(code: Int32, reason: String) -> Never {
    if isAlone {
      tell(reason)
      exit(code)
    }
    endWithOthers(code: code, reason: reason)
  }

  /// Tells the error and returns its exit code; where there are other ranks, ends them too and does not return.
  ///
  /// Ranks that failed first ask each other whether all did. If so, those with the same cause have one speaker, the lowest of them, and
  /// rank 0 ends the job. If after a second some rank has not failed, which then waits for the failed ones or still computes, the
  /// failed ranks speak, one of each node.
  func failed(_ error: any Error) -> Int32 {
    let code = exitCode(of: error)
    let reason = "\(error)"
    if size == 1 {
      tell(reason)
      return code
    }
    // A process that fails does not stop gracefully any more: the launcher's first signal shall end it.
    signal(SIGTERM, SIG_DFL)
    switch agreeToSpeak((error as? any ExitCoded)?.cause ?? reason) {
    case true where rank == 0:
      tellAndAbort(code: code, reason: reason)
    case let speaks?:
      if speaks { tell(reason) }
      awaitEnd(code: code)
    case nil:
      endWithOthers(code: code, reason: reason)
    }
  }

  /// Where all ranks have failed: whether this rank is the lowest with its cause. Nil if some have not failed within a second.
  ///
  /// At most four different causes are told; more of them would bury the first.
  private func agreeToSpeak(_ cause: String) -> Bool? {
    let deadline = cplatform_nanoseconds() + 1_000_000_000
    let text = hash(cause)
    let own = worldRank << 32 | Int(text)
    var (speaks, isTold) = (false, false)
    for _ in 0..<4 {
      // The greatest of the negative numbers is the lowest rank whose cause nobody tells yet.
      guard let least = maximum(isTold ? Int.min : -own, until: deadline) else { return nil }
      if least == Int.min { break }
      speaks = speaks || -least == own
      isTold = isTold || UInt32(truncatingIfNeeded: -least) == text
    }
    return speaks
  }

  /// The greatest value over all ranks, nil if some do not ask for it in time.
  private func maximum(_ value: Int, until deadline: UInt64) -> Int? {
    do {
      var pending = try startMaximum(value)
      while true {
        if let answer = try pending.test() { return answer }
        if cplatform_nanoseconds() > deadline { return nil }
        usleep(200)
      }
    } catch {
      // Without the answer of the others this rank speaks for itself.
      return nil
    }
  }

  private func endWithOthers(code: Int32, reason: String) -> Never {
    signal(SIGTERM, SIG_DFL)
    if cmpi_first_to_speak(speakerKey) == 0 { awaitEnd(code: code) }
    tellAndAbort(code: code, reason: reason)
  }
  private func tellAndAbort(code: Int32, reason: String) -> Never {
    tell(reason)
    // The launcher reads the line from a pipe while it still looks after this process.
    usleep(20_000)
    cmpi_abort(code == 0 ? 70 : code)
  }
  /// Waits for the launcher to end this process, which takes seconds over several nodes.
  private func awaitEnd(code: Int32) -> Never {
    sleep(10)
    cmpi_abort(code == 0 ? 70 : code)
  }

  /// The line on standard error that names the rank and the machine, or neither where there is but one rank. One write, so that lines
  /// of several ranks do not mix.
  func tell(_ reason: String) {
    var line = (worldSize > 1 && kind == .mpi ? "rank \(worldRank) on \(host): \(reason)" : "error: \(reason)") + "\n"
    _ = line.withUTF8 { cplatform_write(2, $0.baseAddress, Int64($0.count)) }
  }
}

func exitCode(of error: any Error) -> Int32 {
  let code = (error as? any ExitCoded)?.exitCode ?? 70
  return code == 0 ? 70 : code
}

/// FNV-1a: the same for the same text on every rank.
private func hash(_ text: String) -> UInt32 { text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 } }
