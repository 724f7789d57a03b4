// Forward through time: currents and cells, layer by layer and step by step.

extension SpikingNetwork {
  /// Runs a micro-batch forward from the zero state.
  ///
  /// - Parameters:
  ///   - batch: events; samples shorter than `steps` go on without input.
  ///   - steps: steps to run, the longest sample of the whole batch.
  ///   - parameters: flat parameter buffer.
  ///   - tape: made for this number of samples and at least this many steps; overwritten.
  ///   - withoutReadout: leaves the last layer out, for a readout that is folded over time.
  /// - Throws: ``TrainingError/invalidBatch(_:)``.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward(_ batch: MicroBatch, steps: Int, parameters: AlignedBuffer<S>, tape: Tape<S>, withoutReadout: Bool = false)
    throws(TrainingError)
  {
    guard steps <= tape.capacity else { throw .invalidBatch("\(steps) steps on a tape for \(tape.capacity)") }
    try put(batch, steps: steps, tape: tape)
    forward(segment: 0..<steps, parameters: parameters, tape: tape, withoutReadout: withoutReadout)
  }

  /// Puts the events of a micro-batch on the tape.
  func put(_ batch: MicroBatch, steps: Int, tape: Tape<S>) throws(TrainingError) {
    try batch.validate(description)
    guard batch.samples == tape.samples else { throw .invalidBatch("\(batch.samples) samples on a tape for \(tape.samples)") }
    tape.events = batch.groups.map { PackedEvents($0, steps: steps) }
    tape.steps = steps
  }

  /// Runs some steps of the loaded micro-batch from the state in slot 0.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func forward(segment: Range<Int>, parameters: AlignedBuffer<S>, tape: Tape<S>, withoutReadout: Bool) {
    tape.segment = segment
    run(tape, UnsafePointer(parameters.pointer), layerCount: layers.count - (withoutReadout ? 1 : 0))
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func run(_ tape: Tape<S>, _ parameters: UnsafePointer<S>, layerCount: Int) {
    let steps = tape.segment.count
    for layer in tape.layers {
      layer.loadPreviousSpikes()
      layer.spikeLists.clear()
    }
    // A few samples run through all steps before the next ones do: their states stay in the first-level cache.
    var first = 0
    while first < tape.samples {
      let group = first..<min(first + Self.forwardGroup, tape.samples)
      for layer in tape.layers where layer.spikeBits.count > 0 {
        layer.spikeLists.reserve(rows: (steps + 1) * group.count)
      }
      // Lists may have moved.
      let plans = incoming[..<layerCount].joined().map { LinkPlan($0, tape) }
      var place = 0
      let steppers = (0..<layerCount).map { index in
        let links = incoming[index], inputs = sumsInputsAhead ? links.prefix { $0.isFromInput }.count : 0
        defer { place += links.count }
        return ForwardStepper(
          tape.layers[index], layers[index], inputs: place..<place + inputs, others: place + inputs..<place + links.count, parameters)
      }
      plans.withUnsafeBufferPointer { run(steps, group, steppers, $0) }
      first = group.upperBound
    }
  }

  /// Samples that go through time together.
  static var forwardGroup: Int { 8 }
  /// Steps whose inputs are summed before the layers run through them, if ahead at all.
  static var forwardSteps: Int { 32 }

  @inline(__always)
  private func run(_ steps: Int, _ group: Range<Int>, _ steppers: [ForwardStepper<S>], _ plans: UnsafeBufferPointer<LinkPlan<S>>) {
    for stepper in steppers { stepper.finish(0, group) }
    var first = 1
    while first <= steps {
      let some = first..<min(first + Self.forwardSteps, steps + 1)
      for stepper in steppers { stepper.addInputs(plans, some, group) }
      for step in some {
        for (index, stepper) in steppers.enumerated() {
          stepper.addCurrents(plans, step, group)
          cells[index].forward(stepper.rows(step, group))
          stepper.finish(step, group)
        }
      }
      first = some.upperBound
    }
  }
}
