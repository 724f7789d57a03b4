// `colonnade verify`: reference cases through the program's own models.
import ArgumentParser
import Experiments
import Running

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Runs reference cases through the models that simulate and train.",
    discussion: """
      Each file holds cases of one form: neuron traces of NEST, or cells, parts and whole nets of the CSNN reference.
      One line per case gives its largest error. Exit code 0 only if every case holds, 1 if one does not, 65 or 66 for a file that cannot
      be used.

      EXAMPLES
        colonnade verify ../shared/golden/nest/*.json
      """)

  @Argument(help: "Files with reference cases.", completion: .file(extensions: ["json"]))
  var files: [String]

  func run() throws {
    try alone {
      var failed = 0
      var unusable: (any Error)?
      for file in files {
        do {
          try ReferenceCases.run(file) { result in
            print(result.line(file: file))
            failed += result.holds ? 0 : 1
          }
        } catch {
          // One file or case that cannot be used hides none of the others.
          print("FAILED \(file): \(error)")
          unusable = unusable ?? error
        }
      }
      if let unusable { throw unusable }
      if failed > 0 { throw ArgumentParser.ExitCode(Running.ExitCode.differs.rawValue) }
    }
  }
}
