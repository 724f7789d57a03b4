// Fixed-size zeroed memory on 64-byte boundaries: the only allocator of this module.
//
// Invariant: `pointer` addresses `count` initialised trivial elements for as long as the buffer lives; kernels receive pointers that
// stay inside these bounds and never outlive the call. `mapped` says where the memory came from and so where it goes back to.

import CPlatform

/// Fixed-size storage of a trivial type, aligned to 64 bytes and zeroed.
public final class AlignedBuffer<Element: BitwiseCopyable> {
  public let count: Int
  public let pointer: UnsafeMutablePointer<Element>
  /// Bytes of a mapping of its own; 0 if the memory is of the heap.
  private let mapped: Int64

  /// - Parameters:
  ///   - count: number of elements.
  ///   - zero: what every element starts as.
  public init(count: Int, zero: Element) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    // Rows of a matrix are read in any order: in pages of 4 KiB, most of them would miss the first-level TLB.
    let mapping = bytes >= Self.wherePagesMatter ? cplatform_allocate(Int64(bytes)) : nil
    mapped = mapping == nil ? 0 : Int64(bytes)
    let memory = mapping ?? .allocate(byteCount: bytes, alignment: 64)
    pointer = memory.bindMemory(to: Element.self, capacity: max(count, 1))
    pointer.initialize(repeating: zero, count: max(count, 1))
  }

  /// From so many bytes on, memory is mapped in pages of 2 MiB where the system has them: an eighth of one.
  private static var wherePagesMatter: Int { 1 << 18 }

  deinit {
    if mapped == 0 { UnsafeMutableRawPointer(pointer).deallocate() } else { cplatform_free(pointer, mapped) }
  }

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
