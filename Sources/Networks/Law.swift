// A law of one number made ready to be drawn in bulk, at an address.
import Maths

/// A ``Distribution`` for vector draws; the same for every rank and processor.
public struct Law<W: VectorScalar>: Sendable {
  private let sampler: LawSampler<W>
  /// Whether the value is exp of the drawn number.
  private let exponentiates: Bool
  private let offset: W
  /// The value, if it is always the same.
  public let constant: W?
  /// Values are rounded to multiples of this, if it is not 0.
  private let unit: W

  /// - Throws: `NetworkError` that says whose law it is, if its parameters make no sense.
  public init(_ law: Distribution, of what: String) throws {
    if let fault = law.fault { throw NetworkError("\(what) has \(fault)") }
    var (law, unit) = (law, W(0))
    if case .rounded(let to, let inner) = law { (law, unit) = (inner, W(to)) }
    var offset: W = 0
    var exponentiates = false
    let continuous: ContinuousLaw
    switch law {
    case .constant(let value): continuous = .constant(value)
    case .normal(let mean, let sd, let low, let high): continuous = Self.normal(mean, sd, low, high)
    case .uniform(let low, let high): continuous = .uniform(low: low, high: high)
    case .lognormal(let mu, let sigma, let low, let high):
      exponentiates = sigma > 0
      continuous =
        sigma > 0
        ? Self.normal(mu, sigma, low <= 0 ? -.infinity : Elementary.log(low), Elementary.log(high)) : .constant(Elementary.exp(mu))
    case .exponential(let mean, let shift, let high):
      offset = W(shift)
      continuous = high == .infinity ? .exponential(mean: mean) : .truncatedExponential(mean: mean, high: high - shift)
    case .rounded: throw NetworkError("\(what) is rounded twice; round once")
    }
    do {
      sampler = try LawSampler(continuous)
    } catch {
      throw NetworkError("\(what): \(error)")
    }
    self.offset = offset
    self.unit = unit
    self.exponentiates = exponentiates
    if case .constant(let value) = continuous {
      constant = unit == 0 ? W(value) : (W(value) / unit).rounded() * unit
    } else {
      constant = nil
    }
  }

  private static func normal(_ mean: Double, _ sd: Double, _ low: Double, _ high: Double) -> ContinuousLaw {
    if sd == 0 { return .constant(mean) }
    return low == -.infinity && high == .infinity
      ? .normal(mean: mean, deviation: sd) : .truncatedNormal(mean: mean, deviation: sd, low: low, high: high)
  }

  /// Writes the first `count` values of an address.
  @specialized(where W == Float)
  @specialized(where W == Double)
  public func fill(_ at: RandomBlocks, count: Int, into values: UnsafeMutablePointer<W>) {
    if let constant { return values.update(repeating: constant, count: count) }
    sampler.fill(at, count: count, into: values)
    finish(values, count)
  }
  /// Writes values of given words, as many each as a draw takes.
  @specialized(where W == Float)
  @specialized(where W == Double)
  public func draw(_ words: UnsafePointer<UInt32>, count: Int, into values: UnsafeMutablePointer<W>) {
    sampler.draw(words, count: count, into: values)
    finish(values, count)
  }
  @inline(__always)
  private func finish(_ values: UnsafeMutablePointer<W>, _ count: Int) {
    if exponentiates {
      withUnsafeTemporaryAllocation(of: W.self, capacity: count) { powers in
        guard let powers = powers.baseAddress else { return }
        VectorFunctions.exp(values, count: count, into: powers)
        values.update(from: powers, count: count)
      }
    }
    if offset != 0 { for i in 0..<count { values[i] += offset } }
    if unit != 0 { for i in 0..<count { values[i] = (values[i] / unit).rounded() * unit } }
  }
}
