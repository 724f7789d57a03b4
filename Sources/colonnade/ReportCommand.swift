// `colonnade report`: the report of a run folder, made again.
import ArgumentParser
import Experiments

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes report.html of a run folder from its summary, configuration and spikes.",
    discussion: """
      EXAMPLES
        colonnade simulate jobs/brunel --output runs/first --smoke
        colonnade report runs/first
      """)

  @Argument(help: "The folder of a run.", completion: .directory)
  var folder: String

  func run() throws {
    try alone {
      let run = RunFolder(folder)
      try RunReport.write(run)
      print(run.report)
    }
  }
}
