// What the loss itself adds to the spike gradients of a layer, step by step.

/// Addresses of one layer's share of the loss gradient. Plain values: the loops over steps and samples touch no reference counts; output
/// and buffers that it was made from outlive it.
struct LossShare<S: TrainingScalar> {
  private let gradients: UnsafeMutablePointer<S>
  private let samples: Int
  private let units: Int
  private let padded: Int
  /// Per sample: the same for every unit and step.
  private let perSpike: UnsafePointer<S>
  /// `[step][sample][padded unit]`.
  private let perStep: UnsafePointer<S>?
  /// Of a folded readout: factors `[sample][step][item]`, vectors `[sample][item][padded unit]`.
  private let factors: UnsafePointer<S>?
  private let vectors: UnsafePointer<S>?
  private let items: Int
  private let foldedSteps: Int

  init(_ output: OutputGradient<S>, layer index: Int, _ shape: SpikingNetwork<S>.LayerShape, _ buffers: BackwardBuffers<S>) {
    let layer = buffers.layers[index]
    for sample in 0..<buffers.samples { layer.perSpike[sample] = output.perSpike[index][sample] }
    (gradients, samples, units, padded) = (layer.spikeGradient.pointer, buffers.samples, shape.units, shape.padded)
    perSpike = UnsafePointer(layer.perSpike.pointer)
    perStep = output.perStep[index].map { UnsafePointer($0.pointer) }
    let folded = output.folded.flatMap { $0.layer == index ? $0 : nil }
    factors = folded.map { UnsafePointer($0.factors.pointer) }
    vectors = folded.map { UnsafePointer($0.vectors.pointer) }
    (items, foldedSteps) = (folded?.items ?? 0, folded?.steps ?? 0)
  }

  /// Adds to what the step after carried and the targets passed on: dL/dz of the step is complete. Step 0 has no share per step.
  @inline(__always)
  func add(_ time: Int, _ group: Range<Int>) {
    for sample in group {
      let gz = gradients + sample &* padded, cost = Lanes<S>(repeating: perSpike[sample])
      if let factors, let vectors {
        let factors = factors + (sample &* (foldedSteps &+ 1) &+ time) &* items, vectors = vectors + sample &* items &* padded
        if items == 1 {
          // The usual case, without a loop in the loop.
          let factor = Lanes<S>(repeating: factors[0])
          for block in 0..<(padded / 8) { store((load(gz, block) + cost).addingProduct(factor, load(vectors, block)), gz, block) }
        } else {
          for block in 0..<(padded / 8) {
            var sum = load(gz, block) + cost
            for item in 0..<items { sum = sum.addingProduct(Lanes(repeating: factors[item]), load(vectors + item &* padded, block)) }
            store(sum, gz, block)
          }
        }
      } else {
        for block in 0..<(padded / 8) { store(load(gz, block) + cost, gz, block) }
      }
      if let perStep, time > 0 {
        let from = perStep + (time &* samples &+ sample) &* padded
        for block in 0..<(padded / 8) { store(load(gz, block) + load(from, block), gz, block) }
      }
      // The loss charges units; those that only fill the last block take no part.
      if units != padded { (gz + units).update(repeating: 0, count: padded &- units) }
    }
  }
}
