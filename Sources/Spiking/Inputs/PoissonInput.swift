// Independent Poisson trains, drawn for every neuron and step by vector code; nothing is stored.
import CKernels
import Maths
import Networks

/// The Poisson input of a population.
final class PoissonInput<S: SimulationScalar>: Sendable {
  private let counts: PoissonDraws
  private let key: StreamKey
  private let amplitude: Law<S>
  private let amplitudeKey: StreamKey
  private let channel: Int
  private let steps: Range<Int>

  init(_ input: InputDescription, number: Int, receptors: Int, seed: UInt64, resolution: Double) throws {
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
      counts = try PoissonDraws(mean: rate * resolution / 1000)
    } catch {
      throw input.fault("\(error)")
    }
    key = StreamKey(seed: seed, purpose: .poisson, object: UInt64(number))
    amplitudeKey = StreamKey(seed: seed, purpose: .poissonAmplitude, object: UInt64(number))
  }

  /// Adds a step's spikes to the inputs of a tile's neurons.
  @inline(__always)
  func add(step: Int, tile: Int, count: Int, input: UnsafeMutablePointer<S>, inputStride: Int, scratch: InputScratch<S>) {
    guard steps.contains(step) else { return }
    let address = RandomBlocks(key, index: UInt64(step), c: UInt32(truncatingIfNeeded: tile))
    let target = input + channel * inputStride
    if let constant = amplitude.constant {
      counts.add(address, weight: constant, count: count, to: target)
      return
    }
    // Each spike draws its own amplitude: amplitude n of the step belongs to the n-th spike, neuron by neuron.
    counts.fill(address, count: count, into: scratch.counts)
    let total = Int(ckernels_sum_counts(scratch.counts, Int64(count)))
    if total == 0 { return }
    // The kernel reads up to 32 more, without using them.
    let amplitudes = scratch.values(total + 32)
    amplitude.fill(RandomBlocks(amplitudeKey, index: UInt64(step), c: UInt32(truncatingIfNeeded: tile)), count: total, into: amplitudes)
    S.kernelAddAmplitudes(scratch.counts, Int64(count), amplitudes, target)
  }
}
