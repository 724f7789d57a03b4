// A law of delays as whole steps, drawn from one word each by table.

/// The cumulative probabilities of a delay of 1, 2, ... steps in units of 2^-32, with a guide that makes a draw one or two look-ups.
public struct DelayTable: Sendable {
  /// Smallest and largest delay in steps that a word can give.
  public let steps: ClosedRange<Int>
  /// Word w gives the first step whose threshold is above w; thresholds ascend, the last one is 2^32.
  private let thresholds: [UInt64]
  /// For the upper bits of a word, the first place in `thresholds` it can give.
  private let guide: [UInt16]
  private static let guideBits = 10

  /// - Throws: `NetworkError` if the law reaches below half a step.
  public init(_ law: Distribution, resolution: Double, projection: String) throws {
    if let fault = law.fault { throw NetworkError("projection \(projection): delay has \(fault)") }
    func probabilityUpTo(_ step: Int) -> Double {
      // Constants count as drawn at their value: a delay exactly half-way rounds up.
      if case .constant(let value) = law { return Int((value / resolution).rounded()) <= step ? 1 : 0 }
      return law.cumulative((Double(step) + 0.5) * resolution)
    }
    if probabilityUpTo(0) > 0 || law.support.upperBound < 0.5 * resolution {
      throw NetworkError(
        "projection \(projection): delay can fall below the resolution of \(resolution) ms; raise the delay (min:) or lower the resolution")
    }
    var thresholds: [UInt64] = []
    var first = 0
    var step = 1
    while true {
      let threshold = UInt64((probabilityUpTo(step) * 0x1p32).rounded())
      if first == 0 && threshold > 0 { first = step }
      if first > 0 { thresholds.append(threshold) }
      if threshold >= 1 << 32 { break }
      step += 1
      if step > 60_000 {
        throw NetworkError("projection \(projection): delays reach beyond 60 000 steps of \(resolution) ms; bound them with max:")
      }
    }
    steps = first...step
    self.thresholds = thresholds
    guide = (0..<1 << Self.guideBits).map { upper in
      let word = UInt64(upper) << UInt64(32 - Self.guideBits)
      return UInt16(thresholds.firstIndex { $0 > word }!)
    }
  }

  public var isConstant: Bool { steps.count == 1 }

  /// Probability of each step of ``steps``, in their order.
  public var shares: [Double] {
    var before: UInt64 = 0
    return thresholds.map { threshold in
      defer { before = threshold }
      return Double(threshold - before) * 0x1p-32
    }
  }

  /// Writes a delay in steps for each word.
  func fill(_ words: UnsafePointer<UInt32>, count: Int, into delays: UnsafeMutablePointer<UInt16>) {
    let first = UInt16(steps.lowerBound)
    thresholds.withUnsafeBufferPointer { thresholds in
      guide.withUnsafeBufferPointer { guide in
        for i in 0..<count {
          let word = words[i]
          var place = Int(guide[Int(word >> UInt32(32 - Self.guideBits))])
          while thresholds[place] <= UInt64(word) { place += 1 }
          delays[i] = first + UInt16(truncatingIfNeeded: place)
        }
      }
    }
  }
}

/// A description that cannot be built.
public struct NetworkError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public init(_ text: String) { description = text }
  public var exitCode: Int32 { 78 }
}
