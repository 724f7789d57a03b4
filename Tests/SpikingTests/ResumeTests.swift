// A simulation that goes on from a checkpoint is the unstopped one, bit for bit, wherever it was stopped.
import Foundation
import Testing

@testable import Maths
@testable import Networks
@testable import Parallel
@testable import Running
@testable import Spiking
@testable import Storage

/// Checkpoints in a folder that is removed with its value.
private final class Checkpoints {
  let folder: CheckpointFolder
  private let path: String
  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/colonnade-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    folder = CheckpointFolder.ofRun(path)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write<S: SimulationScalar>(_ run: TestRun<S>) throws {
    let header = CheckpointHeader(kind: "simulation", step: run.simulation.step, configuration: "")
    try Checkpointing.write(folder, header, Communicator.single()) { try run.simulation.write(to: &$0) }
  }
  func resume<S: SimulationScalar>(_ description: SimulationDescription, as: S.Type = S.self) throws -> TestRun<S> {
    let run = try TestRun<S>(description)
    let restored = try Checkpointing.restore(folder, Communicator.single()) { try run.simulation.restore($0, ranks: 1) }
    #expect(restored != nil)
    try run.simulation.resume()
    return run
  }
}

struct ResumeTests {
  private func check<S: SimulationScalar>(_ description: SimulationDescription, stops: [Int], as: S.Type, _ what: Comment) throws {
    let unstopped = try TestRun<S>(description)
    try unstopped.run()
    let checkpoints = try Checkpoints()
    var run = try TestRun<S>(description)
    var spikes: [SpikeEvent] = []
    for stop in stops {
      try run.run(until: stop)
      #expect(run.simulation.step == stop)
      spikes += run.witness.spikes
      try checkpoints.write(run)
      run = try checkpoints.resume(description)
      #expect(try run.stateHash == (TestRun<S>(description).stoppedHash(at: stop)), what)
    }
    try run.run()
    #expect(try run.spikeHash == unstopped.spikeHash, what)
    #expect(try run.stateHash == unstopped.stateHash, what)
    #expect(run.simulation.counts.events == unstopped.simulation.counts.events, what)
    #expect(run.simulation.counts.spikes == unstopped.simulation.counts.spikes, what)
    #expect((spikes + run.witness.spikes).sorted() == unstopped.spikes, what)
    #expect(unstopped.spikes.count > 20, what)
  }

  /// Random steps, ends of the presimulation and of the run, twice at the same step.
  @Test(arguments: NetworkCase.all) func goesOnAsIfNothingHadHappened(network: NetworkCase) throws {
    let description = network.description
    var stream = RandomStream(seed: 11, purpose: .test)
    let steps = description.steps
    try check(description, stops: [1, description.presimulationSteps, steps - 1, steps].sorted(), as: Float.self, "edges")
    for round in 0..<3 {
      let stops = (0..<3).map { _ in 1 + stream.integer(below: steps - 1) }.sorted()
      try check(description, stops: stops + stops.suffix(1), as: Float.self, "round \(round): \(stops)")
    }
    try check(description, stops: [steps / 3], as: Double.self, "double")
  }

  /// The same with synapses drawn at the spike; and stored synapses go on where drawn ones stopped.
  @Test(arguments: NetworkCase.procedural) func goesOnWithEitherStorage(network: NetworkCase) throws {
    var drawn = network.description
    drawn.storage = .procedural
    let steps = drawn.steps
    try check(drawn, stops: [steps / 4, steps / 2, steps / 2 + 1], as: Float.self, "procedural")
    let unstopped = try TestRun<Float>(network.description)
    try unstopped.run()
    for (first, second) in [(drawn, network.description), (network.description, drawn)] {
      let checkpoints = try Checkpoints()
      let run = try TestRun<Float>(first)
      try run.run(until: steps / 2)
      try checkpoints.write(run)
      let other = try checkpoints.resume(second, as: Float.self)
      try other.run()
      #expect(try other.stateHash == unstopped.stateHash && other.spikeHash == unstopped.spikeHash)
    }
  }

  /// A longer run than the one that was begun is the longer run.
  @Test func aLongerDurationIsHonest() throws {
    let short = NetworkCase.all[0].description
    var long = short
    long.duration += 20
    let unstopped = try TestRun<Float>(long)
    try unstopped.run()
    let checkpoints = try Checkpoints()
    let run = try TestRun<Float>(short)
    try run.run()
    try checkpoints.write(run)
    let other = try checkpoints.resume(long, as: Float.self)
    try other.run()
    #expect(try other.stateHash == unstopped.stateHash && other.spikeHash == unstopped.spikeHash)
  }

  @Test func anotherNetworksCheckpointIsRefused() throws {
    let checkpoints = try Checkpoints()
    let run = try TestRun<Float>(NetworkCase.all[0].description)
    try run.run(until: 50)
    try checkpoints.write(run)
    #expect(message { _ = try checkpoints.resume(NetworkCase.all[1].description, as: Float.self) }.contains("checkpoint"))
    #expect(message { _ = try checkpoints.resume(NetworkCase.all[0].description, as: Double.self) }.contains("another type"))
  }

  /// A damaged newest checkpoint is named and the one before it is taken; when none is whole, that is an error.
  @Test func goesBackToTheCheckpointBefore() throws {
    let description = NetworkCase.all[0].description
    let unstopped = try TestRun<Float>(description)
    try unstopped.run()
    let checkpoints = try Checkpoints()
    let run = try TestRun<Float>(description)
    for stop in [100, 200] {
      try run.run(until: stop)
      try checkpoints.write(run)
    }
    func damage(_ number: Int) throws {
      let path = checkpoints.folder.checkpoint(number) + "/rank-0.h5"
      var bytes = try WholeFile.read(path)
      // In the middle of the values of a column.
      let place = bytes.count / 2
      bytes[place] ^= 1
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
    try damage(2)
    let other = try TestRun<Float>(description)
    let restored = try Checkpointing.restore(checkpoints.folder, Communicator.single()) { try other.simulation.restore($0, ranks: 1) }
    #expect(restored?.notes.count == 1 && restored?.notes.first?.contains("checkpoint/2") == true, "\(restored?.notes ?? [])")
    #expect(restored?.checkpoint.header.step == 100)
    try other.simulation.resume()
    try other.run()
    #expect(try other.stateHash == unstopped.stateHash && other.spikeHash == unstopped.spikeHash)
    try damage(1)
    let text = message { _ = try checkpoints.resume(description, as: Float.self) }
    #expect(text.contains("no checkpoint is whole") && text.contains("--resume never"), "\(text)")
  }
}

extension TestRun {
  /// The state hash of a run that was stopped at a step.
  fileprivate func stoppedHash(at step: Int) throws -> String {
    try run(until: step)
    return try stateHash
  }
}
