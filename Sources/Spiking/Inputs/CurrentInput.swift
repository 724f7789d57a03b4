// Injected currents: constant, stepwise, and noise that is drawn anew at intervals.
import Maths
import Networks

/// The current [pA] that an input injects into the neurons of a tile, as a function of the step.
final class CurrentInput<S: SimulationScalar>: Sendable {
  private enum Form: Sendable {
    /// Amplitudes that hold from steps on.
    case levels(steps: [Int], amplitudes: [Double])
    case noise(law: Law<S>, every: Int, key: StreamKey)
  }
  private let form: Form
  private let first: Int
  /// Steps in which the current flows.
  let active: Range<Int>

  init(_ input: InputDescription, number: Int, seed: UInt64, resolution: Double) throws {
    func fail(_ text: String) -> NetworkError { input.fault(text) }
    active = try input.steps(resolution: resolution)
    func steps(_ time: Double) -> Int { input.arrival(of: time, resolution: resolution) }
    first = steps(input.start)
    switch input.kind {
    case .dc(let amplitude):
      if !amplitude.isFinite { throw fail("amplitude \(amplitude) is not finite") }
      form = .levels(steps: [first], amplitudes: [amplitude])
    case .step(let times, let amplitudes):
      if times.count != amplitudes.count || times.isEmpty { throw fail("it has \(times.count) times and \(amplitudes.count) amplitudes") }
      if !(times[0] >= 0 && zip(times, times.dropFirst()).allSatisfy { $0 < $1 }) { throw fail("its times must ascend from 0 on") }
      if let bad = amplitudes.first(where: { !$0.isFinite }) { throw fail("amplitude \(bad) is not finite") }
      form = .levels(steps: times.map(steps), amplitudes: amplitudes)
    case .noise(let mean, let sd, let interval):
      if interval < resolution / 2 { throw fail("dt \(interval) ms is below the resolution of \(resolution) ms") }
      let every = interval.isFinite ? nearestStep(interval, resolution: resolution) : 0
      if every < 1 || abs(Double(every) * resolution - interval) > 1e-6 * interval {
        throw fail("dt \(interval) ms is not a multiple of the resolution of \(resolution) ms")
      }
      form = .noise(
        law: try Law(.normal(mean: mean, sd: sd), of: "input \(input.name)"), every: every,
        key: StreamKey(seed: seed, purpose: .noise, object: UInt64(number)))
    case .poisson: throw fail("it is not a current")
    }
  }

  /// Whether the current differs from that of the step before.
  func changes(at step: Int) -> Bool {
    if step == active.lowerBound || step == active.upperBound { return true }
    guard active.contains(step) else { return false }
    switch form {
    case .levels(let steps, _): return Self.level(at: step, steps).map { steps[$0] == step } ?? false
    case .noise(_, let every, _): return (step - first) % every == 0
    }
  }

  /// The last of the ascending steps that has come by then; nil before the first. Frozen noise has a level at every step.
  private static func level(at step: Int, _ steps: [Int]) -> Int? {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle] <= step { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }

  /// Adds the current of a step to `count` neurons.
  func add(step: Int, tile: Int, count: Int, to current: UnsafeMutablePointer<S>, scratch: InputScratch<S>) {
    guard active.contains(step) else { return }
    switch form {
    case .levels(let steps, let amplitudes):
      guard let level = Self.level(at: step, steps) else { return }
      for i in 0..<count { current[i] += S(amplitudes[level]) }
    case .noise(let law, let every, let key):
      let drawn = first + (step - first) / every * every
      let values = scratch.values(count)
      law.fill(RandomBlocks(key, index: UInt64(drawn), c: UInt32(truncatingIfNeeded: tile)), count: count, into: values)
      for i in 0..<count { current[i] += values[i] }
    }
  }
}
