// Gradients of weights and biases for a chunk of steps: per source unit, the sum of the currents' gradients at its active slots.

extension SpikingNetwork {
  /// Adds the gradients of steps `start + 1 ... end` of the segment to `gradient`.
  @inline(__always)
  func addWeightGradients(
    _ plans: [LinkPlan<S>], _ samples: Int, _ buffers: BackwardBuffers<S>, start: Int, end: Int, layerCount: Int,
    _ gradient: UnsafeMutablePointer<S>
  ) {
    let buckets = buffers.buckets
    for plan in plans {
      let target = buffers.layers[plan.target]
      fill(buckets, plan, samples, start: start, end: end)
      let starts = buckets.starts.pointer, lists = UnsafePointer(buckets.slots.pointer)
      let values = plan.active.valued ? UnsafePointer(buckets.values.pointer) : nil
      let from = UnsafePointer(target.row(1) + plan.driveOffset)
      for unit in 0..<plan.rows {
        let first = Int(starts[unit]), count = Int(starts[unit &+ 1]) &- first
        if count == 0 { continue }
        let sum = gradient + plan.offset + unit &* plan.width
        addRows(
          to: sum, base: UnsafePointer(sum), from: from, stride: target.driveStride, width: plan.width, indices: lists + first,
          count: count, values: values.map { $0 + first })
      }
    }
    for (index, shape) in layers[..<layerCount].enumerated() {
      let layer = buffers.layers[index], sum = gradient + shape.biasOffset
      addRows(
        to: sum, base: UnsafePointer(sum), from: UnsafePointer(layer.row(1)), stride: layer.driveStride, width: shape.drive,
        indices: UnsafePointer(buckets.all.pointer), count: (end - start) * samples)
    }
  }

  /// Lists the active slots of every source unit of a link, in order of time: counts them, then places them.
  @inline(__always)
  private func fill(_ buckets: SlotBuckets<S>, _ plan: LinkPlan<S>, _ samples: Int, start: Int, end: Int) {
    let starts = buckets.starts.pointer, next = buckets.next.pointer
    starts.update(repeating: 0, count: plan.rows + 1)
    for step in (start + 1)..<(end + 1) {
      for sample in 0..<samples {
        let active = plan.active.list(step, sample)
        let indices = active.indices
        for j in 0..<active.count { starts[Int(indices[j]) &+ 1] &+= 1 }
      }
    }
    for unit in 0..<plan.rows {
      next[unit] = starts[unit]
      starts[unit &+ 1] &+= starts[unit]
    }
    buckets.reserve(Int(starts[plan.rows]), valued: plan.active.valued)
    let lists = buckets.slots.pointer, values = plan.active.valued ? buckets.values.pointer : nil
    var slot: UInt16 = 0
    for step in (start + 1)..<(end + 1) {
      for sample in 0..<samples {
        let active = plan.active.list(step, sample)
        let indices = active.indices
        if let values, let of = active.values {
          for j in 0..<active.count { values[Int(next[Int(indices[j])])] = of[j] }
        }
        for j in 0..<active.count {
          let unit = Int(indices[j]), place = next[unit]
          lists[Int(place)] = slot
          next[unit] = place &+ 1
        }
        slot &+= 1
      }
    }
  }
}
