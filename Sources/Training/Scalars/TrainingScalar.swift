// The scalar that a network computes in: Float to train, Double to compare with references.
import Glibc

/// Eight lanes, one AVX register of Float; every kernel of this module counts units in such blocks.
public typealias Lanes<Scalar: SIMDScalar> = SIMD8<Scalar>

/// A floating-point type with the few lane operations that the standard library does not specialise through generics.
///
/// Arithmetic on ``Lanes`` compiles to vector code from generic source as it is; comparisons do not, so those are requirements here
/// and written once per concrete type.
public protocol TrainingScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
  /// Bit i is set where lane i of `x` is strictly positive.
  static func positiveBits(_ x: Lanes<Self>) -> UInt8
  /// 1 in the lanes whose bit is set, else 0.
  static func ones(where bits: UInt8) -> Lanes<Self>
  /// `x` in the lanes where `gate` is strictly positive, else 0.
  static func keep(_ x: Lanes<Self>, where gate: Lanes<Self>) -> Lanes<Self>
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
  @inline(__always) public static func positiveBits(_ x: Lanes<Float>) -> UInt8 {
    let bits = Lanes<Int32>(repeating: 0).replacing(with: Lanes<Int32>(1, 2, 4, 8, 16, 32, 64, 128), where: x .> Lanes(repeating: 0))
    return UInt8(truncatingIfNeeded: bits.wrappedSum())
  }
  @inline(__always) public static func ones(where bits: UInt8) -> Lanes<Float> {
    let place = Lanes<Int32>(1, 2, 4, 8, 16, 32, 64, 128)
    return Lanes(repeating: 0).replacing(with: Lanes(repeating: 1), where: (Lanes(repeating: Int32(bits)) & place) .== place)
  }
  @inline(__always) public static func keep(_ x: Lanes<Float>, where gate: Lanes<Float>) -> Lanes<Float> {
    Lanes(repeating: 0).replacing(with: x, where: gate .> Lanes(repeating: 0))
  }
  public static func exponential(_ x: Float) -> Float { exp(x) }
  public static func hyperbolicTangent(_ x: Float) -> Float { tanh(x) }
  public static func errorFunction(_ x: Float) -> Float { erf(x) }
  public static func logOnePlus(_ x: Float) -> Float { log1p(x) }
}

extension Double: TrainingScalar {
  @inline(__always) public static func positiveBits(_ x: Lanes<Double>) -> UInt8 {
    let bits = Lanes<Int64>(repeating: 0).replacing(with: Lanes<Int64>(1, 2, 4, 8, 16, 32, 64, 128), where: x .> Lanes(repeating: 0))
    return UInt8(truncatingIfNeeded: bits.wrappedSum())
  }
  @inline(__always) public static func ones(where bits: UInt8) -> Lanes<Double> {
    let place = Lanes<Int64>(1, 2, 4, 8, 16, 32, 64, 128)
    return Lanes(repeating: 0).replacing(with: Lanes(repeating: 1), where: (Lanes(repeating: Int64(bits)) & place) .== place)
  }
  @inline(__always) public static func keep(_ x: Lanes<Double>, where gate: Lanes<Double>) -> Lanes<Double> {
    Lanes(repeating: 0).replacing(with: x, where: gate .> Lanes(repeating: 0))
  }
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
