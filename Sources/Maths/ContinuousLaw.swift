// Laws of one continuous number, drawn in bulk by inversion.
import CKernels

/// A law of one number. Weights, delays and initial states are drawn from these.
public enum ContinuousLaw: Hashable, Sendable {
  case constant(Double)
  /// Uniform between `low` and `high`.
  case uniform(low: Double, high: Double)
  case normal(mean: Double, deviation: Double)
  /// The law of normal draws repeated until one lies within [low, high]; either bound may be infinite.
  case truncatedNormal(mean: Double, deviation: Double, low: Double, high: Double)
  /// exp of a normal number with the given mean and deviation.
  case lognormal(logMean: Double, logDeviation: Double)
  case exponential(mean: Double)
  /// The law of exponential draws, of `mean` before truncation, repeated until one lies below `high`.
  case truncatedExponential(mean: Double, high: Double)
}

/// Draws a law in bulk: draw `i` is a function of the words of an address alone.
///
/// `Float` draws take word `i` of the address, `Double` draws words `2 i` and `2 i + 1`: the two precisions are different samples.
/// The law is resolved to 2^-32 (`Float`) or 2^-52 (`Double`) in probability; a normal draw lies within 6.34 or 8.21 deviations.
/// Error of a normal quantile: 3e-7 (`Float`) or 2e-15 (`Double`) of it.
public struct LawSampler<Scalar: VectorScalar>: Sendable {
  public let law: ContinuousLaw
  let prepared: ckernels_law
  /// The table of single draws in even windows, or nothing.
  private let pieces: HeldArray<Float>

  /// Throws ``MathsError`` where the law does not exist: a negative deviation, bounds in the wrong order, a window without probability.
  public init(_ law: ContinuousLaw) throws(MathsError) {
    self.law = law
    prepared = try ckernels_law(law)
    pieces = HeldArray(Scalar.wordsPerDraw == 1 ? prepared.quantilePieces : [])
  }

  /// Writes draws `first ..< first + count` of the address to `out`. Fewer than 2^34 words belong to an address.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func fill(_ at: RandomBlocks, first: Int = 0, count: Int, into out: UnsafeMutablePointer<Scalar>) {
    let fits = first >= 0 && count >= 0 && (first + count) * Scalar.wordsPerDraw <= 1 << 34
    precondition(fits, "an address holds 2^34 words")
    Scalar.kernelFill(prepared, pieces.base, at.address, Int64(first), Int64(count), out)
  }
  /// Writes draws of given words, ``VectorScalar/wordsPerDraw`` each.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func draw(_ words: UnsafePointer<UInt32>, count: Int, into out: UnsafeMutablePointer<Scalar>) {
    Scalar.kernelDraw(prepared, pieces.base, words, Int64(count), out)
  }
  /// Draw `index` of the address, the same as ``fill(_:first:count:into:)`` gives.
  public func draw(_ at: RandomBlocks, _ index: Int) -> Scalar {
    var value: Scalar = 0
    fill(at, first: index, count: 1, into: &value)
    return value
  }
  /// Draws `0 ..< count` of the address.
  public func draws(_ at: RandomBlocks, count: Int) -> [Scalar] {
    [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress { fill(at, count: count, into: base) }
      initialized = count
    }
  }
}

extension ckernels_law {
  /// The law with its constants worked out. One without width becomes a constant.
  init(_ law: ContinuousLaw) throws(MathsError) {
    switch law {
    case .constant(let value):
      try MathsError.check(value.isFinite, "constant", "value", value, "finite")
      self.init(ckernels_constant, value)
    case .uniform(let low, let high):
      try MathsError.check(low.isFinite, "uniform", "low", low, "finite")
      try MathsError.check(high.isFinite && high >= low, "uniform", "high", high, "finite and not below low (\(low))")
      self.init(low == high ? ckernels_constant : ckernels_uniform, low, high)
    case .normal(let mean, let deviation):
      try Self.check("normal", mean, deviation)
      self.init(deviation == 0 ? ckernels_constant : ckernels_normal, mean, deviation)
    case .lognormal(let mean, let deviation):
      try Self.check("lognormal", mean, deviation)
      if deviation == 0 { self.init(ckernels_constant, Elementary.exp(mean)) } else { self.init(ckernels_lognormal, mean, deviation) }
    case .exponential(let mean):
      try MathsError.check(mean.isFinite && mean >= 0, "exponential", "mean", mean, "finite and not negative")
      self.init(mean == 0 ? ckernels_constant : ckernels_exponential, mean)
      mass = 1
    case .truncatedExponential(let mean, let high):
      try MathsError.check(mean.isFinite && mean >= 0, "truncated exponential", "mean", mean, "finite and not negative")
      try MathsError.check(high > 0, "truncated exponential", "high", high, "positive")
      self.init(mean == 0 ? ckernels_constant : ckernels_exponential, mean)
      mass = mean == 0 ? 1 : -Elementary.expMinusOne(-high / mean)
    case .truncatedNormal(let mean, let deviation, let low, let high):
      try Self.check("truncated normal", mean, deviation)
      try MathsError.check(!low.isNaN, "truncated normal", "low", low, "a number")
      try MathsError.check(low <= high, "truncated normal", "high", high, "not below low (\(low))")
      if deviation == 0 || low == high {
        let value = deviation == 0 ? mean : low
        try MathsError.check(low <= value && value <= high, "truncated normal", "mean", mean, "within its bounds, as the deviation is 0")
        self.init(ckernels_constant, value)
      } else {
        self.init(ckernels_truncated_normal, mean, deviation)
        try restrict(low, high)
      }
    }
  }
  private init<Kind: BinaryInteger>(_ kind: Kind, _ a: Double, _ b: Double = 0) {
    self.init()
    self.kind = Int32(kind)
    self.a = a
    self.b = b
  }

  /// Takes the window's probabilities from the side where its end further from the mean lies low: there they are precise.
  private mutating func restrict(_ low: Double, _ high: Double) throws(MathsError) {
    let lower = (low - a) / b
    let upper = (high - a) / b
    let mirrored = lower + upper > 0
    (self.low, self.high) = (low, high)
    start = Elementary.normalCDF(mirrored ? -upper : lower)
    mass = Elementary.normalCDF(mirrored ? -lower : upper) - start
    b = mirrored ? -b : b
    even = lower == -upper ? 1 : 0
    deep = 2 * start + mass * 0x1p-32 < 4e-14 ? 1 : 0
    try MathsError.check(mass > 1e-300, "truncated normal", "the probability between its bounds", mass, "above 1e-300: widen the bounds")
  }
  private static func check(_ law: String, _ mean: Double, _ deviation: Double) throws(MathsError) {
    try MathsError.check(mean.isFinite, law, "mean", mean, "finite")
    try MathsError.check(deviation.isFinite && deviation >= 0, law, "deviation", deviation, "finite and not negative")
  }
}
