// The rates that a forecast counts spikes with, and where they come from.
import Foundation
import Networks
import Running
import Storage

/// Mean rates of populations, known or assumed before a run.
public struct ExpectedRates: Sendable, Equatable {
  /// [Hz] By population of the network, virtual ones included.
  public var hertz: [Double]
  /// Where they come from, to be read after "rates".
  public var origin: String

  public init(_ hertz: [Double], origin: String) {
    self.hertz = hertz
    self.origin = origin
  }

  /// [Hz] Taken where nothing else is known.
  public static let guess = 5.0

  /// What the study states, or the guess.
  public init(_ experiment: Experiment) {
    let count = experiment.description.network.populations.count
    self = experiment.rates ?? ExpectedRates([Double](repeating: Self.guess, count: count), origin: "guessed: \(Int(Self.guess)) Hz each")
  }

  /// One rate for all populations.
  public static func constant(_ hertz: Double, _ experiment: Experiment) -> ExpectedRates {
    ExpectedRates(
      [Double](repeating: hertz, count: experiment.description.network.populations.count),
      origin: "given: \(HumanUnits.significant(hertz)) Hz each")
  }

  /// Those that a run measured.
  /// - Throws: `StorageError` for a folder without a summary, `PlanError` for that of another network.
  public static func measured(_ folder: RunFolder, _ experiment: Experiment) throws -> ExpectedRates {
    let summary = try JSONValue.read(folder.summary)
    return ExpectedRates(try hertz(summary, experiment, folder.summary), origin: "measured in \(folder.path)")
  }

  /// Those of a run that is made for it, here and on one rank: the configuration with other settings, such as a smaller grid.
  /// - Throws: `BenchmarkError` with what the run said.
  public static func probed(
    _ config: String, _ overrides: [String], with settings: [String], program: String, _ experiment: Experiment
  ) throws -> ExpectedRates {
    let folder = NSTemporaryDirectory() + "colonnade-probe-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var command = [program, "simulate", config, "--quiet", "--output", folder]
    for setting in overrides + settings { command += ["--set", setting] }
    _ = try BenchmarkProcess.run(command)
    let summary = try JSONValue.read(RunFolder(folder).summary)
    return ExpectedRates(
      try hertz(summary, experiment, folder), origin: "measured here in a run with \(settings.joined(separator: ", "))")
  }

  static func hertz(_ summary: JSONValue, _ experiment: Experiment, _ path: String) throws -> [Double] {
    try experiment.description.network.populations.map { population in
      if population.isVirtual { return guess }
      guard let rate = summary["rates_hz"]?[population.output.group]?.double else {
        throw PlanError(description: "\(path) holds no rate of \(population.output.group); is it the summary of another network?")
      }
      return rate
    }
  }
}

/// A forecast that cannot be made.
public struct PlanError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public let exitCode: Int32

  init(description: String, exitCode: ExitCode = .badData) {
    self.description = description
    self.exitCode = exitCode.rawValue
  }
}
