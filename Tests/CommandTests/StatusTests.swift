// What the program tells about run folders: how far a run is, and whether two runs are the same.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized) struct StatusTests {
  @Test func statusFollowsARun() throws {
    let run = try StoppedRun()
    let nothing = try BuiltProgram.run("colonnade", ["status", run.folder.path])
    #expect(nothing.code == 66 && nothing.messages.count == 1, "\(nothing.errors)")
    #expect(try BuiltProgram.run("colonnade", ["status", run.folder.place("nowhere")]).code == 66)

    #expect(try run.interrupt("run", ranks: 2, "kill -USR1 $pid").code == 75)
    let stopped = try run.status("run")
    #expect(stopped["state"]?.string == "resumable" && stopped["kind"]?.string == "simulation")
    let share = try #require(stopped["share"]?.double)
    #expect(share > 0 && share < 1)
    let newest = try #require(stopped["checkpoints"]?.array?.first)
    #expect(newest["ranks"]?.int == 2 && newest["end_ms"]?.double == 6020 && (newest["bytes"]?.int ?? 0) > 10_000)
    let text = try BuiltProgram.run("colonnade", ["status", run.folder.place("run")]).output
    #expect(text.contains("% done") && text.contains("by 2 ranks") && text.contains("to go on"), "\(text)")

    // What it says can be done.
    let command = try #require(stopped["command"]?.string)
    #expect(try BuiltProgram.shell(command + " --quiet").code == 0)
    let finished = try run.status("run")
    #expect(finished["state"]?.string == "finished" && finished["share"]?.double == 1 && finished["command"] == nil)
    #expect(finished["spike_hash"]?.string?.count == 64)
  }

  /// A run that failed says why, also to somebody who was not there.
  @Test(arguments: [nil, 2]) func statusTellsWhyARunFailed(ranks: Int?) throws {
    let run = try StoppedRun()
    #expect(try run.run("run", ranks: ranks, "--set duration=200 --set checks.rate.below=0.01").code == 76)
    let status = try BuiltProgram.run("colonnade", ["status", run.folder.place("run")])
    #expect(status.code == 0 && status.output.contains("failed: population"), "\(status.output)")
    let json = try run.status("run")
    #expect(json["last_event"]?["code"]?.int == 76 && json["state"]?.string == "begun")
    #expect(status.output.contains("to begin again: colonnade simulate"))
  }

  @Test func compareFindsTheFirstDifference() throws {
    let run = try StoppedRun()
    let short = "--set duration=200"
    #expect(try run.run("one", short).code == 0)
    #expect(try run.run("two", ranks: 2, short).code == 0)
    #expect(try run.run("seed", short + " --seed 6").code == 0)
    func compare(_ a: String, _ b: String) throws -> ProgramOutcome {
      try BuiltProgram.run("colonnade", ["compare", run.folder.place(a), run.folder.place(b)])
    }
    let same = try compare("one", "two")
    #expect(same.code == 0 && same.output.contains("The runs are the same.") && same.output.contains("ranks: 1 and 2"), "\(same.output)")
    let other = try compare("one", "seed")
    #expect(
      other.code == 1 && other.output.contains("differs  spike_hash") && other.output.contains("differs  seed: 5 and 6"), "\(other.output)")
    #expect(other.output.contains("the first difference is neuron"), "\(other.output)")
    let missing = try compare("one", "none")
    #expect(missing.code == 66 && missing.messages.count == 1, "\(missing.errors)")
    #expect(try run.run("stopped", "--max-hours 1e-7").code == 75)
    let unfinished = try compare("one", "stopped")
    #expect(
      unfinished.code == 66 && unfinished.errors.contains("not finished") && unfinished.errors.contains("status"), "\(unfinished.errors)")
  }

  /// One spike that is moved is found, with its neuron and its time.
  @Test func oneSpikeIsFound() throws {
    let run = try StoppedRun()
    #expect(try run.run("one", "--set duration=200").code == 0)
    try run.copy("one", to: "two")
    let path = run.folder.place("two/spikes.h5")
    let file = try HDF5File.append(path)
    let times: [Double] = try file.read("/spikes/E/timestamps")
    let ids: [UInt64] = try file.read("/spikes/E/node_ids")
    let place = times.count / 2
    try file.write("/spikes/E/node_ids", firstRow: place, [ids[place] ^ 1])
    try file.close()
    let outcome = try BuiltProgram.run("colonnade", ["compare", run.folder.place("one"), run.folder.place("two")])
    #expect(outcome.code == 1 && outcome.output.contains("population E"), "\(outcome.output)")
    #expect(outcome.output.contains("neuron \(ids[place]) ") || outcome.output.contains("neuron \(ids[place] ^ 1) "), "\(outcome.output)")
  }

  @Test(arguments: ["--max-hours soon", "--checkpoint-every 0", "--stall-limit -1s"]) func wrongTimes(option: String) throws {
    let outcome = try BuiltProgram.shell("colonnade simulate x.yaml \(option.replacingOccurrences(of: " -", with: "=-"))")
    #expect(outcome.code == 64 && outcome.errors.contains(String(option.prefix { $0 != " " })), "\(outcome.errors)")
  }
}
