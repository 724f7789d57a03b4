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
    let spikeGradient: AlignedBuffer<S>
    let carriedSpike: AlignedBuffer<S>
    let carriedState: AlignedBuffer<S>
    let stateGradient: AlignedBuffer<S>
    let previousSpikes: AlignedBuffer<S>
    /// Per unit: the set of samples that need its spike gradient.
    let needed: AlignedBuffer<UInt64>
    /// Units that any sample needs, by rising number of samples, so that the branches on it are predictable.
    let order: AlignedBuffer<UInt16>

    init(_ shape: SpikingNetwork<S>.LayerShape, samples: Int, chunk: Int) {
      driveStride = shape.drive
      rowStride = shape.drive * samples
      drive = AlignedBuffer(count: (chunk + 2) * rowStride, zero: 0)
      spikeGradient = AlignedBuffer(count: samples * shape.padded, zero: 0)
      carriedSpike = AlignedBuffer(count: samples * shape.padded, zero: 0)
      carriedState = AlignedBuffer(count: samples * shape.padded * shape.states, zero: 0)
      stateGradient = AlignedBuffer(count: samples * shape.padded * shape.states, zero: 0)
      previousSpikes = AlignedBuffer(count: samples * shape.padded, zero: 0)
      needed = AlignedBuffer(count: shape.padded, zero: 0)
      order = AlignedBuffer(count: shape.padded, zero: 0)
    }

    @inline(__always) func row(_ index: Int) -> UnsafeMutablePointer<S> { drive.pointer + index &* rowStride }

    func clear() {
      row(1).update(repeating: 0, count: rowStride)
      carriedSpike.fill(0)
      carriedState.fill(0)
    }
  }

  init(_ network: SpikingNetwork<S>, samples: Int) {
    self.samples = samples
    chunk = max(1, 256 / samples)
    let chunk = chunk
    layers = network.layers.map { LayerBuffers($0, samples: samples, chunk: chunk) }
    let sources = network.layout.links.map(\.rows).max() ?? 0
    // Half a line more than the slots need, so that the lists of neighbouring units do not fall into the same cache sets.
    buckets = SlotBuckets(units: sources, capacity: chunk * samples + 48)
  }

  public var bytes: Int {
    layers.reduce(buckets.bytes) { $0 + $1.drive.bytes + 4 * $1.spikeGradient.bytes + 2 * $1.carriedState.bytes }
  }
}

/// For each source unit, the slots (step and sample) of a chunk at which it was active.
final class SlotBuckets<S: TrainingScalar> {
  let units: Int
  let capacity: Int
  let counts: AlignedBuffer<Int32>
  let slots: AlignedBuffer<UInt16>
  let scratch: AlignedBuffer<UInt16>
  /// Value of the unit per slot; only used for valued sources.
  lazy var values = AlignedBuffer<S>(count: units * capacity, zero: 0)

  init(units: Int, capacity: Int) {
    self.units = units
    self.capacity = capacity
    counts = AlignedBuffer(count: units, zero: 0)
    slots = AlignedBuffer(count: max(units, 1) * capacity, zero: 0)
    scratch = AlignedBuffer(count: units + 64, zero: 0)
  }

  var bytes: Int { counts.bytes + slots.bytes }
}

/// Gradients at every step, for comparison with a reference; filled on request only, because all of them must then be computed.
public final class GradientRecord<S: TrainingScalar> {
  /// `[layer][state or spike][step][sample][unit]`; step 0 is the zero state. The spike gradient comes last.
  public internal(set) var states: [[[[[S]]]]] = []
  /// `[group][step − 1][sample][channel]`.
  public internal(set) var inputs: [[[[S]]]] = []

  public init() {}
}
