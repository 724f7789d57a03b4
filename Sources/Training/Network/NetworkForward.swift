// Forward through time: currents as sums of the rows of active units, then the cells, layer by layer and step by step.

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
        layer.listSpikes(0, group)
      }
      let plans = incoming.map { links in links.map { LinkPlan($0, tape) } }
      for step in 1..<(steps + 1) {
        for index in 0..<layerCount { run(index, plans[index], tape.layers[index], step, group, parameters) }
      }
      first = group.upperBound
    }
  }

  /// Samples that go through time together.
  static var forwardGroup: Int { 4 }

  /// One step of one layer for some samples.
  @inline(__always)
  private func run(
    _ index: Int, _ plans: [LinkPlan<S>], _ layer: LayerTape<S>, _ step: Int, _ group: Range<Int>, _ parameters: UnsafePointer<S>
  ) {
    let shape = layers[index], first = group.lowerBound
    plans.withUnsafeBufferPointer { addCurrents($0, layer, shape, step, group, parameters) }
    cells[index].forward(
      ForwardRows(
        samples: group.count, blocks: shape.padded / 8, previous: UnsafePointer(layer.slot(step - 1) + first &* layer.sampleStride),
        current: layer.slot(step) + first &* layer.sampleStride, slotStride: layer.sampleStride,
        previousSpikes: UnsafePointer(layer.spikeRow(step - 1) + first &* shape.padded),
        spikes: layer.spikeRow(step) + first &* shape.padded, spikeBits: layer.spikes(step, first),
        supportBits: layer.support(step, first), bitStride: layer.bitRow))
    if !shape.spikes { return }
    if shape.units != shape.padded { maskTails(layer, step, group) }
    layer.listSpikes(step, group)
  }

  /// Bias and the rows of active units of all links, summed into the currents of every sample.
  @inline(__always)
  private func addCurrents(
    _ plans: UnsafeBufferPointer<LinkPlan<S>>, _ layer: LayerTape<S>, _ shape: LayerShape, _ step: Int, _ group: Range<Int>,
    _ parameters: UnsafePointer<S>
  ) {
    let slot = layer.slot(step), stride = layer.sampleStride, bias = parameters + shape.biasOffset
    for sample in group {
      let drive = slot + sample &* stride
      // A first link onto all compartments starts from the bias itself.
      var isFirst = plans.first?.width == shape.drive
      if !isFirst { drive.update(from: bias, count: shape.drive) }
      for plan in plans {
        let active = plan.active.list(step, sample), sum = drive + plan.driveOffset
        addRows(
          to: sum, base: isFirst ? bias : UnsafePointer(sum), from: parameters + plan.offset, stride: plan.width, width: plan.width,
          indices: active.indices, count: active.count, values: active.values)
        isFirst = false
      }
    }
  }

  /// Padding units neither spike nor ask for gradients.
  private func maskTails(_ layer: LayerTape<S>, _ step: Int, _ group: Range<Int>) {
    let last = (layer.units - 1) / 8
    for sample in group {
      let support = layer.support(step, sample), spikes = layer.spikes(step, sample)
      support[last] &= layer.tailMask
      spikes[last] &= layer.tailMask
      for block in (last + 1)..<max(layer.paddedUnits / 8, last + 1) {
        support[block] = 0
        spikes[block] = 0
      }
    }
  }
}
