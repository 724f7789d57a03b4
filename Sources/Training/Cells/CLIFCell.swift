// CLIF: the context-modulated two-compartment cell, and with the interaction `add` its additive control.

/// One step, with I and J the somatic and apical currents, d decays and θ the threshold:
///
///     a_t = d_a a_{t−1} + (1 − d_a) J_t
///     F_t = f(I_t, a_t)
///     u_t = d_s v_{t−1} + (1 − d_s) F_t
///     v_t = reset(u_t, z_{t−1}, θ)
///     z_t = H((v_t − θ)/θ)
///
/// Ferrand, Baronig, Limbacher, Legenstein, ICANN 2023. The apical potential is not reset by spikes.
struct CLIFCell<Scalar: TrainingScalar>: Cell {
  let interaction: Interaction
  let threshold: Scalar
  let reset: Reset
  let spike: SpikeFunction<Scalar>
  let somaDecay: Decay<Scalar>
  let apicalDecay: Decay<Scalar>

  let compartments = 2
  /// Tape: I, a (written over J), v.
  let columns = 3
  let spikes = true
  var states: [(name: String, column: Int)] { [("vs", 2), ("va", 1)] }
  var backwardReadsSpikes: Bool { reset == .zero }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func forward(_ rows: ForwardRows<Scalar>) {
    // The headline cell gets a loop of its own from the same source, in which the choices are constants.
    if interaction == .reluMult && reset == .subtraction && spike.isPlainTriangle {
      forward(rows, .reluMult, .subtraction, spike.plainTriangle)
    } else {
      forward(rows, interaction, reset, spike)
    }
  }

  @_transparent
  private func forward(_ rows: ForwardRows<Scalar>, _ interaction: Interaction, _ reset: Reset, _ spike: SpikeFunction<Scalar>) {
    let blocks = rows.blocks, units = blocks &* 8
    let theta = Lanes(repeating: threshold), inverse = 1 / threshold
    let somaDecay = somaDecay.factors.pointer, apicalDecay = apicalDecay.factors.pointer
    for sample in 0..<rows.samples {
      let before = rows.previous + sample &* rows.slotStride, now = rows.current + sample &* rows.slotStride
      let apicalBefore = before + units, vBefore = before + 2 &* units
      let apical = now + units, vNow = now + 2 &* units
      let z1 = rows.previousSpikes + sample &* units, z = rows.spikes + sample &* units
      let spikeBits = rows.spikeBits + sample &* rows.bitStride, support = rows.supportBits + sample &* rows.bitStride
      for block in 0..<blocks {
        let ds = load(somaDecay, block), da = load(apicalDecay, block)
        let a = ((1 - da) * load(apical, block)).addingProduct(da, load(apicalBefore, block))
        let f = interaction.drive(load(now, block), a)
        let u = ((1 - ds) * f).addingProduct(ds, load(vBefore, block))
        let v = reset.apply(u, load(z1, block), theta)
        let x = (v - theta) * inverse
        store(a, apical, block)
        store(v, vNow, block)
        fire(spike, x, z, spikeBits, support, block)
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func backward(_ rows: BackwardRows<Scalar>) {
    if interaction == .reluMult && reset == .subtraction && spike.isPlainTriangle && rows.stateGradient == nil {
      backward(rows, .reluMult, .subtraction, spike.plainTriangle, nil)
    } else {
      backward(rows, interaction, reset, spike, rows.stateGradient)
    }
  }

  @_transparent
  private func backward(
    _ rows: BackwardRows<Scalar>, _ interaction: Interaction, _ reset: Reset, _ spike: SpikeFunction<Scalar>,
    _ stateGradient: UnsafeMutablePointer<Scalar>?
  ) {
    let blocks = rows.blocks, units = blocks &* 8
    let theta = Lanes(repeating: threshold), inverse = 1 / threshold
    let somaDecay = somaDecay.factors.pointer, apicalDecay = apicalDecay.factors.pointer
    for sample in 0..<rows.samples {
      let now = rows.current + sample &* rows.slotStride
      let vBefore = rows.previous + sample &* rows.slotStride + 2 &* units
      let z1 = rows.previousSpikes + sample &* units, gz = rows.spikeGradient + sample &* units
      let vCarried = rows.carriedStateGradient + sample &* rows.stateStride, aCarried = vCarried + units
      let gI = rows.driveGradient + sample &* rows.driveStride, gJ = gI + units
      for block in 0..<blocks {
        let s = load(now, block), a = load(now + units, block), v = load(now + 2 &* units, block)
        let ds = load(somaDecay, block), da = load(apicalDecay, block)
        let slope = spike.derivative((v - theta) * inverse) * inverse
        let gv = load(vCarried, block).addingProduct(load(gz, block), slope)
        var u = v
        if reset == .zero { u = ((1 - ds) * interaction.drive(s, a)).addingProduct(ds, load(vBefore, block)) }
        let g = reset.backward(gv, u, load(z1, block), theta)
        let gF = (1 - ds) * g.u
        let partial = interaction.derivatives(s, a)
        let ga = load(aCarried, block).addingProduct(gF, partial.apical)
        store(gF * partial.soma, gI, block)
        store((1 - da) * ga, gJ, block)
        store(ds * g.u, vCarried, block)
        store(da * ga, aCarried, block)
        store(g.z, gz, block)
        rows.fetchPrevious(sample, block &* 24)
        rows.fetchPrevious(sample, block &* 24 &+ 16)
        if let states = stateGradient {
          store(gv, states + sample &* rows.stateStride, block)
          store(ga, states + sample &* rows.stateStride + units, block)
        }
      }
    }
  }
}

/// Writes spikes, their bits and the support of the surrogate for one block at the normalised distance `x` from threshold.
@_transparent
func fire<S: TrainingScalar>(
  _ spike: SpikeFunction<S>, _ x: Lanes<S>, _ z: UnsafeMutablePointer<S>, _ spikeBits: UnsafeMutablePointer<UInt8>,
  _ support: UnsafeMutablePointer<UInt8>, _ block: Int
) {
  let fired = S.positiveBits(x)
  spikeBits[block] = fired
  support[block] = spike.support(x)
  store(spike.graded ? spike.integral(x) : S.keep(Lanes(repeating: 1), where: x), z, block)
}
