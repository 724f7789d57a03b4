// `colonnade compare`: whether two runs are the same and where they first differ.
import ArgumentParser
import Experiments
import Running

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Tells whether two finished runs are the same, and where they first differ.",
    discussion: """
      Compares hashes, figures and the bytes of all result files. Ends with 0 if the runs are the same and with 1 if not.

      EXAMPLES
        colonnade simulate jobs/brunel --output runs/one --smoke
        mpirun -n 2 colonnade simulate jobs/brunel --output runs/two --smoke
        colonnade compare runs/one runs/two
      """)

  @Argument(help: "The folder of a run.", completion: .directory)
  var first: String

  @Argument(help: "The folder of another.", completion: .directory)
  var second: String

  func run() throws {
    try alone {
      let comparison = try RunComparison(RunFolder(first), RunFolder(second))
      print(comparison.text)
      if !comparison.areSame { throw ArgumentParser.ExitCode(Running.ExitCode.differs.rawValue) }
    }
  }
}
