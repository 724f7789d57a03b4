// `colonnade export`: a network as SONATA files.
import ArgumentParser
import Experiments
import Running

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes the network of a configuration as SONATA nodes and edges.",
    discussion: """
      The synapses are those that `simulate` uses under the same seed. Inputs are not part of a SONATA circuit and are left out.

      EXAMPLES
        colonnade export jobs/brunel --set N=1000 --output networks/brunel
      """)

  @Argument(help: "A YAML file, a SONATA simulation_config.json, or a folder that holds one.", completion: .file())
  var config: String

  @Option(name: .shortAndLong, help: "Folder that receives the files.", completion: .directory)
  var output: String

  @Option(name: .customLong("set"), help: ArgumentHelp("Takes the place of a key; repeatable.", valueName: "key=value"))
  var set: [String] = []

  func run() throws {
    try alone {
      let experiment = try Experiment.load(path: config, overrides: set)
      let edges = try NetworkExport.write(experiment, to: output)
      print("\(HumanUnits.count(experiment.description.network.neurons)) neurons, \(HumanUnits.count(edges)) edges in \(output)")
    }
  }
}
