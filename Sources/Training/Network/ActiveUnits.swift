// Which source units of a link are active at a step, for forward and for the weight gradients.
//
// Made once per pass from raw addresses, so that the loops over steps and samples touch no reference counts; the tape that it was made
// from outlives it.

/// The active units of one source: events of an input group, or spikes of a layer.
struct ActiveUnits<S: TrainingScalar> {
  // Of an input group.
  private let channels: UnsafePointer<UInt16>?
  private let offsets: UnsafePointer<Int32>?
  private let values: UnsafePointer<S>?
  private let steps: Int
  /// Steps before the segment on the tape.
  private let first: Int
  // Of a layer.
  private let bits: UnsafePointer<UInt8>?
  private let bitRow: Int
  private let graded: UnsafePointer<S>?
  private let units: Int
  private let paddedUnits: Int
  private let samples: Int
  private let delay: Int

  init(_ events: PackedEvents<S>, first: Int) {
    channels = UnsafePointer(events.channels.pointer)
    offsets = UnsafePointer(events.offsets.pointer)
    values = events.values.map { UnsafePointer($0.pointer) }
    steps = events.steps
    self.first = first
    (bits, bitRow, graded, units, paddedUnits, samples, delay) = (nil, 0, nil, 0, 0, 0, 0)
  }

  init(_ layer: LayerTape<S>, delay: Int) {
    (channels, offsets, values, steps, first) = (nil, nil, nil, 0, 0)
    bits = layer.graded ? nil : UnsafePointer(layer.spikeBits.pointer)
    bitRow = layer.bitRow
    graded = layer.graded ? UnsafePointer(layer.spikeRows.pointer) : nil
    units = layer.units
    paddedUnits = layer.paddedUnits
    samples = layer.samples
    self.delay = delay
  }

  /// Whether units carry values other than one.
  var valued: Bool { values != nil || graded != nil }

  /// Units that drive the targets at `step` of the segment (from 1), ascending within a source; `scratch` has room for all of them.
  @inline(__always)
  func list(
    _ step: Int, _ sample: Int, scratch: UnsafeMutablePointer<UInt16>
  ) -> (indices: UnsafePointer<UInt16>, count: Int, values: UnsafePointer<S>?) {
    if let channels, let offsets {
      let place = sample &* (steps &+ 1) &+ first &+ step
      let start = Int(offsets[place &- 1])
      return (channels + start, Int(offsets[place]) &- start, values.map { $0 + start })
    }
    // Slot 0 has the spikes before the segment: none before the first.
    let from = step &- delay
    if from < 1 && graded != nil { return (UnsafePointer(scratch), 0, nil) }
    let row = from &* samples &+ sample
    if let bits {
      return (UnsafePointer(scratch), listBits(bits + row &* bitRow, bytes: bitRow, into: scratch), nil)
    }
    for unit in 0..<units { scratch[unit] = UInt16(truncatingIfNeeded: unit) }
    return (UnsafePointer(scratch), units, graded.map { $0 + row &* paddedUnits })
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
