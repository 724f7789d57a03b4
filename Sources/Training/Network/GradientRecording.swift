// Filling of a GradientRecord; off the training path.

extension GradientRecord {
  func prepare(layers: [Int], groups: Int, steps: Int) {
    states = layers.map { kinds in Array(repeating: Array(repeating: [], count: steps + 1), count: kinds) }
    inputs = Array(repeating: Array(repeating: [], count: steps), count: groups)
  }
}

extension SpikingNetwork {
  /// Spike gradients of some samples, before the cells put what they carry in their place.
  func noteSpikes(
    _ record: GradientRecord<S>, _ index: Int, _ tape: Tape<S>, _ buffers: BackwardBuffers<S>, _ step: Int, _ group: Range<Int>
  ) {
    let shape = layers[index]
    let complete = rows(buffers.layers[index].spikeGradient, shape, tape.samples, shape.padded, 0)
    if group.lowerBound == 0 { record.states[index][shape.states][step] = complete }
    for sample in group { record.states[index][shape.states][step][sample] = complete[sample] }
  }

  func note(
    _ record: GradientRecord<S>, _ index: Int, _ tape: Tape<S>, _ parameters: UnsafePointer<S>, _ buffers: BackwardBuffers<S>,
    _ step: Int, _ row: Int
  ) {
    let shape = layers[index], layer = buffers.layers[index]
    for state in 0..<shape.states {
      record.states[index][state][step] = rows(layer.stateGradient, shape, tape.samples, shape.states * shape.padded, state * shape.padded)
    }
    for link in incoming[index] {
      guard case .input(let group) = link.source else { continue }
      if record.inputs[group][step - 1].isEmpty {
        record.inputs[group][step - 1] = Array(repeating: Array(repeating: 0, count: link.rows), count: tape.samples)
      }
      for sample in 0..<tape.samples {
        let from = UnsafePointer(layer.row(row) + sample * layer.driveStride + link.driveOffset)
        for channel in 0..<link.rows {
          record.inputs[group][step - 1][sample][channel] += oneDot(parameters + link.offset + channel * link.width, from, link.width / 8)
        }
      }
    }
  }

  /// Gradients with respect to the zero state at step 0; the spike cost counts its spikes too, as the reference does.
  func noteInitial(
    _ record: GradientRecord<S>, _ tape: Tape<S>, _ output: OutputGradient<S>, _ parameters: UnsafePointer<S>,
    _ buffers: BackwardBuffers<S>
  ) {
    for (index, shape) in layers.enumerated() {
      let layer = buffers.layers[index]
      for state in 0..<shape.states {
        record.states[index][state][0] = rows(layer.carriedState, shape, tape.samples, shape.states * shape.padded, state * shape.padded)
      }
      // Row 0 never holds a step, so links without delay add nothing here: there are no spikes at step 0 to pass on.
      for target in buffers.layers { target.row(0).update(repeating: 0, count: target.rowStride) }
      addProducts(index, tape, output, parameters, buffers, 0, 0, everything: true)
      LossShare(output, layer: index, shape, buffers).add(0, 0..<tape.samples)
      record.states[index][shape.states][0] = rows(layer.spikeGradient, shape, tape.samples, shape.padded, 0)
    }
  }

  private func rows(_ buffer: AlignedBuffer<S>, _ shape: LayerShape, _ samples: Int, _ stride: Int, _ offset: Int) -> [[S]] {
    (0..<samples).map { sample in
      Array(UnsafeBufferPointer(start: buffer.pointer + sample * stride + offset, count: shape.units))
    }
  }
}
