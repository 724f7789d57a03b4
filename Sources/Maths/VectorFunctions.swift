// Elementary functions with the same bits on every processor: over arrays by the vector kernels, and of one number.
import CKernels

/// Elementary functions over arrays, `y[i] = f(x[i])`. Input and output do not overlap; no alignment is needed.
///
/// Largest errors in units in the last place, measured over dense grids against the true values:
///
/// | | `Float` | `Double` |
/// |---|---|---|
/// | `exp` | 1.1 | 1.1 |
/// | `expMinusOne` | 1.6 | 2.2 |
/// | `log` | 1.1 | 0.8 |
///
/// NaN stays NaN, overflow is infinite. An exponential below the least normal number is zero, whether denormals are flushed or not.
public enum VectorFunctions {
  /// Width of the registers that the vector kernels use, 512, 256 or 128: what the processor has, unless `COLONNADE_VECTOR=avx2`.
  public static var bits: Int { 128 << Int(ckernels_level()) }

  public static func exp<Scalar: VectorScalar>(_ x: UnsafePointer<Scalar>, count: Int, into y: UnsafeMutablePointer<Scalar>) {
    Scalar.kernelExp(x, Int64(count), y)
  }
  /// exp(x) - 1, precise near zero too.
  public static func expMinusOne<Scalar: VectorScalar>(_ x: UnsafePointer<Scalar>, count: Int, into y: UnsafeMutablePointer<Scalar>) {
    Scalar.kernelExpMinusOne(x, Int64(count), y)
  }
  /// The natural logarithm; minus infinity of zero, NaN of a negative number.
  public static func log<Scalar: VectorScalar>(_ x: UnsafePointer<Scalar>, count: Int, into y: UnsafeMutablePointer<Scalar>) {
    Scalar.kernelLog(x, Int64(count), y)
  }

  public static func exp<Scalar: VectorScalar>(_ x: Span<Scalar>, into y: inout MutableSpan<Scalar>) {
    apply(x, &y, Scalar.kernelExp)
  }
  /// exp(x) - 1, precise near zero too.
  public static func expMinusOne<Scalar: VectorScalar>(_ x: Span<Scalar>, into y: inout MutableSpan<Scalar>) {
    apply(x, &y, Scalar.kernelExpMinusOne)
  }
  /// The natural logarithm; minus infinity of zero, NaN of a negative number.
  public static func log<Scalar: VectorScalar>(_ x: Span<Scalar>, into y: inout MutableSpan<Scalar>) {
    apply(x, &y, Scalar.kernelLog)
  }

  private static func apply<Scalar: VectorScalar>(
    _ x: Span<Scalar>, _ y: inout MutableSpan<Scalar>, _ kernel: (UnsafePointer<Scalar>, Int64, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    precondition(x.count == y.count, "input has \(x.count) elements, output \(y.count)")
    x.withUnsafeBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        guard let input = x.baseAddress, let output = y.baseAddress else { return }
        kernel(input, Int64(x.count), output)
      }
    }
  }
}

/// Elementary functions of one number whose last bit does not depend on the host's C library: for constants that enter results
/// which must be the same everywhere.
public enum Elementary {
  public static func exp(_ x: Double) -> Double { ckernels_exp(x) }
  /// exp(x) - 1, precise near zero too.
  public static func expMinusOne(_ x: Double) -> Double { ckernels_expm1(x) }
  /// The natural logarithm.
  public static func log(_ x: Double) -> Double { ckernels_log(x) }

  /// The probability that a standard normal number is below `x`, to 1e-13 of it also far below zero.
  /// Its series up to 1.25 (Abramowitz and Stegun 26.2.11), its continued fraction beyond (26.2.14).
  public static func normalCDF(_ x: Double) -> Double {
    let size = x.magnitude
    guard size < 39 else { return x.isNaN ? x : (x > 0 ? 1 : 0) }
    let density = exp(-0.5 * x * x) * 0.398942280401432677939946
    if size < 1.25 {
      var term = x
      var sum = x
      var k = 1.0
      while term.magnitude > sum.magnitude * 1e-17 {
        k += 2
        term *= x * x / k
        sum += term
      }
      return 0.5 + density * sum
    }
    var fraction = size
    for k in stride(from: 250.0, to: 0, by: -1) { fraction = size + k / fraction }
    let tail = density / fraction
    return x < 0 ? tail : 1 - tail
  }
  /// The number below which an exponential number of mean one lies with probability `p` in (0, 1): -log(1 - p).
  public static func exponentialQuantile(_ p: Double) -> Double { ckernels_exponential_quantile(p) }
  /// The number below which a standard normal number lies with probability `p` in (0, 1).
  public static func normalQuantile(_ p: Double) -> Double { ckernels_normal_quantile(p, 1 - p) }
}
