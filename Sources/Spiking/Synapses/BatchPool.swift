// Batches of drawn synapses of one source tile, and the rows made of them.
import CPlatform
import Networks

/// Scratch that is used for one source tile after another: one batch holds what is drawn onto all target tiles of the block.
struct BatchPool<S: SimulationScalar>: ~Copyable {
  /// What was drawn onto one target tile: place of its first neuron in the block, and the receptor.
  private struct Slot {
    let offset: UInt16
    let channel: Int
  }
  private var batch = SynapseBatch<S>()
  private var slots: [Slot] = []
  /// Where the rows of the source tile begin in the batch, and the last one ends: those of one slot after those of the other.
  private var starts: [Int32] = []
  private var drawn: [Int32] = []
  /// The slots that hold synapses of a row, listed where most do not.
  private var parts = RowParts()
  /// Counts of a (projection, target tile), which all source tiles share.
  private var counts: [CountKey: TargetTileCounts] = [:]
  private struct CountKey: Hashable {
    let projection: Int
    let target: Int
  }

  /// Of the source tile, by projection.
  private var outdegrees: [Int: SourceTileCounts?] = [:]

  mutating func clear() {
    slots.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    outdegrees.removeAll(keepingCapacity: true)
    batch.clear()
  }

  /// - Parameter targets: the tiles of the target's population among which those of the block lie.
  mutating func draw(_ draw: TileDraw<S>, _ source: Tile, onto target: Tile, of targets: Range<Int>, offset: Int, channel: Int) {
    let key = CountKey(projection: draw.number, target: target.number)
    if counts[key] == nil { counts[key] = draw.counts(onto: target) }
    if outdegrees[draw.number] == nil { outdegrees[draw.number] = .some(draw.outdegrees(of: source, onto: targets)) }
    let before = batch.count
    draw.append(source, onto: target, counts[key]!, outdegrees: outdegrees[draw.number]!, to: &batch, rows: &drawn)
    if batch.count == before { return }
    slots.append(Slot(offset: UInt16(truncatingIfNeeded: offset), channel: channel))
    starts += drawn
  }

  /// Writes the rows of one channel; `nil` if it has no synapse.
  mutating func write(channel: Int, source: Tile, writer: inout RowWriter<S>, arena: SynapseArena) throws -> RowGroup? {
    // With a sign of their own, synapses of one batch may go to two channels.
    var concerned = false
    var mixed = false
    for slot in slots {
      concerned = concerned || slot.channel == channel || (slot.channel < 0 && channel < 2)
      mixed = mixed || slot.channel < 0
    }
    if !concerned { return nil }
    var pieces: [RowPiece<S>] = []
    pieces.reserveCapacity(slots.count)
    let isSparse = batch.count * 4 < slots.count * source.count
    if isSparse { parts.list(starts, slots: slots.count, rows: source.count) }
    let base = try arena.room(units: writer.mostUnits(rows: source.count, synapses: batch.count))
    var offsets = [UInt32](repeating: 0, count: source.count + 1)
    var synapses = 0
    var rows = 0
    for i in 0..<source.count {
      if isSparse { gather(listed: i, of: source.count, into: &pieces) } else { gather(row: i, of: source.count, into: &pieces) }
      if pieces.isEmpty {
        offsets[i + 1] = offsets[i]
        continue
      }
      prefetch(base + Int(offsets[i]), units: pieces.reduce(0) { $0 + $1.count } * RowFormat.units(S.self))
      let (units, count) = writer.measure(pieces, channel: channel, mixed: mixed)
      if units > 0 { writer.write(pieces, channel: channel, mixed: mixed, to: base + Int(offsets[i])) }
      offsets[i + 1] = offsets[i] + UInt32(units)
      synapses += count
      rows += units > 0 ? 1 : 0
    }
    if synapses == 0 { return nil }
    arena.take(units: Int(offsets[source.count]))
    var listed: UnsafePointer<UInt16>?
    if rows * RowGroup.neuronsPerListed <= source.count {
      let places = (0..<source.count).filter { offsets[$0] < offsets[$0 + 1] }
      listed = try arena.allocate(places.map { UInt16($0) })
      offsets = places.map { offsets[$0] } + [offsets[source.count]]
    } else {
      rows = source.count
    }
    return RowGroup(
      sourceTile: source.number, channel: channel, base: UnsafePointer(base), offsets: try arena.allocate(offsets), listed: listed,
      rows: rows, synapses: synapses)
  }

  /// The parts of a source's row in all batches.
  private func gather(row i: Int, of rows: Int, into pieces: inout [RowPiece<S>]) {
    pieces.removeAll(keepingCapacity: true)
    for (number, slot) in slots.enumerated() {
      let place = number * (rows + 1) + i
      let first = Int(starts[place])
      let count = Int(starts[place + 1]) - first
      if i + 1 < rows { prefetch(first + count..<Int(starts[place + 2])) }
      if count == 0 { continue }
      pieces.append(
        RowPiece(
          target: UnsafePointer(batch.target + first), weight: UnsafePointer(batch.weight + first),
          delay: UnsafePointer(batch.delay + first), count: count, offset: slot.offset, channel: slot.channel))
    }
  }

  /// The same from the listed parts.
  private func gather(listed i: Int, of rows: Int, into pieces: inout [RowPiece<S>]) {
    pieces.removeAll(keepingCapacity: true)
    for number in parts[i] {
      let slot = slots[Int(number)], place = Int(number) * (rows + 1) + i
      let first = Int(starts[place])
      pieces.append(
        RowPiece(
          target: UnsafePointer(batch.target + first), weight: UnsafePointer(batch.weight + first),
          delay: UnsafePointer(batch.delay + first), count: Int(starts[place + 1]) - first, offset: slot.offset, channel: slot.channel))
    }
  }

  /// Asks for the memory that a row will be written to.
  @inline(__always)
  private func prefetch(_ row: UnsafePointer<UInt16>, units: Int) {
    for unit in stride(from: 0, to: units, by: 64 / MemoryLayout<UInt16>.stride) { cplatform_prefetch_write(row + unit) }
  }

  /// Asks for the synapses of the row to come: a row's parts lie far apart, and a batch leaves the second-level cache.
  @inline(__always)
  private func prefetch(_ part: Range<Int>) {
    for place in stride(from: part.lowerBound, to: part.upperBound, by: 64 / MemoryLayout<UInt16>.stride) {
      cplatform_prefetch(batch.target + place)
      cplatform_prefetch(batch.delay + place)
    }
    for place in stride(from: part.lowerBound, to: part.upperBound, by: 64 / MemoryLayout<S>.stride) {
      cplatform_prefetch(batch.weight + place)
    }
  }
}
