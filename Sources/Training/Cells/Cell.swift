// What a trainable cell is: pointwise dynamics of one layer, forward and backward, over rows of the tape.
//
// A layer owns the sums over synapses; a cell sees the currents they give and returns their gradients. Pointers address rows of
// `blocks * 8` units per column inside the layer's buffers; the layer guarantees their extents.

import CRows

/// One step forward of some samples of a micro-batch; pointers address the first of them.
public struct ForwardRows<S: TrainingScalar> {
  let samples: Int
  /// Blocks of eight units.
  let blocks: Int
  /// Tape slots of the step before and of this step; on entry the first `compartments` columns of `current` hold the currents.
  let previous: UnsafePointer<S>
  let current: UnsafeMutablePointer<S>
  /// Elements from one sample to the next within a slot.
  let slotStride: Int
  /// Spikes z of the step before and of this step, `blocks * 8` per sample.
  let previousSpikes: UnsafePointer<S>
  let spikes: UnsafeMutablePointer<S>
  /// Bits of this step: spikes, and units whose surrogate derivative is not zero.
  let spikeBits: UnsafeMutablePointer<UInt8>
  let supportBits: UnsafeMutablePointer<UInt8>
  let bitStride: Int
}

/// One step backward of some samples of a micro-batch; pointers address the first of them.
public struct BackwardRows<S: TrainingScalar> {
  let samples: Int
  let blocks: Int
  let previous: UnsafePointer<S>
  let current: UnsafePointer<S>
  let slotStride: Int
  let previousSpikes: UnsafePointer<S>
  /// Read: dL/dz of this step (dL/dy for a readout), complete where the surrogate derivative is not zero. Written, block by block:
  /// what this step adds to dL/dz of the step before, through reset and adaptation.
  let spikeGradient: UnsafeMutablePointer<S>
  /// Read and written: what the step after (then: this step) adds to the gradient of each state, one row per state.
  let carriedStateGradient: UnsafeMutablePointer<S>
  let stateStride: Int
  /// Written: gradient of each current, one row per compartment.
  let driveGradient: UnsafeMutablePointer<S>
  let driveStride: Int
  /// Written when present: complete gradient of each state at this step.
  let stateGradient: UnsafeMutablePointer<S>?
}

/// The dynamics of one layer of cells.
public protocol Cell<Scalar>: Sendable {
  associatedtype Scalar: TrainingScalar
  /// Currents that projections add into: 1 (soma), or 2 (soma, apical).
  var compartments: Int { get }
  /// Columns of a tape slot.
  var columns: Int { get }
  /// Names of the states that carry over a step, with their tape column.
  var states: [(name: String, column: Int)] { get }
  /// Whether the cell emits spikes; if not, its first state is its output.
  var spikes: Bool { get }
  /// Whether backward reads the spikes of the step before.
  var backwardReadsSpikes: Bool { get }
  func forward(_ rows: ForwardRows<Scalar>)
  func backward(_ rows: BackwardRows<Scalar>)
}

extension BackwardRows {
  /// Fetches a block of the slot of the step before, which comes next.
  @_transparent func fetchPrevious(_ sample: Int, _ offset: Int) { crows_fetch(previous + (sample &* slotStride &+ offset)) }
}

/// Decay factors of a layer, d = exp(−dt/τ), one per unit; padding units decay at once.
struct Decay<S: TrainingScalar>: @unchecked Sendable {
  let factors: AlignedBuffer<S>

  /// - Parameter tau: time constants in steps.
  init(tau: [Double]) {
    factors = AlignedBuffer(count: padded(tau.count), zero: 0)
    for (unit, tau) in tau.enumerated() { factors.pointer[unit] = S(decayFactor(tau: tau)) }
  }
}

/// exp(−1/τ), the share of a state that is left after one step.
public func decayFactor(tau: Double) -> Double { Double.exponential(-1 / tau) }
