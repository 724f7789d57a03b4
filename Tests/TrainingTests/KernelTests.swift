// The row kernels: same bits as their written-out order, whatever registers this processor has.
import Testing

@testable import Training

struct KernelTests {
  static func random(_ count: Int, seed: UInt64) -> AlignedBuffer<Float> {
    var draws = TestDraws(seed: seed)
    let buffer = AlignedBuffer<Float>(count: count, zero: 0)
    for i in 0..<count { buffer[i] = Float(draws.uniform() - 0.5) }
    return buffer
  }

  @Test(arguments: [8, 16, 24, 104, 200, 208, 256, 400, 416, 424, 840])
  func sumsEqualTheOrderWrittenOut(_ width: Int) {
    let rows = Self.random(37 * width, seed: 1)
    var draws = TestDraws(seed: 5)
    for count in [0, 1, 2, 9, 40] {
      let indices = AlignedBuffer<UInt16>(count: count, zero: 0)
      for j in 0..<count { indices[j] = UInt16(draws.uniform() * 37) }
      let fast = Self.random(width, seed: 2), plain = Self.random(width, seed: 2)
      Float.addRows(
        to: fast.pointer, base: fast.pointer, from: rows.pointer, stride: width, width: width, indices: indices.pointer, count: count)
      addRowsInOrder(
        to: plain.pointer, base: plain.pointer, from: rows.pointer, stride: width, width: width, indices: indices.pointer, count: count,
        values: nil)
      #expect(fast.array == plain.array)
      let other = AlignedBuffer<Float>(count: width, zero: 7), base = Self.random(width, seed: 2)
      Float.addRows(
        to: other.pointer, base: base.pointer, from: rows.pointer, stride: width, width: width, indices: indices.pointer, count: count)
      #expect(other.array == plain.array && base.array == Self.random(width, seed: 2).array)
      if count > 0 { #expect(fast.array != Self.random(width, seed: 2).array) }
    }
  }

  @Test(arguments: [8, 16, 24, 200, 256, 400, 408], [1, 5, 16, 33, 64])
  func productsEqualTheOrderWrittenOut(_ width: Int, _ samples: Int) {
    let units = 19, weights = Self.random(units * width, seed: 3), gradients = Self.random(samples * width, seed: 4)
    let needed = AlignedBuffer<UInt64>(count: units, zero: 0), order = AlignedBuffer<UInt16>(count: units, zero: 0)
    var draws = TestDraws(seed: 9)
    for unit in 0..<units {
      for sample in 0..<samples where draws.uniform() < Double(unit) / Double(units) { needed[unit] |= 1 << UInt64(sample) }
      order[unit] = UInt16(units - 1 - unit)
    }
    let fast = AlignedBuffer<Float>(count: samples * units, zero: 0.25), plain = AlignedBuffer<Float>(count: samples * units, zero: 0.25)
    func dots(_ out: AlignedBuffer<Float>) -> RowDots<Float> {
      RowDots(
        weights: weights.pointer, width: width, units: units, gradients: gradients.pointer, gradientStride: width, order: order.pointer,
        needed: needed.pointer, out: out.pointer, outStride: units)
    }
    Float.addDots(dots(fast))
    addDotsInOrder(dots(plain))
    #expect(fast.array == plain.array)
    #expect(fast.array.contains { $0 != 0.25 })
  }

  @Test func listsHoldTheirSpikesAsTheyGrow() {
    let units = 70, rows = 40, bytes = bitRowBytes(units: units), lists = SpikeLists(rows: rows, units: units)
    var draws = TestDraws(seed: 13)
    for _ in 0..<2 {
      lists.clear()
      var expected: [[UInt16]] = []
      for row in 0..<rows {
        let bits = AlignedBuffer<UInt8>(count: bytes, zero: 0)
        let spiking = (0..<units).filter { _ in draws.uniform() < Double(row) / Double(rows) }
        for unit in spiking { bits[unit / 8] |= 1 << UInt8(unit % 8) }
        expected.append(spiking.map { UInt16($0) })
        lists.reserve(rows: 1)
        lists.append(row, bits.pointer, bytes: bytes)
      }
      for row in 0..<rows {
        #expect(lists.count(row) == expected[row].count)
        #expect((0..<lists.count(row)).map { lists.channels[Int(lists.starts[row]) + $0] } == expected[row])
      }
    }
  }

  @Test(arguments: [1, 7, 8, 16, 33, 64])
  func transposesBits(_ samples: Int) {
    let units = 24, stride = bitRowBytes(units: units)
    let rows = AlignedBuffer<UInt8>(count: samples * stride, zero: 0), sets = AlignedBuffer<UInt64>(count: units, zero: 7)
    var draws = TestDraws(seed: 11)
    var expected = Array(repeating: UInt64(0), count: units)
    for sample in 0..<samples {
      for unit in 0..<units where draws.uniform() < 0.4 {
        rows[sample * stride + unit / 8] |= 1 << UInt8(unit % 8)
        expected[unit] |= 1 << UInt64(sample)
      }
    }
    transposeBits(rows.pointer, stride: stride, samples: samples, blocks: units / 8, into: sets.pointer)
    #expect(sets.array == expected)
  }

  @Test func listsBitsInOrder() {
    let row = AlignedBuffer<UInt8>(count: 16, zero: 0), list = AlignedBuffer<UInt16>(count: 128, zero: 0)
    for unit in [0, 7, 8, 63, 64, 100] { row[unit / 8] |= 1 << UInt8(unit % 8) }
    let count = listBits(row.pointer, bytes: 16, into: list.pointer)
    #expect(Array(list.array[..<count]) == [0, 7, 8, 63, 64, 100])
  }
}
