// `colonnade train`: a network trained from its configuration to its run folder.
import ArgumentParser
import Experiments
import Parallel

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a spiking network by backpropagation through time.",
    discussion: """
      The run folder receives configuration.yaml (resolved), summary.json, run.jsonl, weights.h5 and report.html.
      With `mpirun -n N` each batch is spread over N ranks; the weights are the same to the bit for every N.
      A run that was stopped (--max-hours, USR1, TERM or Ctrl-C) ends with code 75; the same command, on any number of ranks, goes on to the same bits.

      EXAMPLES
        colonnade train jobs/yin-yang --set data_path=../shared/data --smoke
        colonnade train jobs/csnn --set data_path=../shared/data \\
          --set model_type=lsnn --smoke
        mpirun -n 2 colonnade train jobs/spoken-digits --output runs/digits \\
          --set data_path=../shared/data --smoke
      """)

  @Argument(help: "A YAML file, or a folder that holds config.yaml.", completion: .file())
  var config: String

  @OptionGroup var options: TrainingArguments

  func run() throws {
    try onAllRanks { world in
      let experiment = try TrainingExperiment.load(path: config, overrides: options.overrides, smoke: options.smoke)
      return try TrainingRun.run(experiment, try options.runOptions(name: experiment.name), world)
    }
  }
}
