// A constant table in memory of its own, which kernels read where it lies.

/// Numbers that are set once and never move.
///
/// An array would count a reference at each draw, which waits for all stores before it: as long as twenty draws.
///
/// Invariant: `base` points at `count` values, or is nil if there are none; the memory is owned here and not written after `init`. Only
/// methods of the values that hold a table hand its `base` to a kernel: `self` outlives the call.
final class HeldArray<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafePointer<Element>?
  let count: Int

  init(_ values: [Element]) {
    count = values.count
    if values.isEmpty {
      base = nil
      return
    }
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: values.count)
    memory.initialize(from: values, count: values.count)
    base = UnsafePointer(memory)
  }
  deinit { base?.deallocate() }
}
