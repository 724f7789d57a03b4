// Whose a folder is: one run at a time, nothing of others removed, nothing lost by a request that is refused.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized) struct RunFolderTests {
  private func contents(_ folder: ScratchFolder, _ name: String) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for file in folder.names(name) where file.contains(".") { found[file] = try folder.bytes("\(name)/\(file)") }
    return found
  }

  /// Two jobs with one --output would write the same files.
  @Test func aSecondRunInTheFolderIsRefused() throws {
    let run = try StoppedRun()
    // Longer than another run waits for the last one's end.
    let settings = "--set duration=40000"
    let outcome = try BuiltProgram.shell(
      """
      \(run.line("run", ranks: 2, settings)) & pid=$!
      for i in $(seq 2000); do grep -q build.done \(run.folder.place("run"))/run.jsonl 2>/dev/null && break; sleep 0.02; done
      \(run.line("run", ranks: nil, "--seed 9 " + settings)); second=$?
      wait $pid; echo first $? second $second
      """)
    #expect(outcome.output.contains("first 0 second 73"), "\(outcome.output) \(outcome.errors)")
    #expect(outcome.errors.contains("another run is at work in this folder"), "\(outcome.errors)")
    #expect(try run.run("alone", ranks: 2, settings).code == 0)
    try run.expectSame("run", as: "alone", "beside a refused one")
  }

  @Test(arguments: [
    "checkpoint/last.ckpt", "checkpoint/3/model.pt", "parts/figure.svg", "scaling.jsonl", "final-checkpoint/thesis.txt", "weights.h5",
    "configuration.yaml", "rates.csv", "mine.h5",
  ])
  func filesOfOthersAreNotRemoved(name: String) throws {
    let folder = try ScratchFolder()
    let record = "\nrecord: {columns: [{population: E, column: V_m, neurons: [0], interval: 1, file: mine.h5}]}\n"
    let config = try folder.file("config.yaml", smallNetwork + record)
    let place = folder.place("run/" + name)
    try FileManager.default.createDirectory(
      atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let file = try folder.file("run/" + name, "theirs")
    try expectRefusal([config], output: folder.place("run"), code: 73, [name, "not a run's", "--output"])
    #expect(try WholeFile.text(file) == "theirs")
  }

  /// A network that cannot be built leaves the results that are there; a file that a run reads is not replaced by it.
  @Test func whatARunNeedsIsNotLost() throws {
    let folder = try ScratchFolder()
    func simulate(_ spikes: String, from: String = "S", to: String = "E") throws -> ProgramOutcome {
      let config = try folder.file(
        "config.yaml",
        """
        duration: 20
        populations:
          - {name: \(from), model: spikes, count: 10, \(spikes)}
          - {name: \(to), model: iaf_psc_exp, count: 5}
        projections:
          - {from: \(from), to: \(to), rule: all_to_all, weight: 500, delay: 1.5}
        """)
      return try BuiltProgram.run("colonnade", ["simulate", config, "--output", folder.place("done"), "--resume", "never"])
    }
    #expect(try simulate("spikes: [[1, 0], [2, 3]]").code == 0)
    let before = try contents(folder, "done")
    #expect(before["spikes.h5"] != nil && before["summary.json"] != nil)
    let own = try simulate("file: done/spikes.h5")
    #expect(own.code == 73 && own.errors.contains("the run reads spikes.h5 in it"), "\(own.code) \(own.errors)")
    _ = try folder.file("broken.h5", "no HDF5")
    let broken = try simulate("file: broken.h5")
    #expect(broken.code == 65 && broken.errors.contains("(phase: build)"), "\(broken.code) \(broken.errors)")
    let after = try contents(folder, "done")
    for (name, bytes) in before where name != "run.jsonl" { #expect(after[name] == bytes, "\(name)") }
    // What is not read, though its name begins like a result's, is in nobody's way.
    try FileManager.default.copyItem(atPath: folder.place("done/spikes.h5"), toPath: folder.place("done/spikes.h5.mine.h5"))
    let other = try simulate("file: done/spikes.h5.mine.h5", from: "E", to: "F")
    #expect(other.code == 0, "\(other.errors)")
  }

  @Test func anEmptyNameOfAFolderIsRefused() throws {
    let outcome = try BuiltProgram.run("colonnade", ["simulate", "brunel", "--output", ""])
    #expect(outcome.code == 64 && outcome.errors.contains("--output is empty"), "\(outcome.errors)")
  }

  /// What a checkpoint cannot be gone on with must cost neither it nor what is in the folder.
  @Test func aRefusedResumeCostsNothing() throws {
    let run = try StoppedRun()
    #expect(try run.run("finished", "--set duration=100").code == 0)
    #expect(try run.interrupt("stopped", ranks: 2, "kill -USR1 $pid").code == 75)
    let (finished, stopped) = (try contents(run.folder, "finished"), try contents(run.folder, "stopped"))
    let place = run.folder.place("stopped")
    // The checkpoint has come further than that.
    let short = "--set duration=1"
    for (name, options) in [("stopped", short), ("finished", short + " --resume \(place)")] {
      let refused = try run.run(name, ranks: 2, options)
      #expect(refused.code == 78 && refused.errors.contains("beyond the duration"), "\(refused.errors)")
    }
    func same(_ a: [String: [UInt8]], _ b: [String: [UInt8]]) -> [String] { a.keys.filter { $0 != "run.jsonl" && a[$0] != b[$0] } }
    #expect(same(finished, try contents(run.folder, "finished")) == [])
    #expect(same(stopped, try contents(run.folder, "stopped")) == [])
    // A folder with a run that could go on is not taken for another one.
    try run.copy("stopped", to: "other")
    let occupied = try run.run("other", "--resume \(place)")
    #expect(occupied.code == 78 && occupied.errors.contains("could go on"), "\(occupied.errors)")
    #expect(try run.run("stopped").code == 0)
    #expect(try run.run("other", ranks: 2).code == 0)
    try run.expectSame("other", as: "stopped", "after refusals")
  }

  /// As from folders of the machines that are not the same.
  @Test func ranksThatReadDifferentFilesAreRefused() throws {
    let folder = try ScratchFolder()
    for seed in [1, 2] { _ = try folder.file("\(seed).yaml", smallNetwork.replacing("seed: 3", with: "seed: \(seed)")) }
    func line(_ seed: Int) -> String {
      "-n 1 colonnade simulate \(folder.place("\(seed).yaml")) --output \(folder.place("run")) --quiet"
    }
    let outcome = try BuiltProgram.shell("mpirun --oversubscribe \(line(1)) : \(line(2))")
    #expect(outcome.code == 78 && outcome.messages.count == 1 && outcome.errors.contains("rank 1 read settings"), "\(outcome.errors)")
    #expect(!folder.has("run"))

    // One path that leads to other recordings on each rank.
    let (first, second) = (try ScratchFolder(), try ScratchFolder())
    try writeDigits(first, seed: 11)
    try writeDigits(second, seed: 12)
    let training = try first.file("config.yaml", smallTraining)
    func trained(_ place: ScratchFolder) -> String {
      "-wdir \(place.path) -n 1 colonnade train \(training) --set data_path=/proc/self/cwd --output \(folder.place("trained")) --quiet"
    }
    let refused = try BuiltProgram.shell("mpirun --oversubscribe \(trained(first)) : \(trained(second))")
    #expect(refused.code == 78 && refused.messages.count == 1 && refused.errors.contains("rank 1 read recordings"), "\(refused.errors)")
    #expect(!folder.has("trained"))
  }

  /// A checkpoint of the presimulation, which is not timed, adds nothing to the times of the run.
  @Test func timesAreThoseOfTheRecordedTime() throws {
    let run = try StoppedRun()
    let settings = "--set presimulation=6000 --set duration=1000"
    #expect(try run.interrupt("run", ranks: 2, "kill -USR1 $pid", settings).code == 75)
    #expect(try run.run("run", ranks: 2, settings).code == 0)
    let summary = try JSONValue.read(run.folder.place("run/summary.json"))
    #expect(summary["resumed_at_ms"]?.array?.first?.double ?? 9e9 < 6000)
    let time = summary["run_s"]?.double ?? 0
    for (name, phase) in summary["phases"]?.object?.members ?? [] {
      let (most, share) = (phase["max_s"]?.double ?? .nan, phase["share"]?.double ?? .nan)
      #expect(most <= 1.5 * time && share <= 1.01, "\(name): \(most) s of \(time) s, share \(share)")
    }
  }

  /// 20 ms are no multiple of every resolution.
  @Test func smokeTakesWholeSteps() throws {
    let folder = try ScratchFolder()
    let config = try folder.file(
      "config.yaml", smallNetwork.replacing("resolution: 0.1", with: "resolution: 0.3").replacing("duration: 20", with: "duration: 300"))
    let outcome = try BuiltProgram.run("colonnade", ["simulate", config, "--output", folder.place("run"), "--smoke", "--quiet"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try JSONValue.read(folder.place("run/summary.json"))["model_time_s"]?.double == 0.0198)
  }

  /// What is not finished has no report, and is told so.
  @Test func aReportNeedsAFinishedRun() throws {
    let run = try StoppedRun()
    #expect(try run.interrupt("run", ranks: nil, "kill -USR1 $pid").code == 75)
    let outcome = try BuiltProgram.run("colonnade", ["report", run.folder.place("run")])
    #expect(outcome.code == 66 && outcome.errors.contains("it is not finished; see colonnade status"), "\(outcome.errors)")
  }
}
