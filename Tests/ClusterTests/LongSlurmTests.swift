// The microcircuit under a time limit that is too short for it: Slurm itself says when time is nearly up.
import Foundation
import Storage
import TestKit
import Testing

private let isLong = ProcessInfo.processInfo.environment["COLONNADE_LONG"] != nil

@Suite(.serialized, .enabled(if: isLong, "long loops run with Tests/long.sh"), .enabled(if: LocalSlurm.isThere, LocalSlurm.missing))
struct LongSlurmTests {
  /// Slurm looks at the time every half minute, so a limit of one minute gives the job half a minute at most before it is told.
  @Test func microcircuitOutlivesItsLimit() throws {
    let slurm = try LocalSlurm()
    // More than a minute on two quiet cores.
    let settings = "--set scale=0.1 --set duration=300000 --set 'record.columns=[]'"
    let job = try slurm.submit("jobs/microcircuit/submit.sbatch", "--time=1 --signal=B:USR1@55 SCRIPT \(settings)")
    #expect(try slurm.waitForEnd(job, 1500) == "COMPLETED", "\(slurm.logs())")
    let restarts = Int(try slurm.job(job)["Restarts"] ?? "0") ?? 0
    #expect(restarts >= 2, "\(restarts) restarts")
    let outcome = try BuiltProgram.shell(
      "mpirun -n 2 colonnade simulate \(Repository.place("jobs/microcircuit")) \(settings) --output whole --quiet", in: slurm.folder.path,
      limit: 900)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let (stopped, whole) = (try slurm.summary("runs/microcircuit"), try slurm.summary("whole"))
    #expect(stopped["spike_hash"] == whole["spike_hash"] && stopped["state_hash"] == whole["state_hash"])
    #expect(try slurm.folder.bytes("runs/microcircuit/spikes.h5") == slurm.folder.bytes("whole/spikes.h5"))
    print("Slurm queued the job again \(restarts) times")
  }
}
