// Which source units of a link are active at a step, for forward and for the weight gradients.
//
// Made once per pass from raw addresses, so that the loops over steps and samples touch no reference counts; the tape that it was made
// from outlives it.

/// The active units of one source: events of an input group, or spikes of a layer.
struct ActiveUnits<S: TrainingScalar> {
  private let channels: UnsafePointer<UInt16>
  private let starts: UnsafePointer<Int32>
  /// Of a layer: how long each list is; of an input group a list ends where the next begins.
  private let counts: UnsafePointer<Int32>?
  private let values: UnsafePointer<S>?
  /// Row of the lists: `offset + step * perStep + sample * perSample`.
  private let offset: Int
  private let perStep: Int
  private let perSample: Int
  /// Of graded spikes: every unit is active and has a value.
  private let graded: Int?
  private let gradedStride: Int
  private let delay: Int

  init(_ events: PackedEvents<S>, first: Int) {
    channels = UnsafePointer(events.channels.pointer)
    starts = UnsafePointer(events.offsets.pointer)
    values = events.values.map { UnsafePointer($0.pointer) }
    (offset, perStep, perSample) = (first - 1, 1, events.steps + 1)
    (counts, graded, gradedStride, delay) = (nil, nil, 0, 0)
  }

  init(_ layer: LayerTape<S>, delay: Int) {
    let lists = layer.spikeLists
    channels = UnsafePointer(layer.graded ? layer.everyUnit.pointer : lists.channels.pointer)
    starts = UnsafePointer(lists.starts.pointer)
    counts = UnsafePointer(lists.counts.pointer)
    values = layer.graded ? UnsafePointer(layer.spikeRows.pointer) : nil
    (offset, perStep, perSample) = (-delay * layer.samples, layer.samples, 1)
    (graded, gradedStride) = (layer.graded ? layer.units : nil, layer.paddedUnits)
    self.delay = delay
  }

  /// Whether units carry values other than one.
  var valued: Bool { values != nil }

  /// Units that drive the targets at `step` of the segment (from 1), ascending.
  @inline(__always)
  func list(_ step: Int, _ sample: Int) -> (indices: UnsafePointer<UInt16>, count: Int, values: UnsafePointer<S>?) {
    let row = offset &+ step &* perStep &+ sample &* perSample
    if let graded, let values {
      // Slot 0 has the spikes before the segment: none before the first.
      return (channels, step == delay ? 0 : graded, values + row &* gradedStride)
    }
    let start = Int(starts[row])
    let count = counts.map { Int($0[row]) } ?? (Int(starts[row &+ 1]) &- start)
    return (channels + start, count, values.map { $0 + start })
  }
}

/// A link with the addresses that a pass needs.
struct LinkPlan<S: TrainingScalar> {
  let active: ActiveUnits<S>
  let offset: Int
  let rows: Int
  let width: Int
  let driveOffset: Int
  let target: Int

  init(_ link: Link, _ tape: Tape<S>) {
    switch link.source {
    case .input(let group): active = ActiveUnits(tape.events[group], first: tape.segment.lowerBound)
    case .layer(let layer): active = ActiveUnits(tape.layers[layer], delay: link.delay)
    }
    offset = link.offset
    rows = link.rows
    width = link.width
    driveOffset = link.driveOffset
    target = link.target
  }
}
