// Job scripts on a real Slurm: jobs come back after their time is up, arrays and chains do their work, and nothing is left behind.
import Foundation
import Storage
import TestKit
import Testing

private func settings(duration: Int) -> String {
  "--set N=2500 --set presimulation=10 --set duration=\(duration) --set record.spikes=none --set record.columns=[]"
}

@Suite(.serialized, .enabled(if: LocalSlurm.isThere, LocalSlurm.missing)) struct SlurmTests {
  private func unstopped(_ settings: String) throws -> JSONValue {
    let folder = try ScratchFolder()
    let outcome = try BuiltProgram.shell(
      "mpirun -n 2 colonnade simulate \(Repository.place("jobs/brunel")) \(settings) --output \(folder.path)/run --quiet", limit: 300)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try JSONValue.read(folder.place("run/summary.json"))
  }
  /// Settings of a run of some eight seconds on this machine, however fast it is: long enough to be stopped twice.
  private func longEnough() throws -> String {
    let seconds = try #require(try unstopped(settings(duration: 2000))["run_s"]?.double)
    return settings(duration: Int(8 / seconds * 2000))
  }

  @Test(arguments: ["srun", "mpirun"]) func jobComesBackUntilItIsDone(launcher: String) throws {
    let (slurm, settings) = (try LocalSlurm(), try longEnough())
    let job = try slurm.submit("jobs/brunel/submit.sbatch", "SCRIPT \(settings)", environment: ["COLONNADE_LAUNCHER": launcher])
    for _ in 0..<2 { try slurm.tellTimeIsNearlyUp(job, run: "runs/brunel") }
    #expect(try slurm.waitForEnd(job) == "COMPLETED", "\(slurm.logs())")
    let fields = try slurm.job(job)
    #expect(fields["Restarts"] == "2" && fields["ExitCode"] == "0:0", "\(fields)")
    #expect(slurm.count("run.resume", in: "runs/brunel") == 2)
    let (stopped, whole) = (try slurm.summary("runs/brunel"), try unstopped(settings))
    #expect(stopped["nodes"]?.int != nil && stopped["ranks"]?.int == 2)
    #expect(stopped["spike_hash"] == whole["spike_hash"] && stopped["state_hash"] == whole["state_hash"])
  }

  @Test func chainNeedsNoRequeue() throws {
    let (slurm, settings) = (try LocalSlurm(), try longEnough())
    let outcome = try slurm.call(
      "run \(Repository.place("jobs/chain.sh")) 3 --nodes=2 --ntasks-per-node=1 \(Repository.place("jobs/brunel/submit.sbatch")) \(settings)"
    )
    try #require(outcome.code == 0, "\(outcome.errors)")
    let jobs = outcome.output.split(separator: "\n").map(String.init)
    try #require(jobs.count == 3)
    try slurm.tellTimeIsNearlyUp(jobs[0], run: "runs/brunel")
    #expect(try slurm.waitForEnd(jobs[0]) == "FAILED")
    #expect(try slurm.job(jobs[0])["ExitCode"] == "75:0" && slurm.job(jobs[0])["Restarts"] == "0")
    #expect(try slurm.waitForEnd(jobs[1]) == "COMPLETED", "\(slurm.logs())")
    // The third is not needed.
    #expect(try ["CANCELLED", "gone"].contains(slurm.waitForEnd(jobs[2])))
    let (stopped, whole) = (try slurm.summary("runs/brunel"), try unstopped(settings))
    #expect(stopped["spike_hash"] == whole["spike_hash"] && stopped["state_hash"] == whole["state_hash"])
  }

  /// The second job is taken out of the queue when the first has done the work; the others must not start for that and do it again.
  @Test func chainOfAFinishedRunDeletesNothing() throws {
    let slurm = try LocalSlurm()
    let jobs = try chain(4, slurm, "--set N=1000 --set presimulation=0 --set duration=20")
    #expect(try slurm.waitForEnd(jobs[0]) == "COMPLETED", "\(slurm.logs())")
    for job in jobs.dropFirst() { #expect(try ["CANCELLED", "gone"].contains(slurm.waitForEnd(job))) }
    #expect(slurm.count("run.start", in: "runs/brunel") == 1)
    let summary = try slurm.summary("runs/brunel")
    // The same job once more finds nothing to do, another one does not replace the run.
    for (seed, state) in [("", "COMPLETED"), (" --seed 9", "FAILED")] {
      let job = try slurm.submit("jobs/brunel/submit.sbatch", "SCRIPT --set N=1000 --set presimulation=0 --set duration=20\(seed)")
      #expect(try slurm.waitForEnd(job) == state, "\(slurm.logs())")
    }
    #expect(slurm.count("run.start", in: "runs/brunel") == 1)
    #expect(try slurm.summary("runs/brunel") == summary)
  }

  @Test func chainEndsOnAWrongConfiguration() throws {
    let slurm = try LocalSlurm()
    let jobs = try chain(4, slurm, "--set duraton=1")
    #expect(try slurm.waitForEnd(jobs[0]) == "FAILED")
    #expect(try slurm.job(jobs[0])["ExitCode"] == "78:0")
    for job in jobs.dropFirst() { #expect(try ["CANCELLED", "gone"].contains(slurm.waitForEnd(job)), "\(slurm.logs())") }
    #expect(slurm.logs().components(separatedBy: "start ").count == 2, "\(slurm.logs())")
  }

  private func chain(_ length: Int, _ slurm: LocalSlurm, _ settings: String) throws -> [String] {
    let script = "--nodes=2 --ntasks-per-node=1 \(Repository.place("jobs/brunel/submit.sbatch")) \(settings)"
    let outcome = try slurm.call("run \(Repository.place("jobs/chain.sh")) \(length) \(script)")
    let jobs = outcome.output.split(separator: "\n").map(String.init)
    try #require(outcome.code == 0 && jobs.count == length, "\(outcome.errors)")
    return jobs
  }

  /// `scale` finds the ranks together whatever the site's default is, and processes that are not together refuse to work.
  @Test func scaleAsksSrunForPMIx() throws {
    let slurm = try LocalSlurm()
    let words = "\(Repository.place("jobs/brunel")) --set N=1000 --set presimulation=0 --set duration=20"
    let outcome = try slurm.call(
      "run colonnade scale \(words) --launcher srun --ranks 1,2 --repeats 1 --output study", environment: ["SLURM_MPI_TYPE": "none"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let ranks = try slurm.folder.text("study/scaling.jsonl").split(separator: "\n").map { try JSONValue.parse(String($0))["ranks"]?.int }
    #expect(ranks == [1, 2])
    let alone = try slurm.call("run srun --mpi=none -n 2 colonnade simulate \(words) --output alone")
    #expect(alone.code == 70 && alone.errors.contains("srun --mpi=pmix"), "\(alone.code): \(alone.errors)")
    #expect(!slurm.folder.has("alone"))
    // The script of a batch job is one process, however many tasks the job has.
    let batch = try slurm.call("run sbatch --wait -n 2 --wrap 'colonnade simulate \(words) --output batch'")
    #expect(batch.code == 0 && slurm.folder.has("batch/summary.json"), "\(slurm.folder.names())")
  }

  /// The line that the script itself gives.
  @Test func itsOwnExampleWorks() throws {
    let text = try Repository.text("cluster/local-slurm")
    let line = String(try #require(text.firstMatch(of: /# Example: (local-slurm .+)\n/)).1)
    let folder = try ScratchFolder()
    for name in ["cluster", "jobs"] {
      try FileManager.default.createSymbolicLink(atPath: folder.place(name), withDestinationPath: Repository.place(name))
    }
    let outcome = try BuiltProgram.shell(
      "PATH=$PWD/cluster:$PATH; \(line)", environment: ["COLONNADE_SLURM": folder.place("slurm")], in: folder.path, limit: 180)
    #expect(outcome.code == 0 && !folder.has("slurm"), "\(outcome.errors)")
    try #require(folder.has("runs/brunel/summary.json"), "\(outcome.output) \(outcome.errors)")
    #expect(try JSONValue.read(folder.place("runs/brunel/summary.json"))["ranks"]?.int == 4)
  }

  @Test func arrayTakesOneLinePerTask() throws {
    let slurm = try LocalSlurm(nodes: 2, cpus: 4)
    let short = settings(duration: 50)
    let lines = (1...4).map { "simulate \(Repository.place("jobs/brunel")) \(short) --seed \($0) --output runs/seed-\($0)" }
    try slurm.folder.file("list.txt", lines.joined(separator: "\n") + "\n")
    let outcome = try slurm.call(
      "run sbatch --wait --array=1-4 --nodes=1 --ntasks-per-node=2 \(Repository.place("jobs/sweep.sbatch")) list.txt")
    #expect(outcome.code == 0, "\(outcome.errors) \(slurm.logs())")
    let hashes = try (1...4).map { try slurm.summary("runs/seed-\($0)")["spike_hash"]?.string ?? "none" }
    #expect(Set(hashes).count == 4)
    #expect(try unstopped(short + " --seed 3")["spike_hash"]?.string == hashes[2])
    #expect(slurm.folder.names().filter { $0.hasSuffix(".log") }.count == 4)
  }

  @Test func errorsAreNotRepeated() throws {
    let slurm = try LocalSlurm()
    let job = try slurm.submit("jobs/brunel/submit.sbatch", "SCRIPT --set duraton=1")
    #expect(try slurm.waitForEnd(job) == "FAILED")
    #expect(try slurm.job(job)["ExitCode"] == "78:0" && slurm.job(job)["Restarts"] == "0", "\(slurm.logs())")
    #expect(slurm.logs().contains("duration"), "\(slurm.logs())")
  }

  @Test func upTwiceIsOnceAndDownLeavesNothing() throws {
    let slurm = try LocalSlurm()
    func pids() throws -> [String: String] {
      try Dictionary(uniqueKeysWithValues: slurm.folder.names("slurm/pid").map { ($0, try slurm.folder.text("slurm/pid/\($0)")) })
    }
    let first = try pids()
    #expect(first.keys.sorted() == ["munged", "slurmctld", "slurmd-n1", "slurmd-n2"])
    #expect(try slurm.call("up").code == 0)
    #expect(try pids() == first)
    // A node that was lost is told, and comes back.
    let pid = try #require(first["slurmd-n2"]?.split(separator: " ").first)
    #expect(try BuiltProgram.shell("kill -KILL \(pid); sleep 0.2").code == 0)
    let lost = try slurm.call("status")
    #expect(lost.code == 1 && lost.output.contains("slurmd-n2 is lost"), "\(lost.output)")
    #expect(try slurm.call("up").code == 0)
    // A job that runs is ended with all it has started.
    let mark = "987654"
    _ = try slurm.submit("jobs/brunel/submit.sbatch", "--wrap 'srun sleep \(mark)'")
    try slurm.wait(for: "the job") { !Processes.naming("sleep\0\(mark)").isEmpty }
    #expect(try slurm.call("down").code == 0)
    #expect(!slurm.folder.has("slurm"))
    #expect(Processes.naming("sleep\0\(mark)").isEmpty)
    #expect(Processes.naming(slurm.place).isEmpty)
    #expect(try slurm.call("status").code == 1 && slurm.call("down").code == 0)
  }
}
