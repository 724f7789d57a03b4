// Gradients of weights and biases for a chunk of steps: per source unit, the sum of the currents' gradients at its active slots.

extension SpikingNetwork {
  /// Adds the gradients of steps `start + 1 ... end` to `gradient`.
  @inline(__always)
  func addWeightGradients(
    _ plans: [LinkPlan<S>], _ samples: Int, _ buffers: BackwardBuffers<S>, start: Int, end: Int, layerCount: Int,
    _ gradient: UnsafeMutablePointer<S>
  ) {
    let buckets = buffers.buckets
    let counts = buckets.counts.pointer, lists = buckets.slots.pointer, capacity = buckets.capacity
    for plan in plans {
      let target = buffers.layers[plan.target]
      let values = plan.active.valued ? buckets.values.pointer : nil
      fill(plan, samples, start: start, end: end, counts, lists, capacity, values, buckets.scratch.pointer)
      let from = UnsafePointer(target.row(1) + plan.driveOffset)
      for unit in 0..<plan.rows where counts[unit] > 0 {
        addRows(
          to: gradient + plan.offset + unit &* plan.width, from: from, stride: target.driveStride, width: plan.width,
          indices: lists + unit &* capacity, count: Int(counts[unit]), values: values.map { UnsafePointer($0 + unit &* capacity) })
      }
    }
    // One list of all slots serves the biases.
    let slots = (end - start) * samples
    for slot in 0..<slots { lists[slot] = UInt16(truncatingIfNeeded: slot) }
    for (index, shape) in layers[..<layerCount].enumerated() {
      let layer = buffers.layers[index]
      addRows(
        to: gradient + shape.biasOffset, from: UnsafePointer(layer.row(1)), stride: layer.driveStride, width: shape.drive, indices: lists,
        count: slots)
    }
  }

  /// Lists the active slots of every source unit of a link, in order of time.
  @inline(__always)
  private func fill(
    _ plan: LinkPlan<S>, _ samples: Int, start: Int, end: Int, _ counts: UnsafeMutablePointer<Int32>,
    _ lists: UnsafeMutablePointer<UInt16>, _ capacity: Int, _ values: UnsafeMutablePointer<S>?, _ scratch: UnsafeMutablePointer<UInt16>
  ) {
    counts.update(repeating: 0, count: plan.rows)
    var slot = 0
    for step in (start + 1)..<(end + 1) {
      for sample in 0..<samples {
        let active = plan.active.list(step, sample, scratch: scratch)
        for j in 0..<active.count {
          let unit = Int(active.indices[j]), count = Int(counts[unit]), place = unit &* capacity &+ count
          lists[place] = UInt16(truncatingIfNeeded: slot)
          if let values, let given = active.values { values[place] = given[j] } else if let values { values[place] = 1 }
          counts[unit] = Int32(truncatingIfNeeded: count &+ 1)
        }
        slot &+= 1
      }
    }
  }
}
