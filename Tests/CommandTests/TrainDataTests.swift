// What a training makes of the recordings it finds: those without events are told, parts without recordings refused.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized) struct TrainDataTests {
  @Test(arguments: [["validation_share=0"], ["validation_share=0.3"], ["held_out_speakers=[1]"]])
  func recordingsWithoutEventsAreTold(settings: [String]) throws {
    let training = try SmallTraining(["task_type=classification"] + settings)
    try writeDigits(training.folder, silent: 3)
    #expect(try training.start("run").code == 0)
    let notes = try training.summary("run")["notes"]?.array?.compactMap(\.string) ?? []
    for part in ["training", "test"] { #expect(notes.contains { $0.hasPrefix("3 \(part) recordings left out") }, "\(notes)") }
  }

  @Test func aPartWithoutRecordingsIsRefused() throws {
    let training = try SmallTraining(["task_type=classification"])
    try writeDigits(training.folder, silent: 20)
    for ranks in [nil, 2] {
      let outcome = try training.start("run", ranks: ranks)
      #expect(outcome.code == 65 && outcome.messages.count == 1, "\(outcome.code) \(outcome.errors)")
      for word in ["the test part of 'fsdd' has no recording", "duration_ratio", "(phase: data)"] {
        #expect(outcome.errors.contains(word), "\(outcome.errors)")
      }
    }
  }

  /// The time is over with the last step: the test, which may take long, is left to the next part of the run.
  @Test func aRunThatIsOverdueStopsBeforeTheTest() throws {
    let training = try SmallTraining(["task_type=recognition", "epoch=1"])
    var codes: [Int32] = []
    while codes.last ?? 75 == 75 && codes.count < 9 { codes.append(try training.start("run", [], "--max-hours 0.001s").code) }
    // Two steps, then the test alone.
    #expect(codes == [75, 75, 0])
    #expect(try training.start("whole").code == 0)
    #expect(try training.hash("run") == training.hash("whole"))
    for key in ["steps", "epochs", "test_loss", "train_loss"] {
      #expect(try training.summary("run")[key] == training.summary("whole")[key], "\(key)")
    }
  }
}
