// Laws of weights, delays and initial states.
import Maths

/// A law of one number. Bounds restrict the law (as redrawing until the value lies inside does), they never clip.
public indirect enum Distribution: Sendable, Equatable {
  case constant(Double)
  case normal(mean: Double, sd: Double, min: Double = -.infinity, max: Double = .infinity)
  /// exp of a normal with mean mu and standard deviation sigma.
  case lognormal(mu: Double, sigma: Double, min: Double = 0, max: Double = .infinity)
  case uniform(low: Double, high: Double)
  /// `offset` plus an exponential of the given mean.
  case exponential(mean: Double, offset: Double = 0, max: Double = .infinity)
  /// A law whose values are rounded to the nearest multiple of a number.
  case rounded(to: Double, of: Distribution)

  /// Whether every draw gives the same value, as ``Law/constant`` tells.
  public var isConstant: Bool {
    switch self {
    case .constant: true
    case .normal(_, let sd, _, _): sd == 0
    case .lognormal(_, let sigma, _, _): sigma == 0
    case .uniform, .exponential: false
    case .rounded(_, let inner): inner.isConstant
    }
  }

  /// Bounds of the values it can give.
  public var support: ClosedRange<Double> {
    switch self {
    case .constant(let value): value...value
    case .normal(let mean, let sd, let low, let high): sd == 0 ? mean...mean : low...high
    case .lognormal(let mu, let sigma, let low, let high): sigma == 0 ? Elementary.exp(mu)...Elementary.exp(mu) : low...high
    case .uniform(let low, let high): low...high
    case .exponential(_, let offset, let high): offset...high
    case .rounded(let unit, let law): Self.rounded(law.support.lowerBound, unit)...Self.rounded(law.support.upperBound, unit)
    }
  }
  private static func rounded(_ value: Double, _ unit: Double) -> Double { (value / unit).rounded() * unit }

  /// Mean of the law without its bounds (used for forecasts only).
  public var mean: Double {
    switch self {
    case .constant(let value): value
    case .normal(let mean, _, _, _): mean
    case .lognormal(let mu, let sigma, _, _): Elementary.exp(mu + sigma * sigma / 2)
    case .uniform(let low, let high): (low + high) / 2
    case .exponential(let mean, let offset, _): offset + mean
    case .rounded(_, let law): law.mean
    }
  }

  /// What is wrong with the parameters, to be read after "has", or `nil`.
  public var fault: String? {
    switch self {
    case .constant(let value): Self.fault("the value", value)
    case .normal(let mean, let sd, let low, let high):
      Self.fault("mean", mean) ?? Self.fault("sd", sd) ?? (sd < 0 ? "the negative sd \(sd)" : Self.fault(bounds: low, high))
    case .lognormal(let mu, let sigma, let low, let high):
      Self.fault("mu", mu) ?? Self.fault("sigma", sigma) ?? (sigma < 0 ? "the negative sigma \(sigma)" : Self.fault(bounds: low, high))
    case .uniform(let low, let high):
      Self.fault("low", low) ?? Self.fault("high", high) ?? (low > high ? "low \(low) above high \(high)" : nil)
    case .exponential(let mean, let offset, let high):
      Self.fault("mean", mean) ?? Self.fault("offset", offset)
        ?? (mean <= 0 ? "mean \(mean), which is not above 0" : offset < high ? nil : "offset \(offset), which is not below max \(high)")
    case .rounded(let unit, let law): unit > 0 && unit.isFinite ? law.fault : "values rounded to \(unit), which is not above 0"
    }
  }
  private static func fault(_ name: String, _ value: Double) -> String? { value.isFinite ? nil : "\(name) \(value), which is not finite" }
  private static func fault(bounds low: Double, _ high: Double) -> String? { low <= high ? nil : "min \(low) is above max \(high)" }

  /// Probability of a value below x.
  public func cumulative(_ x: Double) -> Double {
    switch self {
    case .constant(let value): return x > value ? 1 : 0
    case .normal(let mean, let sd, let low, let high):
      if sd == 0 { return x > mean ? 1 : 0 }
      return restricted(x, low, high) { Elementary.normalCDF(($0 - mean) / sd) }
    case .lognormal(let mu, let sigma, let low, let high):
      if sigma == 0 { return x > Elementary.exp(mu) ? 1 : 0 }
      return restricted(x, low, high) { $0 <= 0 ? 0 : Elementary.normalCDF((Elementary.log($0) - mu) / sigma) }
    case .uniform(let low, let high):
      return low == high ? (x > low ? 1 : 0) : Swift.min(Swift.max((x - low) / (high - low), 0), 1)
    case .exponential(let mean, let offset, let high):
      return restricted(x, offset, high) { $0 <= offset ? 0 : -Elementary.expMinusOne(-($0 - offset) / mean) }
    case .rounded(let unit, let law):
      // Below x lie the multiples up to ceil(x / unit) - 1, each of which gathers half a unit to either side. Where x itself is meant to be
      // a multiple, the quotient may lie beside it by rounding.
      let multiple = (x / unit).rounded(), isMultiple = abs(x / unit - multiple) < 1e-9 * Swift.max(abs(multiple), 1)
      return law.cumulative(((isMultiple ? multiple : (x / unit).rounded(.up)) - 0.5) * unit)
    }
  }

  private func restricted(_ x: Double, _ low: Double, _ high: Double, _ law: (Double) -> Double) -> Double {
    if x <= low { return 0 }
    if x >= high { return 1 }
    let below = low == -.infinity ? 0 : law(low)
    let above = high == .infinity ? 1 : law(high)
    return (law(x) - below) / (above - below)
  }
}
