// A training that begins with the weights of another: the same on any number of ranks and after a stop, and what does not fit is refused.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized) struct InitialWeightsTests {
  private let stages = ["task_type=memory", "seq_len=2", "readout_tau=30"]

  @Test func memoryBeginsWithTheWeightsOfRecognition() throws {
    let training = try SmallTraining(["seq_len=2"])
    #expect(try training.start("first").code == 0)
    let weights = training.folder.place("first/weights.h5")
    // Steps so small that no weight changes: what comes out is what went in.
    let still = try training.start("still", ["task_type=memory", "initial_weights=\(weights)", "lr=1e-30"])
    #expect(still.code == 0, "\(still.errors)")
    #expect(try training.hash("still") == training.hash("first"))
    // Longer memory than the first network had, told in a note.
    let settings = stages + ["initial_weights=\(weights)"]
    let alone = try training.start("alone", settings)
    #expect(alone.code == 0, "\(alone.errors)")
    let notes = try training.summary("alone")["notes"]?.array?.compactMap(\.string) ?? []
    let told = notes.first { $0.contains("initial_weights") } ?? ""
    #expect(told.contains("readout.tau = 20 steps") && told.contains("30 steps"), "\(notes)")
    let drawn = try training.start("drawn", stages)
    #expect(drawn.code == 0, "\(drawn.errors)")
    #expect(try training.hash("drawn") != training.hash("alone"))
    // On other numbers of ranks, and stopped on the way, even when the file is not there any more.
    #expect(try training.start("ranks", ranks: 3, settings).code == 0)
    #expect(try training.hash("ranks") == training.hash("alone"))
    #expect(try training.start("parts", settings, "--max-hours 0.001s").code == 75)
    try FileManager.default.moveItem(atPath: weights, toPath: weights + ".away")
    #expect(try training.start("parts", ranks: 2, settings).code == 0)
    #expect(try training.hash("parts") == training.hash("alone"))
    let gone = try training.start("gone", ranks: 2, settings)
    #expect(gone.code == 66 && gone.messages.count == 1 && gone.errors.contains("first/weights.h5"), "\(gone.code) \(gone.errors)")
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let training = try SmallTraining(["task_type=classification"])
    #expect(try training.start("first").code == 0)
    let weights = "initial_weights=\(training.folder.place("first/weights.h5"))"
    let others = [("units=13", "has shape [12, 70]"), ("model_type=lif", "lacks 'hidden.weight'"), ("task_type=recognition", "shape")]
    for (setting, words) in others {
      for ranks in [nil, 2] {
        let outcome = try training.start("other", ranks: ranks, [weights, setting])
        #expect(outcome.code == 65 && outcome.messages.count == 1, "\(outcome.code) \(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(!training.folder.has("other/configuration.yaml"))
      }
    }
    // The weights of the very run that is repeated are read before its results are removed.
    #expect(try training.start("first", [weights], "--resume never").code == 0)
    let small = try training.start("smoke", [weights], "--smoke")
    #expect(small.code == 0, "\(small.errors)")
  }
}
