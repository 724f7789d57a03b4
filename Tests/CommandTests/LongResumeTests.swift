// Long loops on stopping and resuming, run by Tests/long.sh: the studies, twenty kills, fifty kills while a checkpoint is written, its cost.
import Foundation
import Storage
import TestKit
import Testing

private let isLong = ProcessInfo.processInfo.environment["COLONNADE_LONG"] != nil

/// Numbers that need not be the same in every run: the moments are random anyway.
private func milliseconds(_ range: ClosedRange<Int>) -> String { String(Double(Int.random(in: range)) / 1000) }

@Suite(.serialized, .enabled(if: isLong, "long loops are run by Tests/long.sh")) struct LongResumeTests {
  struct Study: CustomTestStringConvertible {
    let name: String
    let settings: [String]
    var testDescription: String { ([name] + settings).joined(separator: " ") }
    func line(_ output: String, ranks: Int?, _ options: String = "") -> String {
      "\(ranks.map { "mpirun -n \($0) " } ?? "")colonnade simulate \(Repository.place("jobs/\(name)")) --quiet --output \(output) "
        + settings.map { "--set \($0) " }.joined() + options
    }
  }
  static let studies =
    [Study(name: "microcircuit", settings: ["scale=0.1", "duration=5000"])]
    + ["stored", "procedural"].map { Study(name: "column-grid", settings: ["grid=6x6", "duration=500", "storage=\($0)"]) }

  private func expectSame(_ a: String, _ b: String, _ what: Comment) throws {
    let outcome = try BuiltProgram.shell("colonnade compare \(a) \(b)")
    #expect(outcome.code == 0, "\(what): \(outcome.output)\(outcome.errors)")
  }

  /// Stopped at a random interval on three ranks, resumed on one, two, four.
  @Test(arguments: studies) func studiesGoOnAnywhere(study: Study) throws {
    let folder = try ScratchFolder()
    #expect(try BuiltProgram.shell(study.line(folder.place("whole"), ranks: 2), limit: 900).code == 0)
    let run = folder.place("run")
    let stopped = try BuiltProgram.shell(
      """
      \(study.line(run, ranks: 3, "--checkpoint-every 0.1s")) & pid=$!
      for i in $(seq 10000); do [ -e \(run)/checkpoint ] && break; sleep 0.05; done
      sleep \(milliseconds(0...800)); kill -USR1 $pid; wait $pid
      """, limit: 900)
    #expect(stopped.code == 75, "\(stopped.errors)")
    for ranks in [1, 2, 4] {
      let copy = folder.place("on-\(ranks)")
      #expect(try BuiltProgram.shell("cp -r \(run) \(copy)").code == 0)
      let resumed = try BuiltProgram.shell(study.line(copy, ranks: ranks), limit: 900)
      #expect(resumed.code == 0, "\(resumed.errors)")
      try expectSame(folder.place("whole"), copy, "\(ranks) ranks")
    }
  }

  /// A random rank is killed at a random time, again and again until the run is done; twenty times over.
  @Test func twentyRunsWithKilledRanks() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    for round in 0..<20 {
      let name = "run\(round)"
      var kills = 0
      var code: Int32 = 1
      while code != 0 && kills < 6 {
        let ranks = Int.random(in: 2...4)
        // The time from the start of the program: also before it has built anything.
        let outcome = try BuiltProgram.shell(
          """
          \(run.line(name, ranks: ranks, "--checkpoint-every 0.1s")) & pid=$!
          sleep \(milliseconds(300...2500)); kill -KILL $(pgrep -P $pid | shuf -n 1) 2>/dev/null
          wait $pid; code=$?
          for i in $(seq 50); do pgrep -f '^[^ ]*colonnade simulate .*\(run.folder.place(name))' >/dev/null || exit $code; sleep 0.1; done; exit 99
          """)
        code = outcome.code
        #expect(code != 99, "a process is left after 5 s")
        kills += 1
      }
      if code != 0 { #expect(try run.run(name, ranks: 3).code == 0) }
      try run.expectSame(name, as: "whole", "round \(round), \(kills) kills")
    }
  }

  /// The same for training, five times over.
  @Test func fiveTrainingsWithKilledRanks() throws {
    let training = try SmallTraining(["task_type=memory", "seq_len=2", "epoch=6000", "schedule=constant"])
    #expect(try training.start("whole", ranks: 2).code == 0)
    for round in 0..<5 {
      let kills = try training.killUntilDone("run\(round)", most: 6)
      #expect(try training.hash("run\(round)") == training.hash("whole"), "round \(round), \(kills) kills")
    }
  }

  /// Killed at fifty moments while checkpoints are written one after the other: one rank, or all.
  @Test func fiftyKillsWhileACheckpointIsWritten() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    var resumed = 0
    for round in 0..<50 {
      let name = "run\(round)"
      let victims = round % 2 == 0 ? "$(pgrep -P $pid | shuf -n 1)" : "$(pgrep -P $pid) $pid"
      // A checkpoint after nearly every interval, so that a kill meets one more often than not.
      let outcome = try run.interrupt(
        name, ranks: 3, after: Int.random(in: 1...6), "sleep \(milliseconds(0...60)); kill -KILL \(victims) 2>/dev/null",
        "--checkpoint-every 0.001s")
      if outcome.code == 0 { continue }
      let before = try run.status(name)["share"]?.double ?? 0
      #expect(before > 0, "round \(round): nothing before the kill may be lost")
      let again = try run.run(name, ranks: [1, 2, 4][round % 3])
      #expect(again.code == 0, "\(again.errors)")
      try run.expectSame(name, as: "whole", "round \(round)")
      try FileManager.default.removeItem(atPath: run.folder.place(name))
      resumed += 1
    }
    #expect(resumed > 25, "only \(resumed) of 50 were killed before their end")
  }

  /// Writing costs little time, and goes at the speed of the disk.
  @Test func whatACheckpointCosts() throws {
    let folder = try ScratchFolder()
    let study = Study(name: "column-grid", settings: ["grid=64x64", "storage=procedural", "presimulation=0", "duration=20"])
    let run = folder.place("run")
    let outcome = try BuiltProgram.shell(study.line(run, ranks: 2, "--checkpoint-every 1s"), limit: 900)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let events = try folder.text("run/run.jsonl").split(separator: "\n").map { try JSONValue.parse(String($0)) }
      .filter { $0["event"]?.string == "checkpoint" }
    #expect(!events.isEmpty)
    // As much as all ranks write at once; three times, because a disk's speed varies.
    let megabytes = events.map { 2 * ($0["bytes_of_rank_0"]?.double ?? 0) / 1e6 }
    let blocks = max(1, Int((megabytes.max() ?? 0).rounded()))
    let diskRates = try (0..<3).map { _ in
      let zeros = folder.place("zeros")
      let disk = try BuiltProgram.shell("rm -f \(zeros); dd if=/dev/zero of=\(zeros) bs=1000000 count=\(blocks) conv=fsync 2>&1 | tail -1")
      return try #require(disk.output.matches(of: /, ([0-9.e-]+) s,/).first.flatMap { Double($0.1) }.map { Double(blocks) / $0 })
    }
    let rates = zip(events, megabytes).map { event, megabytes in megabytes / (event["seconds"]?.double ?? .infinity) }
    print("checkpoints of \(megabytes) MB at \(rates) MB/s, dd at \(diskRates) MB/s")
    #expect((rates.max() ?? 0) >= 0.6 * diskRates.sorted()[1])
    // At the interval of 30 minutes, 2 % are 36 s.
    for event in events { #expect((event["seconds"]?.double ?? .infinity) < 36) }
  }
}
