// Gradient recomputation: the steps of a batch in segments, of which one is on the tape at a time.
//
// Forward runs all segments and keeps the state at each boundary; backward runs each again from its boundary, the last one first. Segments
// are whole chunks of backward, counted from the end of time as backward counts them, so the gradient is the same to the bit.

/// The segments of a batch, in order of time.
struct TimeSegments: Sendable, Hashable {
  let ranges: [Range<Int>]

  /// - Parameters:
  ///   - steps: of the batch.
  ///   - chunk: steps that backward takes at a time.
  ///   - count: segments wanted; there are never more than chunks.
  init(steps: Int, chunk: Int, count: Int) {
    let chunks = max(1, (steps + chunk - 1) / chunk), parts = min(max(count, 1), chunks)
    var ranges: [Range<Int>] = [], end = steps
    for part in 0..<parts {
      // Chunks of this part, from the end of time.
      let upTo = chunks * (part + 1) / parts
      let start = max(0, steps - upTo * chunk)
      ranges.append(start..<end)
      end = start
    }
    self.ranges = ranges.reversed()
  }

  /// Steps of the longest segment: what a tape must hold.
  var longest: Int { ranges.map(\.count).max() ?? 0 }
}

/// The state of all layers between two segments.
final class SegmentBoundary<S: TrainingScalar> {
  private let columns: [AlignedBuffer<S>]
  private let spikes: [AlignedBuffer<UInt8>]

  init(_ tape: Tape<S>) {
    columns = tape.layers.map { AlignedBuffer(count: $0.slotStride, zero: 0) }
    spikes = tape.layers.map { AlignedBuffer(count: $0.spikeBits.count == 0 ? 0 : $0.samples * $0.bitRow, zero: 0) }
  }

  /// Keeps the state after the last step on the tape.
  func save(_ tape: Tape<S>) {
    let last = tape.segment.count
    for (index, layer) in tape.layers.enumerated() {
      columns[index].pointer.update(from: layer.slot(last), count: columns[index].count)
      if spikes[index].count > 0 { spikes[index].pointer.update(from: layer.spikes(last, 0), count: spikes[index].count) }
    }
  }

  /// Puts the state before the first step of the tape.
  func restore(_ tape: Tape<S>) {
    for (index, layer) in tape.layers.enumerated() {
      layer.slot(0).update(from: columns[index].pointer, count: columns[index].count)
      if spikes[index].count > 0 { layer.spikes(0, 0).update(from: spikes[index].pointer, count: spikes[index].count) }
    }
  }
}
