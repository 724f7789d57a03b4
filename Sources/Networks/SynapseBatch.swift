// Scratch memory for drawn synapses: the rows of a source tile onto a target tile, one after the other.
import Maths

/// Synapses in the order in which they were drawn.
///
/// Invariant: `target`, `weight`, `delay` have room for `capacity` synapses, of which the first `count` are set; `words` and
/// `nextWords` have room for `wordCapacity`, `counts` for `rowCapacity`. Nothing else points at this memory.
public struct SynapseBatch<W: VectorScalar>: ~Copyable {
  /// Place of the target neuron in its tile.
  public private(set) var target: UnsafeMutablePointer<UInt16>
  public private(set) var weight: UnsafeMutablePointer<W>
  /// [steps]
  public private(set) var delay: UnsafeMutablePointer<UInt16>
  public internal(set) var count = 0
  private var capacity = 0
  private(set) var words: UnsafeMutablePointer<UInt32>
  private var wordCapacity = 0
  private(set) var nextWords: UnsafeMutablePointer<UInt32>
  /// Synapses of each row that was drawn last.
  public private(set) var counts: UnsafeMutablePointer<UInt32>
  private var rowCapacity = 0

  public init() {
    target = .allocate(capacity: 1)
    weight = .allocate(capacity: 1)
    delay = .allocate(capacity: 1)
    words = .allocate(capacity: 1)
    nextWords = .allocate(capacity: 1)
    counts = .allocate(capacity: 1)
  }
  deinit {
    target.deallocate()
    weight.deallocate()
    delay.deallocate()
    words.deallocate()
    nextWords.deallocate()
    counts.deallocate()
  }

  public mutating func clear() { count = 0 }

  /// Makes room for `extra` more synapses.
  @inline(__always) mutating func reserve(_ extra: Int) {
    if count + extra > capacity { grow(to: count + extra) }
  }
  @inline(never) private mutating func grow(to wanted: Int) {
    capacity = max(wanted + wanted / 2, 4096)
    func moved<T>(_ old: UnsafeMutablePointer<T>) -> UnsafeMutablePointer<T> {
      let new = UnsafeMutablePointer<T>.allocate(capacity: capacity)
      new.update(from: old, count: count)
      old.deallocate()
      return new
    }
    target = moved(target)
    weight = moved(weight)
    delay = moved(delay)
  }

  /// Makes room for so many rows.
  @inline(__always) mutating func reserveRows(_ rows: Int) {
    if rows > rowCapacity {
      rowCapacity = max(2 * rows, 64)
      counts.deallocate()
      counts = .allocate(capacity: rowCapacity)
    }
  }

  /// Makes room for `count` words, twice.
  @inline(__always) mutating func reserveWords(_ count: Int) {
    if count > wordCapacity { growWords(to: count) }
  }
  @inline(never) private mutating func growWords(to count: Int) {
    wordCapacity = max(count + count / 2, 4096)
    words.deallocate()
    words = .allocate(capacity: wordCapacity)
    nextWords.deallocate()
    nextWords = .allocate(capacity: wordCapacity)
  }

  /// Appends one synapse.
  @inline(__always) mutating func append(target place: Int, weight value: W, delay steps: Int) {
    reserve(1)
    target[count] = UInt16(truncatingIfNeeded: place)
    weight[count] = value
    delay[count] = UInt16(truncatingIfNeeded: steps)
    count += 1
  }
}
