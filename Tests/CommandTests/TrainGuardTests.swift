// What a training must not take for its own: weights of another network, other recordings, numbers that are none.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized) struct TrainGuardTests {
  /// The weights are no numbers after the very last step: nothing that looks whole is left.
  @Test func aRunThatDivergesInItsLastStepFails() throws {
    let training = try SmallTraining(["lr=1e38", "epoch=1", "train_samples=24"])
    for ranks in [nil, 2] {
      let outcome = try training.start("run", ranks: ranks)
      #expect(outcome.code == 76 && outcome.messages.count == 1, "\(outcome.code): \(outcome.errors)")
      for word in ["at step 1", "--resume never", "(phase: "] { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
      for file in ["summary.json", "weights.h5"] { #expect(!training.folder.has("run/\(file)"), "\(file)") }
    }
  }

  /// What the weights were trained with, what they are used with, and what the message names.
  private static let others: [(trained: [String], used: [String], words: [String])] = [
    (["model_type=clif"], ["apical_rec=false"], ["hidden.rec_weight_apical", "does not have"]),
    (["model_type=clif"], ["model_type=add_clif"], ["hidden.model = clif", "add_clif"]),
    (["model_type=clif"], ["interaction=tanh_mult"], ["hidden.interaction = relu_mult", "tanh_mult"]),
    (["model_type=lif"], ["model_type=lsnn"], ["hidden.model = lif", "lsnn"]),
    (["model_type=lsnn"], ["threshold=0.1"], ["hidden.threshold = 0.05", "0.1"]),
    (["model_type=lsnn", "apical_tau=distributed"], ["seed=7", "data_seed=123123"], ["hidden.tau_adaptation", "hash"]),
    (["model_type=lif"], ["reset=zero"], ["hidden.reset = subtraction", "zero"]),
    (["model_type=lif"], ["readout_tau=30"], ["readout.tau = 20 steps", "30 steps"]),
  ]

  @Test(arguments: others) func weightsOfAnotherNetworkAreRefused(trained: [String], used: [String], words: [String]) throws {
    let training = try SmallTraining(["task_type=classification", "epoch=1"] + trained)
    #expect(try training.start("run").code == 0)
    let run = training.folder.place("run"), sets = used.map { "--set \($0) " }.joined()
    for command in ["evaluate \(run)", "mpirun --oversubscribe -n 2 colonnade evaluate \(run)", "export --nir \(run)/x.nir \(run)"] {
      let program = command.hasPrefix("mpirun") ? "" : "colonnade "
      let outcome = try BuiltProgram.shell("\(program)\(command) --weights \(run)/weights.h5 \(sets)")
      #expect(outcome.code == 65 && outcome.messages.count == 1, "\(command): \(outcome.code) \(outcome.errors)")
      for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }
    // The data may be others.
    let same = try BuiltProgram.shell("colonnade evaluate \(run) --weights \(run)/weights.h5 --set held_out_speakers=[1]")
    #expect(same.code == 0, "\(same.errors)")
  }

  @Test func damagedWeightsAreRefused() throws {
    let training = try SmallTraining(["task_type=classification", "epoch=1"])
    #expect(try training.start("run").code == 0)
    let path = training.folder.place("run/weights.h5")
    let values = try HDF5File.open(path).read("/weights/readout.weight", as: Float.self).prefix(8)
    var bytes = try WholeFile.read(path)
    let wanted = values.withUnsafeBytes { Array($0) }
    let place = try #require((0..<bytes.count - wanted.count).first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) })
    bytes[place] ^= 1
    try AtomicFile.write(path, bytes)
    let outcome = try BuiltProgram.shell("colonnade evaluate \(training.folder.place("run")) --weights \(path)")
    #expect(outcome.code == 65 && outcome.errors.contains("the hash that it tells"), "\(outcome.code) \(outcome.errors)")
    // Another precision reads the values all the same.
    #expect(try training.start("run", [], "--resume never").code == 0)
    let other = try BuiltProgram.shell(
      "colonnade evaluate \(training.folder.place("run")) --weights \(path) --set precision=double")
    #expect(other.code == 0, "\(other.errors)")
  }

  @Test func otherRecordingsAreRefused() throws {
    let training = try SmallTraining(["train_samples=240"])
    #expect(try training.start("run", [], "--max-hours 0.001s").code == 75)
    try writeDigits(training.folder, seed: 12)
    for ranks in [nil, 2] {
      let outcome = try training.start("run", ranks: ranks)
      #expect(outcome.code == 78 && outcome.messages.count == 1, "\(outcome.code): \(outcome.errors)")
      for word in ["other recordings", "--resume never"] { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }
    // One spike elsewhere is enough.
    try writeDigits(training.folder, moved: true)
    let moved = try training.start("run")
    #expect(moved.code == 78 && moved.errors.contains("other recordings"), "\(moved.code): \(moved.errors)")
    // The same recordings in another place are the same.
    try writeDigits(training.folder)
    let place = training.folder.place("moved")
    #expect(try BuiltProgram.shell("mkdir \(place) && mv \(training.folder.path)/*.h5 \(place)").code == 0)
    let outcome = try training.start("run", ["data_path=\(place)"])
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  /// A run goes on for more epochs than it was begun with, unless its learning rate spans them.
  @Test func epochsMayBeAdded() throws {
    let training = try SmallTraining()
    #expect(try training.start("whole", ["epoch=4"]).code == 0)
    #expect(try training.start("run", [], "--max-hours 0.001s").code == 75)
    #expect(try training.start("run", ["epoch=4"]).code == 0)
    #expect(try training.hash("run") == training.hash("whole"))
    #expect(try training.start("late", ["epoch=4"], "--checkpoint-every 0.001s --max-hours 0.001s").code == 75)
    for _ in 0..<3 { #expect(try training.start("late", ["epoch=4"], "--max-hours 0.001s").code == 75) }
    let fewer = try training.start("late", ["epoch=1"])
    #expect(fewer.code == 78 && fewer.errors.contains("'epoch'"), "\(fewer.code) \(fewer.errors)")
    #expect(try training.start("cosine", ["schedule=cosine"], "--max-hours 0.001s").code == 75)
    let cosine = try training.start("cosine", ["schedule=cosine", "epoch=4"])
    #expect(cosine.code == 78 && cosine.errors.contains("'epoch' = '2'"), "\(cosine.code) \(cosine.errors)")
  }

  @Test func theBestNeedsAValidationPart() throws {
    let training = try SmallTraining(["validation_share=0.01"])
    for setting in ["select=best", "patience=3"] {
      let outcome = try training.start("run", ranks: 2, [setting])
      #expect(outcome.code == 78 && outcome.messages.count == 1 && outcome.errors.contains("validation part"), "\(outcome.errors)")
    }
  }

  @Test func smokeFitsTheConfiguration() throws {
    let training = try SmallTraining(["task_type=classification", "model_type=lif", "reset=zero"])
    #expect(try training.start("run").code == 0)
    let run = training.folder.place("run"), nir = training.folder.place("model.nir")
    #expect(try BuiltProgram.shell("colonnade export \(run) --weights \(run)/weights.h5 --nir \(nir)").code == 0)
    let lines = smallTraining.split(separator: "\n").filter { !$0.hasPrefix("units:") }.joined(separator: "\n")
    let config = try training.folder.file("imported.yaml", lines + "\nnetwork: \(nir)\ntask_type: classification\n")
    let imported = try BuiltProgram.shell(
      "colonnade train \(config) --smoke --quiet --output \(training.folder.place("smoke")) --set data_path=\(training.folder.path)")
    #expect(imported.code == 0, "\(imported.errors)")
    let large = try training.start("large", ["task_type=recognition", "batch_size=160"], "--smoke")
    #expect(large.code == 0, "\(large.errors)")
    #expect(try training.summary("large")["steps"]?.int == 1)
  }
}
