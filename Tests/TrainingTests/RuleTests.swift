// Small rules: optimisers, schedules, losses, draws, data sets.
import Testing

@testable import Training

struct RuleTests {
  @Test func adamFollowsItsEquations() {
    for decoupled in [false, true] {
      var settings = AdamSettings()
      settings.weightDecay = 0.1
      settings.decoupled = decoupled
      let adam = Adam<Double>(settings, count: 1)
      let parameter = AlignedBuffer<Double>(count: 1, zero: 2), gradient = AlignedBuffer<Double>(count: 1, zero: 0)
      var w = 2.0, m = 0.0, v = 0.0
      for step in 1...5 {
        gradient[0] = Double(step) - 2.5
        adam.step(parameter, gradient: gradient, rate: 0.01)
        let g = gradient[0] + (decoupled ? 0 : 0.1 * w)
        if decoupled { w -= 0.01 * 0.1 * w }
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        var power1 = 1.0, power2 = 1.0
        for _ in 0..<step { (power1, power2) = (power1 * 0.9, power2 * 0.999) }
        w -= 0.01 * (m / (1 - power1)) / ((v / (1 - power2)).squareRoot() + 1e-8)
        #expect(abs(parameter[0] - w) < 1e-14)
      }
    }
  }

  /// Eight parameters at a time are the equations one by one, to the bit; so are the last ones, which fill no eight.
  @Test(arguments: [1, 7, 8, 19], [false, true]) func adamGoesThroughAllParametersAlike(count: Int, decoupled: Bool) {
    func compare<S: TrainingScalar>(_ type: S.Type) {
      var settings = AdamSettings()
      (settings.weightDecay, settings.decoupled) = (0.1, decoupled)
      let adam = Adam<S>(settings, count: count), parameters = AlignedBuffer<S>(count: count, zero: 0)
      let gradient = AlignedBuffer<S>(count: count + 3, zero: 9)
      var w = (0..<count).map { S($0) - 3 }, m = w.map { _ in S(0) }, v = m
      for i in 0..<count { parameters[i] = w[i] }
      var power1 = 1.0, power2 = 1.0
      for step in 1...4 {
        for i in 0..<count { gradient[i] = S((i * 7 + step * 5) % 11) / 3 - 1 }
        adam.step(parameters, gradient: gradient, rate: 0.01)
        (power1, power2) = (power1 * 0.9, power2 * 0.999)
        let rate = S(0.01 / (1 - power1)), scale = S(1 / (1 - power2).squareRoot())
        for i in 0..<count {
          let g = decoupled ? gradient[i] : gradient[i] + S(0.1) * w[i]
          if decoupled { w[i] -= S(0.01 * 0.1) * w[i] }
          m[i] = S(0.9) * m[i] + S(1 - 0.9) * g
          v[i] = S(0.999) * v[i] + S(1 - 0.999) * g * g
          w[i] -= rate * m[i] / (v[i].squareRoot() * scale + S(1e-8))
        }
      }
      #expect(parameters.array == w && adam.first.array == m && adam.second.array == v)
    }
    compare(Float.self)
    compare(Double.self)
  }

  /// Bias corrections follow both powers to the end, whichever is nothing first; a resumed optimiser has those of the whole run.
  @Test(arguments: [(0.9, 0.0), (0.0, 0.999), (0.5, 0.9), (0.999, 0.001)]) func biasCorrectionsFollowBothPowers(betas: (Double, Double)) {
    var settings = AdamSettings()
    (settings.beta1, settings.beta2, settings.epsilon) = (betas.0, betas.1, 0)
    let whole = Adam<Double>(settings, count: 1), parameter = AlignedBuffer<Double>(count: 1, zero: 0)
    let gradient = AlignedBuffer<Double>(count: 1, zero: 3)
    // With the same gradient every time, m and v corrected are the gradient and its square: each step is the rate.
    for step in 1...2000 {
      whole.step(parameter, gradient: gradient, rate: 1)
      #expect(abs(parameter[0] + Double(step)) < 1e-8 * Double(step), "after \(step) steps")
    }
    let half = Adam<Double>(settings, count: 1), other = AlignedBuffer<Double>(count: 1, zero: 0)
    for step in 0..<40 {
      if step == 17 { half.resume(after: 17) }
      half.step(other, gradient: gradient, rate: 1 / Double(step + 1))
    }
    let unbroken = Adam<Double>(settings, count: 1), same = AlignedBuffer<Double>(count: 1, zero: 0)
    for step in 0..<40 { unbroken.step(same, gradient: gradient, rate: 1 / Double(step + 1)) }
    #expect(other[0] == same[0] && half.steps == 40)
  }

  /// Without recurrence onto the apical compartment its inputs cause all of its fluctuations.
  @Test func initialApicalWeightsOfClassification() throws {
    var network = ClassificationNetwork()
    (network.model, network.inputs, network.units) = (.clif, 300, 150)
    func deviation(_ name: String, _ network: ClassificationNetwork) throws -> Double {
      let made = try SpikingNetwork<Double>(network.description(draws: testDraws))
      let parameters = made.makeParameters()
      network.initialise(parameters, of: made, draws: testDraws)
      let values = try #require(made.layout[name: name]).gather(from: parameters.pointer)
      return (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    // The weights are the same draws of other size; the share under the root is 1 where it was 0.8.
    func shares(_ other: ClassificationNetwork) throws -> [Double] {
      try ["hidden.weight_soma", "hidden.weight_apical"].map { name in
        let full = centredFluctuationDeviation(alpha: 1, fanIn: 300, rate: 50, tau: name.hasSuffix("soma") ? 20 : 40)
        return try deviation(name, other) / full
      }
    }
    let part = 0.8.squareRoot()
    for (found, wanted) in zip(try shares(network), [part, part]) { #expect(abs(found - wanted) < 0.02) }
    network.apicalRecurrence = false
    for (found, wanted) in zip(try shares(network), [part, 1]) { #expect(abs(found - wanted) < 0.02) }
    network.recurrence = false
    for (found, wanted) in zip(try shares(network), [1.0, 1]) { #expect(abs(found - wanted) < 0.02) }
  }

  @Test func schedules() {
    let exponential = LearningRate(base: 0.01, decay: .exponential(factor: 0.85))
    #expect(exponential.rate(step: 0, stepsPerEpoch: 3, totalSteps: 9) == 0.01)
    #expect(abs(exponential.rate(step: 7, stepsPerEpoch: 3, totalSteps: 9) - 0.01 * 0.85 * 0.85) < 1e-15)
    let cosine = LearningRate(base: 1, decay: .cosine(floor: 0.1), warmup: 10)
    #expect(abs(cosine.rate(step: 4, stepsPerEpoch: 5, totalSteps: 110) - 0.5) < 1e-12)
    #expect(abs(cosine.rate(step: 60, stepsPerEpoch: 5, totalSteps: 110) - 0.55) < 1e-12)
    #expect(abs(cosine.rate(step: 110, stepsPerEpoch: 5, totalSteps: 110) - 0.1) < 1e-12)
  }

  @Test func clippingKeepsTheDirection() {
    let gradient = AlignedBuffer<Float>(count: 10, zero: 3)
    gradient[9] = 100
    let norm = GradientNorm.clip(gradient, count: 9, limit: 4.5)
    #expect(abs(norm - 9) < 1e-12)
    #expect(gradient[0] == 1.5)
    #expect(gradient[9] == 100)
  }

  @Test(arguments: [-30.0, -1.3, 0, 0.2, 25], [0.0, 1])
  func binaryLossGradient(_ logit: Double, _ target: Double) {
    let entropy = BinaryCrossEntropy(positiveWeight: 7.0 / 3), step = 1e-5
    let numeric = (entropy.loss(logit + step, target) - entropy.loss(logit - step, target)) / (2 * step)
    #expect(abs(numeric - entropy.gradient(logit, target)) < 1e-8)
  }

  @Test func classLossGradient() {
    let logits = [2.0, -1, 0.5], step = 1e-5
    let (_, gradient) = CrossEntropy.lossAndGradient(logits, target: 1)
    for output in 0..<3 {
      let values = [step, -step].map { offset in
        var moved = logits
        moved[output] += offset
        return CrossEntropy.lossAndGradient(moved, target: 1).loss
      }
      #expect(abs((values[0] - values[1]) / (2 * step) - gradient[output]) < 1e-9)
    }
  }

  @Test func drawsHaveTheirDistributions() {
    let count = 20_000
    let normals = (0..<count).map { testDraws.normal(.weights, object: 1, index: UInt64($0)) }
    let mean = normals.reduce(0, +) / Double(count), variance = normals.reduce(0) { $0 + $1 * $1 } / Double(count)
    #expect(abs(mean) < 0.04)
    #expect(abs(variance - 1) < 0.06)
    #expect(testDraws.permutation(50, .order, object: 3).sorted() == Array(0..<50))
    let hits = testDraws.successes(0.2, steps: count, .contextNoise, object: 4)
    #expect(abs(Double(hits.count) / Double(count) - 0.2) < 0.02)
    #expect(zip(hits, hits.dropFirst()).allSatisfy { $0 < $1 })
    // Gaps are geometric: one in five successes follows its predecessor at once.
    let adjacent = zip(hits, hits.dropFirst()).filter { $1 == $0 + 1 }.count
    #expect(abs(Double(adjacent) / Double(hits.count) - 0.2) < 0.03)
    #expect(testDraws.successes(0, steps: 9, .contextNoise, object: 1).isEmpty)
    #expect(testDraws.successes(1, steps: 3, .contextNoise, object: 1) == [0, 1, 2])
  }

  @Test(arguments: ContextTask.allCases, [1, 3])
  func contextSamplesFollowTheirRules(_ task: ContextTask, _ length: Int) throws {
    let recordings = try testRecordings(classes: 6, perClass: 4, channels: 12)
    let frozen = try ContextDataset(recordings, task: task, length: length, count: 400, draws: testDraws)
    let fresh = try ContextDataset(recordings, task: task, length: length, count: 400, fresh: true, draws: testDraws)
    var positives = 0.0, matches = 0.0
    for index in 0..<frozen.count {
      let composition = frozen.composition(index, epoch: 0)
      #expect(Set(composition.sequence + [composition.absent]).count == length + 1)
      #expect(composition == frozen.composition(index, epoch: 5))
      #expect(zip(composition.recordings, composition.sequence).allSatisfy { recordings.label($0) == $1 })
      positives += composition.targets.reduce(0, +)
      if fresh.composition(index, epoch: 0) == fresh.composition(index, epoch: 5) { matches += 1 }
    }
    let expected = 1 / (1 + task.positiveWeight(length: length))
    let share = positives / Double(frozen.count * length)
    #expect(abs(share - (task == .recognition && length == 1 ? 0.5 : expected)) < 0.06)
    #expect(matches < 20)
    let sample = try frozen.sample(7, epoch: 0)
    #expect(try sample.steps == frozen.steps(7, epoch: 0))
    #expect(sample.events.allSatisfy { $0.steps == sample.steps })
    #expect(try sample.events == frozen.sample(7, epoch: 3).events)
    #expect(try sample.events != frozen.sample(8, epoch: 0).events)
  }

  @Test func initialWeightsHaveTheirDeviations() throws {
    var settings = ContextNetwork()
    settings.apicalTau = .uniform(40)
    let network = try SpikingNetwork<Float>(settings.description(draws: testDraws))
    let parameters = network.makeParameters()
    settings.initialise(parameters, of: network, draws: testDraws)
    let expected = [
      "hidden.weight_soma": 0.06761, "hidden.weight_apical": 0.31623, "hidden.rec_weight_soma": 0.03780,
      "hidden.rec_weight_apical": 0.02673, "readout.weight": 0.70711, "hidden.bias_soma": 0, "hidden.bias_apical": 0, "readout.bias": 0,
    ]
    for array in network.weights(parameters) {
      let deviation = (array.values.reduce(0.0) { $0 + Double($1 * $1) } / Double(array.values.count)).squareRoot()
      let wanted = try #require(expected[array.name])
      #expect(abs(deviation - wanted) <= 0.15 * wanted, "\(array.name)")
    }
    #expect(network.layout.trainable == 154_601)
    var asRun = ContextNetwork()
    asRun.model = .lif
    asRun.lifAsRun = true
    #expect(abs(asRun.deviation("hidden.weight", fanIn: 370, tau: 20) - 1.03975) < 1e-4)
    #expect(asRun.deviation("hidden.rec_weight", fanIn: 200, tau: 20) == 0)
  }

  @Test func bestEpochStopsWhenNothingImproves() {
    var best = BestEpoch(patience: 2)
    var improved: [Bool] = [], stops: [Bool] = []
    for (epoch, score) in [0.5, 0.7, 0.6, 0.7].enumerated() {
      improved.append(best.note(score, epoch: epoch))
      stops.append(best.shouldStop(after: epoch))
    }
    #expect(improved == [true, true, false, false])
    #expect(stops == [false, false, false, true])
    #expect(best.epoch == 1)
  }

  @Test func catalogueKnowsEveryCell() {
    let surrogate = Surrogate(.triangle)
    let models: [CellModel] =
      Interaction.allCases.map {
        .clif(interaction: $0, threshold: 1, tauSoma: .uniform(1), tauApical: .uniform(1), reset: .none, surrogate: surrogate)
      } + [
        .lif(threshold: 1, tau: .uniform(1), reset: .none, surrogate: surrogate),
        .alif(threshold: 1, increment: 1, tauSoma: .uniform(1), tauAdaptation: .uniform(1), reset: .none, surrogate: surrogate),
        .cubaLIF(threshold: 1, tauSynapse: .uniform(1), tau: .uniform(1), reset: .none, surrogate: surrogate), .readout(tau: .uniform(1)),
      ]
    #expect(Set(models.map(\.name)) == Set(CellModel.catalogue.map(\.name)))
    for model in ContextNetwork.Model.allCases { #expect(CellModel.catalogue.contains { $0.name == model.rawValue }) }
  }
}
