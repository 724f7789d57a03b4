// Options that all commands share which run something.
import ArgumentParser
import Experiments
import Running

struct RunArguments: ParsableArguments {
  @Option(name: .shortAndLong, help: "Folder of the run (default: runs/STUDY).", completion: .directory)
  var output: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Takes the place of a key, e.g. scale=0.1 or checks.rate.below=300; repeatable.", valueName: "key=value"))
  var set: [String] = []

  @Option(parsing: .unconditional, help: "Seed of all random draws; the same as --set seed=N.")
  var seed: Int?

  @OptionGroup var course: CourseArguments

  @Flag(help: "Nothing on standard error but errors.")
  var quiet = false

  @Flag(help: "A tiny run of everything: 20 ms at most, to see that it works.")
  var smoke = false

  var overrides: [String] { self.set + (seed.map { ["seed=\($0)"] } ?? []) }

  func validate() throws {
    try requireFolder(output)
    try requireOneSeed(seed, self.set)
  }

  func runOptions(study: String) throws -> RunOptions {
    var options = RunOptions(output: output ?? "runs/\(study)")
    options.quiet = quiet
    options.limits = try course.limits()
    options.resume = Resume(course.resume)
    options.keepsFinished = course.keepFinished
    options.command = CommandLine.arguments
    return options
  }
}
