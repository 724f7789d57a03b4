// The same bits at every level of the kernels.
import Foundation
import CKernels
import Testing

@testable import Maths

extension KernelTests {
  /// Results of every kernel over arrays of a length that is no multiple of any lane count, as bits.
  private static func results() throws -> [String: [UInt64]] {
    let count = 1013
    let at = RandomBlocks(StreamKey(seed: 99, purpose: .test), index: 4)
    var bits: [String: [UInt64]] = [:]
    for law in knownLaws.map(\.law) {
      bits["Float \(law)"] = try LawSampler<Float>(law).draws(at, count: count).map { UInt64($0.bitPattern) }
      bits["Double \(law)"] = try LawSampler<Double>(law).draws(at, count: count).map(\.bitPattern)
    }
    for mean in [0.01, 2, 9, 20, 32] {
      let draws = try PoissonDraws(mean: mean)
      // Long enough for draws that need their further bits.
      bits["Poisson \(mean)"] = draws.draws(at, count: 50_003).map(UInt64.init)
      var sum = [Float](repeating: 0.3, count: count)
      draws.add(at, weight: 0.7, count: count, to: &sum)
      bits["Poisson sum \(mean)"] = sum.map { UInt64($0.bitPattern) }
    }
    // Even windows that go by a table of their own.
    for bound in [0.4, 2.5, 4] {
      let law = ContinuousLaw.truncatedNormal(mean: 1, deviation: 0.5, low: 1 - 0.5 * bound, high: 1 + 0.5 * bound)
      bits["even window \(bound)"] = try LawSampler<Float>(law).draws(at, count: 50_003).map { UInt64($0.bitPattern) }
    }
    var integers = [UInt32](repeating: 0, count: count)
    at.integers(below: 1000, count: count, into: &integers)
    bits["integers"] = integers.map(UInt64.init)
    let double = (0..<count).map { (Double($0) - 506) * 1.5 } + [.infinity, -.infinity, 0, -0.0, 0x1p-1030]
    let single = double.map { Float($0 / 8) }
    func apply<Scalar: VectorScalar>(_ x: [Scalar], _ kernel: (UnsafePointer<Scalar>, Int64, UnsafeMutablePointer<Scalar>) -> Void)
      -> [Scalar]
    {
      var y = x
      kernel(x, Int64(x.count), &y)
      return y
    }
    bits["exp Float"] = apply(single, Float.kernelExp).map { UInt64($0.bitPattern) }
    bits["exp Double"] = apply(double, Double.kernelExp).map(\.bitPattern)
    bits["expm1 Float"] = apply(single, Float.kernelExpMinusOne).map { UInt64($0.bitPattern) }
    bits["expm1 Double"] = apply(double, Double.kernelExpMinusOne).map(\.bitPattern)
    bits["log Float"] = apply(single.map(\.magnitude), Float.kernelLog).map { UInt64($0.bitPattern) }
    bits["log Double"] = apply(double.map(\.magnitude), Double.kernelLog).map(\.bitPattern)
    var stream = RandomStream(at.key, a: 1)
    bits["scalar"] = (0..<500).flatMap { _ in
      [
        UInt64(stream.binomial(100_000, 0.3)), UInt64(stream.poisson(70)), UInt64(stream.geometric(0.01)), stream.normal().bitPattern,
        stream.exponential(mean: 2).bitPattern, stream.lognormal(logMean: 0, logDeviation: 1).bitPattern,
      ]
    }
    return bits
  }

  @Test static func levelsAgree() throws {
    defer { ckernels_force_level(-1) }
    ckernels_force_level(0)
    let baseline = try results()
    for level in levels.dropFirst() {
      #expect(ckernels_force_level(level) == level)
      for (name, bits) in try results() {
        #expect(bits == baseline[name], "level \(level): \(name)")
      }
    }
  }
  @Test static func findsEveryPlace() {
    defer { ckernels_force_level(-1) }
    var stream = RandomStream(seed: 4, purpose: .test)
    for level in 0...ckernels_highest_level() {
      #expect(ckernels_force_level(level) == level)
      for count in [0, 1, 15, 16, 17, 100] {
        // One value, several, and several across the wrap.
        for (first, span) in [(2, 1), (1, 3), (UInt32.max - 1, 4)] as [(UInt32, UInt32)] {
          let values = (0..<count).map { _ in first &+ UInt32(stream.integer(below: 7)) &- 2 }
          let expected = values.indices.filter { i in (0..<span).contains { values[i] == first &+ $0 } }.map { 7 << 32 + UInt64($0) }
          var found = [UInt64](repeating: .max, count: count + 1)
          let number = Int(ckernels_find(values, Int64(count), first, span, 7 << 32, &found))
          #expect(Array(found.prefix(number)) == expected, "level \(level), \(count) values from \(first)")
          #expect(found[count] == .max)
        }
      }
    }
  }

  /// Places and what is left for amplitudes, from words multiplied out in wide numbers, at every level; nothing behind the room is touched.
  @Test(arguments: [1, 3, 250, 1024, 65_536] as [UInt32]) static func wordsAreSpread(bound: UInt32) {
    defer { ckernels_force_level(-1) }
    let at = RandomBlocks(StreamKey(seed: 5, purpose: .test), index: 1)
    for count in [0, 1, 15, 16, 17, 64, 333] {
      let room = (count + 63) / 64 * 64
      for perDraw in [1, 2] {
        var drawn = [UInt32](repeating: 0, count: count * perDraw + 4)
        at.fill(first: 7, count: (count * perDraw + 3) / 4, into: &drawn)
        // What stands above the word, or both words, of a spike is its place.
        let products = (0..<count).map { i in
          perDraw == 1
            ? UInt64(drawn[i]).multipliedFullWidth(by: UInt64(bound) << 32)
            : (UInt64(drawn[2 * i + 1]) << 32 | UInt64(drawn[2 * i])).multipliedFullWidth(by: UInt64(bound))
        }
        for level in 0...ckernels_highest_level() {
          #expect(ckernels_force_level(level) == level)
          var places = [UInt32](repeating: 99, count: room + 64), words = [UInt32](repeating: 99, count: room * perDraw + 64)
          if perDraw == 1 {
            at.spread(below: bound, first: 7, count: count, places: &places, words: &words, as: Float.self)
            #expect(words.prefix(count).elementsEqual(products.map { UInt32($0.low >> 32) }), "level \(level), \(count) words")
          } else {
            at.spread(below: bound, first: 7, count: count, places: &places, words: &words, as: Double.self)
            let left = (0..<count).map { UInt64(words[2 * $0 + 1]) << 32 | UInt64(words[2 * $0]) }
            #expect(left == products.map(\.low), "level \(level), \(count) pairs of words")
          }
          #expect(places.prefix(count).elementsEqual(products.map { UInt32($0.high) }), "level \(level), \(count) places")
          #expect(places[room...].allSatisfy { $0 == 99 } && words[(room * perDraw)...].allSatisfy { $0 == 99 })
        }
      }
    }
  }

  /// Amplitudes are added one by one in their order, also where many fall on one neuron.
  @Test static func amplitudesAreAddedInOrder() throws {
    defer { ckernels_force_level(-1) }
    let at = RandomBlocks(StreamKey(seed: 6, purpose: .test), index: 1)
    for (count, neurons) in [(0, 5), (1, 1), (700, 3), (700, 250)] {
      var places = [UInt32](repeating: 0, count: count)
      at.integers(below: UInt32(neurons), count: count, into: &places)
      let amplitudes = try LawSampler<Double>(.uniform(low: -1, high: 2)).draws(at, count: count)
      var expected = (0...neurons).map { Double($0) * 0.3 }
      var expectedSingle = expected.map { Float($0) }
      let (before, beforeSingle) = (expected, expectedSingle)
      for i in 0..<count {
        expected[Int(places[i])] += amplitudes[i]
        expectedSingle[Int(places[i])] += Float(amplitudes[i])
      }
      for level in 0...ckernels_highest_level() {
        ckernels_force_level(level)
        var (sum, single) = (before, beforeSingle)
        ckernels_add_placed_f64(places, amplitudes, Int64(count), &sum)
        ckernels_add_placed_f32(places, amplitudes.map { Float($0) }, Int64(count), &single)
        #expect(sum == expected && single == expectedSingle, "level \(level), \(count) spikes onto \(neurons) neurons")
      }
    }
  }

  @Test static func levelsAreCutToTheProcessor() {
    defer { ckernels_force_level(-1) }
    #expect(ckernels_force_level(9) == ckernels_highest_level() && ckernels_level() == ckernels_highest_level())
    #expect(ckernels_force_level(0) == 0 && ckernels_level() == 0)
    let chosen = ckernels_force_level(-1)
    #expect(chosen == min(ckernels_highest_level(), ProcessInfo.processInfo.environment["COLONNADE_VECTOR"] == "avx2" ? 1 : 2))
  }

  /// A hash of everything above, the same on every processor and compiler; it changes only with ``randomLayoutVersion``.
  @Test static func layoutIsTheOneOfItsVersion() throws {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for (_, bits) in try results().sorted(by: { $0.key < $1.key }) {
      for value in bits { hash = mix64(hash ^ value) }
    }
    #expect(randomLayoutVersion == 4)
    #expect(hash == 10_278_826_718_181_107_603)
  }
}
