// Processes that a launcher started and MPI does not see together: each would do the whole work in the same files, so none begins.
import Foundation
import TestKit
import Testing

@Suite(.serialized) struct LaunchTests {
  /// `srun` without PMIx, and the mpirun of another MPI library.
  private static let launchers = [["SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "2"], ["PMI_RANK": "0", "PMI_SIZE": "2"]]

  @Test(arguments: launchers) func unconnectedProcessesAreRefused(environment: [String: String]) throws {
    let folder = try ScratchFolder()
    for arguments in [["simulate", Repository.place("jobs/brunel"), "--smoke"], ["train", Repository.place("jobs/yin-yang"), "--smoke"]] {
      let outcome = try BuiltProgram.run(
        "colonnade", arguments + ["--output", folder.place("run"), "--set", "seed=3"], environment: environment)
      #expect(outcome.code == 70 && outcome.messages.count == 1, "\(outcome.code): \(outcome.errors)")
      for word in ["started 2 processes", "srun --mpi=pmix", "Open MPI"] { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
      #expect(!folder.has("run"))
    }
  }

  @Test func oneProcessOfOneIsWhole() throws {
    let folder = try ScratchFolder()
    let outcome = try BuiltProgram.run(
      "colonnade", ["simulate", Repository.place("jobs/brunel"), "--smoke", "--set", "N=1000", "--quiet", "--output", folder.place("run")],
      environment: ["SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"])
    #expect(outcome.code == 0, "\(outcome.errors)")
  }
}
