// Options of runs that can be stopped and resumed.
import ArgumentParser
import Running

struct CourseArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where to begin: 'auto' goes on from the newest good checkpoint of the run's folder if there is one, 'never' begins anew, "
        + "a folder names another run or one of its checkpoints; the same command, given again, then goes on from its own.",
      valueName: "auto|never|PATH"))
  var resume = "auto"

  @Flag(
    help: "Ends with 0 where the folder holds this run, finished, and does not replace that of another configuration; --resume never does.")
  var keepFinished = false

  @Option(
    help: ArgumentHelp(
      "Wall time between checkpoints: 90s, 10m, 1h (a bare number counts minutes); 'never' writes one at a stop only, and at the end of a training.",
      valueName: "time"))
  var checkpointEvery = "30m"

  @Option(
    help: ArgumentHelp(
      "Stops with a checkpoint and code 75 before this much wall time has passed: hours, or 90s, 30m, 1:30:00.", valueName: "time"))
  var maxHours: String?

  @Option(
    help: ArgumentHelp(
      "Without progress for so long a run counts as stuck and ends with an error; 'never' waits for ever.", valueName: "time"))
  var stallLimit = "10m"

  func validate() throws {
    _ = try limits()
  }

  func limits() throws -> RunLimits {
    var limits = RunLimits()
    limits.checkpointEvery = try Self.time(checkpointEvery, "--checkpoint-every", unit: 60)
    limits.most = try maxHours.flatMap { try Self.time($0, "--max-hours", unit: 3600) }
    limits.stall = try Self.time(stallLimit, "--stall-limit", unit: 60)
    return limits
  }

  private static func time(_ text: String, _ option: String, unit: Double) throws -> Double? {
    if text == "never" { return nil }
    guard let seconds = HumanUnits.seconds(text, unit: unit), seconds > 0 else {
      throw ValidationError(
        "\(option) \(text): give a time above 0 such as 90s, 10m, 1.5h or 1:30:00 (hours, minutes, seconds), or 'never'")
    }
    return seconds
  }
}

/// Refuses a seed that is given in two ways.
func requireOneSeed(_ seed: Int?, _ overrides: [String]) throws {
  if seed != nil, overrides.contains(where: { $0.hasPrefix("seed=") }) {
    throw ValidationError("--seed and --set seed= are the same; give one of them.")
  }
}

/// An unset variable in a job script gives an empty name, which would be the root of the file system.
func requireFolder(_ output: String?) throws {
  if output?.isEmpty == true { throw ValidationError("--output is empty; give the name of a folder, such as --output runs/first") }
}
