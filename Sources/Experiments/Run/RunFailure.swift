// An error of a run with the phase in which it happened.
import Parallel
import Running
import Storage

/// The error of a phase, under the error's own exit code.
struct RunFailure: Error, Sendable, CustomStringConvertible, ExitCoded {
  let description: String
  let exitCode: Int32
  let cause: String

  /// - Parameter cause: what the error comes down to where that is less than its text; a phase is part of it only with the text.
  init(_ error: any Error, phase: String, cause: String? = nil) {
    description = "\(error) (phase: \(phase))"
    exitCode = ErrorCode.of(error)
    self.cause = cause ?? description
  }

  /// Runs a body; what it throws carries the phase that the run was in then, and no path that only one rank has. Of phases within phases
  /// the innermost counts.
  static func inPhase<Result>(of phase: @autoclosure () -> String, in folder: RunFolder, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as RunFailure {
      throw error
    } catch let error as StorageError {
      throw RunFailure(folder.told(error), phase: phase(), cause: folder.cause(of: error))
    } catch { throw RunFailure(error, phase: phase()) }
  }
}
