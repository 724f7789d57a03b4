// Cases of the parts: surrogates, pooling, spike cost, initial weights, metrics, event pipeline, task rules, waves, gain curves.
import Training

extension CsnnCases {
  static func surrogates<S: TrainingScalar>(_ node: ReferenceNode, _ comparison: inout Comparison, _: S.Type) throws {
    let x = try node.required("x").vector(), cases = try node.required("cases")
    for key in cases.keys {
      let entry = try cases.required(key)
      guard let kind = Surrogate.Kind(rawValue: String(key.prefix { $0 != "_" })) else {
        throw ReferenceError(file: entry.path, problem: "names an unknown surrogate")
      }
      let surrogate = Surrogate(kind, magnitude: try entry.required("alpha").number())
      let found = x.map { surrogate.evaluate(S($0)) }
      if let z = try entry["z"]?.vector() { comparison.add("spike", of: key, found.map { Double($0.spike) }, z, tolerance: 0) }
      comparison.add("derivative", of: key, found.map { Double($0.derivative) }, try entry.required("dz_dx").vector())
    }
  }

  static func pooling(_ node: ReferenceNode, _ comparison: inout Comparison) throws {
    let rule = BlockPooling()
    for (index, entry) in try node.required("cases").list().enumerated() {
      let outputs = try entry.required("outputs").cube()
      let items = try entry.required("seq_len").integer(), coefficients = try entry.required("coeff").flat()
      let blocks = try blockIndices(entry, samples: outputs.count, steps: outputs[0].count) { _ in items }
      try entry.required("coeff").require(coefficients.count, of: "values", is: outputs.count * items)
      var pooled: [Double] = [], slopes: [Double] = []
      for (sample, rows) in outputs.enumerated() {
        let block = blocks[sample]
        let values = AlignedBuffer<Double>(count: rows.count, zero: 0), slope = AlignedBuffer<Double>(count: rows.count, zero: 0)
        for (step, row) in rows.enumerated() { values[step] = row[0] }
        pooled += rule.pool(block, steps: rows.count, outputs: 1, values: values.pointer, stride: 1).joined()
        let gradient = (0..<items).map { [coefficients[sample * items + $0]] }
        rule.backward(block, steps: rows.count, gradient: gradient, into: slope.pointer, stride: 1)
        slopes += slope.array
      }
      comparison.add("pooled", of: "\(index)", pooled, try entry.required("pooled").flat())
      comparison.add("gradient", of: "\(index)", slopes, try entry.required("grad_outputs").flat())
    }
  }

  static func regulariser(_ node: ReferenceNode, _ comparison: inout Comparison) throws {
    for (index, entry) in try node.required("cases").list().enumerated() {
      let rule = SpikeRegulariser(strength: 1, targetProbability: try entry.required("target_spike_prob").number())
      let sums = try entry.required("spike_sum").matrix(), steps = try entry.required("time_steps").vector().map { Int($0) }
      var cost = 0.0, slopes: [Double] = [], probability = 0.0
      for (sums, steps) in zip(sums, steps) {
        let spikes = sums.reduce(0, +)
        let found = rule.cost(spikes: spikes, units: sums.count, steps: steps)
        cost += found.cost
        slopes += sums.map { _ in found.perSpike }
        probability += spikes / Double(sums.count * steps)
      }
      let batch = Double(sums.count)
      comparison.add("cost", of: "\(index)", [cost / batch], [try entry.required("reg").number()])
      comparison.add("gradient", of: "\(index)", slopes.map { $0 / batch }, try entry.required("grad_spike_sum").flat())
      if let expected = try entry["mean_spike_prob"]?.number() {
        comparison.add("spike probability", of: "\(index)", [probability / batch], [expected])
      }
    }
  }

  static func initialisation(_ node: ReferenceNode, _ comparison: inout Comparison) throws {
    for entry in try node.required("cases").list() {
      let found = centredFluctuationDeviation(
        alpha: try entry.required("alpha").number(), fanIn: try entry.required("fan_in").integer(),
        rate: try entry.required("rate").number(),
        tau: try entry.required("tau").number())
      comparison.add("deviation", of: (try? entry.required("what").text()) ?? entry.path, [found], [try entry.required("std").number()])
    }
  }

  static func metrics(_ node: ReferenceNode, _ comparison: inout Comparison) throws {
    for (index, entry) in try node.required("cases").list().enumerated() {
      let logits = try entry.required("logits").flat(), targets = try entry.required("targets").flat()
      func counts(_ rule: DecisionRule) -> BinaryCounts {
        var counts = BinaryCounts()
        for (decision, target) in zip(rule.decide(logits), targets) { counts.add(decision: decision, target: target > 0.5) }
        return counts
      }
      let name = (try? entry.required("kind").text()) ?? "\(index)"
      if let expected = try entry["accuracy_logit_gt_0"]?.number() {
        comparison.add("accuracy", of: name, [counts(.logit).accuracy], [expected])
      }
      if let reference = entry["torchmetrics"] {
        // The reference's library keeps its ratios in single precision.
        let found = counts(.guessedProbability)
        for (key, value) in [("accuracy", found.accuracy), ("precision", found.precision), ("recall", found.recall)] {
          guard let expected = try reference[key]?.number() else { continue }
          comparison.add("\(key) as the reference decides", of: name, [value], [expected], tolerance: 1e-7)
        }
      }
    }
  }

  static func events(_ node: ReferenceNode, _ comparison: inout Comparison) throws {
    for (index, entry) in try node.required("cases").list().enumerated() {
      var pipeline: EventPreprocessing =
        try entry.required("dataset").text() == "shd" ? .spikingDigits : .gestures
      if let parameters = entry["params"] {
        pipeline.durationRatio = try parameters.required("duration_ratio").number()
        pipeline.timeFactor = try parameters.required("time_factor").number()
        pipeline.spatialFactor = try parameters.required("spatial_factor").number()
        pipeline.window = try parameters.required("time_window").integer()
        pipeline.threshold = try parameters.required("count_thr").integer()
      }
      if pipeline.window < 1 || !(pipeline.spatialFactor > 0) {
        throw ReferenceError(file: entry.path, problem: "has a time_window or a spatial_factor that is not above 0")
      }
      func column(_ key: String) throws -> [Int] { try entry[key]?.integers() ?? [] }
      let raw = RawEvents(times: try column("t_us"), x: try column("x"), y: try column("y"), polarity: try column("p"))
      let frames = try pipeline.frames(raw)
      let shape: [Double] = frames.map { [Double($0.steps), Double(pipeline.channels)] } ?? [0]
      comparison.add("shape", of: "\(index)", shape, try entry.required("shape").vector(), tolerance: 0)
      var ones: [Double] = []
      if let frames {
        for step in 0..<frames.steps {
          for event in frames.offsets[step]..<frames.offsets[step + 1] { ones += [Double(step), Double(frames.channels[Int(event)])] }
        }
      }
      // The cut may leave no event.
      comparison.add("spikes", of: "\(index)", ones, try entry.required("ones").flat(), tolerance: 0, mayBeEmpty: true)
    }
  }

  static func tasks(_ node: ReferenceNode, _ comparison: inout Comparison) throws {
    for (place, entry) in try node.required("cases").list().enumerated() {
      guard let task = ContextTask(rawValue: try entry.required("task").text()) else {
        throw ReferenceError(file: entry.path, problem: "names an unknown task")
      }
      let sequence = try entry.required("pos_classes").integers(), index = try entry.required("index").integer()
      if sequence.isEmpty || index < 0 { throw ReferenceError(file: entry.path, problem: "has no item, or an index below 0") }
      let drawn = try entry["drawn_context_from_sequence"]?.integer()
      let context = task.context(
        index: index, sequence: sequence, absent: try entry.required("neg_class").integer(),
        chance: try entry["u"]?.number() ?? 0, member: drawn.flatMap { sequence.firstIndex(of: $0) } ?? 0)
      let name = "\(place) \(task.rawValue) length \(sequence.count)"
      comparison.add("context", of: name, [Double(context)], [try entry.required("context").number()], tolerance: 0)
      comparison.add(
        "targets", of: name, task.targets(sequence: sequence, context: context), try entry.required("targets").vector(), tolerance: 0)
      if let length = try entry["seq_len"]?.integer() {
        comparison.add("items", of: name, [Double(sequence.count)], [Double(length)], tolerance: 0)
      }
    }
    if let weights = node["pos_weight"] {
      for key in weights.keys {
        let parts = key.split(separator: "_")
        guard parts.count == 2, let task = ContextTask(rawValue: String(parts[0])), let length = Int(parts[1]) else { continue }
        comparison.add(key, of: "positive weight", [task.positiveWeight(length: length)], [try weights.required(key).number()])
      }
    }
  }
}
