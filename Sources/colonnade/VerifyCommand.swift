// `colonnade verify`: reference cases through the program's own models.
import ArgumentParser
import Experiments
import Running

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Runs reference cases through the models that simulate and train.",
    discussion: """
      Each file holds cases of one form: neuron traces of NEST, or cells, parts and whole nets of the CSNN reference.
      One line per case gives its largest error. Exit code 0 only if every case holds.

      EXAMPLES
        colonnade verify ../shared/golden/nest/*.json
      """)

  @Argument(help: "Files with reference cases.", completion: .file(extensions: ["json"]))
  var files: [String]

  func run() throws {
    try alone {
      var failed = 0
      for file in files {
        for result in try ReferenceCases.run(file) {
          print(result.line(file: file))
          failed += result.holds ? 0 : 1
        }
      }
      if failed > 0 { throw ArgumentParser.ExitCode(Running.ExitCode.differs.rawValue) }
    }
  }
}
