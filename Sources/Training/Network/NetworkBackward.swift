// Backward through time, in chunks of steps: spike gradients where they are needed, the cells, then the weight gradients of the chunk.

/// What the loss asks of backward.
public struct OutputGradient<S: TrainingScalar> {
  /// Per layer: dL/dy of a readout or dL/dz of spikes, `[step][sample][padded unit]` with step 0 unused; nil for none.
  public var perStep: [AlignedBuffer<S>?]
  /// Per layer and sample: dL/dz that is the same for every unit and step.
  public var perSpike: [[S]]
  /// A readout folded over time, which backward then leaves out.
  public var folded: FoldedGradient<S>?

  public init(perStep: [AlignedBuffer<S>?], perSpike: [[S]]) {
    self.perStep = perStep
    self.perSpike = perSpike
  }
}

extension SpikingNetwork {
  public func makeBackwardBuffers(samples: Int) -> BackwardBuffers<S> { BackwardBuffers(self, samples: samples) }

  /// A buffer for ``OutputGradient/perStep`` with `value(step from 1, sample, unit)`.
  public func outputBuffer(layer: Int, tape: Tape<S>, _ value: (Int, Int, Int) -> S) -> AlignedBuffer<S> {
    let shape = layers[layer], samples = tape.samples
    let buffer = AlignedBuffer<S>(count: (tape.steps + 1) * samples * shape.padded, zero: 0)
    for step in 1..<(tape.steps + 1) {
      for sample in 0..<samples {
        for unit in 0..<shape.units { buffer[(step * samples + sample) * shape.padded + unit] = value(step, sample, unit) }
      }
    }
    return buffer
  }

  /// Adds the gradient of the micro-batch on the tape to `gradient`.
  ///
  /// - `tape`: as ``forward(_:steps:parameters:tape:withoutReadout:)`` left it, with the same `parameters`.
  /// - `output`: gradients of the loss with respect to outputs and spikes.
  /// - `buffers`: made for the tape's number of samples.
  /// - `gradient`: flat buffer in the layout of the parameters.
  /// - `record`: receives all gradients of states and inputs when present.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward(
    _ tape: Tape<S>, output: OutputGradient<S>, parameters: AlignedBuffer<S>, buffers: BackwardBuffers<S>, gradient: AlignedBuffer<S>,
    record: GradientRecord<S>? = nil
  ) {
    precondition(tape.segment == 0..<tape.steps, "a tape of one segment of many")
    backwardSegment(tape, output: output, parameters: parameters, buffers: buffers, gradient: gradient, record: record)
  }

  /// The same for the segment on the tape; segments are run from the last to the first.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func backwardSegment(
    _ tape: Tape<S>, output: OutputGradient<S>, parameters: AlignedBuffer<S>, buffers: BackwardBuffers<S>, gradient: AlignedBuffer<S>,
    record: GradientRecord<S>? = nil
  ) {
    precondition(buffers.samples == tape.samples, "buffers made for another micro-batch size")
    if tape.segment.upperBound == tape.steps {
      for layer in buffers.layers { layer.clear() }
      record?.prepare(layers: layers.map { $0.states + 1 }, groups: description.inputs.count, steps: tape.steps)
    }
    run(tape, output, UnsafePointer(parameters.pointer), buffers, gradient.pointer, record)
    if tape.segment.lowerBound == 0 { clearAutapses(gradient.pointer) }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func run(
    _ tape: Tape<S>, _ output: OutputGradient<S>, _ parameters: UnsafePointer<S>, _ buffers: BackwardBuffers<S>,
    _ gradient: UnsafeMutablePointer<S>, _ record: GradientRecord<S>?
  ) {
    let layerCount = layers.count - (output.folded == nil ? 0 : 1)
    let plans = layout.links.filter { $0.target < layerCount }.map { LinkPlan($0, tape) }
    let steppers = (0..<layerCount).map { BackwardStepper(self, $0, tape, output, buffers, record: record != nil) }
    var end = tape.segment.count
    while end > 0 {
      let start = max(0, end - buffers.chunk)
      // The first row of the chunk after (zero at the end of time) becomes the row behind the last of this one.
      for layer in buffers.layers { layer.row(end - start + 1).update(from: layer.row(1), count: layer.rowStride) }
      var step = end
      while step > start {
        for index in (0..<layerCount).reversed() {
          let row = step - start
          addProducts(index, tape, output, parameters, buffers, step, row, everything: record != nil)
          let stepper = steppers[index], cell = cells[index]
          var first = 0
          while first < tape.samples {
            let group = first..<min(first + Self.backwardGroup, tape.samples)
            stepper.loss.add(tape.segment.lowerBound &+ step, group)
            if let record { noteSpikes(record, index, tape, buffers, step, group) }
            cell.backward(stepper.rows(step, row, group))
            first = group.upperBound
          }
          if let record { note(record, index, tape, parameters, buffers, step, row) }
        }
        step -= 1
      }
      addWeightGradients(plans, tape.samples, buffers, start: start, end: end, layerCount: layerCount, gradient)
      end = start
    }
    if let record { noteInitial(record, tape, output, parameters, buffers) }
  }

  /// Samples whose spike gradients are completed and used while they lie in the first-level cache.
  static var backwardGroup: Int { 8 }

  /// Adds the products with the currents' gradients of all targets to what the step after carried.
  @inline(__always)
  func addProducts(
    _ index: Int, _ tape: Tape<S>, _ output: OutputGradient<S>, _ parameters: UnsafePointer<S>, _ buffers: BackwardBuffers<S>,
    _ step: Int, _ row: Int, everything: Bool
  ) {
    let shape = layers[index], layer = buffers.layers[index], samples = tape.samples, units = shape.padded
    let gz = layer.spikeGradient.pointer, time = tape.segment.lowerBound &+ step
    if outgoing[index].isEmpty { return }
    let needed = layer.needed.pointer, order = layer.order.pointer
    if everything {
      needed.update(repeating: samples == 64 ? ~0 : (1 << UInt64(samples)) - 1, count: shape.units)
    } else {
      let slots = tape.layers[index]
      transposeBits(slots.support(step, 0), stride: slots.bitRow, samples: samples, blocks: units / 8, into: needed)
    }
    let wanted = orderByCount(needed, shape.units, samples, into: order)
    for link in outgoing[index] {
      if time + link.delay > tape.steps || (output.folded != nil && link.target == outputLayer) { continue }
      let target = buffers.layers[link.target]
      let from = UnsafePointer(target.row(row + link.delay) + link.driveOffset)
      S.addDots(
        RowDots(
          weights: parameters + link.offset, width: link.width, units: wanted, gradients: from, gradientStride: target.driveStride,
          order: order, needed: needed, out: gz, outStride: units))
    }
  }

  /// Counting sort of the units by the samples that need them, those that none needs left out; returns how many there are.
  @inline(__always)
  private func orderByCount(
    _ needed: UnsafePointer<UInt64>, _ units: Int, _ samples: Int, into order: UnsafeMutablePointer<UInt16>
  ) -> Int {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: samples + 2) { starts in
      starts.initialize(repeating: 0)
      for unit in 0..<units { starts[needed[unit].nonzeroBitCount &+ 1] &+= 1 }
      let silent = starts[1]
      starts[1] = 0
      for count in 2..<(samples &+ 2) { starts[count] &+= starts[count &- 1] }
      // starts[c] is now the first place of the units with count c, for c from 1.
      for unit in 0..<units where needed[unit] != 0 {
        let count = needed[unit].nonzeroBitCount
        order[Int(starts[count])] = UInt16(truncatingIfNeeded: unit)
        starts[count] &+= 1
      }
      return units - Int(silent)
    }
  }

  /// Weights of a unit onto itself stay as they are.
  private func clearAutapses(_ gradient: UnsafeMutablePointer<S>) {
    for link in layout.links where !link.autapses {
      let units = layers[link.target].padded
      for row in 0..<link.rows {
        for start in stride(from: 0, to: link.width, by: units) { gradient[link.offset + row * link.width + start + row] = 0 }
      }
    }
  }
}
