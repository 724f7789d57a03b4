// Poisson counts in bulk: one mean, one draw per neuron and step.
import CKernels

/// Draws Poisson counts of one mean in bulk, by inversion: draw `i` is a function of the address alone.
///
/// Means up to ``largestShortMean`` take 16 bits a draw from the words of the address, larger ones a word; the few draws that these
/// bits leave open get 32 more from the address's upper half (blocks from 2^31 on). So the law is that of the mean to within 2^-48 in
/// each cumulative probability (2^-64 above ``largestShortMean``). Make one per mean and keep it: it holds the tables.
public struct PoissonDraws: Sendable {
  /// Largest mean of the fast form.
  public static let largestShortMean = 32.0
  /// Largest mean of all; ``RandomStream/poisson(_:)`` has no such bound.
  public static let largestMean = 30_000.0

  public let mean: Double
  private let table: Table

  private enum Table: Sendable {
    case none
    /// One table, behind a reference: it is large, and copying it would take as long as some hundred draws.
    case short([ckernels_poisson_table])
    case long(LongPoissonTable)
  }

  /// Throws ``MathsError`` for a mean that is negative, not finite, or above ``largestMean``.
  public init(mean: Double) throws(MathsError) {
    try MathsError.check(mean >= 0 && mean <= Self.largestMean, "Poisson", "mean", mean, "in [0, \(Self.largestMean)]")
    self.mean = mean
    let law = PoissonCumulative(mean: mean)
    if mean == 0 {
      table = .none
    } else if mean <= Self.largestShortMean {
      table = .short([ckernels_poisson_table(law)])
    } else {
      table = .long(LongPoissonTable(law))
    }
  }

  /// Writes draws `0 ..< count` of the address as bytes. For means up to ``largestShortMean``; a count above 127 has no probability there.
  public func fill(_ at: RandomBlocks, count: Int, into out: UnsafeMutablePointer<UInt8>) {
    switch table {
    case .none: out.update(repeating: 0, count: count)
    case .short(let table): table.withUnsafeBufferPointer { ckernels_poisson_u8($0.baseAddress, at.address, Int64(count), out) }
    case .long: preconditionFailure("Poisson counts of mean \(mean) do not fit bytes: draw them as UInt16")
    }
  }
  /// Writes draws `0 ..< count` of the address.
  public func fill(_ at: RandomBlocks, count: Int, into out: UnsafeMutablePointer<UInt16>) {
    switch table {
    case .none: out.update(repeating: 0, count: count)
    case .short(let table): table.withUnsafeBufferPointer { ckernels_poisson_u16($0.baseAddress, at.address, Int64(count), out) }
    case .long(let table): table.fill(at, 0, count, out)
    }
  }
  /// Adds `weight` times draw `i` of the address to `out[i]`, rounding once, for `i` in `0 ..< count`.
  public func add<Scalar: VectorScalar>(
    _ at: RandomBlocks, weight: Scalar, count: Int, to out: UnsafeMutablePointer<Scalar>
  ) {
    switch table {
    case .none: return
    case .short(let table):
      table.withUnsafeBufferPointer { Scalar.kernelAddPoisson($0.baseAddress, at.address, Int64(count), weight, out) }
    case .long(let table):
      withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 512) { buffer in
        guard let counts = buffer.baseAddress else { return }
        for start in stride(from: 0, to: count, by: 512) {
          let n = min(512, count - start)
          table.fill(at, start, n, counts)
          Scalar.kernelAddCounts(counts, Int64(n), weight, out + start)
        }
      }
    }
  }
  /// Draws `0 ..< count` of the address.
  public func draws(_ at: RandomBlocks, count: Int) -> [UInt16] {
    [UInt16](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress { fill(at, count: count, into: base) }
      initialized = count
    }
  }
}

extension ckernels_poisson_table {
  init(_ law: PoissonCumulative) {
    self.init()
    let entries = law.thresholds(upperBits: 16)
    precondition(entries.count <= 128 && law.firstCount == 0, "a Poisson table holds 128 counts from 0 on")
    all = Int32(entries.count)
    let inner = entries.map(\.high).filter { $0 > 0 && $0 < 0xffff }
    bottom = Int32(entries.count { $0.high == 0 })
    steps = Int32(inner.count)
    levels = max(4, Int32(UInt32.bitWidth - UInt32(inner.count).leadingZeroBitCount))
    precondition(inner.count < 64, "a Poisson table holds 63 inner thresholds")
    withUnsafeMutableBytes(of: &step) { bytes in
      let step = bytes.bindMemory(to: Int16.self)
      for k in 0..<64 { step[k] = k < inner.count ? Int16(Int(inner[k]) - 0x8000) : Int16.max }
    }
    withUnsafeMutableBytes(of: &high) { bytes in
      let high = bytes.bindMemory(to: UInt16.self)
      for (k, entry) in entries.enumerated() { high[k] = UInt16(entry.high) }
    }
    withUnsafeMutableBytes(of: &low) { bytes in
      let low = bytes.bindMemory(to: UInt32.self)
      for (k, entry) in entries.enumerated() { low[k] = entry.low }
    }
  }
}

/// Thresholds of 32 and 32 more bits, with a guide from the upper ten bits to where the search starts.
private struct LongPoissonTable: Sendable {
  let firstCount: Int32
  /// With a sentinel at the end.
  let high: [UInt32], low: [UInt32]
  let guide: [UInt16]

  init(_ law: PoissonCumulative) {
    firstCount = Int32(law.firstCount)
    let entries = law.thresholds(upperBits: 32)
    high = entries.map(\.high) + [.max]
    low = entries.map(\.low) + [.max]
    var guide: [UInt16] = []
    var k = 0
    for slot in UInt32(0)..<1024 {
      while high[k] < slot << 22 { k += 1 }
      guide.append(UInt16(k))
    }
    self.guide = guide
  }

  func fill(_ at: RandomBlocks, _ first: Int, _ count: Int, _ out: UnsafeMutablePointer<UInt16>) {
    high.withUnsafeBufferPointer { high in
      low.withUnsafeBufferPointer { low in
        guide.withUnsafeBufferPointer { guide in
          var table = ckernels_long_poisson_table(
            first_count: firstCount, all: Int32(high.count - 1), high: high.baseAddress, low: low.baseAddress, guide: guide.baseAddress)
          ckernels_long_poisson_u16(&table, at.address, Int64(first), Int64(count), out)
        }
      }
    }
  }
}
