// The two scalars of the vector kernels, so that one source serves single and double precision.
import CKernels

/// `Float` or `Double`: what the vector functions and bulk draws are generic over.
public protocol VectorScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable, BitwiseCopyable {
  /// Random words a bulk draw takes: 1 for `Float`, 2 for `Double`.
  static var wordsPerDraw: Int { get }

  static func kernelExp(_ x: UnsafePointer<Self>, _ count: Int64, _ y: UnsafeMutablePointer<Self>)
  static func kernelExpMinusOne(_ x: UnsafePointer<Self>, _ count: Int64, _ y: UnsafeMutablePointer<Self>)
  static func kernelLog(_ x: UnsafePointer<Self>, _ count: Int64, _ y: UnsafeMutablePointer<Self>)
  /// `pieces` is the law's table for single draws, nil if it has none.
  static func kernelDraw(
    _ law: ckernels_law, _ pieces: UnsafePointer<Float>?, _ words: UnsafePointer<UInt32>, _ count: Int64, _ out: UnsafeMutablePointer<Self>)
  static func kernelFill(
    _ law: ckernels_law, _ pieces: UnsafePointer<Float>?, _ at: ckernels_address, _ first: Int64, _ count: Int64,
    _ out: UnsafeMutablePointer<Self>)
  /// ``RandomBlocks/spread(below:first:count:places:words:as:)``.
  static func kernelSpread(
    _ at: ckernels_address, _ block: UInt32, _ count: Int64, _ bound: UInt32, _ places: UnsafeMutablePointer<UInt32>,
    _ words: UnsafeMutablePointer<UInt32>)
  static func kernelAddCounts(_ counts: UnsafePointer<UInt16>, _ count: Int64, _ weight: Self, _ out: UnsafeMutablePointer<Self>)
  static func kernelAddPoisson(
    _ table: UnsafePointer<ckernels_poisson_table>?, _ at: ckernels_address, _ count: Int64, _ weight: Self, _ anew: Bool,
    _ out: UnsafeMutablePointer<Self>)
}

extension Float: VectorScalar {
  public static var wordsPerDraw: Int { 1 }
  public static func kernelExp(_ x: UnsafePointer<Float>, _ count: Int64, _ y: UnsafeMutablePointer<Float>) {
    ckernels_exp_f32(x, count, y)
  }
  public static func kernelExpMinusOne(_ x: UnsafePointer<Float>, _ count: Int64, _ y: UnsafeMutablePointer<Float>) {
    ckernels_expm1_f32(x, count, y)
  }
  public static func kernelLog(_ x: UnsafePointer<Float>, _ count: Int64, _ y: UnsafeMutablePointer<Float>) {
    ckernels_log_f32(x, count, y)
  }
  public static func kernelDraw(
    _ law: ckernels_law, _ pieces: UnsafePointer<Float>?, _ words: UnsafePointer<UInt32>, _ count: Int64, _ out: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: law) { ckernels_draw_f32($0, pieces, words, count, out) }
  }
  public static func kernelFill(
    _ law: ckernels_law, _ pieces: UnsafePointer<Float>?, _ at: ckernels_address, _ first: Int64, _ count: Int64,
    _ out: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: law) { ckernels_fill_f32($0, pieces, at, first, count, out) }
  }
  public static func kernelSpread(
    _ at: ckernels_address, _ block: UInt32, _ count: Int64, _ bound: UInt32, _ places: UnsafeMutablePointer<UInt32>,
    _ words: UnsafeMutablePointer<UInt32>
  ) {
    ckernels_spread_f32(at, block, count, bound, places, words)
  }
  public static func kernelAddCounts(
    _ counts: UnsafePointer<UInt16>, _ count: Int64, _ weight: Float, _ out: UnsafeMutablePointer<Float>
  ) {
    ckernels_add_counts_f32(counts, count, weight, out)
  }
  public static func kernelAddPoisson(
    _ table: UnsafePointer<ckernels_poisson_table>?, _ at: ckernels_address, _ count: Int64, _ weight: Float, _ anew: Bool,
    _ out: UnsafeMutablePointer<Float>
  ) {
    ckernels_poisson_add_f32(table, at, count, weight, anew ? 1 : 0, out)
  }
}

extension Double: VectorScalar {
  public static var wordsPerDraw: Int { 2 }
  public static func kernelExp(_ x: UnsafePointer<Double>, _ count: Int64, _ y: UnsafeMutablePointer<Double>) {
    ckernels_exp_f64(x, count, y)
  }
  public static func kernelExpMinusOne(_ x: UnsafePointer<Double>, _ count: Int64, _ y: UnsafeMutablePointer<Double>) {
    ckernels_expm1_f64(x, count, y)
  }
  public static func kernelLog(_ x: UnsafePointer<Double>, _ count: Int64, _ y: UnsafeMutablePointer<Double>) {
    ckernels_log_f64(x, count, y)
  }
  public static func kernelDraw(
    _ law: ckernels_law, _ pieces: UnsafePointer<Float>?, _ words: UnsafePointer<UInt32>, _ count: Int64,
    _ out: UnsafeMutablePointer<Double>
  ) {
    withUnsafePointer(to: law) { ckernels_draw_f64($0, words, count, out) }
  }
  public static func kernelFill(
    _ law: ckernels_law, _ pieces: UnsafePointer<Float>?, _ at: ckernels_address, _ first: Int64, _ count: Int64,
    _ out: UnsafeMutablePointer<Double>
  ) {
    withUnsafePointer(to: law) { ckernels_fill_f64($0, at, first, count, out) }
  }
  public static func kernelSpread(
    _ at: ckernels_address, _ block: UInt32, _ count: Int64, _ bound: UInt32, _ places: UnsafeMutablePointer<UInt32>,
    _ words: UnsafeMutablePointer<UInt32>
  ) {
    ckernels_spread_f64(at, block, count, bound, places, words)
  }
  public static func kernelAddCounts(
    _ counts: UnsafePointer<UInt16>, _ count: Int64, _ weight: Double, _ out: UnsafeMutablePointer<Double>
  ) {
    ckernels_add_counts_f64(counts, count, weight, out)
  }
  public static func kernelAddPoisson(
    _ table: UnsafePointer<ckernels_poisson_table>?, _ at: ckernels_address, _ count: Int64, _ weight: Double, _ anew: Bool,
    _ out: UnsafeMutablePointer<Double>
  ) {
    ckernels_poisson_add_f64(table, at, count, weight, anew ? 1 : 0, out)
  }
}
