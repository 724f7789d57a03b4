// Training as a user starts it: the same weights on any number of ranks, weights that evaluate as they were tested, refusals.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized) struct TrainTests {
  private func train(_ folder: ScratchFolder, _ name: String, ranks: Int? = nil, _ settings: [String]) throws -> JSONValue {
    let arguments = ["data_path=\(folder.path)"] + settings
    let outcome = try BuiltProgram.run(
      "colonnade", ranks: ranks,
      ["train", folder.place("config.yaml"), "--output", folder.place(name), "--quiet"] + arguments.flatMap { ["--set", $0] })
    #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.isEmpty, "\(outcome.errors)")
    return try JSONValue.read(folder.place(name) + "/summary.json")
  }

  /// - Parameter without: keys of the small configuration that are left out.
  private func start(
    _ folder: ScratchFolder, _ name: String, ranks: Int? = nil, _ settings: [String], _ options: [String] = [], without: [String] = []
  ) throws -> ProgramOutcome {
    let lines = smallTraining.split(separator: "\n").filter { line in !without.contains { line.hasPrefix($0 + ":") } }
    let config = try folder.file("config-\(without.count).yaml", lines.joined(separator: "\n") + "\n")
    let arguments = (["data_path=\(folder.path)"] + settings).flatMap { ["--set", $0] }
    return try BuiltProgram.run(
      "colonnade", ranks: ranks, ["train", config, "--output", folder.place(name), "--quiet"] + options + arguments)
  }

  @Test(arguments: [
    ["task_type=recognition", "seq_len=2", "model_type=clif"],
    ["task_type=memory", "seq_len=2", "model_type=lsnn", "apical_tau=distributed"],
    ["task_type=classification", "model_type=lif", "clip=1", "augment={event_loss: 0.2, time_shift: 3, channel_shift: 2}"],
    ["task_type=recognition", "model_type=add_clif", "precision=double", "fresh=true"],
  ]) func weightsAreTheSameOnAnyNumberOfRanks(settings: [String]) throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    let alone = try train(folder, "alone", settings)
    #expect(alone["weights_hash"]?.string?.count == 64)
    #expect(alone["epochs"]?.int == 2)
    for key in ["samples_per_s", "train_loss", "test_accuracy"] { #expect(alone[key]?.double?.isFinite == true, "\(key)") }
    #expect(alone["phases"]?["backward"]?["mean_s"]?.double ?? 0 > 0)
    for ranks in [2, 3] {
      let many = try train(folder, "ranks\(ranks)", ranks: ranks, settings)
      for key in ["weights_hash", "train_loss", "test_loss", "test_accuracy", "confusion"] { #expect(many[key] == alone[key], "\(key)") }
      #expect(try folder.bytes("ranks\(ranks)/weights.h5") == folder.bytes("alone/weights.h5"))
    }
    let other = try train(folder, "other", settings + ["seed=5"])
    #expect(other["weights_hash"] != alone["weights_hash"])
  }

  @Test func resolvedConfigurationGivesTheSameRunAndWeightsEvaluateAsTested() throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    let first = try train(folder, "first", ["task_type=classification", "validation_share=0.3", "select=best", "epoch=4"])
    #expect(
      folder.names("first") == [
        "configuration.yaml", "example.h5", "final-checkpoint", "report.html", "run.jsonl", "summary.json", "weights.h5",
      ])
    let again = try BuiltProgram.run(
      "colonnade", ["train", folder.place("first"), "--output", folder.place("again"), "--quiet"])
    #expect(again.code == 0, "\(again.errors)")
    #expect(try JSONValue.read(folder.place("again/summary.json"))["weights_hash"] == first["weights_hash"])
    for ranks in [nil, 2] {
      let score = try BuiltProgram.run(
        "colonnade", ranks: ranks, ["evaluate", folder.place("first"), "--weights", folder.place("first/weights.h5")])
      #expect(score.code == 0, "\(score.errors)")
      let accuracy = score.output.firstMatch(of: /accuracy ([0-9.]+) %/).flatMap { Double($0.1) } ?? -1
      #expect(abs(accuracy - 100 * (first["test_accuracy"]?.double ?? 0)) < 0.01, "\(score.output)")
    }
    let metrics = try folder.text("first/run.jsonl").split(separator: "\n").map { try JSONValue.parse(String($0)) }
      .filter { $0["event"]?.string == "metrics" }
    #expect(metrics.compactMap { $0["epoch"]?.int } == [1, 2, 3, 4])
    let best = metrics.compactMap { $0["validation_accuracy"]?.double }.max()
    #expect(first["validation_accuracy"]?.double == best)
    let report = try folder.text("first/report.html")
    for figure in ["loss", "accuracy", "confusion", "example-readout", "gain"] { #expect(report.contains("id=\"\(figure)\""), "\(figure)") }
  }

  /// What is set, the exit code, and what the message says.
  private static let refused: [(settings: [String], code: Int32, words: [String])] = [
    (["data_path=/nowhere"], 66, ["(phase: data)", "/nowhere/fsdd_spikes/fsdd_spikes_train.h5", "fsdd", "SOURCE.txt", "data_path"]),
    (["batch_size=30"], 78, ["batch_size", "multiple of micro_batch", "30 and 4"]),
    (["batch_size=8"], 78, ["3 ranks share 2 micro-batches"]), (["batch_size=96"], 78, ["do not fill one batch of 96"]),
    (["lr=1e30"], 76, ["is ", "at step", "lower the learning rate", "--resume never", "(phase: train)"]),
    (["model_typ=lif"], 78, ["--set model_typ", "'model_type'"]),
    (["model_type=gru"], 78, ["clif, lif, lsnn, add_clif", "gru"]), (["seq_len=10"], 78, ["seq_len", "between 1 and 9"]),
    (["task_type=classification", "held_out_speakers=[7]"], 78, ["speaker 7", "0, 1, 2"]),
    (["held_out_speakers=[0, 1, 2]"], 78, ["no speaker"]),
    (["dataset=shd"], 66, ["shd_train.h5", "zenkelab.org"]), (["dataset=dvsgesture"], 66, ["ibmGestureTrain", "Amir"]),
    (["dataset=nmnist"], 66, ["train1K.txt", "Orchard"]), (["dataset=yin_yang"], 78, ["spatial_factor"]),
  ]

  @Test(arguments: refused) func refusals(settings: [String], code: Int32, words: [String]) throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    try expectRefusal(folder, settings, code: code, words, ranks: words[0].hasPrefix("3 ranks") ? [3] : [nil, 3])
  }

  @Test func refusesDamagedData() throws {
    let folder = try ScratchFolder()
    _ = try folder.file("config.yaml", smallTraining)
    try writeDigits(folder, cut: true)
    try expectRefusal(folder, [], code: 65, ["fsdd_spikes_train.h5"])
    try writeDigits(folder, lastLabel: 10)
    try expectRefusal(folder, [], code: 65, ["fsdd_spikes_train.h5:labels", "recording 9 has label 10", "0 to 9"])
  }

  /// Stopped after every step or so, each part on another number of ranks.
  @Test(arguments: [
    ["task_type=recognition", "seq_len=2", "train_samples=96"],
    [
      "task_type=classification", "model_type=lsnn", "precision=double", "schedule=cosine", "recompute_segments=3", "validation_share=0.2",
      "select=best",
    ],
  ]) func partsOfARunGiveTheWeightsOfTheWhole(settings: [String]) throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    let whole = try train(folder, "whole", settings)
    var parts = 0, code: Int32 = 75
    while code == 75 && parts < 20 {
      let outcome = try start(folder, "parts", ranks: [nil, 2, 3][parts % 3], settings, ["--max-hours", "0.001s"])
      code = outcome.code
      #expect([0, 75].contains(code) && outcome.messages.isEmpty, "\(outcome.errors)")
      #expect(folder.has("parts/checkpoint") == (code == 75) && folder.has("parts/summary.json") == (code == 0))
      parts += 1
    }
    #expect(code == 0 && parts > 3)
    let last = try JSONValue.read(folder.place("parts/summary.json"))
    #expect(last["resumes"]?.int == parts - 1)
    for key in ["weights_hash", "train_loss", "train_accuracy", "test_loss", "validation_loss", "best_epoch", "confusion", "steps"] {
      #expect(last[key] == whole[key], "\(key)")
    }
    #expect(try folder.bytes("parts/weights.h5") == folder.bytes("whole/weights.h5"))
    let epochs = try folder.text("parts/run.jsonl").split(separator: "\n").map { try JSONValue.parse(String($0)) }
      .filter { $0["event"]?.string == "metrics" }.compactMap { $0["epoch"]?.int }
    #expect(epochs == [1, 2])
  }

  /// A command that begins from another run's checkpoint comes to its end, however often it is stopped; then it is kept where asked to.
  @Test func aRepeatedCommandGoesOnFromItsOwnCheckpoints() throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    let settings = ["task_type=recognition", "seq_len=2", "train_samples=96"]
    let whole = try train(folder, "whole", settings)
    #expect(try start(folder, "first", settings, ["--max-hours", "0.001s"]).code == 75)
    let options = ["--resume", folder.place("first"), "--max-hours", "0.001s"]
    var codes: [Int32] = []
    while codes.last ?? 75 == 75 && codes.count < 20 {
      codes.append(try start(folder, "second", ranks: [nil, 2][codes.count % 2], settings, options).code)
    }
    #expect(codes.last == 0 && codes.count > 2, "\(codes)")
    let summary = try JSONValue.read(folder.place("second/summary.json"))
    #expect(summary["weights_hash"] == whole["weights_hash"] && summary["resumes"]?.int == codes.count)
    let text = try folder.text("second/summary.json")
    #expect(try start(folder, "second", settings, ["--keep-finished"]).code == 0)
    let other = try start(folder, "second", ranks: 2, settings + ["lr=0.5"], ["--keep-finished"])
    #expect(other.code == 78 && other.messages.count == 1 && other.errors.contains("'lr'"), "\(other.errors)")
    #expect(try folder.text("second/summary.json") == text)
  }

  /// USR1 at whatever step it comes.
  @Test func theCheckpointSignalStopsAndTheRunGoesOn() throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    let settings = ["task_type=recognition", "seq_len=2", "epoch=3000", "schedule=constant"]
    let sets = (["data_path=\(folder.path)"] + settings).map { "--set \($0)" }.joined(separator: " ")
    let line = """
      mpirun --oversubscribe -n 2 colonnade train config.yaml --output parts --quiet \(sets) & p=$!
      while kill -0 $p 2> /dev/null && ! grep -q metrics parts/run.jsonl 2> /dev/null; do sleep 0.02; done
      kill -USR1 $p
      wait $p
      """
    let stopped = try BuiltProgram.shell(line, in: folder.path)
    #expect(stopped.code == 75 && stopped.messages.isEmpty, "\(stopped.code) \(stopped.errors)")
    #expect(folder.has("parts/checkpoint") && !folder.has("parts/summary.json"))
    let whole = try train(folder, "whole", settings), rest = try train(folder, "parts", ranks: 3, settings)
    #expect(rest["weights_hash"] == whole["weights_hash"] && rest["resumes"]?.int == 1)
  }

  @Test func aFailedRunKeepsItsLastGoodCheckpoint() throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    let settings = ["lr=1e30", "train_samples=240"]
    let stopped = try start(folder, "run", settings, ["--max-hours", "0.001s"])
    #expect(stopped.code == 75, "\(stopped.errors)")
    for ranks in [nil, 3] {
      let failed = try start(folder, "run", ranks: ranks, settings)
      #expect(failed.code == 76 && failed.messages.count == 1 && failed.errors.contains("at step"), "\(failed.code) \(failed.errors)")
      #expect(try CheckpointFolder.ofRun(folder.place("run")).numbers().count == 1)
    }
    // What was begun with one configuration does not go on with another.
    let other = try start(folder, "run", ["lr=0.01", "train_samples=240"])
    #expect(other.code == 78 && other.errors.contains("'lr'") && other.errors.contains("--resume never"), "\(other.errors)")
    #expect(try CheckpointFolder.ofRun(folder.place("run")).numbers().count == 1)
    let anew = try start(folder, "run", ["lr=0.01", "train_samples=240"], ["--resume", "never"])
    #expect(anew.code == 0 && !folder.has("run/checkpoint"), "\(anew.errors)")
  }

  /// A network with reset to zero leaves as NIR and comes back with the same answers; what NIR cannot say is refused.
  @Test func exportsAndImportsNIR() throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    for model in ["lif", "cuba_lif"] {
      let settings = ["task_type=classification", "model_type=\(model)", "reset=zero", "epoch=1"]
      let first = try train(folder, model, settings)
      let out = try BuiltProgram.run(
        "colonnade",
        ["export", folder.place(model), "--weights", folder.place("\(model)/weights.h5"), "--nir", folder.place("\(model).nir")])
      #expect(out.code == 0, "\(out.errors)")
      // Steps so small that no weight changes.
      let again = try start(
        folder, "again", ["task_type=classification", "network=\(folder.place("\(model).nir"))", "lr=1e-30", "epoch=1"],
        ["--resume", "never"],
        without: ["units"])
      #expect(again.code == 0, "\(again.errors)")
      let second = try JSONValue.read(folder.place("again/summary.json"))
      for key in ["weights_hash", "test_loss", "confusion"] { #expect(second[key] == first[key], "\(model): \(key)") }
    }
    _ = try train(folder, "clif", ["task_type=classification", "model_type=clif", "epoch=1"])
    let refused = try BuiltProgram.run(
      "colonnade", ["export", folder.place("clif"), "--weights", folder.place("clif/weights.h5"), "--nir", folder.place("clif.nir")])
    #expect(refused.code == 78 && refused.errors.contains("layer 'hidden'") && !folder.has("clif.nir"), "\(refused.errors)")
    try AtomicFile.write(folder.place("cut.nir"), Array(try WholeFile.read(folder.place("lif.nir")).prefix(900)))
    for (file, code, word) in [("cut.nir", Int32(65), "cut.nir"), ("none.nir", 66, "none.nir")] {
      let outcome = try start(
        folder, "bad", ranks: 2, ["task_type=classification", "network=\(folder.place(file))"], without: ["units"])
      #expect(outcome.code == code && outcome.messages.count == 1 && outcome.errors.contains(word), "\(outcome.errors)")
    }
    var graph = try NIRGraph.read(folder.place("lif.nir"))
    graph.edges.append(.init("hidden", "nowhere"))
    try graph.write(folder.place("dangling.nir"))
    for ranks in [nil, 3] {
      let outcome = try start(
        folder, "bad", ranks: ranks, ["task_type=classification", "network=\(folder.place("dangling.nir"))"], without: ["units"])
      #expect(
        outcome.code == 65 && outcome.messages.count == 1 && outcome.errors.contains("there is no node 'nowhere'"), "\(outcome.errors)")
    }
    let both = try start(folder, "bad", ["task_type=classification", "network=\(folder.place("lif.nir"))"])
    #expect(both.code == 78 && both.errors.contains("'units'"), "\(both.errors)")
  }

  @Test func refusesWeightsOfAnotherShape() throws {
    let folder = try ScratchFolder()
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
    _ = try train(folder, "run", ["epoch=1"])
    let outcome = try BuiltProgram.run(
      "colonnade", ["evaluate", folder.place("run"), "--weights", folder.place("run/weights.h5"), "--set", "units=13"])
    #expect(outcome.code == 65 && outcome.messages.count == 1 && outcome.errors.contains("shape [12, 70]"), "\(outcome.errors)")
  }

  private func expectRefusal(
    _ folder: ScratchFolder, _ settings: [String], code: Int32, _ words: [String], ranks: [Int?] = [nil, 3]
  ) throws {
    for ranks in ranks {
      let arguments = (["data_path=\(folder.path)"] + settings).flatMap { ["--set", $0] }
      let outcome = try BuiltProgram.run(
        "colonnade", ranks: ranks, ["train", folder.place("config.yaml"), "--output", folder.place("run"), "--quiet"] + arguments)
      let said: Comment = "\(ranks ?? 1) ranks ended with \(outcome.code) after \(outcome.seconds) s: \(outcome.errors)"
      #expect(outcome.code == code, said)
      #expect(outcome.messages.count == 1, said)
      for word in words { #expect(outcome.messages.first?.contains(word) == true, "no '\(word)'; \(said)") }
      #expect(!folder.has("run/summary.json") && !folder.has("run/weights.h5"), said)
    }
  }
}
