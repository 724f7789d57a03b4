// `colonnade export`: a network as SONATA files, or a trained one as a NIR file.
import ArgumentParser
import Experiments
import Foundation
import Running

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes the network of a configuration as SONATA nodes and edges, or a trained one as NIR.",
    discussion: """
      The synapses are those that `simulate` uses under the same seed. Inputs and drawn initial states are not part of a SONATA circuit and are left out.
      NIR has LIF and CubaLIF with a reset to rest, and leaky readouts; a part it cannot express is refused by its name.

      EXAMPLES
        colonnade export jobs/brunel --set N=1000 --output networks/brunel
        colonnade train jobs/yin-yang --set data_path=../shared/data \\
          --set model_type=lif --set reset=zero --output runs/lif --smoke
        colonnade export runs/lif --weights runs/lif/weights.h5 \\
          --nir model.nir
      """)

  @Argument(help: "A YAML file, a SONATA simulation_config.json, or a folder that holds one.", completion: .file())
  var config: String

  @Option(name: .shortAndLong, help: "Folder that receives the SONATA files.", completion: .directory)
  var output: String?

  @Option(help: "File that receives the trained network in NIR.", completion: .file(extensions: ["nir"]))
  var nir: String?

  @Option(help: "The weights for --nir, as `colonnade train` writes them.", completion: .file(extensions: ["h5"]))
  var weights: String?

  @Option(help: "Seconds per step, for the time constants of --nir (default: what a step of the data stands for).")
  var step: Double?

  @Option(name: .customLong("set"), help: ArgumentHelp("Takes the place of a key; repeatable.", valueName: "key=value"))
  var set: [String] = []

  @Option(parsing: .unconditional, help: "Seed of all random draws; the same as --set seed=N.")
  var seed: Int?

  private var overrides: [String] { self.set + (seed.map { ["seed=\($0)"] } ?? []) }

  func validate() throws {
    try requireOneSeed(seed, self.set)
    if (output == nil) == (nir == nil) { throw ValidationError("Give --output FOLDER for SONATA, or --nir FILE for NIR.") }
    if (nir == nil) != (weights == nil) { throw ValidationError("--nir and --weights go together.") }
    if let step, !(step > 0) || !step.isFinite { throw ValidationError("--step must be a time above 0, in seconds.") }
  }

  func run() throws {
    try alone {
      if let nir, let weights {
        try TrainingExport.write(try TrainingExperiment.load(path: config, overrides: overrides), weights: weights, nir: nir, step: step)
        print(nir)
      } else if let output {
        let experiment = try Experiment.load(path: config, overrides: overrides)
        let edges = try NetworkExport.write(experiment, to: output)
        for note in NetworkExport.leftOut(of: experiment) { FileHandle.standardError.write(Data("NOTE \(note)\n".utf8)) }
        print("\(HumanUnits.count(experiment.description.network.neurons)) neurons, \(HumanUnits.count(edges)) edges in \(output)")
      }
    }
  }
}
