// The leaky readout folded over time: a loss that is linear in time needs one product per sample instead of one per step.
//
// With a uniform decay d and outputs pooled over blocks, o_k = Σ_t κ_k,t (W s_t + b), where
// κ_k,t = (1 − d) Σ_{t' ≥ t, t' in block k} d^(t' − t) / (n_k + extra). So forward needs r_k = Σ_t κ_k,t s_t, backward dL/ds_t = Σ_k κ_k,t Wᵀg_k.

/// The share of a folded readout in dL/dz of the layer before it: Σ_k factor_k,t vector_k.
public struct FoldedGradient<S: TrainingScalar> {
  let layer: Int
  let items: Int
  /// κ, `[sample][step, 0 unused][item]`.
  let factors: AlignedBuffer<S>
  /// Wᵀg, `[sample][item][padded unit]`.
  let vectors: AlignedBuffer<S>
  let steps: Int
}

/// A leaky-integrator layer at the end of a network, evaluated without its time course.
final class FoldedReadout<S: TrainingScalar> {
  private let link: Link
  private let source: Int
  private let units: Int
  private let padded: Int
  private let outputs: Int
  private let biasOffset: Int
  private let decay: Double
  private var factors = AlignedBuffer<S>(count: 0, zero: 0)
  private var sums = AlignedBuffer<S>(count: 0, zero: 0)
  private var vectors = AlignedBuffer<S>(count: 0, zero: 0)
  private var items = 0
  private var steps = 0
  private var samples = 0

  /// Nil if the network does not end in a readout of uniform time constant that only one spiking layer feeds.
  init?(_ network: SpikingNetwork<S>) {
    let last = network.outputLayer
    guard !network.description.graded, case .readout(.uniform(let tau)) = network.description.layers[last].cell,
      network.incoming[last].count == 1, let link = network.incoming[last].first, link.delay == 0, case .layer(let source) = link.source
    else { return nil }
    self.link = link
    self.source = source
    units = network.layers[source].units
    padded = network.layers[source].padded
    outputs = network.layers[last].units
    biasOffset = network.layers[last].biasOffset
    decay = decayFactor(tau: tau)
  }

  /// Sets the weights of all steps; spikes are then added segment by segment.
  func begin(_ tape: Tape<S>, blocks: [BlockIndex], pooling: BlockPooling) {
    (samples, steps, items) = (tape.samples, tape.steps, blocks.map(\.items).max() ?? 0)
    if factors.count < samples * (steps + 1) * items { factors = AlignedBuffer(count: samples * (steps + 1) * items, zero: 0) }
    if sums.count < samples * items * padded {
      sums = AlignedBuffer(count: samples * items * padded, zero: 0)
      vectors = AlignedBuffer(count: samples * items * padded, zero: 0)
    }
    for sample in 0..<samples { weigh(sample, blocks[sample], pooling) }
    sums.fill(0)
  }

  /// Pooled outputs, `[sample][item][output]`, of all spikes that were added.
  func outputs(blocks: [BlockIndex], parameters: UnsafePointer<S>) -> [[[Double]]] {
    let total = AlignedBuffer<S>(count: link.width, zero: 0)
    return (0..<samples).map { sample in
      (0..<blocks[sample].items).map { item in
        let weight = S(factorSum(sample, item))
        for output in 0..<link.width { total.pointer[output] = weight * parameters[biasOffset + output] }
        addCombination(
          of: parameters + link.offset, factors: sums.pointer + (sample * items + item) * padded, count: units, to: total.pointer,
          width: link.width)
        return (0..<outputs).map { Double(total.pointer[$0]) }
      }
    }
  }

  /// Adds the gradients of the readout's weights and bias, and returns its share in the spike gradients.
  /// - Parameter slopes: dL/do, `[sample][item][output]`.
  func backward(_ slopes: [[[Double]]], parameters: UnsafePointer<S>, gradient: UnsafeMutablePointer<S>) -> FoldedGradient<S> {
    let g = AlignedBuffer<S>(count: link.width, zero: 0)
    for sample in 0..<samples {
      for item in 0..<items {
        let known = item < slopes[sample].count
        for output in 0..<outputs { g.pointer[output] = known ? S(slopes[sample][item][output]) : 0 }
        let sum = sums.pointer + (sample * items + item) * padded, vector = vectors.pointer + (sample * items + item) * padded
        for unit in 0..<units {
          vector[unit] = oneDot(parameters + link.offset + unit * link.width, g.pointer, link.width / 8)
          addCombination(of: g.pointer, factors: sum + unit, count: 1, to: gradient + link.offset + unit * link.width, width: link.width)
        }
        let weight = AlignedBuffer(count: 1, zero: S(factorSum(sample, item)))
        addCombination(of: g.pointer, factors: weight.pointer, count: 1, to: gradient + biasOffset, width: link.width)
      }
    }
    return FoldedGradient(layer: source, items: items, factors: factors, vectors: vectors, steps: steps)
  }

  /// κ of one sample, by recursion from the last step.
  private func weigh(_ sample: Int, _ blocks: BlockIndex, _ pooling: BlockPooling) {
    let divisors = pooling.divisors(blocks, steps: steps), row = factors.pointer + sample * (steps + 1) * items
    for item in 0..<items {
      var carried = 0.0
      for step in stride(from: steps, to: 0, by: -1) {
        carried = decay * carried + (item < blocks.items && blocks.item(step - 1) == item ? 1 / divisors[item] : 0)
        row[step * items + item] = S((1 - decay) * carried)
      }
    }
  }

  private func factorSum(_ sample: Int, _ item: Int) -> Double {
    let row = factors.pointer + sample * (steps + 1) * items
    return (1..<(steps + 1)).reduce(0.0) { $0 + Double(row[$1 * items + item]) }
  }

  /// Adds κ s of the steps on the tape to r; segments come in order of time.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func add(_ tape: Tape<S>) {
    let spikes = ActiveUnits(tape.layers[source], delay: 0), steps = steps, items = items, padded = padded
    for sample in 0..<samples {
      let sums = sums.pointer + sample &* items &* padded
      for step in 1..<(tape.segment.count + 1) {
        let active = spikes.list(step, sample)
        for item in 0..<items {
          let factor = factors.pointer[(sample &* (steps &+ 1) &+ tape.segment.lowerBound &+ step) &* items &+ item]
          if factor == 0 { continue }
          let sum = sums + item &* padded
          for j in 0..<active.count { sum[Int(active.indices[j])] += factor }
        }
      }
    }
  }
}
