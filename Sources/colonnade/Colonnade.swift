// The program: one subcommand per file.
import ArgumentParser

@main
struct Colonnade: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "colonnade", abstract: "Simulates and trains spiking networks of cortex over MPI.", version: "0.1.0",
    subcommands: [VerifyCommand.self])
}
