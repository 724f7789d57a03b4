// An output folder that cannot be made or filled, and ranks that have nothing to do.
import Foundation
import TestKit
import Testing

/// A file system of a few kilobytes can be had without being root.
let hasSmallDisk = (try? BuiltProgram.shell("unshare -rm mount -t tmpfs -o size=64k none /mnt", limit: 10).code) == 0

@Suite(.serialized) struct OutputFaultTests {
  @Test func folderThatCannotBeMade() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork)
    for place in [config + "/run", "/proc/run"] {
      try expectRefusal([config], output: place, code: 73, [place, "--output"])
    }
  }

  @Test func folderThatCannotBeWritten() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork)
    let run = folder.place("run")
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
    // Root may write anywhere but into /sys.
    if geteuid() == 0 {
      try expectRefusal([config], output: "/sys/kernel", code: 73, ["/sys/kernel"])
    } else {
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: run)
      try expectRefusal([config], output: run, code: 73, [run])
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: run)
    }
  }

  @Test func resultsOfAnEarlierRunAreNotTakenForThisOnes() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork)
    let arguments = ["simulate", config, "--output", folder.place("run"), "--quiet"]
    #expect(try BuiltProgram.run("colonnade", arguments).code == 0)
    #expect(folder.has("run/summary.json") && folder.has("run/spikes.h5"))
    try expectRefusal([config, "--set", "inputs[0].poisson.rate=1e6"], output: folder.place("run2"), code: 78, ["inputs"], ranks: [nil])
    // Now one that fails while it runs.
    let fast = try folder.file("fast.yaml", smallNetwork.replacingOccurrences(of: "rate: 8000", with: "rate: 800000"))
    try expectRefusal(
      [fast, "--set", "checks.rate.below=10", "--set", "duration=300"], output: folder.place("run"), code: 76, ["population E"])
  }

  /// The file is taken, but no byte fits.
  @Test(arguments: ["summary.json", "configuration.yaml", "report.html"]) func fullDiskUnderOneFile(name: String) throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork)
    let run = folder.place("run")
    for ranks in [nil, 3] {
      try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: run + "/\(name).partial", withDestinationPath: "/dev/full")
      let outcome = try BuiltProgram.run("colonnade", ranks: ranks, ["simulate", config, "--output", run, "--quiet"])
      #expect(outcome.code == 74, "\(outcome.errors)")
      #expect(outcome.messages.count == 1 && outcome.errors.contains(name) && outcome.errors.contains("No space left"), "\(outcome.errors)")
      #expect(!folder.has("run/\(name)"))
      try FileManager.default.removeItem(atPath: run)
    }
  }

  /// A disk that fills up while parts are written, while they are assembled, or at once.
  @Test(.enabled(if: hasSmallDisk, "no small file system can be mounted here (unshare -rm)"), arguments: [12, 128, 400, 700], [nil, 3])
  func diskThatFillsUp(kilobytes: Int, ranks: Int?) throws {
    let folder = try ScratchFolder()
    let disk = folder.place("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    // 10,000 neurons at some 50 Hz for 0.2 s: parts and spikes.h5 of 1.6 MB each.
    let config = try folder.file(
      "config.yaml",
      """
      duration: 200
      populations: [{name: E, model: iaf_psc_delta, count: 10000}]
      inputs: [{poisson: {to: E, rate: 20000, weight: 0.1}}]
      record: {spikes: all}
      """)
    let launcher = ranks.map { "mpirun -n \($0)" } ?? ""
    // What is left is looked at from inside, where the disk can be seen.
    let outcome = try BuiltProgram.shell(
      "unshare -rm bash -c 'mount -t tmpfs -o size=\(kilobytes)k none \(disk); \(launcher) colonnade simulate \(config) --output \(disk)/run --quiet;"
        + " code=$?; ls \(disk)/run; exit $code'")
    #expect(outcome.code == 74, "\(outcome.code): \(outcome.errors)")
    #expect(outcome.messages.count == 1 && outcome.errors.contains("No space left"), "\(outcome.errors)")
    #expect(outcome.errors.contains(disk), "\(outcome.errors)")
    let left = outcome.output.split(separator: "\n").map(String.init)
    #expect(!left.contains("summary.json") && !left.contains("spikes.h5") && !left.contains("report.html"), "\(left)")
  }

  @Test func limitOnFileSizes() throws {
    let folder = try ScratchFolder()
    // In blocks of 1,024 bytes. Without a launcher, whose shared memory needs more.
    let run = "colonnade simulate \(Repository.place("jobs/brunel")) --set duration=300 --output \(folder.path)/run --quiet"
    let outcome = try BuiltProgram.shell("ulimit -f 40; \(run)")
    #expect(outcome.code == 74, "\(outcome.code): \(outcome.errors)")
    #expect(outcome.messages.count == 1 && outcome.errors.contains("ulimit -f"), "\(outcome.errors)")
    #expect(!folder.has("run/summary.json") && !folder.has("run/spikes.h5"))
  }

  @Test func aReaderThatLeavesDoesNotEndTheRun() throws {
    let folder = try ScratchFolder()
    let outcome = try BuiltProgram.shell(
      "colonnade simulate \(Repository.place("jobs/brunel")) --smoke --output \(folder.path)/run 2>&1 | true")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(folder.has("run/summary.json"))
  }

  @Test func moreRanksThanTiles() throws {
    let folder = try ScratchFolder()
    let config = try folder.file(
      "config.yaml",
      smallNetwork.replacingOccurrences(of: "count: 100", with: "count: 3").replacingOccurrences(of: "indegree: 10", with: "indegree: 2"))
    let outcome = try BuiltProgram.run("colonnade", ranks: 8, ["simulate", config, "--output", folder.place("run")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.components(separatedBy: "idle").count == 2, "\(outcome.errors)")
    #expect(try folder.text("run/summary.json").contains("idle"))
    let alone = try BuiltProgram.run("colonnade", ["simulate", config, "--output", folder.place("alone"), "--quiet"])
    #expect(alone.code == 0)
    #expect(try folder.bytes("alone/spikes.h5") == folder.bytes("run/spikes.h5"))
  }

  /// A population without neurons is one: the run, its report and its export hold nothing of it.
  @Test func aPopulationMayBeEmpty() throws {
    let folder = try ScratchFolder()
    let config = try folder.file(
      "config.yaml",
      smallNetwork.replacingOccurrences(
        of: "populations:\n", with: "populations:\n  - {name: none, model: iaf_psc_exp, count: 0}\n"))
    for ranks in [nil, 2] {
      let outcome = try BuiltProgram.run("colonnade", ranks: ranks, ["simulate", config, "--output", folder.place("run")])
      #expect(outcome.code == 0 && !outcome.errors.contains("none stays"), "\(outcome.errors)")
      #expect(try folder.text("run/report.html").contains("raster") && !folder.text("run/report.html").contains(">none<"))
    }
    let export = try BuiltProgram.run("colonnade", ["export", config, "--output", folder.place("network")])
    #expect(export.code == 0 && export.errors.contains("NOTE 1 inputs are left out: poisson input of E"), "\(export.errors)")
    _ = try folder.file(
      "network/simulation_config.json",
      #"{"network": "circuit_config.json", "run": {"tstop": 20, "dt": 0.1}, "output": {"output_dir": "out"}}"#)
    let again = try BuiltProgram.run("colonnade", ["simulate", folder.place("network"), "--output", folder.place("again"), "--quiet"])
    #expect(again.code == 0, "\(again.errors)")
    #expect(try !folder.text("again/summary.json").contains("none"))
  }

  @Test func progressIsPlainInALogAndABarOnATerminal() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork)
    let arguments = ["simulate", config, "--output", folder.place("run")]
    let log = try BuiltProgram.run("colonnade", ranks: 2, arguments)
    #expect(log.code == 0 && !log.errors.contains("\r") && log.errors.contains("simulate 100%"), "\(log.errors)")
    // mpirun passes standard error through a pipe; who sees a terminal behind it can say so.
    let bar = try BuiltProgram.run("colonnade", ranks: 2, arguments, environment: ["COLONNADE_PROGRESS": "bar"])
    #expect(bar.code == 0 && bar.errors.contains("\r") && bar.errors.contains("simulate 100%"), "\(bar.errors)")
    let quiet = try BuiltProgram.run("colonnade", ranks: 2, arguments + ["--quiet"])
    #expect(quiet.code == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
  }
}
