// Inputs of one tile, ready to be applied step by step; every draw is addressed by (input, step, tile).
import Maths
import Networks

extension Purpose {
  static let poisson = Purpose("input.poisson")
  static let poissonAmplitude = Purpose("input.poisson.amplitude")
  static let noise = Purpose("input.noise")
}

/// An input made ready for a resolution and a seed; all tiles of its population share it.
struct PreparedInput<S: SimulationScalar>: Sendable {
  enum Kind: Sendable {
    case poisson(counts: PoissonDraws, key: StreamKey, amplitude: Law<S>, amplitudeKey: StreamKey, channel: Int)
    case current(CurrentInput<S>)
  }
  let population: Int
  let kind: Kind
  /// Steps in which it takes effect.
  let steps: Range<Int>

  init(_ input: InputDescription, number: Int, network: Network, receptors: Int, seed: UInt64, resolution: Double) throws {
    population = input.population
    func fail(_ text: String) -> NetworkError { NetworkError("input \(input.name): \(text)") }
    let start = input.start + input.delay
    let stop = input.stop + input.delay
    if !(start >= 0 && stop >= start) { throw fail("start \(input.start) and stop \(input.stop) ms make no interval from 0 on") }
    let first = Int((start / resolution).rounded())
    steps = first..<max(first, stop.isFinite ? Int((stop / resolution).rounded()) : Int.max)
    switch input.kind {
    case .poisson(let rate, let weight, let receptor):
      if !(rate >= 0 && rate.isFinite) { throw fail("rate \(rate) Hz must be a number from 0 on") }
      if let fault = weight.fault { throw fail("weight has \(fault)") }
      let channel: Int
      switch receptor {
      case .index(let index): channel = index
      case .bySign:
        let support = weight.support
        if receptors > 1 && support.lowerBound < 0 && support.upperBound > 0 {
          throw fail("its weights may have both signs; bound them with min or max, or name the receptor")
        }
        channel = receptors > 1 && support.lowerBound < 0 ? 1 : 0
      }
      if channel >= receptors { throw fail("receptor \(channel) does not exist; the model has \(receptors)") }
      kind = .poisson(
        counts: try Self.counts(rate * resolution / 1000, fail), key: StreamKey(seed: seed, purpose: .poisson, object: UInt64(number)),
        amplitude: try Law<S>(weight, of: "input \(input.name), weight"),
        amplitudeKey: StreamKey(seed: seed, purpose: .poissonAmplitude, object: UInt64(number)), channel: channel)
    case .dc, .step, .noise:
      kind = .current(try CurrentInput(input, number: number, seed: seed, resolution: resolution))
    }
  }

  private static func counts(_ mean: Double, _ fail: (String) -> NetworkError) throws -> PoissonDraws {
    do {
      return try PoissonDraws(mean: mean)
    } catch {
      throw fail("\(error)")
    }
  }

  /// Adds a step's Poisson spikes to the tile's inputs.
  func addSpikes(
    step: Int, tile: Int, count: Int, input: UnsafeMutablePointer<S>, inputStride: Int, scratch: InputScratch<S>
  ) {
    guard case .poisson(let counts, let key, let amplitude, let amplitudeKey, let channel) = kind, steps.contains(step) else { return }
    let address = RandomBlocks(key, index: UInt64(step), c: UInt32(truncatingIfNeeded: tile))
    let target = input + channel * inputStride
    if let constant = amplitude.constant {
      counts.add(address, weight: constant, count: count, to: target)
      return
    }
    // Each spike draws its own amplitude: amplitude n of the step belongs to the n-th spike, neuron by neuron.
    counts.fill(address, count: count, into: scratch.counts)
    var total = 0
    for i in 0..<count { total += Int(scratch.counts[i]) }
    if total == 0 { return }
    let amplitudes = scratch.values(total)
    amplitude.fill(RandomBlocks(amplitudeKey, index: UInt64(step), c: UInt32(truncatingIfNeeded: tile)), count: total, into: amplitudes)
    var next = 0
    for i in 0..<count {
      for _ in 0..<scratch.counts[i] {
        target[i] += amplitudes[next]
        next += 1
      }
    }
  }
}

/// Scratch for one tile's inputs.
///
/// Invariant: `counts` has room for a tile, `values` for what was asked last.
final class InputScratch<S: SimulationScalar> {
  let counts = UnsafeMutablePointer<UInt16>.allocate(capacity: TileMap.largestTile + 16)
  private var memory = UnsafeMutablePointer<S>.allocate(capacity: 1)
  private var capacity = 0
  deinit {
    counts.deallocate()
    memory.deallocate()
  }

  /// Room for `count` numbers, unset.
  func values(_ count: Int) -> UnsafeMutablePointer<S> {
    if count > capacity {
      capacity = 2 * count
      memory.deallocate()
      memory = .allocate(capacity: capacity)
    }
    return memory
  }
}
