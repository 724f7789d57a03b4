// Surrogate derivatives of the spike, and their integrals for the finite-difference check.

/// The derivative that stands in for that of the step function H(x) = [x > 0] in backward.
///
/// | kind | derivative at x with magnitude α |
/// |---|---|
/// | `triangle` | α max(0, 1 − abs(x)) |
/// | `super` | 1 / (α abs(x) + 1)² |
/// | `gaussian` | exp(−x²/α) / sqrt(2πα) |
public struct Surrogate: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable { case triangle, `super`, gaussian }
  public var kind: Kind
  public var magnitude: Double

  public init(_ kind: Kind, magnitude: Double = 0.3) {
    self.kind = kind
    self.magnitude = magnitude
  }

  /// Spike and derivative at one normalised distance from threshold, as the cells compute them.
  public func evaluate<S: TrainingScalar>(_ x: S) -> (spike: S, derivative: S) {
    let lanes = Lanes(repeating: x)
    return (S.keep(Lanes(repeating: 1), where: lanes)[0], SpikeFunction<S>(self, graded: false).derivative(lanes)[0])
  }
}

/// How a cell turns its normalised distance from threshold into a spike.
///
/// `graded` replaces the step by the surrogate's integral: the network then is a smooth function whose exact gradient is the
/// surrogate gradient, which finite differences can check.
struct SpikeFunction<S: TrainingScalar>: Sendable {
  let kind: Surrogate.Kind
  let magnitude: S
  let graded: Bool

  init(_ surrogate: Surrogate, graded: Bool) {
    self.init(kind: surrogate.kind, magnitude: S(surrogate.magnitude), graded: graded)
  }

  @_transparent init(kind: Surrogate.Kind, magnitude: S, graded: Bool) {
    self.kind = kind
    self.magnitude = magnitude
    self.graded = graded
  }

  /// The default surrogate with true spikes, for which the cells have a loop with constants.
  var isPlainTriangle: Bool { kind == .triangle && !graded }
  @_transparent var plainTriangle: SpikeFunction<S> { SpikeFunction(kind: .triangle, magnitude: magnitude, graded: false) }

  @_transparent func derivative(_ x: Lanes<S>) -> Lanes<S> {
    switch kind {
    case .triangle: return S.rectified(1 - S.magnitude(x)) * magnitude
    case .super:
      let slope = S.magnitude(x) * magnitude + 1
      return 1 / (slope * slope)
    case .gaussian: return gaussian(x)
    }
  }

  // Out of line, so that the loops of the cells stay small enough for registers.
  @inline(never) private func gaussian(_ x: Lanes<S>) -> Lanes<S> {
    let peak = 1 / (2 * S.pi * magnitude).squareRoot()
    return S.map(x) { S.exponential(-$0 * $0 / magnitude) } * peak
  }

  @inline(never) func integral(_ x: Lanes<S>) -> Lanes<S> {
    switch kind {
    case .triangle:
      return S.map(x) { x in
        if x <= -1 { return 0 }
        if x >= 1 { return magnitude }
        return x < 0 ? magnitude * (1 + x) * (1 + x) / 2 : magnitude * (1 - (1 - x) * (1 - x) / 2)
      }
    case .super: return x / (S.magnitude(x) * magnitude + 1)
    case .gaussian: return S.map(x) { S.errorFunction($0 / magnitude.squareRoot()) } * (1 / S(8).squareRoot())
    }
  }

  /// Lanes whose derivative is not zero.
  @_transparent func support(_ x: Lanes<S>) -> UInt8 {
    kind == .triangle ? S.positiveBits(1 - S.magnitude(x)) : 0xFF
  }
}
