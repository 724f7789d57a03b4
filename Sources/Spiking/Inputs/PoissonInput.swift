// Independent Poisson trains, drawn for every tile and step by vector code; nothing is stored.
import CKernels
import Maths
import Networks

/// The Poisson input of a population.
///
/// With one amplitude for all spikes each neuron's number of them is drawn. Spikes of drawn amplitude are drawn for a tile as a whole, their
/// number first, and each falls on any of the tile's neurons: that is the same law, and costs nothing for a neuron without a spike. One word
/// gives both place and amplitude, so that in single precision an amplitude's law is resolved to the number of neurons times 2^-32.
final class PoissonInput<S: SimulationScalar>: Sendable {
  /// A neuron's spikes, with one amplitude for all.
  private let counts: PoissonDraws
  /// The spikes of the smaller and the larger of a population's tiles, with drawn amplitudes.
  private let fewer, more: PoissonTotal
  private let key: StreamKey
  private let amplitude: Law<S>
  private let amplitudeKey: StreamKey
  private let channel: Int
  private let steps: Range<Int>

  /// - Parameter tileSizes: the numbers of neurons that a tile may have, two at most.
  init(
    _ input: InputDescription, number: Int, receptors: Int, tileSizes: ClosedRange<Int>, seed: UInt64, resolution: Double
  ) throws {
    guard case .poisson(let rate, let weight, let receptor) = input.kind else { throw input.fault("it is no Poisson input") }
    if !(rate >= 0 && rate.isFinite) { throw input.fault("rate \(rate) Hz must be a number from 0 on") }
    steps = try input.steps(resolution: resolution)
    amplitude = try Law(weight, of: "input \(input.name): weight")
    switch receptor {
    case .index(let index): channel = index
    case .bySign:
      let support = weight.support
      if receptors > 1 && support.lowerBound < 0 && support.upperBound > 0 {
        throw input.fault("its weights may have both signs; bound them with min or max, or name the receptor")
      }
      channel = receptors > 1 && support.lowerBound < 0 ? 1 : 0
    }
    if channel < 0 || channel >= receptors { throw input.fault("receptor \(channel) does not exist; the model has \(receptors)") }
    do {
      let mean = rate * resolution / 1000
      let isDrawn = amplitude.constant == nil
      counts = try PoissonDraws(mean: mean)
      fewer = try PoissonTotal(neurons: tileSizes.lowerBound, mean: isDrawn ? mean : 0)
      more = try PoissonTotal(neurons: tileSizes.upperBound, mean: isDrawn ? mean : 0)
    } catch {
      let most = PoissonDraws.largestMean / resolution * 1000
      throw input.fault("\(error); steps of \(resolution) ms take at most \(most) Hz: lower the rate, or raise the weight in its place")
    }
    key = StreamKey(seed: seed, purpose: .poisson, object: UInt64(number))
    amplitudeKey = StreamKey(seed: seed, purpose: .poissonAmplitude, object: UInt64(number))
  }

  /// The receptor whose inputs ``add(step:tile:count:anew:input:inputStride:scratch:)`` can write anew in a step; nil if there is none.
  @inline(__always) func writes(step: Int) -> Int? { amplitude.constant != nil && steps.contains(step) ? channel : nil }

  /// Adds a step's spikes to the inputs of a tile's neurons; with `anew`, to zero in place of what is there.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func add(
    step: Int, tile: Int, count: Int, anew: Bool = false, input: UnsafeMutablePointer<S>, inputStride: Int, scratch: InputScratch<S>
  ) {
    guard steps.contains(step) else { return }
    let (index, tile) = (UInt64(step), UInt32(truncatingIfNeeded: tile))
    let target = input + channel * inputStride
    let address = RandomBlocks(key, index: index, c: tile)
    if let constant = amplitude.constant { return counts.add(address, weight: constant, count: count, anew: anew, to: target) }
    precondition(count == fewer.neurons || count == more.neurons, "a tile of \(count) neurons was not announced")
    let spikes = count == fewer.neurons ? fewer.draw(address) : more.draw(address)
    add(spikes, of: RandomBlocks(amplitudeKey, index: index, c: tile), neurons: count, to: target, scratch)
  }

  /// Adds so many spikes, each to one of the neurons. Spike i takes its place and its amplitude from its own words of the address.
  @inline(__always)
  private func add(_ spikes: Int, of words: RandomBlocks, neurons: Int, to target: UnsafeMutablePointer<S>, _ scratch: InputScratch<S>) {
    let run = InputScratch<S>.run
    var first = 0
    while first < spikes {
      let count = min(run, spikes - first)
      words.spread(
        below: UInt32(truncatingIfNeeded: neurons), first: UInt32(truncatingIfNeeded: first / 4 * S.wordsPerDraw), count: count,
        places: scratch.places, words: scratch.words, as: S.self)
      amplitude.draw(scratch.words, count: count, into: scratch.amplitudes)
      S.kernelAddPlaced(scratch.places, scratch.amplitudes, Int64(count), target)
      first += count
    }
  }
}

/// The number of spikes of all neurons of a tile in a step.
private struct PoissonTotal: Sendable {
  let neurons: Int
  /// As many draws as keep the mean of one within what tables hold.
  private let parts: Int
  private let draws: PoissonDraws

  init(neurons: Int, mean: Double) throws(MathsError) {
    self.neurons = neurons
    let total = mean * Double(neurons)
    parts = max(1, Int((total / PoissonDraws.largestMean).rounded(.up)))
    draws = try PoissonDraws(mean: min(total / Double(parts), PoissonDraws.largestMean))
  }
  @inline(__always) func draw(_ at: RandomBlocks) -> Int { draws.sum(at, count: parts) }
}
