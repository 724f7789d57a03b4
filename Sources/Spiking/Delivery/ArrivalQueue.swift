// Synaptic events under way to one block when nothing is stored: drawn at the spike, kept until the step of their arrival.
import CPlatform

/// Fixed-size pieces of memory for events, shared by a rank's blocks.
///
/// Invariant: a chunk is in the free list or belongs to one cell. Its form: the next chunk, `capacity` targets, `capacity` weights.
final class ChunkPool<S: SimulationScalar> {
  static var chunkBytes: Int { 512 }
  static var capacity: Int { (chunkBytes - 8) / (2 + MemoryLayout<S>.stride) }
  private var free: UnsafeMutableRawPointer?
  private var slabs: [(base: UnsafeMutableRawPointer, bytes: Int)] = []
  private var unused = 0..<0
  var bytes: Int { slabs.reduce(0) { $0 + $1.bytes } }
  deinit { for slab in slabs { cplatform_free(slab.base, Int64(slab.bytes)) } }

  @inline(__always) static func next(_ chunk: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    chunk.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }
  @inline(__always) static func targets(_ chunk: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt16> {
    (chunk + 8).assumingMemoryBound(to: UInt16.self)
  }
  /// Weights are aligned to their size, since `capacity` is even.
  @inline(__always) static func weights(_ chunk: UnsafeMutableRawPointer) -> UnsafeMutablePointer<S> {
    (chunk + chunkBytes - capacity * MemoryLayout<S>.stride).assumingMemoryBound(to: S.self)
  }

  @inline(__always) func take() throws -> UnsafeMutableRawPointer {
    if let chunk = free {
      free = Self.next(chunk).pointee
      return chunk
    }
    return try fresh()
  }
  @inline(__always) func give(_ chunk: UnsafeMutableRawPointer) {
    Self.next(chunk).pointee = free
    free = chunk
  }
  @inline(never) private func fresh() throws -> UnsafeMutableRawPointer {
    if unused.isEmpty {
      // Slabs grow with what is in use, by an eighth.
      let size = max(1 << 21, bytes / 8 / (1 << 21) * (1 << 21))
      guard let base = cplatform_allocate(Int64(size)) else { throw MemoryError(bytes: size, what: "synaptic events under way") }
      slabs.append((base, size))
      unused = 0..<size / Self.chunkBytes
    }
    defer { unused = unused.lowerBound + 1..<unused.upperBound }
    return slabs[slabs.count - 1].base + unused.lowerBound * Self.chunkBytes
  }
}

/// The events under way to a block: one list per step and channel, in the order in which they were drawn.
///
/// That order is (step of emission, source, projection, place in the draw), the one in which stored rows are added: same bits.
final class ArrivalQueue<S: SimulationScalar> {
  private struct Cell {
    var first: UnsafeMutableRawPointer?
    var last: UnsafeMutableRawPointer?
    /// Events in the last chunk.
    var filled: Int32
  }
  private let cells: UnsafeMutablePointer<Cell>
  private let count: Int
  private let mask: Int
  private let channels: Int
  private let pool: ChunkPool<S>

  init(longestDelay: Int, interval: Int, channels: Int, pool: ChunkPool<S>) {
    var length = 1
    while length < longestDelay + interval + 1 { length *= 2 }
    mask = length - 1
    self.channels = channels
    self.pool = pool
    count = length * channels
    cells = .allocate(capacity: count)
    cells.initialize(repeating: Cell(first: nil, last: nil, filled: 0), count: count)
  }
  deinit { cells.deallocate() }

  /// Adds an event that arrives in a step.
  @inline(__always)
  func append(step: Int, channel: Int, target: UInt16, weight: S) throws {
    let cell = cells + ((step & mask) * channels + channel)
    var chunk: UnsafeMutableRawPointer
    if let last = cell.pointee.last, Int(cell.pointee.filled) < ChunkPool<S>.capacity {
      chunk = last
    } else {
      chunk = try pool.take()
      ChunkPool<S>.next(chunk).pointee = nil
      if let last = cell.pointee.last { ChunkPool<S>.next(last).pointee = chunk } else { cell.pointee.first = chunk }
      cell.pointee.last = chunk
      cell.pointee.filled = 0
    }
    let place = Int(cell.pointee.filled)
    ChunkPool<S>.targets(chunk)[place] = target
    ChunkPool<S>.weights(chunk)[place] = weight
    cell.pointee.filled += 1
  }

  /// Adds what arrives in a step to the block's input and gives its memory back; returns the number of synaptic events.
  func deliver(step: Int, into input: UnsafeMutablePointer<S>, width: Int) -> Int {
    var events = 0
    for channel in 0..<channels {
      let cell = cells + ((step & mask) * channels + channel)
      let target = input + channel * width
      var chunk = cell.pointee.first
      while let current = chunk {
        let next = ChunkPool<S>.next(current).pointee
        if let next { cplatform_prefetch(next) }
        let size = next == nil ? Int(cell.pointee.filled) : ChunkPool<S>.capacity
        let targets = ChunkPool<S>.targets(current)
        let weights = ChunkPool<S>.weights(current)
        for k in 0..<size { target[Int(targets[k])] += weights[k] }
        events += size
        pool.give(current)
        chunk = next
      }
      cell.pointee = Cell(first: nil, last: nil, filled: 0)
    }
    return events
  }
}
