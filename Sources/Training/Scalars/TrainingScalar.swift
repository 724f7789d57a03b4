// The scalar that a network computes in: Float to train, Double to compare with references.
import CRows
import Glibc

/// Eight lanes, one AVX register of Float; every kernel of this module counts units in such blocks.
public typealias Lanes<Scalar: SIMDScalar> = SIMD8<Scalar>

/// A floating-point type with the few lane operations that the standard library does not specialise through generics.
///
/// Arithmetic on ``Lanes`` compiles to vector code from generic source as it is; comparisons do not, so those are requirements here
/// and written once per concrete type (spelled `SIMD8<Float>`: through the alias the compiler takes the generic operators).
public protocol TrainingScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
  /// Bit i is set where lane i of `x` is strictly positive.
  static func positiveBits(_ x: Lanes<Self>) -> UInt8
  /// 1 in the lanes whose bit is set, else 0.
  static func ones(where bits: UInt8) -> Lanes<Self>
  /// `x` in the lanes where `gate` is strictly positive, else 0.
  static func keep(_ x: Lanes<Self>, where gate: Lanes<Self>) -> Lanes<Self>
  /// Square roots of the lanes.
  static func roots(_ x: Lanes<Self>) -> Lanes<Self>
  /// `sum = base + Σ_j rows[indices[j]]` over `width` elements, rows in list order; see RowSum.swift.
  static func addRows(
    to sum: UnsafeMutablePointer<Self>, base: UnsafePointer<Self>, from rows: UnsafePointer<Self>, stride: Int, width: Int,
    indices: UnsafePointer<UInt16>, count: Int)
  /// Products of the weight rows of needed units with gradients; see RowDot.swift.
  static func addDots(_ dots: RowDots<Self>)
  static func exponential(_ x: Self) -> Self
  static func hyperbolicTangent(_ x: Self) -> Self
  static func errorFunction(_ x: Self) -> Self
  static func logOnePlus(_ x: Self) -> Self
}

extension TrainingScalar {
  @inline(__always) static func rectified(_ x: Lanes<Self>) -> Lanes<Self> { keep(x, where: x) }
  @inline(__always) static func magnitude(_ x: Lanes<Self>) -> Lanes<Self> { rectified(x) + rectified(-x) }
  /// A scalar function lane by lane; only for functions off the fast path.
  @inline(__always) static func map(_ x: Lanes<Self>, _ function: (Self) -> Self) -> Lanes<Self> {
    var y = x
    for lane in 0..<8 { y[lane] = function(x[lane]) }
    return y
  }
}

extension Float: TrainingScalar {
  @inline(__always) public static func positiveBits(_ x: SIMD8<Float>) -> UInt8 { crows_positive(x) }
  @inline(__always) public static func roots(_ x: SIMD8<Float>) -> SIMD8<Float> { crows_roots_f32(x) }
  @inline(__always) public static func ones(where bits: UInt8) -> SIMD8<Float> {
    let place = SIMD8<Int32>(1, 2, 4, 8, 16, 32, 64, 128)
    let set = (SIMD8<Int32>(repeating: Int32(bits)) & place) .== place
    return SIMD8<Float>(repeating: 0).replacing(with: SIMD8<Float>(repeating: 1), where: set)
  }
  @inline(__always) public static func keep(_ x: SIMD8<Float>, where gate: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>(repeating: 0).replacing(with: x, where: gate .> SIMD8<Float>(repeating: 0))
  }
  public static func addRows(
    to sum: UnsafeMutablePointer<Float>, base: UnsafePointer<Float>, from rows: UnsafePointer<Float>, stride: Int, width: Int,
    indices: UnsafePointer<UInt16>, count: Int
  ) { crows_add(sum, base, rows, Int64(stride), Int64(width), indices, Int64(count)) }
  public static func addDots(_ dots: RowDots<Float>) {
    crows_dots(
      dots.weights, Int64(dots.width), Int64(dots.units), dots.gradients, Int64(dots.gradientStride), dots.order, dots.needed,
      dots.out, Int64(dots.outStride))
  }
  public static func exponential(_ x: Float) -> Float { exp(x) }
  public static func hyperbolicTangent(_ x: Float) -> Float { tanh(x) }
  public static func errorFunction(_ x: Float) -> Float { erf(x) }
  public static func logOnePlus(_ x: Float) -> Float { log1p(x) }
}

extension Double: TrainingScalar {
  @inline(__always) public static func positiveBits(_ x: SIMD8<Double>) -> UInt8 {
    let place = SIMD8<Int64>(1, 2, 4, 8, 16, 32, 64, 128)
    let bits = SIMD8<Int64>(repeating: 0).replacing(with: place, where: x .> SIMD8<Double>(repeating: 0))
    return UInt8(truncatingIfNeeded: bits.wrappedSum())
  }
  @inline(__always) public static func roots(_ x: SIMD8<Double>) -> SIMD8<Double> { crows_roots_f64(x) }
  @inline(__always) public static func ones(where bits: UInt8) -> SIMD8<Double> {
    let place = SIMD8<Int64>(1, 2, 4, 8, 16, 32, 64, 128)
    let set = (SIMD8<Int64>(repeating: Int64(bits)) & place) .== place
    return SIMD8<Double>(repeating: 0).replacing(with: SIMD8<Double>(repeating: 1), where: set)
  }
  @inline(__always) public static func keep(_ x: SIMD8<Double>, where gate: SIMD8<Double>) -> SIMD8<Double> {
    SIMD8<Double>(repeating: 0).replacing(with: x, where: gate .> SIMD8<Double>(repeating: 0))
  }
  public static func addRows(
    to sum: UnsafeMutablePointer<Double>, base: UnsafePointer<Double>, from rows: UnsafePointer<Double>, stride: Int, width: Int,
    indices: UnsafePointer<UInt16>, count: Int
  ) { addRowsInOrder(to: sum, base: base, from: rows, stride: stride, width: width, indices: indices, count: count, values: nil) }
  public static func addDots(_ dots: RowDots<Double>) { addDotsInOrder(dots) }
  public static func exponential(_ x: Double) -> Double { exp(x) }
  public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  public static func errorFunction(_ x: Double) -> Double { erf(x) }
  public static func logOnePlus(_ x: Double) -> Double { log1p(x) }
}

extension Double {
  static func cosine(_ x: Double) -> Double { cos(x) }
  static func sine(_ x: Double) -> Double { sin(x) }
  static func logarithm2(_ x: Double) -> Double { log2(x) }
  static func power2(_ x: Double) -> Double { exp2(x) }
}
