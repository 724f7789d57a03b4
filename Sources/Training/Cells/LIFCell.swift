// LIF: one leaky compartment, reset before the decay.

/// One step, with I the current, d the decay and θ the threshold:
///
///     u_t = reset(v_{t−1}, z_{t−1}, θ)
///     v_t = d u_t + (1 − d) I_t
///     z_t = H(v_t − θ)
///
/// The surrogate sees the raw distance from threshold, not divided by θ.
struct LIFCell<Scalar: TrainingScalar>: Cell {
  let threshold: Scalar
  let reset: Reset
  let spike: SpikeFunction<Scalar>
  let decay: Decay<Scalar>

  let compartments = 1
  /// Tape: v, written over I.
  let columns = 1
  let spikes = true
  var states: [(name: String, column: Int)] { [("vs", 0)] }
  var backwardReadsSpikes: Bool { reset == .zero }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func forward(_ rows: ForwardRows<Scalar>) {
    if reset == .subtraction && spike.isPlainTriangle {
      forward(rows, .subtraction, spike.plainTriangle)
    } else {
      forward(rows, reset, spike)
    }
  }

  @_transparent
  private func forward(_ rows: ForwardRows<Scalar>, _ reset: Reset, _ spike: SpikeFunction<Scalar>) {
    let blocks = rows.blocks, units = blocks &* 8
    let theta = Lanes(repeating: threshold)
    let decay = decay.factors.pointer
    for sample in 0..<rows.samples {
      let before = rows.previous + sample &* rows.slotStride, now = rows.current + sample &* rows.slotStride
      let z1 = rows.previousSpikes + sample &* units, z = rows.spikes + sample &* units
      let spikeBits = rows.spikeBits + sample &* rows.bitStride, support = rows.supportBits + sample &* rows.bitStride
      for block in 0..<blocks {
        let d = load(decay, block)
        let u = reset.apply(load(before, block), load(z1, block), theta)
        let v = ((1 - d) * load(now, block)).addingProduct(d, u)
        store(v, now, block)
        fire(spike, v - theta, z, spikeBits, support, block)
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func backward(_ rows: BackwardRows<Scalar>) {
    if reset == .subtraction && spike.isPlainTriangle && rows.stateGradient == nil {
      backward(rows, .subtraction, spike.plainTriangle, nil)
    } else {
      backward(rows, reset, spike, rows.stateGradient)
    }
  }

  @_transparent
  private func backward(
    _ rows: BackwardRows<Scalar>, _ reset: Reset, _ spike: SpikeFunction<Scalar>, _ stateGradient: UnsafeMutablePointer<Scalar>?
  ) {
    let blocks = rows.blocks, units = blocks &* 8
    let theta = Lanes(repeating: threshold)
    let decay = decay.factors.pointer
    for sample in 0..<rows.samples {
      let before = rows.previous + sample &* rows.slotStride, now = rows.current + sample &* rows.slotStride
      let z1 = rows.previousSpikes + sample &* units, gz = rows.spikeGradient + sample &* units
      let vCarried = rows.carriedStateGradient + sample &* rows.stateStride
      let gI = rows.driveGradient + sample &* rows.driveStride
      for block in 0..<blocks {
        let d = load(decay, block)
        let slope = spike.derivative(load(now, block) - theta)
        let gv = load(vCarried, block).addingProduct(load(gz, block), slope)
        let g = reset.backward(d * gv, load(before, block), load(z1, block), theta)
        store((1 - d) * gv, gI, block)
        store(g.u, vCarried, block)
        store(g.z, gz, block)
        if block & 1 == 0 { rows.fetchPrevious(sample, block &* 8) }
        if let states = stateGradient { store(gv, states + sample &* rows.stateStride, block) }
      }
    }
  }
}
