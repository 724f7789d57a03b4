// Reproducible numbers for tests only.
@testable import Training

struct TestDraws {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A word of the splitmix generator.
  mutating func word() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1).
  mutating func uniform() -> Double { Double(word() >> 11) * 0x1p-53 }

  mutating func events(channels: Int, steps: Int, probability: Double) -> EventSequence {
    var sequence = EventSequence()
    for _ in 0..<steps { sequence.append((0..<channels).filter { _ in uniform() < probability }) }
    return sequence
  }
}
