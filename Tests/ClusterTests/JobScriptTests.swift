// The job scripts with stand-ins for Slurm's commands: what they ask for, which words reach the program, and how they end.
import Foundation
import TestKit
import Testing

/// A folder with programs that stand in for others, and the job scripts beside a profile that starts one process.
private struct Site {
  let folder: ScratchFolder

  init(_ programs: [String: String]) throws {
    folder = try ScratchFolder()
    let files = FileManager.default
    for name in ["bin", "cluster/profiles"] { try files.createDirectory(atPath: folder.place(name), withIntermediateDirectories: true) }
    for (name, text) in programs {
      let path = try folder.file("bin/\(name)", "#!/bin/bash\n\(text)\n")
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    try files.createSymbolicLink(atPath: folder.place("cluster/job.sh"), withDestinationPath: Repository.place("cluster/job.sh"))
    // As start-up files of modules do.
    try folder.file("cluster/profiles/test.sh", "modules=$NOBODY_HAS_SET_THIS\nlauncher=(env)\n")
  }

  func shell(_ line: String, path: String = "$PATH", _ environment: [String: String] = [:]) throws -> ProgramOutcome {
    let job = ["SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "here", "COLONNADE_SITE": "test"]
    return try BuiltProgram.shell(
      "PATH=\(folder.place("bin")):\(path); \(line)", environment: job.merging(environment) { $1 }, in: folder.path, limit: 30)
  }

  /// A job script that calls `run_until_done WORDS`.
  func job(_ words: String, path: String = "$PATH", _ environment: [String: String] = [:]) throws -> ProgramOutcome {
    try folder.file("job.sbatch", "set -euo pipefail\nsource cluster/job.sh\nrun_until_done \(words)\n")
    return try shell("bash job.sbatch", path: path, environment)
  }
}

@Suite struct JobScriptTests {
  /// Writes down its words and ends with $CODE.
  private static let program = #"printf '%s ' "$@" >words; exit "${CODE:-0}""#

  /// A job that was taken out of the queue has not ended well, so a job must wait for more than the one before it.
  @Test func eachJobOfAChainWaitsForAllBefore() throws {
    let site = try Site(["sbatch": #"echo "$@" >>asked; echo "$(wc -l <asked);cluster""#])
    let outcome = try site.shell("bash \(Repository.place("jobs/chain.sh")) 4 script --set a=1")
    #expect(outcome.code == 0 && outcome.output == "1\n2\n3\n4\n", "\(outcome.errors)")
    let asked = try site.folder.text("asked").split(separator: "\n")
    try #require(asked.count == 4)
    #expect(!asked[0].contains("--dependency"))
    for (turn, jobs) in [(1, "1"), (2, "1:2"), (3, "1:2:3")] {
      #expect(asked[turn].contains(" --dependency=afternotok:\(jobs) --kill-on-invalid-dep=yes script --set a=1"), "\(asked[turn])")
      #expect(asked[turn].contains("COLONNADE_REQUEUE=no,COLONNADE_LINK=\(turn) "), "\(asked[turn])")
    }
  }

  @Test func theUsersWordsComeLast() throws {
    let site = try Site(["colonnade": Self.program])
    #expect(try site.job("simulate x --resume other").code == 0)
    #expect(try site.folder.text("words") == "simulate --resume auto --keep-finished x --resume other ")
  }

  /// A job that comes back goes on, also where it was to begin anew at first.
  @Test func whoBeginsAnewDoesSoOnce() throws {
    let site = try Site(["colonnade": Self.program])
    for (words, given) in [("--resume never --set a=never", "--resume never"), ("--resume=never --set a=never", "--resume=never")] {
      let starts: [([String: String], Bool)] = [
        ([:], true), (["COLONNADE_LINK": "0"], true), (["SLURM_RESTART_COUNT": "1"], false), (["COLONNADE_LINK": "2"], false),
      ]
      for (environment, begins) in starts {
        #expect(try site.job("train x \(words)", environment).code == 0)
        let expected = begins ? given : given.replacingOccurrences(of: "never", with: "auto")
        #expect(try site.folder.text("words").hasSuffix(" x \(expected) --set a=never "), "\(environment)")
      }
    }
  }

  @Test func aMissingProgramIsTold() throws {
    let site = try Site([:])
    let outcome = try site.job("simulate x", path: "/usr/bin:/bin")
    #expect(outcome.code == 69 && outcome.errors.contains("module load colonnade"), "\(outcome.code): \(outcome.errors)")
  }

  /// Errors that would come again end a chain, others do not.
  @Test(arguments: [(78, true), (76, true), (65, true), (70, false), (74, false), (75, false), (0, false)])
  func aChainEndsWhereItIsOfNoUse(code: Int, ends: Bool) throws {
    let queue = """
      cat <<EOT
      8 afternotok:7(unfulfilled)
      9 afternotok:7(unfulfilled),afternotok:8(unfulfilled)
      10 afternotok:77(unfulfilled)
      11 afternotok:6(failed),afternotok:7(unfulfilled)
      12 (null)
      13 afterany:7(unfulfilled)
      EOT
      """
    let site = try Site(["colonnade": Self.program, "squeue": queue, "scancel": #"echo "$@" >cancelled"#])
    let chained = try site.job("simulate x", ["CODE": "\(code)", "COLONNADE_LINK": "0", "COLONNADE_REQUEUE": "no"])
    #expect(chained.code == code, "\(chained.errors)")
    #expect(site.folder.has("cancelled") == ends)
    if ends { #expect(try site.folder.text("cancelled") == "8 9 11\n") }
    // What waits for a job outside of a chain is nobody's business.
    let other = try Site(["colonnade": Self.program, "squeue": queue, "scancel": #"echo "$@" >cancelled"#])
    #expect(try other.job("simulate x", ["CODE": "\(code)", "COLONNADE_REQUEUE": "no"]).code == code)
    #expect(!other.folder.has("cancelled"))
  }

  @Test func aTaskWithoutALineIsTold() throws {
    let site = try Site(["colonnade": Self.program])
    try site.folder.file("list.txt", "simulate a\n\nsimulate b --seed 2\n")
    let line = "bash \(Repository.place("jobs/sweep.sbatch")) list.txt --quiet"
    #expect(try site.shell(line, ["SLURM_ARRAY_TASK_ID": "2"]).code == 0)
    #expect(try site.folder.text("words") == "simulate --resume auto --keep-finished b --seed 2 --quiet ")
    let missing = try site.shell(line, ["SLURM_ARRAY_TASK_ID": "3"])
    #expect(missing.code == 64 && missing.errors.contains("list.txt has no line 3"), "\(missing.code): \(missing.errors)")
  }

  /// However long the list of names that srun knows.
  @Test func srunIsAskedToTheEnd() throws {
    let site = try Site(["srun": "echo pmix; seq 200000"])
    let outcome = try site.shell(
      #"bash -c 'set -euo pipefail; source \#(Repository.place("cluster/profiles/generic.sh")); echo "${launcher[*]}"'"#)
    #expect(outcome.output.hasPrefix("srun --mpi=pmix "), "\(outcome.output) \(outcome.errors)")
  }

  @Test func documentationReplacesNothingElse() throws {
    let folder = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: folder.place("site"), withIntermediateDirectories: true)
    try folder.file("site/thesis.txt", "years of work")
    let outcome = try BuiltProgram.shell("bash \(Repository.place("cluster/docs.sh")) site", in: folder.path)
    #expect(outcome.code == 73 && outcome.errors.contains("name a new folder"), "\(outcome.code): \(outcome.errors)")
    #expect(try folder.text("site/thesis.txt") == "years of work")
  }

  /// HDF5 and MPI under the names that a site gives them.
  @Test func packagesAreAskedUnderTheSitesNames() throws {
    let site = try Site([
      "pkg-config": #"[ "$1" = --exists ] && [[ $2 = hdf5-site || $2 = mpi-site ]]"#, "mpirun": "", "apt-get": "exit 1", "sudo": "exit 1",
    ])
    let line = "bash \(Repository.place("cluster/packages.sh")) build"
    let named = try site.shell(line, ["HDF5_PKG_CONFIG": "hdf5-site", "MPI_PKG_CONFIG": "mpi-site"])
    #expect(named.code == 0, "\(named.errors)")
    let missing = try site.shell(line, ["MPI_PKG_CONFIG": "mpi-site"])
    #expect(missing.code == 69 && missing.errors.contains("libhdf5-dev"), "\(missing.errors)")
  }
}
