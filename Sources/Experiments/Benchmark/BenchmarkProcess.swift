// Starting the programs that a benchmark times, and setting their figures as a table.
import CPlatform
import Foundation
import Running

/// A benchmark that could not be run.
public struct BenchmarkError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public let exitCode: Int32

  init(description: String, exitCode: ExitCode = .internalFailure) {
    self.description = description
    self.exitCode = exitCode.rawValue
  }

  /// - Parameter signal: which ended this program, and with it the one it waited for; the code is what a shell makes of it.
  init(signal: Int32, command: [String]) {
    description = "ended by signal \(signal) during \(command.joined(separator: " "))"
    exitCode = 128 + signal
  }

  /// - Parameter code: of the program that failed; this one ends with it if it is one of ours, so that whoever started it knows what is wrong.
  init(command: [String], code: Int32) {
    let own = ExitCode(rawValue: code)
    self.init(
      description: "\(command.joined(separator: " ")) ended with code \(code)",
      exitCode: ExitCode.errors.contains(own) ? own : .internalFailure)
  }
}

enum BenchmarkProcess {
  /// Runs a command to its end; returns its standard output. What it says on standard error goes to this program's, so that a failure
  /// explains itself.
  ///
  /// TERM and INT go to the command too: it has a process group of its own, and a launcher must not go on alone.
  /// - Throws: `BenchmarkError` with the command and its code, or with the signal that came meanwhile.
  static func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let output = Pipe()
    process.standardOutput = output
    cplatform_note_end_signals()
    do {
      try process.run()
    } catch {
      cplatform_release_signals()
      throw error
    }
    cplatform_pass_end_signals_to(process.processIdentifier)
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    cplatform_pass_end_signals_to(0)
    let noted = cplatform_release_signals()
    if noted != 0 { throw BenchmarkError(signal: noted, command: command) }
    if process.terminationReason == .uncaughtSignal {
      throw BenchmarkError(description: "\(command.joined(separator: " ")) was ended by signal \(process.terminationStatus)")
    }
    if process.terminationStatus != 0 { throw BenchmarkError(command: command, code: process.terminationStatus) }
    return String(decoding: data, as: UTF8.self)
  }

  /// Refuses a Python without the module of a peer before anything is measured.
  /// - Throws: `BenchmarkError` 66 with what to do.
  static func requireModule(_ module: String, of python: String) throws {
    // A mere folder of the name has no origin.
    let look = "import importlib.util as u, sys; s = u.find_spec('\(module)'); sys.exit(0 if s and s.origin else 66)"
    do {
      _ = try run([python, "-c", look])
    } catch let error as BenchmarkError where error.exitCode < 128 {
      throw BenchmarkError(
        description: "the Python '\(python)' is not there or has no module \(module); install it (see colonnade benchmark --help), or name "
          + "another Python with --python",
        exitCode: .missingInput)
    }
  }

  /// A folder for scripts and results of one benchmark, removed after `body`.
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = NSTemporaryDirectory() + "colonnade-benchmark-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }
}

enum BenchmarkTable {
  /// Rows, the head first, in columns: the first and the last one flush left, the others flush right.
  static func text(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 || column == row.count - 1 ? row[column] + space : space + row[column]
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
