// Starts the program of checks, plainly or on several ranks.

import Foundation

struct Outcome {
  let code: Int32
  let output: String
  let errors: String
  let seconds: Double

  /// The lines on standard error that are ours: the launcher adds its own.
  var messages: [Substring] { errors.split(separator: "\n").filter { $0.hasPrefix("rank ") || $0.hasPrefix("error: ") } }
}

/// The folder of built products, which the test program lies in.
private let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

/// Runs mpi-checks under mpirun with `ranks` ranks, or without a launcher where nil.
func runChecks(ranks: Int?, _ arguments: [String], environment extra: [String: String] = [:]) throws -> Outcome {
  let process = Process()
  let program = products.appendingPathComponent("mpi-checks").path
  if let ranks {
    // Ranks that wait for each other for ever would hold up all tests: code 124 after two minutes.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "120", "mpirun", "--oversubscribe", "-n", "\(ranks)", program] + arguments
  } else {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
  }
  // A launcher around the tests must not be seen by the children.
  var environment = ProcessInfo.processInfo.environment.filter { name, _ in
    !["OMPI_", "PMIX_", "PMI_", "SLURM_", "PRTE_"].contains { name.hasPrefix($0) }
  }
  environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
  environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
  process.environment = environment.merging(extra) { $1 }
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mpi-checks-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  func file(_ name: String) throws -> (URL, FileHandle) {
    let url = folder.appendingPathComponent(name)
    try Data().write(to: url)
    return (url, try FileHandle(forWritingTo: url))
  }
  let (output, outputHandle) = try file("output")
  let (errors, errorHandle) = try file("errors")
  process.standardOutput = outputHandle
  process.standardError = errorHandle
  process.standardInput = FileHandle.nullDevice
  let start = Date()
  try process.run()
  process.waitUntilExit()
  return Outcome(
    code: process.terminationStatus, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
    errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self), seconds: Date().timeIntervalSince(start))
}
