// Gradients of weights and biases for a chunk of steps: per source unit, the sum of the currents' gradients at its active slots.

extension SpikingNetwork {
  /// Adds the gradients of steps `start + 1 ... end` to `gradient`.
  @inline(__always)
  func addWeightGradients(
    _ tape: Tape<S>, _ buffers: BackwardBuffers<S>, start: Int, end: Int, _ gradient: UnsafeMutablePointer<S>
  ) {
    let buckets = buffers.buckets
    let slots = (end - start) * tape.samples
    let counts = buckets.counts.pointer, lists = buckets.slots.pointer, capacity = buckets.capacity
    for link in layout.links {
      let target = buffers.layers[link.target]
      let valued = fill(buckets, link, tape, start: start, end: end)
      let from = UnsafePointer(target.row(1) + link.driveOffset)
      for unit in 0..<link.rows where counts[unit] > 0 {
        addRows(
          to: gradient + link.offset + unit &* link.width, from: from, stride: target.driveStride, blocks: link.width / 8,
          indices: lists + unit &* capacity, count: Int(counts[unit]),
          values: valued ? UnsafePointer(buckets.values.pointer + unit &* capacity) : nil)
      }
    }
    // One list of all slots serves the biases.
    for slot in 0..<slots { lists[slot] = UInt16(truncatingIfNeeded: slot) }
    for (index, shape) in layers.enumerated() {
      let layer = buffers.layers[index]
      addRows(
        to: gradient + shape.biasOffset, from: UnsafePointer(layer.row(1)), stride: layer.driveStride, blocks: shape.drive / 8,
        indices: lists, count: slots)
    }
  }

  /// Lists the active slots of every source unit of a link, in order of time; returns whether they carry values.
  @inline(__always)
  private func fill(_ buckets: SlotBuckets<S>, _ link: Link, _ tape: Tape<S>, start: Int, end: Int) -> Bool {
    let counts = buckets.counts.pointer, lists = buckets.slots.pointer, capacity = buckets.capacity
    counts.update(repeating: 0, count: link.rows)
    var valued = false
    for step in (start + 1)..<(end + 1) {
      for sample in 0..<tape.samples {
        let slot = (step &- start &- 1) &* tape.samples &+ sample
        switch link.source {
        case .input(let group):
          let events = tape.events[group]
          let (first, count) = events.range(step, sample)
          for event in first..<(first &+ count) {
            let unit = Int(events.channels.pointer[event])
            let place = unit &* capacity &+ Int(counts[unit])
            lists[place] = UInt16(truncatingIfNeeded: slot)
            if let values = events.values {
              buckets.values.pointer[place] = values.pointer[event]
              valued = true
            }
            counts[unit] &+= 1
          }
        case .layer(let source):
          let from = step - link.delay
          if from < 1 { continue }
          let layer = tape.layers[source]
          if layer.graded {
            valued = true
            let z = layer.spikeRow(from) + sample * layer.paddedUnits
            for unit in 0..<layer.units {
              let place = unit * capacity + Int(counts[unit])
              lists[place] = UInt16(slot)
              buckets.values.pointer[place] = z[unit]
              counts[unit] += 1
            }
          } else {
            let bits = layer.spikes(from, sample)
            var byte = 0
            while byte < layer.bitRow {
              var word = UnsafeRawPointer(bits + byte).load(as: UInt64.self)
              while word != 0 {
                let unit = byte &* 8 &+ word.trailingZeroBitCount
                lists[unit &* capacity &+ Int(counts[unit])] = UInt16(truncatingIfNeeded: slot)
                counts[unit] &+= 1
                word &= word &- 1
              }
              byte &+= 8
            }
          }
        }
      }
    }
    return valued
  }
}
