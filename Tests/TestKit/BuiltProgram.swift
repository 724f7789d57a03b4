// Starts a program of the package as a user would, plainly or on several ranks, and tells what became of it.
import Foundation

/// What a program said and how it ended.
public struct ProgramOutcome: Sendable {
  /// 124 if it had to be ended because it took too long.
  public let code: Int32
  public let output: String
  public let errors: String
  public let seconds: Double

  /// The lines on standard error that are errors of ours: the launcher adds its own.
  public var messages: [Substring] { errors.split(separator: "\n").filter { $0.hasPrefix("rank ") || $0.hasPrefix("error: ") } }
}

public enum BuiltProgram {
  /// The folder of built products, which the test program lies in.
  public static let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

  /// Runs a program of the package. The user's calibration is not seen.
  ///
  /// - Parameters:
  ///   - ranks: under mpirun with so many ranks; nil starts it without a launcher.
  ///   - folder: the working directory.
  ///   - limit: [s] time after which it is ended. Ranks that wait for each other for ever would hold up all tests.
  public static func run(
    _ name: String, ranks: Int? = nil, _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil,
    limit: Int = 120
  ) throws -> ProgramOutcome {
    let program = products.appendingPathComponent(name).path
    let launcher = ranks.map { ["mpirun", "--oversubscribe", "-n", "\($0)"] } ?? []
    let cache = try ScratchFolder()
    return try withExtendedLifetime(cache) {
      let environment = ["XDG_CACHE_HOME": cache.path].merging(environment) { $1 }
      return try run(launcher + [program] + arguments, environment: environment, in: folder, limit: limit)
    }
  }

  /// Runs a line of shell, in which `colonnade` is the built program.
  public static func shell(
    _ line: String, environment: [String: String] = [:], in folder: String? = nil, limit: Int = 120
  ) throws -> ProgramOutcome {
    try run(["bash", "-c", "set -o pipefail; " + line], environment: environment, in: folder, limit: limit)
  }

  private static func run(
    _ command: [String], environment extra: [String: String], in folder: String?, limit: Int
  ) throws -> ProgramOutcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The threads that start processes here block all signals, and children inherit that: perl lets them through again.
    let unblocked = ["perl", "-MPOSIX", "-e", "sigprocmask(SIG_SETMASK, POSIX::SigSet->new()); exec @ARGV"]
    process.arguments = unblocked + ["timeout", "--kill-after=10", "\(limit)"] + command
    // A launcher around the tests must not be seen by the children.
    var environment = ProcessInfo.processInfo.environment.filter { name, _ in
      !["OMPI_", "PMIX_", "PMI_", "SLURM_", "PRTE_", "COLONNADE_"].contains { name.hasPrefix($0) }
    }
    environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    // For lines that call mpirun themselves.
    environment["OMPI_MCA_rmaps_base_oversubscribe"] = "1"
    environment["PATH"] = "\(products.path):\(environment["PATH"] ?? "/usr/bin:/bin")"
    process.environment = environment.merging(extra) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let scratch = try ScratchFolder()
    let (outputFile, errorFile) = (try scratch.file("output", ""), try scratch.file("errors", ""))
    let outputHandle = try FileHandle(forWritingTo: URL(fileURLWithPath: outputFile))
    let errorHandle = try FileHandle(forWritingTo: URL(fileURLWithPath: errorFile))
    process.standardOutput = outputHandle
    process.standardError = errorHandle
    process.standardInput = FileHandle.nullDevice
    let start = Date()
    try process.run()
    process.waitUntilExit()
    let seconds = Date().timeIntervalSince(start)
    try outputHandle.close()
    try errorHandle.close()
    return ProgramOutcome(
      code: process.terminationStatus, output: try scratch.text("output"), errors: try scratch.text("errors"), seconds: seconds)
  }
}
