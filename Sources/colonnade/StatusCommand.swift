// `colonnade status`: what a run folder holds and how the run goes on.
import ArgumentParser
import Experiments

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Tells what a run folder holds, how far the run is and how it goes on.",
    discussion: """
      EXAMPLES
        colonnade simulate jobs/brunel --output runs/first --smoke
        colonnade status runs/first
        colonnade status runs/first --json
      """)

  @Argument(help: "The folder of a run.", completion: .directory)
  var folder: String

  @Flag(help: "One JSON object: state (finished, resumable, begun), share, checkpoints, command, hashes.")
  var json = false

  func run() throws {
    try alone {
      let status = try RunStatus(RunFolder(folder))
      print(json ? status.json.text : status.text())
    }
  }
}
