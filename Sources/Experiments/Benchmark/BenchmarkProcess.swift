// Starting the programs that a benchmark times, and setting their figures as a table.
import Foundation

/// A benchmark that could not be run.
public struct BenchmarkError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public var exitCode: Int32 { 70 }
}

enum BenchmarkProcess {
  /// Runs a command to its end; returns its standard output. What it says on standard error goes to this program's, so that a failure
  /// explains itself.
  /// - Throws: `BenchmarkError` with the command and its code.
  static func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus != 0 {
      throw BenchmarkError(description: "\(command.joined(separator: " ")) ended with code \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self)
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
