// Options of training.
import ArgumentParser
import Experiments
import Running

struct TrainingArguments: ParsableArguments {
  @Option(name: .shortAndLong, help: "Folder of the run (default: runs/DATASET-TASK-MODEL).", completion: .directory)
  var output: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Takes the place of a key, e.g. lr=0.003 or augment.event_loss=0.2; repeatable.", valueName: "key=value"))
  var set: [String] = []

  @Option(parsing: .unconditional, help: "Seed of all random draws; the same as --set seed=N.")
  var seed: Int?

  @OptionGroup var course: CourseArguments

  @Flag(help: "Nothing on standard error but errors.")
  var quiet = false

  @Flag(help: "A tiny run of everything: one epoch of a small network, to see that it works.")
  var smoke = false

  func validate() throws {
    try requireFolder(output)
    try requireOneSeed(seed, self.set)
  }

  var overrides: [String] { self.set + (seed.map { ["seed=\($0)"] } ?? []) }

  func runOptions(name: String) throws -> RunOptions {
    var options = RunOptions(output: output ?? "runs/\(name)")
    options.quiet = quiet
    options.limits = try course.limits()
    options.resume = Resume(course.resume)
    options.keepsFinished = course.keepFinished
    options.command = CommandLine.arguments
    return options
  }
}
