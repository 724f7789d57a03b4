// The loops over neurons that are written in C, by precision.
import CKernels

/// What one step of `iaf_psc_exp` needs, under the names that C gives it: propagators, current [pA], potentials relative to the leak
/// potential [mV], refractory time in steps.
public protocol IafPscExpStep: Sendable {
  associatedtype Scalar
  init(
    p22: Scalar, p21_ex: Scalar, p21_in: Scalar, p20: Scalar, p11_ex: Scalar, p11_in: Scalar, i_e: Scalar, v_th: Scalar, v_reset: Scalar,
    t_ref: Scalar)
}
extension ckernels_iaf_psc_exp_f32: IafPscExpStep {}
extension ckernels_iaf_psc_exp_f64: IafPscExpStep {}

extension Float {
  public static func advanceIafPscExp(_ constants: ckernels_iaf_psc_exp_f32, _ tile: TileStep<Float>) -> Int {
    withUnsafePointer(to: constants) {
      Int(
        ckernels_iaf_psc_exp_f32_step(
          $0, tile.columns, Int64(tile.stride), tile.input, Int64(tile.inputStride), tile.current, Int64(tile.count), tile.fired))
    }
  }
}

extension Double {
  public static func advanceIafPscExp(_ constants: ckernels_iaf_psc_exp_f64, _ tile: TileStep<Double>) -> Int {
    withUnsafePointer(to: constants) {
      Int(
        ckernels_iaf_psc_exp_f64_step(
          $0, tile.columns, Int64(tile.stride), tile.input, Int64(tile.inputStride), tile.current, Int64(tile.count), tile.fired))
    }
  }
}
