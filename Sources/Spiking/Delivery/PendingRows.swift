// Spikes under way to a block: for each spike the next bucket of its row. Synapses are streamed shortly before they arrive.
import CKernels

/// Where what arrives in some steps in a row is summed.
///
/// Invariant: `input` has room for the inputs of all the steps, each `stride` scalars behind those of the step before, and `events` for
/// as many counts.
struct ArrivalWindow<S: SimulationScalar> {
  let steps: Range<Int>
  let input: UnsafeMutablePointer<S>
  let stride: Int
  /// Synaptic events that arrive in each step; complete for a step when all spikes that arrive in it have been taken.
  let events: UnsafeMutablePointer<Int64>
}

/// All spikes under way to one block, by the step of their emission.
///
/// There is no ring of future inputs. What arrives in a window of a few steps is summed in one pass over the rows that have buckets due in
/// it, into arrays that stay in cache; spikes that come to be known within the window are added when they do. For each target and step
/// the order is (step of emission, source, order in the row). It does not depend on windows, ranks, blocks or storage, and it is the order
/// in which a ring would have been filled.
///
/// Invariant: list e % length holds the spikes emitted in step e, ascending by source: `rows[i]` waits for the step `due[i]` (modulo 2^32),
/// which is a step before the window if the row has come to its end. `ready` has room for all rows of all lists. The memory is owned here.
final class PendingRows<S: SimulationScalar> {
  private let lists: UnsafeMutableBufferPointer<ckernels_row_list>
  private let longestDelay: Int
  private let mask: Int
  /// Rows that have a bucket due in the window under way, in the order of their additions: list in the upper half, place in the lower one.
  private var ready: UnsafeMutablePointer<UInt64>
  private var readyCapacity: Int
  private var capacity: Int
  /// Lines of the cache that are asked for behind a bucket's first one.
  private var prefetchedLines = 4
  /// Rows between asking for a row's lines and adding them.
  private var ahead = 5
  private var hasShortBuckets = true
  /// Steps of emission of the spikes that have come since the last delivery.
  private var fresh = 0..<0
  /// Behind the last step of emission of all spikes that have come.
  private var emittedBefore = 0

  @inline(__always) private static func wrapped(_ step: Int) -> UInt32 { UInt32(truncatingIfNeeded: step) }

  /// Tells what rows are like on average: synapses of a bucket, and those that arrive within a window.
  func expect(synapsesPerBucket: Double, synapsesPerWindow: Double) {
    hasShortBuckets = synapsesPerBucket < 32
    let bytes = max(synapsesPerBucket, synapsesPerWindow) * Double(RowFormat.units(S.self) * 2)
    prefetchedLines = max(1, min(8, Int((bytes * 1.2 / 64).rounded(.up))))
    // Some forty lines can be under way in time; short rows are also done sooner.
    ahead = max(4, min(12, 40 / (prefetchedLines + 1)))
  }

  /// - Parameter interval: steps that spikes from outside may be known ahead.
  init(longestDelay: Int, interval: Int) {
    self.longestDelay = longestDelay
    var length = 1
    while length < longestDelay + interval + 1 { length *= 2 }
    mask = length - 1
    lists = .allocate(capacity: length)
    for index in lists.indices {
      lists.initializeElement(
        at: index, to: ckernels_row_list(rows: .allocate(capacity: 8), due: .allocate(capacity: 8), count: 0, capacity: 8, live: 0))
    }
    capacity = 8 * length
    readyCapacity = capacity
    ready = .allocate(capacity: capacity)
  }
  deinit {
    for list in lists {
      list.rows.deallocate()
      list.due.deallocate()
    }
    lists.deallocate()
    ready.deallocate()
  }

  /// Adds a spike's row; called in the order of the sources within a step.
  @inline(__always)
  func append(row: UnsafePointer<UInt16>, emitted step: Int, input: Int) {
    var bucket = row
    var delay = RowFormat.difference(row.pointee)
    while bucket.pointee != RowFormat.end && RowFormat.count(bucket.pointee) == 0 {
      bucket += 1
      delay &+= RowFormat.difference(bucket.pointee)
    }
    if bucket.pointee == RowFormat.end { return }
    let index = step & mask
    if lists[index].live == 0 { lists[index].count = 0 }
    let place = Int(lists[index].count)
    if place == lists[index].capacity { grow(index) }
    lists[index].rows[place] = ckernels_row(cursor: bucket, input: UInt32(truncatingIfNeeded: input))
    lists[index].due[place] = Self.wrapped(step + delay)
    lists[index].count += 1
    lists[index].live += 1
    fresh = fresh.isEmpty ? step..<step + 1 : min(fresh.lowerBound, step)..<max(fresh.upperBound, step + 1)
    emittedBefore = max(emittedBefore, step + 1)
  }

  private func grow(_ index: Int) {
    let old = lists[index]
    let (count, size) = (Int(old.count), Int(old.capacity) * 2)
    lists[index].capacity = Int64(size)
    lists[index].rows = .allocate(capacity: size)
    lists[index].rows.update(from: old.rows, count: count)
    lists[index].due = .allocate(capacity: size)
    lists[index].due.update(from: old.due, count: count)
    old.rows.deallocate()
    old.due.deallocate()
    capacity += size / 2
  }

  /// Adds what arrives in the window to its inputs: to be called at the window's first step, and at later ones for the spikes that have
  /// come since the last call.
  func deliver(_ window: ArrivalWindow<S>, step: Int) {
    if capacity > readyCapacity {
      ready.deallocate()
      ready = .allocate(capacity: capacity)
      readyCapacity = capacity
    }
    var emissions = fresh
    if step == window.steps.lowerBound { emissions = step - longestDelay..<max(step, emittedBefore) }
    fresh = 0..<0
    let count = find(emissions, due: step..<window.steps.upperBound)
    if count == 0 { return }
    let form = ckernels_row_window(
      first: Self.wrapped(window.steps.lowerBound), span: UInt32(truncatingIfNeeded: window.steps.count),
      stride: UInt32(truncatingIfNeeded: window.stride), lines: Int32(prefetchedLines), ahead: Int32(ahead),
      is_short: hasShortBuckets ? 1 : 0)
    S.kernelAddRows(lists.baseAddress!, ready, Int64(count), form, window.input, window.events)
  }

  /// Lists the rows with a bucket due, older spikes first: this is the order (emission, source) for every target.
  private func find(_ emissions: Range<Int>, due steps: Range<Int>) -> Int {
    let (first, span) = (Self.wrapped(steps.lowerBound), UInt32(truncatingIfNeeded: steps.count))
    var count = 0
    for emission in emissions {
      let index = emission & mask
      let list = lists[index]
      if list.live == 0 { continue }
      count += Int(ckernels_find(list.due, list.count, first, span, UInt64(truncatingIfNeeded: index) << 32, ready + count))
    }
    return count
  }
}
