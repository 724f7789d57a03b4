// The training loop: same bits for any number of ranks, resuming, learning, refusals.
import Testing

@testable import Training

/// Mixed from the address alone, as the real generator is; for tests only.
let testDraws = Draws { purpose, object, index in
  var generator = TestDraws(
    seed: UInt64(purpose.rawValue) &* 0x9E37_79B9 ^ object &* 0xD6E8_FEB8_6659_FD93 ^ index &* 0xA076_1D64_78BD_642F)
  _ = generator.word()
  return generator.word()
}

func testRecordings(classes: Int, perClass: Int, channels: Int) throws -> RecordingsInMemory {
  var draws = TestDraws(seed: 3)
  var sequences: [EventSequence] = [], labels: [Int] = []
  for recording in 0..<(classes * perClass) {
    let label = recording % classes
    var sequence = EventSequence()
    for _ in 0..<(12 + recording % 5) {
      sequence.append((0..<channels).filter { draws.uniform() < ($0 % classes == label ? 0.6 : 0.05) })
    }
    sequences.append(sequence)
    labels.append(label)
  }
  return try RecordingsInMemory(sequences, labels: labels, classes: classes, channels: channels)
}

struct TrainerTests {
  static func network(_ model: ContextNetwork.Model) -> ContextNetwork {
    var network = ContextNetwork()
    network.model = model
    network.inputs = 30
    network.contexts = 5
    network.units = 21
    network.apicalTau = .distributed(10, 40)
    network.somaRate = 5
    network.apicalRate = 3
    return network
  }

  static func settings(_ task: ContextTask, length: Int) -> TrainerSettings {
    var settings = TrainerSettings(objective: .binary(BinaryCrossEntropy(positiveWeight: task.positiveWeight(length: length))))
    settings.batch = 24
    settings.microBatch = 4
    settings.epochs = 2
    settings.clip = 5
    return settings
  }

  static func trainer<Transport: GradientTransport>(
    _ model: ContextNetwork.Model, transport: Transport
  ) throws -> Trainer<Float, Transport> where Transport.Scalar == Float {
    let network = network(model)
    let trainer = try Trainer(
      network.description(draws: testDraws), settings: settings(.memory, length: 2), draws: testDraws, transport: transport)
    network.initialise(trainer.parameters, of: trainer.network, draws: testDraws)
    return trainer
  }

  static func data() throws -> ContextDataset<RecordingsInMemory> {
    try ContextDataset(testRecordings(classes: 5, perClass: 6, channels: 30), task: .memory, length: 2, count: 48, draws: testDraws)
  }

  @Test(arguments: ContextNetwork.Model.allCases)
  func weightsDoNotDependOnRanks(_ model: ContextNetwork.Model) throws {
    let alone = try Self.trainer(model, transport: LocalTransport<Float>())
    for _ in 0..<2 { try alone.trainEpoch(Self.data()) }
    let before = try Self.trainer(model, transport: LocalTransport<Float>()).parameters.array
    #expect(alone.parameters.array != before)
    let score = try alone.evaluate(Self.data())
    for ranks in [2, 3, 4, 6] {
      let found = try onRanks(ranks) { transport in
        let trainer = try Self.trainer(model, transport: transport)
        for _ in 0..<2 { try trainer.trainEpoch(Self.data()) }
        return (transport.rank, trainer.parameters.array, try trainer.evaluate(Self.data()))
      }
      for (rank, weights, tally) in found {
        #expect(weights == alone.parameters.array, "rank \(rank) of \(ranks)")
        #expect(tally == score)
      }
    }
  }

  /// Units that only fill the last block of eight take no part, whatever the loss asks of all units.
  @Test func fillingUnitsStayAtZero() throws {
    let description = NetworkDescription(
      inputs: [InputGroup("x", channels: 30)],
      layers: [
        LayerDescription(
          "hidden", units: 5, cell: .lif(threshold: 0.05, tau: .uniform(5), reset: .subtraction, surrogate: Surrogate(.gaussian))),
        LayerDescription("readout", units: 5, cell: .readout(tau: .uniform(8))),
      ],
      projections: [
        ProjectionDescription("weight", from: [.input(0)], to: 0),
        ProjectionDescription("rec_weight", from: [.layer(0)], to: 0, delay: 1, autapses: false),
        ProjectionDescription("weight", from: [.layer(0)], to: 1),
      ])
    var settings = TrainerSettings(objective: .classes())
    settings.batch = 10
    settings.microBatch = 5
    settings.regulariser = SpikeRegulariser(strength: 1, targetProbability: 0)
    let trainer = try Trainer(description, settings: settings, draws: testDraws, transport: LocalTransport<Float>())
    for (number, view) in trainer.network.layout.views.enumerated() {
      view.scatter(
        (0..<view.count).map { Float(0.4 * testDraws.normal(.weights, object: UInt64(number), index: UInt64($0))) },
        to: trainer.parameters.pointer)
    }
    let data = ClassificationDataset(try testRecordings(classes: 5, perClass: 6, channels: 30))
    let before = trainer.parameters.array
    for _ in 0..<3 { _ = try trainer.trainStep(data) }
    let units = trainer.network.makeParameters()
    for view in trainer.network.layout.views { view.scatter(view.gather(from: trainer.parameters.pointer), to: units.pointer) }
    #expect(trainer.parameters.array != before)
    #expect(trainer.parameters.array == units.array)
  }

  @Test func resumesToTheSameBits() throws {
    let whole = try Self.trainer(.clif, transport: LocalTransport<Float>())
    for _ in 0..<2 { try whole.trainEpoch(Self.data()) }
    let first = try Self.trainer(.clif, transport: LocalTransport<Float>())
    let completed = try first.trainEpoch(Self.data()) { _ in false }
    #expect(!completed)
    #expect(first.steps == 1)
    let second = try Self.trainer(.clif, transport: LocalTransport<Float>())
    second.parameters.copy(from: first.parameters)
    second.optimiser.first.copy(from: first.optimiser.first)
    second.optimiser.second.copy(from: first.optimiser.second)
    second.optimiser.resume(after: first.optimiser.steps)
    second.steps = first.steps
    for _ in 0..<2 { try second.trainEpoch(Self.data()) }
    #expect(second.parameters.array == whole.parameters.array)
  }

  @Test func learnsToClassify() throws {
    let recordings = try testRecordings(classes: 4, perClass: 16, channels: 24)
    let description = NetworkDescription(
      inputs: [InputGroup("x", channels: 24)],
      layers: [
        LayerDescription(
          "hidden", units: 32, cell: .lif(threshold: 0.3, tau: .uniform(5), reset: .subtraction, surrogate: Surrogate(.triangle))),
        LayerDescription("readout", units: 4, cell: .readout(tau: .uniform(8))),
      ],
      projections: [
        ProjectionDescription("weight", from: [.input(0)], to: 0),
        ProjectionDescription("rec_weight", from: [.layer(0)], to: 0, delay: 1, autapses: false),
        ProjectionDescription("weight", from: [.layer(0)], to: 1),
      ])
    var settings = TrainerSettings(objective: .classes())
    settings.batch = 16
    settings.microBatch = 8
    settings.epochs = 12
    settings.learningRate = LearningRate(base: 0.02, decay: .cosine(floor: 0.1), warmup: 4)
    settings.regulariser.strength = 0
    let trainer = try Trainer(description, settings: settings, draws: testDraws, transport: LocalTransport<Float>())
    for (number, view) in trainer.network.layout.views.enumerated() where view.inputs != nil {
      view.scatter(
        (0..<view.count).map { Float(0.4 * testDraws.normal(.weights, object: UInt64(number), index: UInt64($0))) },
        to: trainer.parameters.pointer)
    }
    let data = ClassificationDataset(recordings)
    let before = try trainer.evaluate(data)
    for _ in 0..<settings.epochs { try trainer.trainEpoch(data) }
    let after = try trainer.evaluate(data)
    #expect(after.loss < 0.5 * before.loss)
    #expect(after.accuracy > 0.9, "accuracy \(before.accuracy) before, \(after.accuracy) after")
  }

  /// What is no number is neither scored nor taken for weights.
  @Test func refusesWhatIsNoNumber() throws {
    let trainer = try Self.trainer(.clif, transport: LocalTransport<Float>())
    try trainer.checkFinite()
    trainer.parameters[trainer.network.layout.views[0].offset] = .infinity
    #expect(throws: TrainingError.notFinite(what: "a weight", step: 0, value: .infinity)) { try trainer.checkFinite() }
    trainer.parameters.fill(.nan)
    #expect(throws: TrainingError.self) { try trainer.evaluate(Self.data()) }
    // Weights with an infinite mean square stand still for ever.
    let other = try Self.trainer(.clif, transport: LocalTransport<Float>())
    other.optimiser.second[3] = .infinity
    #expect(throws: TrainingError.notFinite(what: "a mean square of gradients", step: 0, value: .infinity)) { try other.checkFinite() }
  }

  /// A watchdog sees every micro-batch.
  @Test func beatsWithEveryMicroBatch() throws {
    let trainer = try Self.trainer(.clif, transport: LocalTransport<Float>())
    #expect(trainer.pulse.phaseName == "build")
    _ = try trainer.trainStep(Self.data())
    #expect(trainer.pulse.lastStep == 1 && trainer.pulse.phaseName == "optimiser")
    _ = try trainer.evaluate(Self.data())
    #expect(trainer.pulse.lastStep == 1 && trainer.pulse.phaseName == "sum")
  }

  @Test func refusesWhatDoesNotFit() throws {
    var settings = Self.settings(.memory, length: 2)
    settings.batch = 30
    #expect(throws: TrainingError.self) { try settings.validate() }
    #expect(throws: TrainingError.self) { try TreeShare(leaves: 6, ranks: 7) }
    #expect(throws: TrainingError.self) {
      try RecordingsInMemory([EventSequence()], labels: [5], classes: 5, channels: 3)
    }
    let trainer = try Self.trainer(.clif, transport: LocalTransport<Float>())
    var weights = trainer.network.weights(trainer.parameters)
    try trainer.network.restore(weights, into: trainer.parameters)
    weights[0].shape = [3, 3]
    #expect(throws: TrainingError.self) { try trainer.network.restore(weights, into: trainer.parameters) }
    trainer.parameters.fill(.nan)
    #expect(throws: TrainingError.self) { try trainer.trainEpoch(Self.data()) }
  }
}
