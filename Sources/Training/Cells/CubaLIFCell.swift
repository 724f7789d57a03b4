// Current-based LIF: a leaky compartment behind a synaptic filter, reset before the decay.

/// One step, with I the current, d_c and d the decays of filter and membrane, and θ the threshold:
///
///     c_t = d_c c_{t−1} + (1 − d_c) I_t
///     u_t = reset(v_{t−1}, z_{t−1}, θ)
///     v_t = d u_t + (1 − d) c_t
///     z_t = H((v_t − θ)/θ)
///
/// With the reset `zero` this is the CubaLIF of NIR (Pedersen et al. 2024) in exponential Euler steps.
struct CubaLIFCell<Scalar: TrainingScalar>: Cell {
  let threshold: Scalar
  let reset: Reset
  let spike: SpikeFunction<Scalar>
  let synapseDecay: Decay<Scalar>
  let decay: Decay<Scalar>

  let compartments = 1
  /// Tape: c (written over I), v.
  let columns = 2
  let spikes = true
  var states: [(name: String, column: Int)] { [("vs", 1), ("c", 0)] }
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
    let theta = Lanes(repeating: threshold), inverse = 1 / threshold
    let decay = decay.factors.pointer, synapseDecay = synapseDecay.factors.pointer
    for sample in 0..<rows.samples {
      let before = rows.previous + sample &* rows.slotStride, now = rows.current + sample &* rows.slotStride
      let z1 = rows.previousSpikes + sample &* units, z = rows.spikes + sample &* units
      let spikeBits = rows.spikeBits + sample &* rows.bitStride, support = rows.supportBits + sample &* rows.bitStride
      for block in 0..<blocks {
        let d = load(decay, block), dc = load(synapseDecay, block)
        let c = ((1 - dc) * load(now, block)).addingProduct(dc, load(before, block))
        let u = reset.apply(load(before + units, block), load(z1, block), theta)
        let v = ((1 - d) * c).addingProduct(d, u)
        store(c, now, block)
        store(v, now + units, block)
        fire(spike, (v - theta) * inverse, z, spikeBits, support, block)
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
    let theta = Lanes(repeating: threshold), inverse = 1 / threshold
    let decay = decay.factors.pointer, synapseDecay = synapseDecay.factors.pointer
    for sample in 0..<rows.samples {
      let before = rows.previous + sample &* rows.slotStride, now = rows.current + sample &* rows.slotStride
      let z1 = rows.previousSpikes + sample &* units, gz = rows.spikeGradient + sample &* units
      let vCarried = rows.carriedStateGradient + sample &* rows.stateStride
      let cCarried = vCarried + units
      let gI = rows.driveGradient + sample &* rows.driveStride
      for block in 0..<blocks {
        let d = load(decay, block), dc = load(synapseDecay, block)
        let slope = spike.derivative((load(now + units, block) - theta) * inverse) * inverse
        let gv = load(vCarried, block).addingProduct(load(gz, block), slope)
        let gc = load(cCarried, block).addingProduct(1 - d, gv)
        let g = reset.backward(d * gv, load(before + units, block), load(z1, block), theta)
        store((1 - dc) * gc, gI, block)
        store(dc * gc, cCarried, block)
        store(g.u, vCarried, block)
        store(g.z, gz, block)
        rows.fetchPrevious(sample, block &* 16)
        if let states = stateGradient {
          store(gv, states + sample &* rows.stateStride, block)
          store(gc, states + sample &* rows.stateStride + units, block)
        }
      }
    }
  }
}
