// Working memory of backward: gradients of currents for a chunk of steps, carried gradients, lists of needed units.

/// Working memory of backward for one micro-batch size; reused from batch to batch.
public final class BackwardBuffers<S: TrainingScalar> {
  let samples: Int
  /// Steps per chunk; weight gradients are added once a chunk, when its gradients of currents still lie in cache.
  let chunk: Int
  let layers: [LayerBuffers]
  let buckets: SlotBuckets<S>

  final class LayerBuffers {
    /// Gradients of currents: row r holds step `start + r` of the chunk; row `chunk + 1` is the first step of the chunk after.
    let drive: AlignedBuffer<S>
    let driveStride: Int
    let rowStride: Int
    /// dL/dz of the step under way; once its cells have run, what they carry to the step before.
    let spikeGradient: AlignedBuffer<S>
    let carriedState: AlignedBuffer<S>
    let stateGradient: AlignedBuffer<S>
    let previousSpikes: AlignedBuffer<S>
    /// dL/dz that is the same for every unit and step of a sample.
    let perSpike: AlignedBuffer<S>
    /// Per unit: the set of samples that need its spike gradient.
    let needed: AlignedBuffer<UInt64>
    /// Units that any sample needs, by rising number of samples, so that the branches on it are predictable.
    let order: AlignedBuffer<UInt16>

    init(_ shape: SpikingNetwork<S>.LayerShape, samples: Int, chunk: Int) {
      driveStride = shape.drive
      rowStride = shape.drive * samples
      drive = AlignedBuffer(count: (chunk + 2) * rowStride, zero: 0)
      spikeGradient = AlignedBuffer(count: samples * shape.padded, zero: 0)
      carriedState = AlignedBuffer(count: samples * shape.padded * shape.states, zero: 0)
      stateGradient = AlignedBuffer(count: samples * shape.padded * shape.states, zero: 0)
      previousSpikes = AlignedBuffer(count: samples * shape.padded, zero: 0)
      perSpike = AlignedBuffer(count: samples, zero: 0)
      needed = AlignedBuffer(count: shape.padded, zero: 0)
      order = AlignedBuffer(count: shape.padded, zero: 0)
    }

    @inline(__always) func row(_ index: Int) -> UnsafeMutablePointer<S> { drive.pointer + index &* rowStride }

    func clear() {
      row(1).update(repeating: 0, count: rowStride)
      spikeGradient.fill(0)
      carriedState.fill(0)
    }
  }

  /// As many steps as leave the widest layer's gradients in the second-level cache, and slots in 16 bits; the order of summation
  /// depends on it, so it depends on the network and the micro-batch alone.
  static func chunk(_ network: SpikingNetwork<S>, samples: Int) -> Int {
    let widest = network.layers.map(\.drive).max() ?? 8
    return max(1, min(65_536 / (samples * widest), 2048 / samples))
  }

  init(_ network: SpikingNetwork<S>, samples: Int) {
    self.samples = samples
    chunk = Self.chunk(network, samples: samples)
    let chunk = chunk
    layers = network.layers.map { LayerBuffers($0, samples: samples, chunk: chunk) }
    buckets = SlotBuckets(units: network.layout.links.map(\.rows).max() ?? 0, slots: chunk * samples)
  }
}

/// For each source unit, the slots (step and sample) of a chunk at which it was active: one list after the other.
final class SlotBuckets<S: TrainingScalar> {
  let units: Int
  /// The list of unit u is `slots[starts[u] ..< starts[u + 1]]`.
  let starts: AlignedBuffer<Int32>
  /// Where the next slot of a unit goes.
  let next: AlignedBuffer<Int32>
  private(set) var slots: AlignedBuffer<UInt16>
  /// Value of the unit per slot; only used for valued sources.
  private(set) var values: AlignedBuffer<S>
  /// All slots of a chunk, in order, for the biases.
  let all: AlignedBuffer<UInt16>

  init(units: Int, slots count: Int) {
    self.units = units
    starts = AlignedBuffer(count: units + 1, zero: 0)
    next = AlignedBuffer(count: units, zero: 0)
    slots = AlignedBuffer(count: 0, zero: 0)
    values = AlignedBuffer(count: 0, zero: 0)
    all = AlignedBuffer(count: count, zero: 0)
    for slot in 0..<count { all[slot] = UInt16(slot) }
  }

  /// Makes room for so many slots in all lists.
  func reserve(_ count: Int, valued: Bool) {
    if slots.count < count { slots = AlignedBuffer(count: 2 * count, zero: 0) }
    if valued && values.count < slots.count { values = AlignedBuffer(count: slots.count, zero: 0) }
  }
}

/// Gradients at every step, for comparison with a reference; filled on request only, because all of them must then be computed.
public final class GradientRecord<S: TrainingScalar> {
  /// `[layer][state or spike][step][sample][unit]`; step 0 is the zero state. The spike gradient comes last.
  public internal(set) var states: [[[[[S]]]]] = []
  /// `[group][step − 1][sample][channel]`.
  public internal(set) var inputs: [[[[S]]]] = []

  public init() {}
}
