// `colonnade simulate`: one experiment from its configuration to its run folder.
import ArgumentParser
import Experiments
import Parallel

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Simulates a network described by a YAML file, a SONATA configuration or a study's folder.",
    discussion: """
      The run folder receives configuration.yaml (resolved), summary.json, run.jsonl, spikes.h5 and report.html.
      With `mpirun -n N` the network is spread over N ranks; spikes, state and files are the same for every N.
      The run is saved now and then, and before it stops with code 75: on USR1 (which mpirun passes on), ahead of --max-hours, and, as one
      process, on TERM or Ctrl-C. The same command then goes on, on any number of ranks; `colonnade status` tells how far it is.

      EXAMPLES
        colonnade simulate jobs/brunel --seed 2
        colonnade simulate jobs/microcircuit --set scale=0.1 --output runs/tenth
        mpirun -n 2 colonnade simulate jobs/column-grid --set grid=6x6 --smoke
        colonnade simulate jobs/brunel --output runs/limited --max-hours 1h
      """)

  @Argument(help: "A YAML file, a SONATA simulation_config.json, or a folder that holds one.", completion: .file())
  var config: String

  @OptionGroup var options: RunArguments

  func run() throws {
    try onAllRanks { try simulate($0) }
  }

  private func simulate(_ world: borrowing Communicator) throws -> Int32 {
    let experiment = try Experiment.load(path: config, overrides: options.overrides, smoke: options.smoke)
    return try SimulationRun.run(experiment, try options.runOptions(study: experiment.study), world)
  }
}
