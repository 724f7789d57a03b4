// What forward leaves for backward: states in slots, spikes as bits.

/// The tape of one layer over a micro-batch. Slot t holds the columns of all samples after step t; slot 0 is the zero state.
final class LayerTape<S: TrainingScalar> {
  let samples: Int
  let units: Int
  let paddedUnits: Int
  /// Elements per sample within a slot, and per slot.
  let sampleStride: Int
  let slotStride: Int
  let bitRow: Int
  let columns: AlignedBuffer<S>
  let spikeBits: AlignedBuffer<UInt8>
  let supportBits: AlignedBuffer<UInt8>
  /// The same spikes as numbers of units.
  let spikeLists: SpikeLists
  /// Spikes as scalars: all slots if graded, else the last two, slot t at t mod 2.
  let spikeRows: AlignedBuffer<S>
  let graded: Bool
  /// 0, 1, 2 ... of graded spikes, all of which are active.
  let everyUnit: AlignedBuffer<UInt16>
  /// Units of the last byte of a bit row that exist.
  let tailMask: UInt8

  init(samples: Int, steps: Int, units: Int, columns: Int, spikes: Bool, graded: Bool) {
    self.samples = samples
    self.units = units
    self.graded = graded
    paddedUnits = padded(units)
    sampleStride = columns * paddedUnits
    slotStride = sampleStride * samples
    bitRow = bitRowBytes(units: units)
    tailMask = units % 8 == 0 ? 0xFF : UInt8((1 << (units % 8)) - 1)
    self.columns = AlignedBuffer(count: (steps + 1) * slotStride, zero: 0)
    let bits = spikes ? (steps + 1) * samples * bitRow : 0
    spikeBits = AlignedBuffer(count: bits, zero: 0)
    supportBits = AlignedBuffer(count: bits, zero: 0)
    spikeLists = SpikeLists(rows: spikes ? (steps + 1) * samples : 0, units: units)
    everyUnit = AlignedBuffer(count: graded ? units : 0, zero: 0)
    for unit in 0..<everyUnit.count { everyUnit[unit] = UInt16(truncatingIfNeeded: unit) }
    spikeRows = AlignedBuffer(count: (graded ? steps + 1 : 2) * samples * paddedUnits, zero: 0)
  }

  @inline(__always) func slot(_ step: Int) -> UnsafeMutablePointer<S> { columns.pointer + step &* slotStride }
  @inline(__always) func spikes(_ step: Int, _ sample: Int) -> UnsafeMutablePointer<UInt8> {
    spikeBits.pointer + (step &* samples &+ sample) &* bitRow
  }
  @inline(__always) func support(_ step: Int, _ sample: Int) -> UnsafeMutablePointer<UInt8> {
    supportBits.pointer + (step &* samples &+ sample) &* bitRow
  }
  @inline(__always) func spikeRow(_ step: Int) -> UnsafeMutablePointer<S> {
    spikeRows.pointer + (graded ? step : step & 1) &* samples &* paddedUnits
  }

  /// The spikes of slot 0 as scalars, for the first step.
  func loadPreviousSpikes() {
    let rows = spikeRow(0)
    rows.update(repeating: 0, count: samples * paddedUnits)
    if graded || spikeBits.count == 0 { return }
    for sample in 0..<samples {
      let bits = spikes(0, sample)
      for unit in 0..<units where bits[unit / 8] >> (unit % 8) & 1 == 1 { rows[sample * paddedUnits + unit] = 1 }
    }
  }

  var bytes: Int { columns.bytes + spikeBits.bytes + supportBits.bytes + spikeRows.bytes + spikeLists.bytes + everyUnit.bytes }
}

/// The events of one input group, packed for all samples of a micro-batch.
final class PackedEvents<S: TrainingScalar> {
  let steps: Int
  let channels: AlignedBuffer<UInt16>
  let values: AlignedBuffer<S>?
  /// Events of sample b at step t (from 1) are `offsets[b (steps + 1) + t − 1] ..< offsets[b (steps + 1) + t]`.
  let offsets: AlignedBuffer<Int32>

  init(_ sequences: [EventSequence], steps: Int) {
    self.steps = steps
    let total = sequences.reduce(0) { $0 + Int($1.offsets[min(steps, $1.steps)]) }
    let valued = sequences.contains { !$0.values.isEmpty }
    channels = AlignedBuffer(count: total, zero: 0)
    values = valued ? AlignedBuffer(count: total, zero: 1) : nil
    offsets = AlignedBuffer(count: sequences.count * (steps + 1), zero: 0)
    var next = 0
    for (sample, sequence) in sequences.enumerated() {
      let kept = Int(sequence.offsets[min(steps, sequence.steps)])
      sequence.channels[..<kept].withUnsafeBufferPointer { from in
        if let first = from.baseAddress { (channels.pointer + next).update(from: first, count: kept) }
      }
      if let values, !sequence.values.isEmpty {
        for event in 0..<kept { values.pointer[next + event] = S(sequence.values[event]) }
      }
      for step in 0...steps {
        offsets.pointer[sample * (steps + 1) + step] = Int32(next) + sequence.offsets[min(step, sequence.steps)]
      }
      next += kept
    }
  }
}

/// The tape of one micro-batch: of all its steps, or of one segment of them at a time.
public final class Tape<S: TrainingScalar> {
  public let samples: Int
  /// Steps that fit.
  public let capacity: Int
  /// Steps of the micro-batch.
  public internal(set) var steps = 0
  /// Those of them that are on the tape: slot s holds step `segment.lowerBound + s`, and slot 0 what came before.
  public internal(set) var segment = 0..<0
  let layers: [LayerTape<S>]
  var events: [PackedEvents<S>] = []

  init(samples: Int, steps: Int, layers: [LayerTape<S>]) {
    self.samples = samples
    capacity = steps
    self.layers = layers
  }

  public var bytes: Int { layers.reduce(0) { $0 + $1.bytes } }

  /// State column values of one sample after `step`, padding left out.
  func row(layer: Int, column: Int, step: Int, sample: Int) -> [S] {
    let tape = layers[layer]
    let start = tape.slot(step) + sample * tape.sampleStride + column * tape.paddedUnits
    return Array(UnsafeBufferPointer(start: start, count: tape.units))
  }

  /// Spikes (0 or 1; graded: any value) of one sample at `step`.
  public func spikes(layer: Int, step: Int, sample: Int) -> [S] {
    let tape = layers[layer]
    if tape.graded {
      return Array(UnsafeBufferPointer(start: tape.spikeRow(step) + sample * tape.paddedUnits, count: tape.units))
    }
    // Readouts have none.
    if tape.spikeBits.count == 0 { return Array(repeating: 0, count: tape.units) }
    let bits = tape.spikes(step, sample)
    return (0..<tape.units).map { bits[$0 / 8] >> ($0 % 8) & 1 == 1 ? 1 : 0 }
  }

  /// Number of spikes of one sample over the steps on the tape (graded: sum of spike values).
  ///
  /// - Parameter last: step of the micro-batch after which nothing is counted.
  public func spikeCount(layer: Int, sample: Int, upTo last: Int = .max) -> S {
    let tape = layers[layer]
    var total: S = 0
    var count = 0
    for step in 1..<(segment.count + 1) where segment.lowerBound + step <= last {
      if tape.graded {
        for value in spikes(layer: layer, step: step, sample: sample) { total += value }
      } else {
        count += tape.spikeLists.count(step &* tape.samples &+ sample)
      }
    }
    return total + S(count)
  }
}
