// A training that is asked to end, stalls or is killed says so, and goes on to the same weights.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized) struct TrainStopTests {
  private static let long = ["task_type=recognition", "seq_len=2", "epoch=1200", "schedule=constant"]

  /// TERM to one process: a checkpoint and code 75.
  @Test func theEndSignalStopsAndTheRunGoesOn() throws {
    let training = try SmallTraining(Self.long)
    let stopped = try training.interrupt("parts", ranks: nil, "kill -TERM $pid")
    #expect(stopped.code == 75 && stopped.messages.isEmpty, "\(stopped.code) \(stopped.errors)")
    #expect(training.folder.has("parts/checkpoint") && !training.folder.has("parts/summary.json"))
    #expect(try training.start("whole", ranks: 2).code == 0)
    #expect(try training.start("parts", ranks: 3).code == 0)
    #expect(try training.hash("parts") == training.hash("whole"))
  }

  /// A rank that is stopped from outside makes the others end with a word.
  @Test func aStalledRankIsNoticed() throws {
    let training = try SmallTraining(Self.long)
    let outcome = try training.interrupt("run", ranks: 3, "kill -STOP $(pgrep -P $pid | tail -1)", "--stall-limit 2s")
    #expect(outcome.code == 70 && outcome.messages.count == 1, "\(outcome.code): \(outcome.errors)")
    for word in ["no progress", "in phase ", " after step "] { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    let left = try BuiltProgram.shell(
      "for i in $(seq 50); do pgrep -f '^[^ ]*colonnade train .*\(training.folder.place("run"))' >/dev/null || exit 0; sleep 0.1; done; exit 1"
    )
    #expect(left.code == 0, "a process of the run is left after 5 s")
  }

  @Test func killedRanksDoNotChangeTheWeights() throws {
    let training = try SmallTraining(Self.long)
    #expect(try training.start("whole").code == 0)
    let kills = try training.killUntilDone("killed", most: 3)
    #expect(kills > 0, "the training ended before its first checkpoint was seen")
    #expect(try training.hash("killed") == training.hash("whole"), "\(kills) kills")
  }

  /// The figures of a run in parts are those of the whole, and speeds those of the steps that were timed.
  @Test func figuresAreThoseOfTheWholeRun() throws {
    let training = try SmallTraining(["task_type=recognition", "seq_len=2", "train_samples=96"])
    var legs = 0, code: Int32 = 75
    while code == 75 && legs < 20 {
      code = try training.start("run", [], "--max-hours 0.001s").code
      legs += 1
    }
    #expect(code == 0 && legs > 4)
    let summary = try training.summary("run")
    let phases = (summary["phases"]?.object?.members ?? []).reduce(0) { $0 + ($1.value["mean_s"]?.double ?? 0) }
    let run = summary["run_s"]?.double ?? 0
    #expect(run > 0 && abs(phases - run) < 0.01 * run, "phases \(phases) s, run \(run) s")
    let metrics = try training.folder.text("run/run.jsonl").split(separator: "\n").map { try JSONValue.parse(String($0)) }
      .filter { $0["event"]?.string == "metrics" }
    #expect(metrics.count == 2)
    // Each part took one step of 24 samples.
    for epoch in metrics {
      let samples = (epoch["samples_per_s"]?.double ?? 0) * (epoch["seconds"]?.double ?? 0)
      #expect(abs(samples - 24) < 0.01, "\(samples) samples")
    }
  }

  /// A finished training goes on with a higher `epoch` in another folder, to the weights of one that had them from the start.
  @Test func moreEpochsGoOnFromAFinishedTraining() throws {
    let training = try SmallTraining(["task_type=classification", "validation_share=0.3", "select=best"])
    #expect(try training.start("whole", ["epoch=5"]).code == 0)
    #expect(try training.start("run", ["epoch=2"]).code == 0)
    let folder = training.folder, run = folder.place("run")
    let before = try ["summary.json", "weights.h5", "run.jsonl"].map { try folder.bytes("run/\($0)") }
    #expect(try training.start("more", ranks: 2, ["epoch=4"], "--resume \(run)/final-checkpoint").code == 0)
    #expect(try training.start("most", ranks: 3, ["epoch=5"], "--resume \(folder.place("more"))").code == 0)
    let options = "--resume \(run) --max-hours 0.001s"
    var codes: [Int32] = []
    while codes.last ?? 75 == 75 && codes.count < 20 { codes.append(try training.start("stopped", ["epoch=5"], options).code) }
    #expect(codes.last == 0 && codes.count > 2, "\(codes)")
    for name in ["most", "stopped"] {
      #expect(try training.hash(name) == training.hash("whole"))
      for key in ["best_epoch", "validation_accuracy", "train_loss", "steps"] {
        #expect(try training.summary(name)[key] == training.summary("whole")[key], "\(name) \(key)")
      }
      #expect(!folder.has("\(name)/checkpoint") && folder.has("\(name)/final-checkpoint"))
    }
    // As many epochs as there were: nothing is trained, and that is told.
    #expect(try training.start("same", ["epoch=2"], "--resume \(run)").code == 0)
    #expect(try training.hash("same") == training.hash("run") && folder.text("same/run.jsonl").contains("no epoch was left"))
    let refused: [(name: String, settings: [String], from: String, words: [String])] = [
      ("run", ["epoch=5"], run, ["finished", "--output"]), ("run", ["epoch=5"], "\(run)/final-checkpoint", ["finished", "--output"]),
      ("other", ["epoch=1"], run, ["beyond"]), ("other", ["epoch=5", "lr=0.5"], run, ["'lr'"]),
      ("other", ["epoch=5", "schedule=cosine"], run, ["'epoch'"]),
    ]
    for (name, settings, from, words) in refused {
      let outcome = try training.start(name, settings, "--resume \(from)")
      #expect(outcome.code == 78 && outcome.messages.count == 1, "\(outcome.errors)")
      for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }
    #expect(try ["summary.json", "weights.h5", "run.jsonl"].map { try folder.bytes("run/\($0)") } == before)
  }

  /// What has no effect is told when the run begins, not when it has ended.
  @Test func notesAreToldAtOnce() throws {
    let training = try SmallTraining(["synapse_tau=7"])
    let line = training.line("run", [], "--max-hours 0.001s").replacing(" --quiet", with: "")
    let outcome = try BuiltProgram.shell(line)
    #expect(outcome.code == 75 && outcome.errors.contains("NOTE synapse_tau has no effect"), "\(outcome.errors)")
    #expect(try training.folder.text("run/run.jsonl").contains("synapse_tau has no effect"))
  }
}
