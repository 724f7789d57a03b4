// A law of delays as whole steps, drawn from one word each by table.
import Maths

/// The whole number of steps nearest to a time in ms, halves rounded up, as NEST counts them: by the steps in a millisecond, because
/// 0.15 / 0.1 is less than 1.5.
public func nearestSteps(_ time: Double, resolution: Double) -> Double { (time * (1 / resolution) + 0.5).rounded(.down) }

/// The cumulative probabilities of a delay of 1, 2, ... steps in units of 2^-32.
public struct DelayTable: Sendable {
  /// Smallest and largest delay in steps that a word can give.
  public let steps: ClosedRange<Int>
  /// The largest number that divides all delays.
  public let unit: Int
  /// Probability of each step of ``steps``, in their order.
  public let shares: [Double]
  private let table: NumberTable

  /// - Throws: `NetworkError` if the law reaches below half a step or beyond 60 000 steps, or has no probabilities.
  public init(_ law: Distribution, resolution: Double, projection: String) throws {
    if let fault = law.fault { throw NetworkError("projection \(projection): delay has \(fault)") }
    func probabilityUpTo(_ step: Int) throws -> Double {
      // Constants count as drawn at their value: a delay exactly half-way rounds up.
      if case .constant(let value) = law { return nearestSteps(value, resolution: resolution) <= Double(step) ? 1 : 0 }
      let probability = law.cumulative((Double(step) + 0.5) * resolution)
      // Bounds where the law has nothing, or numbers out of scale.
      if probability.isNaN {
        throw NetworkError(
          "projection \(projection): delay has no probabilities between its bounds; move min: and max: to where its law lies")
      }
      return min(max(probability, 0), 1)
    }
    if try probabilityUpTo(0) > 0 || law.support.upperBound < 0.5 * resolution {
      throw NetworkError(
        "projection \(projection): delay can fall below the resolution of \(resolution) ms; raise the delay (min:) or lower the resolution")
    }
    // Words up to thresholds[step - 1] - 1 give at most that step.
    var thresholds: [UInt64] = []
    var (first, step, unit, below) = (0, 1, 0, UInt64(0))
    while true {
      let threshold = UInt64((try probabilityUpTo(step) * 0x1p32).rounded())
      if threshold > below { unit = Self.commonDivisor(unit, step) }
      if first == 0 && threshold > 0 { first = step }
      thresholds.append(threshold)
      if threshold >= 1 << 32 { break }
      below = threshold
      step += 1
      if step > 60_000 {
        throw NetworkError("projection \(projection): delays reach beyond 60 000 steps of \(resolution) ms; bound them with max:")
      }
    }
    steps = first...step
    self.unit = unit
    shares = (first...step).map { Double(thresholds[$0 - 1] - ($0 > 1 ? thresholds[$0 - 2] : 0)) * 0x1p-32 }
    table = NumberTable(last: stride(from: first, through: step, by: unit).map { UInt32(thresholds[$0 - 1] - 1) })
  }

  static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }

  public var isConstant: Bool { steps.count == 1 }

  /// Writes a delay in steps for each word.
  func fill(_ words: UnsafePointer<UInt32>, count: Int, into delays: UnsafeMutablePointer<UInt16>) {
    table.fill(words, count: count, first: steps.lowerBound, unit: unit, into: delays)
  }
}

/// A description that cannot be built.
public struct NetworkError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public init(_ text: String) { description = text }
  public var exitCode: Int32 { 78 }
}
