// Forward through time: currents as sums of the rows of active units, then the cells, layer by layer and step by step.

extension SpikingNetwork {
  /// Runs a micro-batch forward from the zero state.
  ///
  /// - Parameters:
  ///   - batch: events; samples shorter than `steps` go on without input.
  ///   - steps: steps to run, the longest sample of the whole batch.
  ///   - parameters: flat parameter buffer.
  ///   - tape: made for this number of samples and at least this many steps; overwritten.
  /// - Throws: ``TrainingError/invalidBatch(_:)``.
  public func forward(_ batch: MicroBatch, steps: Int, parameters: AlignedBuffer<S>, tape: Tape<S>) throws(TrainingError) {
    try batch.validate(description)
    guard steps <= tape.capacity, batch.samples == tape.samples else {
      throw .invalidBatch("\(batch.samples) samples of \(steps) steps on a tape for \(tape.samples) of \(tape.capacity)")
    }
    tape.events = batch.groups.map { PackedEvents($0, steps: steps) }
    tape.steps = steps
    run(tape, UnsafePointer(parameters.pointer))
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func run(_ tape: Tape<S>, _ parameters: UnsafePointer<S>) {
    let widest = (layers.map(\.units).max() ?? 0) + 64
    let list = AlignedBuffer<UInt16>(count: widest, zero: 0)
    for layer in tape.layers { layer.spikeRow(0).update(repeating: 0, count: layer.samples * layer.paddedUnits) }
    for step in 1..<(tape.steps + 1) {
      for index in layers.indices {
        let shape = layers[index], layer = tape.layers[index]
        let slot = layer.slot(step)
        for sample in 0..<tape.samples {
          let drive = slot + sample &* layer.sampleStride
          drive.update(from: parameters + shape.biasOffset, count: shape.drive)
          for link in incoming[index] {
            addCurrent(link, to: drive + link.driveOffset, tape, step, sample, parameters, list.pointer)
          }
        }
        cells[index].forward(
          ForwardRows(
            samples: tape.samples, blocks: shape.padded / 8, previous: UnsafePointer(layer.slot(step - 1)), current: slot,
            slotStride: layer.sampleStride, previousSpikes: UnsafePointer(layer.spikeRow(step - 1)), spikes: layer.spikeRow(step),
            spikeBits: layer.spikes(step, 0), supportBits: layer.support(step, 0), bitStride: layer.bitRow))
        if shape.spikes && layer.tailMask != 0xFF {
          for sample in 0..<tape.samples {
            layer.support(step, sample)[shape.padded / 8 - 1] &= layer.tailMask
            layer.spikes(step, sample)[shape.padded / 8 - 1] &= layer.tailMask
          }
        }
      }
    }
  }

  /// Adds what one link contributes to the currents of one sample.
  @inline(__always)
  private func addCurrent(
    _ link: Link, to drive: UnsafeMutablePointer<S>, _ tape: Tape<S>, _ step: Int, _ sample: Int, _ parameters: UnsafePointer<S>,
    _ list: UnsafeMutablePointer<UInt16>
  ) {
    let rows = parameters + link.offset, blocks = link.width / 8
    switch link.source {
    case .input(let group):
      let events = tape.events[group]
      let (start, count) = events.range(step, sample)
      addRows(
        to: drive, from: rows, stride: link.width, blocks: blocks, indices: events.channels.pointer + start, count: count,
        values: events.values.map { UnsafePointer($0.pointer + start) })
    case .layer(let source):
      let from = step - link.delay
      if from < 1 { return }
      let layer = tape.layers[source]
      if layer.graded {
        for unit in 0..<layer.units { list[unit] = UInt16(unit) }
        addRows(
          to: drive, from: rows, stride: link.width, blocks: blocks, indices: list, count: layer.units,
          values: layer.spikeRow(from) + sample * layer.paddedUnits)
      } else {
        let count = listBits(layer.spikes(from, sample), bytes: layer.bitRow, into: list)
        addRows(to: drive, from: rows, stride: link.width, blocks: blocks, indices: list, count: count)
      }
    }
  }
}
