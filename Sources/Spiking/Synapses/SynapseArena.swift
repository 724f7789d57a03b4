// Memory for stored synapses: reserved once, filled from the front, never moved.
import CPlatform

/// A stretch of address space in units of 16 bits; pages that are not written cost nothing.
///
/// Invariant: units below `used` are written once and then only read; the memory lives as long as the arena, and goes on for `readable`
/// units behind them, since rows are read by whole registers.
final class SynapseArena {
  private var chunks: [(base: UnsafeMutablePointer<UInt16>, units: Int)] = []
  private var used = 0
  private let chunkUnits: Int
  static var readable: Int { 64 }
  /// Bytes in use.
  private(set) var bytes = 0

  /// - Parameter expectedBytes: what will probably be needed; more is possible at the cost of another reservation.
  init(expectedBytes: Int) {
    chunkUnits = max(expectedBytes / 2 + expectedBytes / 16, 1 << 20)
  }
  deinit { for chunk in chunks { cplatform_free(chunk.base, Int64(chunk.units * 2)) } }

  /// A copy of a table, aligned to its elements.
  func allocate<T: BitwiseCopyable>(_ elements: [T]) throws -> UnsafePointer<T> {
    let units = (elements.count * MemoryLayout<T>.stride + MemoryLayout<T>.alignment - 1) / 2
    let raw = UnsafeMutableRawPointer(try room(units: units)).alignedUp(for: T.self)
    take(units: units)
    let table = raw.assumingMemoryBound(to: T.self)
    table.update(from: elements, count: elements.count)
    return UnsafePointer(table)
  }

  /// Room for so many units, contiguous; what is kept of it is taken with ``take(units:)`` before the next room is asked for.
  func room(units: Int) throws -> UnsafeMutablePointer<UInt16> {
    if chunks.isEmpty || used + units + Self.readable > chunks[chunks.count - 1].units {
      let size = max(units + Self.readable, chunks.isEmpty ? chunkUnits : chunkUnits / 8)
      guard let memory = cplatform_allocate(Int64(size * 2)) else { throw MemoryError(bytes: size * 2, what: "synapses") }
      chunks.append((memory.assumingMemoryBound(to: UInt16.self), size))
      used = 0
    }
    return chunks[chunks.count - 1].base + used
  }

  /// Keeps the first units of the room that was given last.
  func take(units: Int) {
    used += units
    bytes += units * 2
  }
}

/// Memory that the machine did not give.
public struct MemoryError: Error, Sendable, CustomStringConvertible {
  public let bytes: Int
  public let what: String
  public var description: String {
    "no memory for \(bytes) bytes of \(what); use more ranks or nodes, a smaller network, or storage: procedural"
  }
  public var exitCode: Int32 { 70 }
}

/// Memory for scalars of state and input: zeroed, aligned to 64 bytes, freed with its owner.
final class ScalarMemory<S: SimulationScalar> {
  let base: UnsafeMutablePointer<S>
  let count: Int
  init(count: Int, what: String) throws {
    self.count = count
    guard let memory = cplatform_allocate(Int64(count * MemoryLayout<S>.stride)) else {
      throw MemoryError(bytes: count * MemoryLayout<S>.stride, what: what)
    }
    base = memory.assumingMemoryBound(to: S.self)
  }
  deinit { cplatform_free(base, Int64(count * MemoryLayout<S>.stride)) }
}
