// One layer's step backward: where its cells read and write, for some samples at a time.

/// Addresses of one layer for a pass backward. Plain values: the loops over steps and samples touch no reference counts; tape and buffers
/// that it was made from outlive it.
struct BackwardStepper<S: TrainingScalar> {
  let loss: LossShare<S>
  private unowned(unsafe) let slots: LayerTape<S>
  private unowned(unsafe) let buffers: BackwardBuffers<S>.LayerBuffers
  private let padded: Int
  private let states: Int
  private let readsSpikes: Bool
  private let record: Bool

  init(
    _ network: SpikingNetwork<S>, _ index: Int, _ tape: Tape<S>, _ output: OutputGradient<S>, _ buffers: BackwardBuffers<S>, record: Bool
  ) {
    let shape = network.layers[index]
    loss = LossShare(output, layer: index, shape, buffers)
    slots = tape.layers[index]
    self.buffers = buffers.layers[index]
    (padded, states) = (shape.padded, shape.states &* shape.padded)
    readsSpikes = !slots.graded && network.cells[index].backwardReadsSpikes
    self.record = record
  }

  /// What the cells of `group` need at a step of the segment, whose currents have row `row` of the chunk.
  @inline(__always)
  func rows(_ step: Int, _ row: Int, _ group: Range<Int>) -> BackwardRows<S> {
    let first = group.lowerBound
    if readsSpikes {
      for sample in group {
        let bits = slots.spikes(step - 1, sample), z = buffers.previousSpikes.pointer + sample &* padded
        for block in 0..<(padded / 8) { store(S.ones(where: bits[block]), z, block) }
      }
    }
    let previousSpikes = slots.graded ? slots.spikeRow(step - 1) : buffers.previousSpikes.pointer
    return BackwardRows(
      samples: group.count, blocks: padded / 8, previous: UnsafePointer(slots.slot(step - 1) + first &* slots.sampleStride),
      current: UnsafePointer(slots.slot(step) + first &* slots.sampleStride), slotStride: slots.sampleStride,
      previousSpikes: UnsafePointer(previousSpikes + first &* padded), spikeGradient: buffers.spikeGradient.pointer + first &* padded,
      carriedStateGradient: buffers.carriedState.pointer + first &* states, stateStride: states,
      driveGradient: buffers.row(row) + first &* buffers.driveStride, driveStride: buffers.driveStride,
      stateGradient: record ? buffers.stateGradient.pointer + first &* states : nil)
  }
}
