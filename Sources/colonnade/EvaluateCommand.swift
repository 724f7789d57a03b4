// `colonnade evaluate`: stored weights on the test part of the data.
import ArgumentParser
import Experiments
import Parallel

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Scores trained weights on the test part of the data.",
    discussion: """
      Prints accuracy, loss, precision, recall and the confusion of classes. The configuration is that of the training run;
      keys of the data may be set otherwise, for instance another seq_len or held_out_speakers.

      EXAMPLES
        colonnade train jobs/yin-yang --set data_path=../shared/data --output runs/first --smoke
        colonnade evaluate runs/first --weights runs/first/weights.h5 --set data_path=../shared/data
      """)

  @Argument(help: "The configuration of the run: a YAML file, or a folder that holds it.", completion: .file())
  var config: String

  @Option(help: "The weights, as `colonnade train` writes them.", completion: .file(extensions: ["h5"]))
  var weights: String

  @Option(name: .customLong("set"), help: ArgumentHelp("Takes the place of a key; repeatable.", valueName: "key=value"))
  var set: [String] = []

  func run() throws {
    try onAllRanks { world in
      let experiment = try TrainingExperiment.load(path: config, overrides: set)
      let score = try TrainingRun.evaluate(experiment, weights: weights, world)
      if world.rank == 0 { print(score.text("test")) }
      return 0
    }
  }
}
