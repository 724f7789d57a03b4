// Leaky-integrator readout: no spike, no reset.

/// y_t = d y_{t−1} + (1 − d) I_t, with I the current from spikes of the same step.
struct ReadoutCell<Scalar: TrainingScalar>: Cell {
  let decay: Decay<Scalar>

  let compartments = 1
  /// Tape: y, written over I.
  let columns = 1
  let spikes = false
  var states: [(name: String, column: Int)] { [("vs", 0)] }
  var backwardReadsSpikes: Bool { false }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func forward(_ rows: ForwardRows<Scalar>) {
    let decay = decay.factors.pointer
    for sample in 0..<rows.samples {
      let before = rows.previous + sample &* rows.slotStride, now = rows.current + sample &* rows.slotStride
      for block in 0..<rows.blocks {
        let d = load(decay, block)
        store(((1 - d) * load(now, block)).addingProduct(d, load(before, block)), now, block)
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func backward(_ rows: BackwardRows<Scalar>) {
    let decay = decay.factors.pointer, units = rows.blocks &* 8
    for sample in 0..<rows.samples {
      let gy = rows.spikeGradient + sample &* units, carried = rows.carriedStateGradient + sample &* rows.stateStride
      let gI = rows.driveGradient + sample &* rows.driveStride
      for block in 0..<rows.blocks {
        let d = load(decay, block)
        let g = load(gy, block) + load(carried, block)
        store((1 - d) * g, gI, block)
        store(d * g, carried, block)
        store(Lanes(repeating: 0), gy, block)
        if let states = rows.stateGradient { store(g, states + sample &* rows.stateStride, block) }
      }
    }
  }
}
