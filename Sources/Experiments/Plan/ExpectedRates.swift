// The rates that a forecast counts spikes with, and where they come from.
import Foundation
import Networks
import Running
import Storage

/// Mean rates of populations, known or assumed before a run.
public struct ExpectedRates: Sendable, Equatable {
  /// [Hz] By population of the network, virtual ones included.
  public var hertz: [Double]
  /// [Hz] The rates at which as many synaptic events would be under way as there are at most, in a volley or a wave; nil where activity is
  /// not known to rise above its mean.
  public var peak: [Double]?
  /// Where they come from, to be read after "rates".
  public var origin: String

  public init(_ hertz: [Double], peak: [Double]? = nil, origin: String) {
    self.hertz = hertz
    self.peak = peak
    self.origin = origin
  }

  /// Those that memory must hold.
  var most: [Double] { peak ?? hertz }

  /// The same with the peak that the study states, which comes whatever the mean of a run is.
  private func withPeak(of study: ExpectedRates?) -> ExpectedRates {
    ExpectedRates(hertz, peak: study?.peak.map { zip($0, hertz).map(max) }, origin: origin)
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
      origin: "given: \(HumanUnits.significant(hertz)) Hz each"
    ).withPeak(of: experiment.rates)
  }

  /// Those that a run measured.
  /// - Throws: `StorageError` for a folder without a summary, `PlanError` for that of another network.
  public static func measured(_ folder: RunFolder, _ experiment: Experiment) throws -> ExpectedRates {
    let summary = try JSONValue.read(folder.summary)
    return ExpectedRates(try hertz(summary, experiment, folder.summary), origin: "measured in \(folder.path)").withPeak(
      of: experiment.rates)
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
      try hertz(summary, experiment, folder), origin: "measured here in a run with \(settings.joined(separator: ", "))"
    ).withPeak(of: experiment.rates)
  }

  static func hertz(_ summary: JSONValue, _ experiment: Experiment, _ path: String) throws -> [Double] {
    try experiment.description.network.populations.map { population in
      if population.isVirtual { return guess }
      guard let rate = summary["rates_hz"]?[population.output.group]?.double else {
        throw PlanError(description: "\(path) holds no rate of \(population.output.group); is it the summary of another network?")
      }
      guard rate.isFinite, rate >= 0, summary["model_time_s"]?.double ?? 1 > 0 else {
        throw PlanError(description: "\(path) gives \(rate) Hz for \(population.output.group), which no run of some duration measures")
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
