// The loops over neurons that are written in C, by precision.
import CKernels

/// What one step of a model needs, and its loop. The scalar's types are those of C.
public protocol NeuronKernel: Sendable {
  associatedtype Scalar: SimulationScalar
  /// Advances a tile one step; returns the number of spikes.
  func advance(_ tile: TileStep<Scalar>) -> Int
}

/// One step of `iaf_psc_exp`, under the names that C gives it: propagators, current [pA], potentials relative to the leak potential [mV],
/// refractory time in steps.
public protocol IafPscExpKernel: NeuronKernel {
  init(
    p22: Scalar, p21_ex: Scalar, p21_in: Scalar, p20: Scalar, p11_ex: Scalar, p11_in: Scalar, i_e: Scalar, v_th: Scalar, v_reset: Scalar,
    t_ref: Scalar)
}

/// One step of `lif_sfa`: propagators of V_m, from the current [mV/ms], from c, and of c; the rest as above.
public protocol LifSfaKernel: NeuronKernel {
  init(
    p33: Scalar, p30: Scalar, p3c: Scalar, pcc: Scalar, i_e: Scalar, v_th: Scalar, v_reset: Scalar, t_ref: Scalar, alpha_c: Scalar)
}

/// The step function that C has for constants of type `Kernel`.
private typealias Step<Kernel, Scalar> = (
  UnsafePointer<Kernel>?, UnsafeMutablePointer<Scalar>?, Int64, UnsafePointer<Scalar>?, Int64, UnsafePointer<Scalar>?, Int64,
  UnsafeMutablePointer<UInt16>?
) -> Int64

extension NeuronKernel {
  @inline(__always)
  fileprivate func advance(_ t: TileStep<Scalar>, _ step: Step<Self, Scalar>) -> Int {
    withUnsafePointer(to: self) {
      Int(step($0, t.columns, Int64(t.stride), t.input, Int64(t.inputStride), t.current, Int64(t.count), t.fired))
    }
  }
}
extension ckernels_iaf_psc_exp_f32: IafPscExpKernel {
  public func advance(_ tile: TileStep<Float>) -> Int { advance(tile, ckernels_iaf_psc_exp_f32_step) }
}
extension ckernels_iaf_psc_exp_f64: IafPscExpKernel {
  public func advance(_ tile: TileStep<Double>) -> Int { advance(tile, ckernels_iaf_psc_exp_f64_step) }
}
extension ckernels_lif_sfa_f32: LifSfaKernel {
  public func advance(_ tile: TileStep<Float>) -> Int { advance(tile, ckernels_lif_sfa_f32_step) }
}
extension ckernels_lif_sfa_f64: LifSfaKernel {
  public func advance(_ tile: TileStep<Double>) -> Int { advance(tile, ckernels_lif_sfa_f64_step) }
}
