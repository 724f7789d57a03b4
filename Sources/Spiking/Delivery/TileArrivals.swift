// Synaptic events under way when nothing is stored: drawn when their spikes are known, kept by tile and step of arrival.
import CKernels
import CPlatform

/// Pieces of memory for events, shared by a rank's blocks.
///
/// Invariant: a chunk is free or belongs to one list. `chunks` lists the free ones; its memory is owned here.
final class EventMemory {
  static var chunkBytes: Int { Int(ckernels_event_chunk) }
  /// A weight and a target of two bytes, and an event's part of a chunk's link.
  static func bytesPerEvent<S: SimulationScalar>(_: S.Type) -> Double {
    let event = MemoryLayout<S>.stride + 2
    return Double(chunkBytes) / Double((chunkBytes - 8) / event)
  }
  fileprivate let chunks = UnsafeMutablePointer<ckernels_event_chunks>.allocate(capacity: 1)
  private var slabs: [(base: UnsafeMutableRawPointer, bytes: Int)] = []
  var bytes: Int { slabs.reduce(0) { $0 + $1.bytes } }
  init() { chunks.initialize(to: ckernels_event_chunks(free: .allocate(capacity: 1), count: 0)) }
  deinit {
    chunks.pointee.free.deallocate()
    chunks.deallocate()
    for slab in slabs { cplatform_free(slab.base, Int64(slab.bytes)) }
  }

  /// Sees to it that there are so many free chunks.
  @inline(__always) fileprivate func reserve(_ count: Int) throws {
    if chunks.pointee.count < count { try grow(count) }
  }
  @inline(never) private func grow(_ count: Int) throws {
    // Slabs grow with what is in use, by a sixteenth, and are whole large pages.
    let page = 1 << 21
    let wanted = max(count * Self.chunkBytes, bytes / 16)
    let size = (wanted + page - 1) / page * page
    guard let base = cplatform_allocate(Int64(size)) else { throw MemoryError(bytes: size, what: "synaptic events under way") }
    slabs.append((base, size))
    let free = UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>.allocate(capacity: bytes / Self.chunkBytes)
    free.update(from: chunks.pointee.free, count: Int(chunks.pointee.count))
    chunks.pointee.free.deallocate()
    chunks.pointee.free = free
    // The last one is taken first.
    for place in stride(from: size - Self.chunkBytes, through: 0, by: -Self.chunkBytes) {
      free[Int(chunks.pointee.count)] = (base + place).assumingMemoryBound(to: UInt8.self)
      chunks.pointee.count += 1
    }
  }
}

/// The events under way to the tiles of one block, in the order in which they were put there.
///
/// There is one list per step and channel for some neighbouring tiles. Its order is, for each target, (step of emission, source, projection,
/// place in the draw), the one in which stored rows are added: same bits. Neurons of different tiles never meet, so tiles are dealt with one
/// after the other. The more tiles share lists the fuller are the lines of memory that an interval's events fill, and the fewer of them fit
/// the first-level cache when they are added.
final class TileArrivals<S: SimulationScalar> {
  /// Bytes of input that tiles with common lists have at most.
  static var groupBytes: Int { 16_384 }

  private struct Group {
    let tiles: Range<Int>
    /// Place of the first neuron in the block.
    let offset: Int
  }
  private var groups: [Group] = []
  /// Group and place in it of each tile.
  private var places: [(group: Int, first: Int)] = []
  private let lists: UnsafeMutablePointer<ckernels_event_list>
  private let perGroup: Int
  private let mask: Int
  private let channels: Int
  private let memory: EventMemory

  init(tiles: [OwnedTile<S>], longestDelay: Int, interval: Int, channels: Int, memory: EventMemory) {
    var length = 1
    while length < longestDelay + interval + 1 { length *= 2 }
    mask = length - 1
    self.channels = channels
    self.memory = memory
    perGroup = length * channels
    for (place, tile) in tiles.enumerated() {
      let end = tile.offset + tile.stride
      if let last = groups.last, (end - last.offset) * MemoryLayout<S>.stride <= Self.groupBytes {
        groups[groups.count - 1] = Group(tiles: last.tiles.lowerBound..<place + 1, offset: last.offset)
      } else {
        groups.append(Group(tiles: place..<place + 1, offset: tile.offset))
      }
      places.append((groups.count - 1, tile.offset - groups[groups.count - 1].offset))
    }
    lists = .allocate(capacity: groups.count * perGroup)
    ckernels_clear_event_lists(lists, Int64(groups.count * perGroup), Int64(MemoryLayout<S>.stride))
  }
  deinit { lists.deallocate() }

  /// Asks for the ends of the lists to which a tile's events in these steps will be put soon; once for all tiles that share them.
  func prefetch(tile: Int, from step: Int, through last: Int) {
    let group = places[tile].group
    if groups[group].tiles.lowerBound < tile { return }
    ckernels_prefetch_event_lists(
      lists + group * perGroup, UInt32(mask), UInt32(channels), UInt32(truncatingIfNeeded: step), Int64(min(last - step, mask) + 1))
  }

  /// Puts drawn events of one channel (-1: by sign) under way to a tile.
  @inline(__always)
  func put(
    tile: Int, channel: Int, step: Int, targets: UnsafePointer<UInt16>, weights: UnsafePointer<S>, delays: UnsafePointer<UInt16>, count: Int
  ) throws {
    // A chunk for every hundred events, and one for each list that is met.
    try memory.reserve(count / 100 + min(count, perGroup) + 1)
    let (group, first) = places[tile]
    let form = ckernels_event_form(mask: UInt32(mask), channels: UInt32(channels), channel: Int32(channel), first: Int32(first))
    S.kernelPutEvents(
      lists + group * perGroup, form, UInt32(truncatingIfNeeded: step), targets, weights, delays, Int64(count), memory.chunks)
  }

  /// Adds what arrives in a step to the inputs of the block's tiles and gives the memory back; returns the number of synaptic events.
  func deliver(step: Int, into input: UnsafeMutablePointer<S>, width: Int) -> Int {
    var events = 0
    let place = (step & mask) * channels
    for group in groups.indices {
      // The next lists have left the cache long ago.
      let next = lists + (min(group + 1, groups.count - 1) * perGroup + place)
      if let first = next.pointee.first {
        for line in 0..<Int(ckernels_events_ahead) / 64 { cplatform_prefetch(first + 64 * line) }
        cplatform_prefetch(first + EventMemory.chunkBytes - 64)
      }
      cplatform_prefetch(lists + (min(group + 2, groups.count - 1) * perGroup + place))
      for channel in 0..<channels {
        let list = lists + (group * perGroup + place + channel)
        if list.pointee.first == nil { continue }
        events += Int(S.kernelAddEvents(list, input + (channel * width + groups[group].offset), memory.chunks))
      }
    }
    return events
  }
}
