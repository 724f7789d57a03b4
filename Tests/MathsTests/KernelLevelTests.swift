// The same bits at every level of the kernels.
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
    defer { ckernels_force_level(2) }
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
    defer { ckernels_force_level(2) }
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

  /// Each neuron gets its own amplitudes in their order, whether few or many, at every level.
  @Test(arguments: [0.1, 0.7, 3, 12]) static func amplitudesAreAddedInOrder(mean: Double) throws {
    defer { ckernels_force_level(2) }
    let at = RandomBlocks(StreamKey(seed: 5, purpose: .test), index: 1)
    for count in [1, 15, 16, 47, 1000] {
      let counts = try PoissonDraws(mean: mean).draws(at, count: count)
      let total = counts.reduce(0) { $0 + Int($1) }
      let amplitudes = try LawSampler<Double>(.uniform(low: -1, high: 2)).draws(at, count: total) + [Double](repeating: .nan, count: 32)
      let single = amplitudes.map { Float($0) }
      let before = (0..<count).map { Double($0) * 0.25 }
      var (expected, expectedSingle, next) = (before, before.map { Float($0) }, 0)
      for i in 0..<count {
        for _ in 0..<counts[i] {
          expected[i] += amplitudes[next]
          expectedSingle[i] += single[next]
          next += 1
        }
      }
      for level in 0...ckernels_highest_level() {
        #expect(ckernels_force_level(level) == level)
        #expect(ckernels_sum_counts(counts, Int64(count)) == Int64(total))
        var (sum, sumSingle) = (before, before.map { Float($0) })
        ckernels_add_amplitudes_f64(counts, Int64(count), amplitudes, &sum)
        ckernels_add_amplitudes_f32(counts, Int64(count), single, &sumSingle)
        #expect(sum == expected && sumSingle == expectedSingle)
      }
    }
  }

  /// Sixteen neurons whose amplitudes just fill two registers, go beyond them, or of whom one has more than three; nothing behind the last
  /// neuron is touched.
  @Test static func amplitudesAtTheBoundsOfRegisters() {
    defer { ckernels_force_level(2) }
    func sixteen(_ runs: (spikes: UInt16, neurons: Int)...) -> [UInt16] {
      runs.flatMap { [UInt16](repeating: $0.spikes, count: $0.neurons) }
    }
    let sixteens: [[UInt16]] = [
      sixteen((2, 16)), sixteen((2, 15), (3, 1)), sixteen((3, 1), (2, 15)), sixteen((3, 10), (2, 1), (0, 5)), sixteen((0, 5), (3, 11)),
      sixteen((3, 16)), sixteen((0, 16)), sixteen((0, 15), (4, 1)), sixteen((60_000, 1), (1, 15)),
    ]
    #expect(sixteens.allSatisfy { $0.count == 16 })
    for count in [0, 16, 17, 31, 16 * sixteens.count] {
      let counts = Array((sixteens + sixteens).joined().dropFirst(count % 16).prefix(count))
      let total = counts.reduce(0) { $0 + Int($1) }
      // Small whole numbers: every sum is exact, and a wrong place shows.
      let amplitudes = (0..<total).map { Double($0 % 61 + 1) } + [Double](repeating: .nan, count: 32)
      var expected = (0...count).map { Double($0) }
      var next = 0
      for i in 0..<count {
        expected[i] += amplitudes[next..<next + Int(counts[i])].reduce(0, +)
        next += Int(counts[i])
      }
      for level in 0...ckernels_highest_level() {
        ckernels_force_level(level)
        var (double, single) = ((0...count).map { Double($0) }, (0...count).map { Float($0) })
        ckernels_add_amplitudes_f64(counts, Int64(count), amplitudes, &double)
        ckernels_add_amplitudes_f32(counts, Int64(count), amplitudes.map { Float($0) }, &single)
        #expect(double == expected && single == expected.map { Float($0) }, "level \(level), \(count) neurons")
      }
    }
  }

  /// Also where the sum leaves 32 bits, and where its parts end.
  @Test(arguments: [0, 1, 31, 4095, 4096, 4097, 70_000]) static func countsAreSummed(count: Int) {
    defer { ckernels_force_level(2) }
    for level in 0...ckernels_highest_level() {
      ckernels_force_level(level)
      let most = [UInt16](repeating: .max, count: count)
      #expect(ckernels_sum_counts(most, Int64(count)) == 65_535 * Int64(count))
      let rising = (0..<count).map { UInt16(truncatingIfNeeded: $0) }
      #expect(ckernels_sum_counts(rising, Int64(count)) == rising.reduce(0) { $0 + Int64($1) })
    }
  }

  @Test static func levelsAreCutToTheProcessor() {
    defer { ckernels_force_level(2) }
    #expect(ckernels_force_level(9) == ckernels_highest_level() && ckernels_level() == ckernels_highest_level())
    #expect(ckernels_force_level(-1) == 0)
  }

  /// A hash of everything above, the same on every processor and compiler; it changes only with ``randomLayoutVersion``.
  @Test static func layoutIsTheOneOfItsVersion() throws {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for (_, bits) in try results().sorted(by: { $0.key < $1.key }) {
      for value in bits { hash = mix64(hash ^ value) }
    }
    #expect(randomLayoutVersion == 3)
    #expect(hash == 2_210_587_613_709_025_824)
  }
}
