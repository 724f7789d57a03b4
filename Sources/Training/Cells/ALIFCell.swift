// ALIF: the adaptive-threshold cell of the LSNN baseline.

/// One step, with I the current, d decays, θ the resting threshold and κ its increment per spike:
///
///     b_t = d_b b_{t−1} + (1 − d_b) z_{t−1}
///     A_t = θ + κ b_t
///     u_t = d_s v_{t−1} + (1 − d_s) I_t
///     v_t = reset(u_t, z_{t−1}, A_t)
///     z_t = H((v_t − A_t)/A_t)
///
/// The reset takes the new A_t, which already holds that spike; gradient also flows through the division by A_t.
struct ALIFCell<Scalar: TrainingScalar>: Cell {
  let threshold: Scalar
  let increment: Scalar
  let reset: Reset
  let spike: SpikeFunction<Scalar>
  let somaDecay: Decay<Scalar>
  let adaptationDecay: Decay<Scalar>

  let compartments = 1
  let spikes = true
  /// Tape: v (written over I), b; with the `zero` reset I, b, v, because u_t then cannot be recovered from v_t.
  var columns: Int { reset == .zero ? 3 : 2 }
  var vColumn: Int { reset == .zero ? 2 : 0 }
  var states: [(name: String, column: Int)] { [("vs", vColumn), ("b", 1)] }
  var backwardReadsSpikes: Bool { true }

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
    let blocks = rows.blocks, units = blocks &* 8, vOffset = vColumn &* units
    let theta = Lanes(repeating: threshold), kappa = Lanes(repeating: increment)
    let somaDecay = somaDecay.factors.pointer, adaptationDecay = adaptationDecay.factors.pointer
    for sample in 0..<rows.samples {
      let before = rows.previous + sample &* rows.slotStride, now = rows.current + sample &* rows.slotStride
      let z1 = rows.previousSpikes + sample &* units, z = rows.spikes + sample &* units
      let spikeBits = rows.spikeBits + sample &* rows.bitStride, support = rows.supportBits + sample &* rows.bitStride
      for block in 0..<blocks {
        let ds = load(somaDecay, block), db = load(adaptationDecay, block), fired = load(z1, block)
        let b = ((1 - db) * fired).addingProduct(db, load(before + units, block))
        let level = theta.addingProduct(kappa, b)
        let u = ((1 - ds) * load(now, block)).addingProduct(ds, load(before + vOffset, block))
        let v = reset.apply(u, fired, level)
        store(b, now + units, block)
        store(v, now + vOffset, block)
        fire(spike, (v - level) / level, z, spikeBits, support, block)
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
    let blocks = rows.blocks, units = blocks &* 8, vOffset = vColumn &* units
    let theta = Lanes(repeating: threshold), kappa = Lanes(repeating: increment)
    let somaDecay = somaDecay.factors.pointer, adaptationDecay = adaptationDecay.factors.pointer
    for sample in 0..<rows.samples {
      let before = rows.previous + sample &* rows.slotStride, now = rows.current + sample &* rows.slotStride
      let z1 = rows.previousSpikes + sample &* units, gz = rows.spikeGradient + sample &* units
      let vCarried = rows.carriedStateGradient + sample &* rows.stateStride, bCarried = vCarried + units
      let gI = rows.driveGradient + sample &* rows.driveStride
      for block in 0..<blocks {
        let ds = load(somaDecay, block), db = load(adaptationDecay, block), fired = load(z1, block)
        let v = load(now + vOffset, block)
        let level = theta.addingProduct(kappa, load(now + units, block))
        let gx = load(gz, block) * spike.derivative((v - level) / level) / level
        let gv = load(vCarried, block) + gx
        var u = v
        if reset == .zero { u = ((1 - ds) * load(now, block)).addingProduct(ds, load(before + vOffset, block)) }
        let g = reset.backward(gv, u, fired, level)
        var gLevel = -(gx * v / level)
        if reset == .subtraction { gLevel -= gv * fired }
        let gb = load(bCarried, block).addingProduct(kappa, gLevel)
        store((1 - ds) * g.u, gI, block)
        store(ds * g.u, vCarried, block)
        store(db * gb, bCarried, block)
        store(g.z.addingProduct(1 - db, gb), gz, block)
        rows.fetchPrevious(sample, block &* 16)
        if let states = stateGradient {
          store(gv, states + sample &* rows.stateStride, block)
          store(gb, states + sample &* rows.stateStride + units, block)
        }
      }
    }
  }
}
