// Poisson counts in bulk: one mean, one draw per neuron and step.
import CKernels

/// Draws Poisson counts of one mean in bulk, by inversion: draw `i` is a function of the address alone.
///
/// Means up to ``largestShortMean`` take 8 bits a draw from the words of the address, larger ones a word; the few draws that these bits
/// leave open get 16 more from a quarter of the address's blocks (from 2^30 on), in their order, and where need be 32 from its upper half
/// (from 2^31 on). So the law is that of the mean to within 2^-56 in each cumulative probability (2^-64 above ``largestShortMean``), and
/// the first draws of an address are the same however many are asked for. Make one per mean and keep it: it holds the tables.
public struct PoissonDraws: Sendable {
  /// Largest mean of the fast form.
  public static let largestShortMean = 32.0
  /// Largest mean of all; ``RandomStream/poisson(_:)`` has no such bound.
  public static let largestMean = 30_000.0

  public let mean: Double
  private let short: HeldArray<ckernels_poisson_table>
  private let long: LongPoissonTable

  /// Throws ``MathsError`` for a mean that is negative, not finite, or above ``largestMean``.
  public init(mean: Double) throws(MathsError) {
    try MathsError.check(mean >= 0 && mean <= Self.largestMean, "Poisson", "mean", mean, "in [0, \(Self.largestMean)]")
    self.mean = mean
    let law = PoissonCumulative(mean: mean)
    let isShort = mean <= Self.largestShortMean
    short = HeldArray(isShort && mean > 0 ? [ckernels_poisson_table(law)] : [])
    long = LongPoissonTable(isShort ? nil : law)
  }

  /// Writes draws `0 ..< count` of the address.
  public func fill(_ at: RandomBlocks, count: Int, into out: UnsafeMutablePointer<UInt16>) {
    if let short = short.base {
      ckernels_poisson_u16(short, at.address, Int64(count), out)
    } else if !long.isEmpty {
      long.fill(at, first: 0, count: count, into: out)
    } else {
      out.update(repeating: 0, count: count)
    }
  }
  /// The sum of draws `0 ..< count` of the address.
  public func sum(_ at: RandomBlocks, count: Int) -> Int {
    var draw: UInt16 = 0
    if count == 1 {
      fill(at, count: 1, into: &draw)
      return Int(draw)
    }
    return draws(at, count: count).reduce(0) { $0 + Int($1) }
  }
  /// Adds `weight` times draw `i` of the address to `out[i]`, rounding once, for `i` in `0 ..< count`; with `anew`, to zero in its place.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func add<Scalar: VectorScalar>(
    _ at: RandomBlocks, weight: Scalar, count: Int, anew: Bool = false, to out: UnsafeMutablePointer<Scalar>
  ) {
    if let short = short.base { return Scalar.kernelAddPoisson(short, at.address, Int64(count), weight, anew, out) }
    if anew { out.update(repeating: 0, count: count) }
    if !long.isEmpty {
      withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 512) { buffer in
        guard let counts = buffer.baseAddress else { return }
        for start in stride(from: 0, to: count, by: 512) {
          let n = min(512, count - start)
          long.fill(at, first: start, count: n, into: counts)
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
    let entries = law.thresholds(upperBits: 24)
    precondition(entries.count < 128 && law.firstCount == 0, "a Poisson table holds 127 counts from 0 on")
    let bytes = entries.map { UInt8($0.high >> 16) }
    let inner = bytes.filter { $0 > 0 && $0 < 0xff }
    precondition(inner.count < 64, "a Poisson table holds 63 inner thresholds")
    all = Int32(entries.count)
    bottom = Int32(bytes.count { $0 == 0 })
    steps = Int32(inner.count)
    withUnsafeMutableBytes(of: &step) { memory in
      for (k, byte) in inner.enumerated() { memory[k] = byte ^ 0x80 }
    }
    withUnsafeMutableBytes(of: &open) { memory in
      for byte in bytes + [0xff] { memory[Int(byte & 15) + Int(byte >> 7) * 16] |= 1 << (byte >> 4 & 7) }
    }
    withUnsafeMutableBytes(of: &start) { memory in
      for byte in 0..<256 { memory[byte] = UInt8(bytes.count { $0 < byte }) }
    }
    withUnsafeMutableBytes(of: &high) { memory in
      let high = memory.bindMemory(to: UInt32.self)
      for k in high.indices { high[k] = k < entries.count ? entries[k].high : .max }
    }
    withUnsafeMutableBytes(of: &low) { memory in
      let low = memory.bindMemory(to: UInt32.self)
      for (k, entry) in entries.enumerated() { low[k] = entry.low }
    }
  }
}

/// Thresholds of 32 and 32 more bits, with a guide from the upper ten bits to where the search starts.
private struct LongPoissonTable: Sendable {
  let firstCount: Int32
  /// With a sentinel at the end; nothing in an empty table.
  let high: HeldArray<UInt32>, low: HeldArray<UInt32>
  let guide: HeldArray<UInt16>
  var isEmpty: Bool { high.count == 0 }

  init(_ law: PoissonCumulative?) {
    firstCount = Int32(law?.firstCount ?? 0)
    let entries = law?.thresholds(upperBits: 32) ?? []
    let high = entries.isEmpty ? [] : entries.map(\.high) + [.max]
    var k = 0
    self.high = HeldArray(high)
    low = HeldArray(entries.isEmpty ? [] : entries.map(\.low) + [.max])
    guide = HeldArray(
      (UInt32(0)..<(entries.isEmpty ? 0 : 1024)).map { slot in
        while high[k] < slot << 22 { k += 1 }
        return UInt16(k)
      })
  }

  func fill(_ at: RandomBlocks, first: Int, count: Int, into out: UnsafeMutablePointer<UInt16>) {
    var table = ckernels_long_poisson_table(
      first_count: firstCount, all: Int32(high.count - 1), high: high.base, low: low.base, guide: guide.base)
    ckernels_long_poisson_u16(&table, at.address, Int64(first), Int64(count), out)
  }
}
