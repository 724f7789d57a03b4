// `colonnade example`: a configuration to start from.
import ArgumentParser
import Experiments

struct ExampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "example", abstract: "Prints a configuration to start from.",
    discussion: """
      EXAMPLES
        colonnade example
        colonnade example microcircuit
      """)

  @Argument(help: "Name of the example; without one, all names.", completion: .list(Examples.names))
  var name: String?

  func run() throws {
    try alone { print(try name.map(Examples.text) ?? Examples.names.joined(separator: "\n")) }
  }
}
