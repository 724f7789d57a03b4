// The log of a run: one JSON object per line, written by rank 0.
import CPlatform
import Foundation
import Parallel
import Storage

/// `run.jsonl` of a run folder.
final class RunLog {
  private let lines: JSONLines
  private let isQuiet: Bool

  /// - `study`: of a simulation, nil of a training.
  /// - `continues`: whether the log already holds the run's beginning.
  init(
    _ path: String, title: String, study: String? = nil, seed: Int, _ options: RunOptions, _ communicator: borrowing Communicator,
    continues: Bool = false
  ) throws {
    lines = try Self.open(path, options)
    isQuiet = options.quiet
    var fields: JSONObject = [
      "version": .string(ProgramVersion.text), "commit": .string(ProgramVersion.commit), "title": .string(title),
      "command": .array(options.command.map { .string($0) }), "ranks": JSONValue(communicator.size), "host": .string(communicator.host),
      "mpi": .string(communicator.size > 1 ? Communicator.libraryVersion : "none"), "seed": JSONValue(seed),
    ]
    fields["study"] = study.map { .string($0) }
    try event(continues ? "run.continue" : "run.start", fields)
  }

  /// Two runs in one folder would write the same files: whoever has the log has the folder.
  ///
  /// The last run in it may still be ending. Where its machine died and the job was queued again, the file system may hold its lock for a
  /// minute or two.
  private static func open(_ path: String, _ options: RunOptions) throws -> JSONLines {
    let isQueuedAgain = ProcessInfo.processInfo.environment["SLURM_RESTART_COUNT"] != nil
    // Nothing beats meanwhile for the watchdog.
    let most = (options.limits.stall ?? .infinity) / 2
    return try JSONLines(appendingTo: path, alone: true, patience: min(isQueuedAgain ? 150 : 2, most))
  }

  /// What there is to note about the log itself.
  var notes: [String] { lines.isLocked ? [] : ["the file system has no locks: two runs in one folder at a time would spoil each other"] }

  /// Runs a body, and logs what it throws, for whoever asks for the status of the run. A rank that is ended from outside, because of another
  /// one's error or because nothing went on, cannot.
  static func noting<Result>(_ log: RunLog?, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch {
      try? log?.event("run.fail", ["error": .string("\(error)"), "code": JSONValue(Int(ErrorCode.of(error)))])
      throw error
    }
  }

  /// Notes at once: who waits for days shall not hear at the end that a key had no effect.
  func tell(_ notes: [String]) throws {
    for note in notes {
      try event("note", ["text": .string(note)])
      if !isQuiet { RunLog.tell("NOTE \(note)\n") }
    }
  }

  /// A line to who started the run.
  static func tell(_ text: String) { text.withCString { _ = cplatform_write(2, $0, Int64(text.utf8.count)) } }

  func event(_ name: String, _ fields: JSONObject) throws {
    try lines.write(name, fields)
  }
}
