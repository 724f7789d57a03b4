// Spikes under way to a block: for each spike the next bucket of its row. Synapses are streamed in the step in which they arrive.
import CPlatform

/// A row of synapses whose spike has been emitted and whose buckets arrive one after the other.
struct PendingRow<S: SimulationScalar> {
  /// At the header of the next bucket.
  var cursor: UnsafePointer<UInt16>
  /// The step in which that bucket arrives, modulo 2^32.
  var due: UInt32
  /// Where the channel's inputs begin, in scalars from the block's input.
  var input: UInt32
}

/// All spikes under way to one block, by the step of their emission.
///
/// There is no ring of future inputs. A step's input is summed in one pass over the buckets that arrive in it, in the order
/// (step of emission, source, order in the row), into one small array that stays in cache. That order does not depend on ranks, blocks
/// or storage, and it is the order in which a ring would have been filled.
///
/// Invariant: list e % length holds the spikes emitted in step e, ascending by source; its memory is owned here.
final class PendingRows<S: SimulationScalar> {
  private struct List {
    var rows: UnsafeMutablePointer<PendingRow<S>>
    var count = 0
    var capacity: Int
    /// The earliest step in which a row of the list is due.
    var earliest: UInt32 = 0
  }
  private var lists: [List]
  private let longestDelay: Int
  private let mask: Int
  /// Rows in all lists.
  private var inFlight = 0
  /// Lines of the cache that are asked for behind a bucket's first one.
  private var prefetchedLines = 4

  /// Tells how many synapses a bucket has on average.
  func expect(synapsesPerBucket: Double) {
    let bytes = synapsesPerBucket * Double(RowFormat.units(S.self) * 2)
    prefetchedLines = max(1, min(8, Int((bytes * 1.2 / 64).rounded(.up))))
  }

  /// - Parameter interval: steps that spikes from outside may be known ahead.
  init(longestDelay: Int, interval: Int) {
    self.longestDelay = longestDelay
    var length = 1
    while length < longestDelay + interval + 1 { length *= 2 }
    mask = length - 1
    lists = (0..<length).map { _ in List(rows: .allocate(capacity: 8), capacity: 8) }
  }
  deinit { for list in lists { list.rows.deallocate() } }

  /// Adds a spike's row; called in the order of the sources within a step.
  @inline(__always)
  func append(row: UnsafePointer<UInt16>, emitted step: Int, input: Int) {
    var cursor = row
    let due = Self.advance(&cursor, from: UInt32(truncatingIfNeeded: step))
    guard let due else { return }
    Self.prefetch(cursor, lines: prefetchedLines)
    let index = step & mask
    if lists[index].count == lists[index].capacity { grow(index) }
    if lists[index].count == 0 || due &- lists[index].earliest > UInt32.max / 2 { lists[index].earliest = due }
    lists[index].rows[lists[index].count] = PendingRow(cursor: cursor, due: due, input: UInt32(truncatingIfNeeded: input))
    lists[index].count += 1
    inFlight += 1
  }

  private func grow(_ index: Int) {
    let old = lists[index]
    lists[index].capacity = old.capacity * 2
    lists[index].rows = .allocate(capacity: old.capacity * 2)
    lists[index].rows.update(from: old.rows, count: old.count)
    old.rows.deallocate()
  }

  /// Moves over empty buckets; the step in which the bucket at the cursor arrives, or `nil` at the end of the row.
  @inline(__always)
  private static func advance(_ cursor: inout UnsafePointer<UInt16>, from step: UInt32) -> UInt32? {
    var due = step
    while true {
      let header = cursor.pointee
      if header == RowFormat.end { return nil }
      due &+= UInt32(RowFormat.difference(header))
      if RowFormat.count(header) > 0 { return due }
      cursor += 1
    }
  }

  /// Adds what arrives in a step to the block's input; returns the number of synaptic events.
  func deliver(step: Int, into input: UnsafeMutablePointer<S>) -> Int {
    if inFlight == 0 { return 0 }
    let now = UInt32(truncatingIfNeeded: step)
    var events = 0
    // Where the next buckets of all rows fit the second-level cache, each is asked for as soon as the one before it has been added; where
    // they do not, shortly before its own turn.
    let near = inFlight * (prefetchedLines + 1) * 64 > 1 << 20
    lists.withUnsafeMutableBufferPointer { lists in
      // Older spikes first: this is the order (emission, source) for every target.
      for delay in stride(from: longestDelay, through: 1, by: -1) {
        let list = lists.baseAddress! + ((step - delay) & mask)
        if list.pointee.count == 0 || list.pointee.earliest != now { continue }
        let before = list.pointee.count
        events += near ? Self.deliverNear(list, now, input, prefetchedLines) : Self.deliverFar(list, now, input, prefetchedLines)
        inFlight -= before - list.pointee.count
      }
    }
    return events
  }

  private static func deliverFar(_ list: UnsafeMutablePointer<List>, _ now: UInt32, _ input: UnsafeMutablePointer<S>, _ lines: Int) -> Int {
    // The lines lie in the second-level cache; those of the bucket after next are brought into the first.
    let rows = list.pointee.rows
    let last = list.pointee.count - 1
    return deliver(
      list, now, input, before: { i in prefetchNow(rows[min(i + 2, last)].cursor, lines: lines) },
      after: { prefetch($0, lines: lines) })
  }

  private static func deliverNear(_ list: UnsafeMutablePointer<List>, _ now: UInt32, _ input: UnsafeMutablePointer<S>, _ lines: Int) -> Int
  {
    let ahead = 10
    let rows = list.pointee.rows
    let last = list.pointee.count - 1
    for i in 0...min(ahead, last) { prefetchNow(rows[i].cursor, lines: lines) }
    return deliver(list, now, input, before: { i in prefetchNow(rows[min(i + ahead, last)].cursor, lines: lines) }, after: { _ in })
  }

  /// Adds the buckets of a list that are due and moves their rows on; rows that have come to their end leave the list.
  @inline(__always)
  private static func deliver(
    _ list: UnsafeMutablePointer<List>, _ now: UInt32, _ input: UnsafeMutablePointer<S>, before: (Int) -> Void,
    after: (UnsafePointer<UInt16>) -> Void
  ) -> Int {
    let rows = list.pointee.rows
    let count = list.pointee.count
    var events = 0
    var kept = 0
    var earliest = UInt32.max
    for i in 0..<count {
      before(i)
      var row = rows[i]
      if row.due == now {
        let channel = input + Int(row.input)
        var next: UInt32? = now
        while next == now {
          let size = RowFormat.count(row.cursor.pointee)
          addBucket(row.cursor + 1, size, channel)
          events += size
          row.cursor += 1 + size * RowFormat.units(S.self)
          next = advance(&row.cursor, from: now)
        }
        guard let next else { continue }
        row.due = next
        after(row.cursor)
      }
      rows[kept] = row
      kept += 1
      earliest = min(earliest, row.due &- now)
    }
    list.pointee.count = kept
    list.pointee.earliest = now &+ earliest
    return events
  }

  /// input[target] += weight for the synapses of a bucket.
  @inline(__always)
  private static func addBucket(_ targets: UnsafePointer<UInt16>, _ size: Int, _ input: UnsafeMutablePointer<S>) {
    let weights = UnsafeRawPointer(targets + size)
    let bytes = UnsafeRawPointer(targets)
    @inline(__always) func add(_ target: Int, _ k: Int) {
      input[target] += weights.loadUnaligned(fromByteOffset: k * MemoryLayout<S>.stride, as: S.self)
    }
    // Four targets come with one load.
    var k = 0
    while k &+ 8 <= size {
      let (a, b) = (
        bytes.loadUnaligned(fromByteOffset: 2 &* k, as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 2 &* k &+ 8, as: UInt64.self)
      )
      add(Int(truncatingIfNeeded: a & 0xffff), k)
      add(Int(truncatingIfNeeded: a >> 16 & 0xffff), k &+ 1)
      add(Int(truncatingIfNeeded: a >> 32 & 0xffff), k &+ 2)
      add(Int(truncatingIfNeeded: a >> 48), k &+ 3)
      add(Int(truncatingIfNeeded: b & 0xffff), k &+ 4)
      add(Int(truncatingIfNeeded: b >> 16 & 0xffff), k &+ 5)
      add(Int(truncatingIfNeeded: b >> 32 & 0xffff), k &+ 6)
      add(Int(truncatingIfNeeded: b >> 48), k &+ 7)
      k &+= 8
    }
    while k < size {
      add(Int(targets[k]), k)
      k &+= 1
    }
  }

  /// Asks for the lines of a bucket that is about to be added, its header's included.
  @inline(__always)
  private static func prefetchNow(_ bucket: UnsafePointer<UInt16>, lines: Int) {
    let first = UnsafeRawPointer(bucket)
    for line in 0...lines { cplatform_prefetch(first + 64 * line) }
  }

  /// Asks for a bucket's lines a step ahead of their use. The number of lines is the same for all buckets of a block: a loop of a length
  /// that is not known beforehand would cost more than the lines of the next bucket that come along.
  @inline(__always)
  private static func prefetch(_ bucket: UnsafePointer<UInt16>, lines: Int) {
    let first = UnsafeRawPointer(bucket)
    for line in 1...lines { cplatform_prefetch_far(first + 64 * line) }
  }
}
