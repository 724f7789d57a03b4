// Spikes under way to a block: for each spike the next bucket of its row. Synapses are streamed in the step in which they arrive.
import CKernels
import CPlatform

/// A row of synapses whose spike has been emitted and whose buckets arrive one after the other.
struct PendingRow {
  /// At the header of the next bucket.
  var cursor: UnsafePointer<UInt16>
  /// Where the channel's inputs begin, in scalars from the block's input.
  let input: UInt32
}

/// All spikes under way to one block, by the step of their emission.
///
/// There is no ring of future inputs. A step's input is summed in one pass over the buckets that arrive in it, in the order
/// (step of emission, source, order in the row), into one small array that stays in cache. That order does not depend on ranks, blocks
/// or storage, and it is the order in which a ring would have been filled.
///
/// Invariant: list e % length holds the spikes emitted in step e, ascending by source: `rows[i]` waits for the step `due[i]` (modulo 2^31),
/// or has come to its end if that is `ended`. `ready` has room for all rows of all lists. The memory is owned here.
final class PendingRows<S: SimulationScalar> {
  private struct List {
    var rows: UnsafeMutablePointer<PendingRow>
    var due: UnsafeMutablePointer<UInt32>
    var count = 0
    var capacity: Int
    /// Rows that have not come to their end.
    var live = 0
  }
  private var lists: [List]
  private let longestDelay: Int
  private let mask: Int
  /// Rows of the step under way that have a bucket due, in the order of their additions: list in the upper half, place in the lower one.
  private var ready: UnsafeMutablePointer<UInt64>
  private var readyCapacity: Int
  private var capacity: Int
  /// Lines of the cache that are asked for behind a bucket's first one.
  private var prefetchedLines = 4
  /// Buckets between asking for a bucket's lines and adding it.
  private var ahead = 5

  private static var ended: UInt32 { UInt32.max }
  @inline(__always) private static func wrapped(_ step: Int) -> UInt32 { UInt32(truncatingIfNeeded: step & 0x7fff_ffff) }

  /// Tells how many synapses a bucket has on average.
  func expect(synapsesPerBucket: Double) {
    let bytes = synapsesPerBucket * Double(RowFormat.units(S.self) * 2)
    prefetchedLines = max(1, min(8, Int((bytes * 1.2 / 64).rounded(.up))))
    // Some forty lines can be under way in time; short buckets are also done sooner.
    ahead = max(4, min(12, 40 / (prefetchedLines + 1)))
  }

  /// - Parameter interval: steps that spikes from outside may be known ahead.
  init(longestDelay: Int, interval: Int) {
    self.longestDelay = longestDelay
    var length = 1
    while length < longestDelay + interval + 1 { length *= 2 }
    mask = length - 1
    lists = (0..<length).map { _ in List(rows: .allocate(capacity: 8), due: .allocate(capacity: 8), capacity: 8) }
    capacity = 8 * length
    readyCapacity = capacity
    ready = .allocate(capacity: capacity)
  }
  deinit {
    for list in lists {
      list.rows.deallocate()
      list.due.deallocate()
    }
    ready.deallocate()
  }

  /// Adds a spike's row; called in the order of the sources within a step.
  @inline(__always)
  func append(row: UnsafePointer<UInt16>, emitted step: Int, input: Int) {
    var cursor = row
    guard let delay = Self.advance(&cursor) else { return }
    let index = step & mask
    if lists[index].live == 0 { lists[index].count = 0 }
    let place = lists[index].count
    if place == lists[index].capacity { grow(index) }
    lists[index].rows[place] = PendingRow(cursor: cursor, input: UInt32(truncatingIfNeeded: input))
    lists[index].due[place] = Self.wrapped(step + delay)
    lists[index].count += 1
    lists[index].live += 1
  }

  private func grow(_ index: Int) {
    let old = lists[index]
    let size = old.capacity * 2
    lists[index].capacity = size
    lists[index].rows = .allocate(capacity: size)
    lists[index].rows.update(from: old.rows, count: old.count)
    lists[index].due = .allocate(capacity: size)
    lists[index].due.update(from: old.due, count: old.count)
    old.rows.deallocate()
    old.due.deallocate()
    capacity += old.capacity
  }

  /// Moves over empty buckets; the delay of the bucket at the cursor relative to the one before, or `nil` at the end of the row.
  @inline(__always)
  private static func advance(_ cursor: inout UnsafePointer<UInt16>) -> Int? {
    var delay = 0
    while true {
      let header = cursor.pointee
      if header == RowFormat.end { return nil }
      delay &+= RowFormat.difference(header)
      if RowFormat.count(header) > 0 { return delay }
      cursor += 1
    }
  }

  /// Adds what arrives in a step to the block's input; returns the number of synaptic events.
  func deliver(step: Int, into input: UnsafeMutablePointer<S>) -> Int {
    if capacity > readyCapacity {
      ready.deallocate()
      ready = .allocate(capacity: capacity)
      readyCapacity = capacity
    }
    return lists.withUnsafeMutableBufferPointer { lists in
      guard let lists = lists.baseAddress else { return 0 }
      let count = find(lists, step)
      return count == 0 ? 0 : add(lists, step, count, input)
    }
  }

  /// Lists the rows with a bucket due, older spikes first: this is the order (emission, source) for every target.
  private func find(_ lists: UnsafeMutablePointer<List>, _ step: Int) -> Int {
    let now = Self.wrapped(step)
    var count = 0
    for delay in stride(from: longestDelay, through: 1, by: -1) {
      let index = (step - delay) & mask
      if lists[index].live == 0 { continue }
      count += Int(
        ckernels_find(lists[index].due, Int64(lists[index].count), now, UInt64(truncatingIfNeeded: index) << 32, ready + count))
    }
    return count
  }

  /// Adds the buckets of the listed rows and moves the rows on. Each bucket is asked for some buckets before its own turn.
  private func add(_ lists: UnsafeMutablePointer<List>, _ step: Int, _ count: Int, _ input: UnsafeMutablePointer<S>) -> Int {
    let (ready, ahead, lines) = (ready, ahead, prefetchedLines)
    @inline(__always) func ask(_ entry: UInt64) {
      Self.prefetch(lists[Int(entry >> 32)].rows[Int(truncatingIfNeeded: entry & 0xffff_ffff)].cursor, lines: lines)
    }
    for i in 0..<min(ahead, count) { ask(ready[i]) }
    var events = 0
    for i in 0..<count {
      if i &+ ahead < count { ask(ready[i &+ ahead]) }
      let list = lists + Int(ready[i] >> 32)
      let place = Int(truncatingIfNeeded: ready[i] & 0xffff_ffff)
      let row = list.pointee.rows[place]
      let channel = input + Int(row.input)
      var cursor = row.cursor
      var delay: Int?
      // A delay with many synapses has several buckets.
      repeat {
        let size = RowFormat.count(cursor.pointee)
        Self.addBucket(cursor + 1, size, channel)
        events &+= size
        cursor += 1 + size * RowFormat.units(S.self)
        delay = Self.advance(&cursor)
      } while delay == 0
      if let delay {
        list.pointee.rows[place].cursor = cursor
        list.pointee.due[place] = Self.wrapped(step &+ delay)
      } else {
        list.pointee.due[place] = Self.ended
        list.pointee.live &-= 1
      }
    }
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

  /// Asks for a bucket's lines, its header's included. Their number is the same for all buckets of a block: a loop of a length that is
  /// not known beforehand would cost more than the lines of the next bucket that come along.
  @inline(__always)
  private static func prefetch(_ bucket: UnsafePointer<UInt16>, lines: Int) {
    let first = UnsafeRawPointer(bucket)
    for line in 0...lines { cplatform_prefetch(first + 64 * line) }
  }
}
