// Fixed-size zeroed memory on 64-byte boundaries: the only allocator of this module.
//
// Invariant: `pointer` addresses `count` initialised trivial elements for as long as the buffer lives; kernels receive pointers that
// stay inside these bounds and never outlive the call.

/// Fixed-size storage of a trivial type, aligned to 64 bytes and zeroed.
public final class AlignedBuffer<Element: BitwiseCopyable> {
  public let count: Int
  public let pointer: UnsafeMutablePointer<Element>

  /// - Parameters:
  ///   - count: number of elements.
  ///   - zero: what every element starts as.
  public init(count: Int, zero: Element) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    pointer = memory.bindMemory(to: Element.self, capacity: max(count, 1))
    pointer.initialize(repeating: zero, count: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// Bytes held.
  public var bytes: Int { count * MemoryLayout<Element>.stride }

  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index outside the buffer")
      return pointer[index]
    }
    set {
      precondition(index >= 0 && index < count, "index outside the buffer")
      pointer[index] = newValue
    }
  }

  public func fill(_ value: Element) { pointer.update(repeating: value, count: count) }

  public func copy(from other: AlignedBuffer<Element>) {
    precondition(other.count == count, "buffers differ in size")
    pointer.update(from: other.pointer, count: count)
  }

  public var array: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
