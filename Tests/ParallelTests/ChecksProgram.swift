// Starts the program of checks, plainly or on several ranks.
import TestKit

/// Runs mpi-checks under mpirun with `ranks` ranks, or without a launcher where nil.
func runChecks(ranks: Int?, _ arguments: [String], environment: [String: String] = [:]) throws -> ProgramOutcome {
  try BuiltProgram.run("mpi-checks", ranks: ranks, arguments, environment: environment)
}
