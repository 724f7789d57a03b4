// Philox against published words; streams and vector kernels against the plain form.
import CKernels
import Testing

@testable import Maths

extension Purpose { static let test = Purpose("test") }

/// Every level this processor has, lowest first.
let levels = Array(0...ckernels_highest_level())
/// Tests that switch the level of the kernels run one after another, so that each sees the level it set.
@Suite(.serialized) enum KernelTests {}

@Suite struct PhiloxTests {
  /// Random123 1.14, `kat_vectors`, lines "philox4x32 10".
  @Test(arguments: [
    (SIMD4<UInt32>(), SIMD2<UInt32>(), SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    (SIMD4(repeating: UInt32.max), SIMD2(repeating: UInt32.max), SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
    (
      SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
      SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, words: SIMD4<UInt32>) {
    #expect(Philox.block(counter: counter, key: key) == words)
    var out = [UInt32](repeating: 0, count: 4)
    ckernels_philox(ckernels_address(key0: key[0], key1: key[1], a: counter[1], b: counter[2], c: counter[3]), counter[0], 1, &out)
    #expect(out == (0..<4).map { words[$0] })
  }

  @Test func streamIsItsBlocks() {
    let key = StreamKey(seed: 7, purpose: .test, object: 3)
    var stream = RandomStream(key, index: 0x1_2345_6789, c: 9)
    var words = [UInt32](repeating: 0, count: 40)
    RandomBlocks(key, index: 0x1_2345_6789, c: 9).fill(count: 10, into: &words)
    #expect((0..<40).map { _ in stream.nextWord() } == words)
    #expect(words[4...7].elementsEqual((0..<4).map { Philox.block(counter: SIMD4(1, 0x2345_6789, 1, 9), key: key.words)[$0] }))
  }

  @Test func keysOfAddressesDiffer() {
    var keys = Set<StreamKey>()
    for seed in UInt64(0)..<20 {
      for purpose in [Purpose("a"), Purpose("b"), Purpose("ab")] {
        for object in UInt64(0)..<100 {
          keys.insert(StreamKey(seed: seed, purpose: purpose, object: object))
          keys.insert(StreamKey(seed: seed, purpose: purpose).of(object).of(object))
        }
      }
    }
    #expect(keys.count == 20 * 3 * 100 * 2)
  }

  /// Neighbouring objects differ in about half of the key's bits.
  @Test func keysOfNeighboursAreFarApart() {
    var bits = 0
    for object in UInt64(0)..<1000 {
      let here = StreamKey(seed: 1, purpose: .test, object: object), there = StreamKey(seed: 1, purpose: .test, object: object + 1)
      bits += (here.bits ^ there.bits).nonzeroBitCount
    }
    #expect(abs(Double(bits) / 64_000 - 0.5) < 0.01)
  }
}

extension KernelTests {
  @Test(arguments: levels, [Int64(0), 1, 7, 8, 9, 256, 1001])
  static func philoxKernelIsPhilox(level: Int32, blocks: Int64) {
    defer { ckernels_force_level(-1) }
    #expect(ckernels_force_level(level) == level)
    var out = [UInt32](repeating: 0, count: Int(blocks) * 4 + 1)
    // The first counter word wraps within the run.
    ckernels_philox(ckernels_address(key0: 11, key1: 12, a: 13, b: 14, c: 15), .max - 4, blocks, &out)
    for i in 0..<Int(blocks) {
      let words = Philox.block(counter: SIMD4(UInt32.max - 4 &+ UInt32(i), 13, 14, 15), key: SIMD2(11, 12))
      #expect((0..<4).allSatisfy { out[4 * i + $0] == words[$0] })
    }
    #expect(out.last == 0)
  }
}
