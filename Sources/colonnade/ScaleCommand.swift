// `colonnade scale`: a scaling study, measured, fitted, tested on a point that the fit has not seen, and drawn.
import ArgumentParser
import Experiments
import Foundation

struct ScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale", abstract: "Runs a configuration on several numbers of ranks, fits a model of its time and tests it.",
    discussion: """
      Every point runs as processes of its own; medians of the repeats count. The points with the most ranks are held out and predicted
      from the others; then all points predict larger numbers of ranks. The output folder receives scaling.jsonl, one line per point,
      and report.html; called again, the study keeps its points and measures those that are missing. Weak scaling grows the
      key that the study states: grid, scale, N and epsilon; batch_size in training.

      EXAMPLES
        colonnade scale jobs/brunel --set N=2000 --set duration=50 \\
          --ranks 1,2 --repeats 1
        colonnade scale jobs/column-grid --set grid=2x2 --set duration=20 \\
          --set presimulation=0 --mode weak --ranks 1,2 --repeats 1
        colonnade scale --import ../shared/golden/dpsnn/scaling_anchors.json \\
          --fit-up-to 256
      """)

  @Argument(
    help: "A configuration to simulate or train, or a folder that holds one; none, if points are only imported.", completion: .file())
  var config: String?

  @Option(help: "Numbers of ranks, separated by commas.")
  var ranks = "1,2"

  @Option(help: "strong: the same problem on more ranks; weak: a problem that grows with them.")
  var mode = ScalingOptions.Mode.strong

  @Option(help: "What starts the ranks: mpirun or srun.")
  var launcher = ScalingOptions.Launcher.mpirun

  @Option(help: "Runs of each point.")
  var repeats = 3

  @Option(help: "Cores that the ranks have together (default: those of this machine; with srun, as many as ranks).")
  var cores: Int?

  @Option(name: .customLong("set"), help: ArgumentHelp("Takes the place of a key; repeatable.", valueName: "key=value"))
  var set: [String] = []

  @Option(parsing: .unconditional, help: "Seed of all random draws; the same as --set seed=N.")
  var seed: Int?

  @Option(name: .customLong("import"), help: "Points measured elsewhere: JSON lines of another study.", completion: .file())
  var imported: [String] = []

  @Option(help: "Fits points up to so many ranks and predicts the others (default: all but those with the most ranks).")
  var fitUpTo: Int?

  @Option(help: "Extrapolates up to so many times the largest number of ranks.")
  var beyond = 16

  @Option(name: .shortAndLong, help: "Folder of the study.", completion: .directory)
  var output = "runs/scale"

  @Flag(help: "Nothing on standard error but errors.")
  var quiet = false

  private var rankCounts: [Int] { ranks.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 } }

  func validate() throws {
    try requireOneSeed(seed, self.set)
    try requireFolder(output)
    if rankCounts.isEmpty || rankCounts.contains(where: { $0 < 1 }) {
      throw ValidationError("--ranks '\(ranks)' must be numbers of at least 1, separated by commas.")
    }
    if beyond > 1 << 20 { throw ValidationError("--beyond must be at most \(1 << 20).") }
    if repeats < 1 || beyond < 1 { throw ValidationError("--repeats and --beyond must be at least 1.") }
    if let fitUpTo, fitUpTo < 1 { throw ValidationError("--fit-up-to must be at least 1.") }
    if let cores, cores < 1 { throw ValidationError("--cores must be at least 1.") }
    if config == nil && imported.isEmpty { throw ValidationError("Give a configuration to run, or points with --import FILE.") }
  }

  func run() throws {
    if config == nil { return try alone(study) }
    try alone(starting: "colonnade scale", study)
  }

  private func study() throws {
    var options = ScalingOptions(program: Bundle.main.executablePath ?? CommandLine.arguments[0])
    options.mode = mode
    options.launcher = launcher
    options.ranks = rankCounts
    options.repeats = repeats
    options.overrides = self.set + (seed.map { ["seed=\($0)"] } ?? [])
    if let cores { options.cores = cores } else if launcher == .srun { options.cores = rankCounts.max() ?? 1 }
    let record = try ScalingRecord(folder: output, study: try config.map { try ScalingStudy($0, options) }, imports: imported)
    try record.measure { if !quiet { FileHandle.standardError.write(Data(($0 + "\n").utf8)) } }
    print(try record.finish(fitUpTo: fitUpTo, beyond: beyond))
  }
}

extension ScalingOptions.Mode: ExpressibleByArgument {}
extension ScalingOptions.Launcher: ExpressibleByArgument {}
