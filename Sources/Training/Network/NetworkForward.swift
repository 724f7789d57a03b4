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
    try batch.validate(description)
    guard steps <= tape.capacity, batch.samples == tape.samples else {
      throw .invalidBatch("\(batch.samples) samples of \(steps) steps on a tape for \(tape.samples) of \(tape.capacity)")
    }
    tape.events = batch.groups.map { PackedEvents($0, steps: steps) }
    tape.steps = steps
    run(tape, UnsafePointer(parameters.pointer), layerCount: layers.count - (withoutReadout ? 1 : 0))
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func run(_ tape: Tape<S>, _ parameters: UnsafePointer<S>, layerCount: Int) {
    let scratch = AlignedBuffer<UInt16>(count: (layers.map(\.units).max() ?? 0) + 64, zero: 0)
    let plans = incoming.map { links in links.map { LinkPlan($0, tape) } }
    for layer in tape.layers { layer.spikeRow(0).update(repeating: 0, count: layer.samples * layer.paddedUnits) }
    for step in 1..<(tape.steps + 1) {
      for index in 0..<layerCount {
        let shape = layers[index], layer = tape.layers[index]
        plans[index].withUnsafeBufferPointer { addCurrents($0, layer, shape, step, parameters, scratch.pointer) }
        cells[index].forward(
          ForwardRows(
            samples: tape.samples, blocks: shape.padded / 8, previous: UnsafePointer(layer.slot(step - 1)), current: layer.slot(step),
            slotStride: layer.sampleStride, previousSpikes: UnsafePointer(layer.spikeRow(step - 1)), spikes: layer.spikeRow(step),
            spikeBits: layer.spikes(step, 0), supportBits: layer.support(step, 0), bitStride: layer.bitRow))
        if shape.spikes && shape.units != shape.padded { maskTails(layer, step) }
      }
    }
  }

  /// Bias and the rows of active units of all links, summed into the currents of every sample.
  @inline(__always)
  private func addCurrents(
    _ plans: UnsafeBufferPointer<LinkPlan<S>>, _ layer: LayerTape<S>, _ shape: LayerShape, _ step: Int, _ parameters: UnsafePointer<S>,
    _ scratch: UnsafeMutablePointer<UInt16>
  ) {
    let slot = layer.slot(step), stride = layer.sampleStride, bias = parameters + shape.biasOffset
    for sample in 0..<layer.samples {
      let drive = slot + sample &* stride
      drive.update(from: bias, count: shape.drive)
      for plan in plans {
        let active = plan.active.list(step, sample, scratch: scratch)
        addRows(
          to: drive + plan.driveOffset, from: parameters + plan.offset, stride: plan.width, width: plan.width,
          indices: active.indices, count: active.count, values: active.values)
      }
    }
  }

  /// Padding units neither spike nor ask for gradients.
  private func maskTails(_ layer: LayerTape<S>, _ step: Int) {
    let last = (layer.units - 1) / 8
    for sample in 0..<layer.samples {
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
