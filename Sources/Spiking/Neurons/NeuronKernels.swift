// The loops over neurons that are written in C, by precision.
import CKernels

extension Float {
  public static func iafPscExp(
    p22: Float, p21Ex: Float, p21In: Float, p20: Float, p11Ex: Float, p11In: Float, current: Float, threshold: Float, reset: Float,
    refractory: Float
  ) -> ckernels_iaf_psc_exp_f32 {
    ckernels_iaf_psc_exp_f32(
      p22: p22, p21_ex: p21Ex, p21_in: p21In, p20: p20, p11_ex: p11Ex, p11_in: p11In, i_e: current, v_th: threshold, v_reset: reset,
      t_ref: refractory)
  }
  public static func advanceIafPscExp(_ constants: ckernels_iaf_psc_exp_f32, _ tile: TileStep<Float>) -> Int {
    withUnsafePointer(to: constants) {
      Int(
        ckernels_iaf_psc_exp_f32_step(
          $0, tile.columns, Int64(tile.stride), tile.input, Int64(tile.inputStride), tile.current, Int64(tile.count), tile.fired))
    }
  }
}

extension Double {
  public static func iafPscExp(
    p22: Double, p21Ex: Double, p21In: Double, p20: Double, p11Ex: Double, p11In: Double, current: Double, threshold: Double,
    reset: Double, refractory: Double
  ) -> ckernels_iaf_psc_exp_f64 {
    ckernels_iaf_psc_exp_f64(
      p22: p22, p21_ex: p21Ex, p21_in: p21In, p20: p20, p11_ex: p11Ex, p11_in: p11In, i_e: current, v_th: threshold, v_reset: reset,
      t_ref: refractory)
  }
  public static func advanceIafPscExp(_ constants: ckernels_iaf_psc_exp_f64, _ tile: TileStep<Double>) -> Int {
    withUnsafePointer(to: constants) {
      Int(
        ckernels_iaf_psc_exp_f64_step(
          $0, tile.columns, Int64(tile.stride), tile.input, Int64(tile.inputStride), tile.current, Int64(tile.count), tile.fired))
    }
  }
}
