// Periodic test signals for one-step-ahead regression.

/// A wave of period p = 1/5 sampled with a phase shift.
public enum Wave: String, Sendable, CaseIterable {
  case triangle, sawtooth, square, sine

  static let period = 0.2

  /// Sampling distance for `samples` points: (p/q) / 2^floor(log2(p samples / q)).
  public func distance(samples: Int) -> Double {
    let q: Double =
      switch self {
      case .triangle: 4
      case .sawtooth: 3
      case .square: 6
      case .sine: 4
      }
    let octave = Double.logarithm2(Self.period * Double(samples) / q).rounded(.down)
    return Self.period / q / Double.power2(octave)
  }

  /// `steps + 1` values at t_j = (shift + j) Δ; data are the first `steps`, targets the last.
  public func values(steps: Int, shift: Int, amplitude: Double) -> [Double] {
    let spacing = distance(samples: steps + 1)
    return (0...steps).map { value(at: Double(shift + $0) * spacing, amplitude: amplitude) }
  }

  func value(at t: Double, amplitude: Double) -> Double {
    let p = Self.period
    switch self {
    case .triangle:
      let shifted = t - p / 4
      let phase = shifted - p * (shifted / p).rounded(.down)
      return 4 * amplitude / p * abs(phase - p / 2) - amplitude
    case .sawtooth: return 2 * amplitude * (t / p - (0.5 + t / p).rounded(.down))
    case .square:
      let s = Double.sine(2 * .pi * t / p)
      return s > 0 ? amplitude : s < 0 ? -amplitude : 0
    case .sine: return amplitude * Double.sine(2 * .pi * t / p)
    }
  }

  /// Whether t lies within 1e-9 of a jump, where rounding decides the side.
  public func isJump(at t: Double) -> Bool {
    let halves: Double? =
      switch self {
      case .sawtooth: t / Self.period + 0.5
      case .square: 2 * t / Self.period
      case .triangle, .sine: nil
      }
    guard let halves else { return false }
    return abs(halves - halves.rounded()) * Self.period < 1e-9
  }
}
