// The program: one subcommand per file.
import ArgumentParser
import Experiments
import Parallel
import Running

@main
struct Colonnade: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "colonnade", abstract: "Simulates and trains spiking networks of cortex over MPI.",
    discussion: """
      One YAML file describes a run; the same file gives the same bits on any number of ranks.

      EXAMPLES
        colonnade example microcircuit > microcircuit.yaml
        colonnade simulate microcircuit.yaml --set scale=0.1
        mpirun -n 4 colonnade simulate microcircuit.yaml --output runs/full
        colonnade report runs/full
        colonnade status runs/full

      \(Running.ExitCode.helpText)
      """,
    version: "colonnade \(ProgramVersion.text)",
    subcommands: [
      SimulateCommand.self, TrainCommand.self, EvaluateCommand.self, VerifyCommand.self, BenchmarkCommand.self, ReportCommand.self,
      StatusCommand.self, CompareCommand.self, ExportCommand.self, ModelsCommand.self, ExampleCommand.self,
    ])

  /// Help, usage errors and results are written by one process: under a launcher the others stay silent.
  static func main() {
    letWritesFail()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      if Launch.detect().rank == 0 { exit(withError: error) }
      silentExit(exitCode(for: error).rawValue)
    }
  }
}
