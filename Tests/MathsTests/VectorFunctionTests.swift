// The vector functions against true values, in units in the last place, and at the edges of their range.
import Glibc
import Testing

@testable import Maths

/// The largest distance of `function` from `truth` over `inputs`, in units in the last place of the result.
private func largestError(_ inputs: [Float], _ function: (Span<Float>, inout MutableSpan<Float>) -> Void, _ truth: (Double) -> Double)
  -> Double
{
  var outputs = [Float](repeating: .nan, count: inputs.count)
  var span = outputs.mutableSpan
  function(inputs.span, &span)
  var largest = 0.0
  for (x, y) in zip(inputs, outputs) {
    let exact = truth(Double(x))
    let unit = Double(max(Float(exact.magnitude), .leastNormalMagnitude).ulp)
    largest = max(largest, (Double(y) - exact).magnitude / unit)
  }
  return largest
}

/// Every `stride`-th number from `low` to `high`.
private func floats(_ low: Float, _ high: Float, count: Int) -> [Float] {
  (0...count).map { low + (high - low) * (Float($0) / Float(count)) }
}
/// Numbers of both signs over all magnitudes from 2^-100 to `high`.
private func spread(_ high: Double, count: Int) -> [Double] {
  (0..<count).flatMap { i -> [Double] in
    let size = Glibc.exp2(-100 + (100 + Glibc.log2(high)) * Double(i) / Double(count))
    return [size, -size]
  }
}

@Suite struct VectorFunctionTests {
  @Test func expOfFloat() {
    let inputs = floats(-87.33, 88.72, count: 300_000)
    #expect(largestError(inputs, { VectorFunctions.exp($0, into: &$1) }, Glibc.exp) < 1.1)
  }
  @Test func expMinusOneOfFloat() {
    let inputs = floats(-20, 88.72, count: 200_000) + floats(-1.1, 1.1, count: 200_000) + spread(1, count: 20_000).map { Float($0) }
    #expect(largestError(inputs, { VectorFunctions.expMinusOne($0, into: &$1) }, Glibc.expm1) < 1.6)
  }
  @Test func logOfFloat() {
    let inputs = floats(0.3, 3, count: 200_000) + (0..<200_000).map { Float(bitPattern: 1 + 10_650 * UInt32($0)) }
    #expect(largestError(inputs.filter { $0 != 1 }, { VectorFunctions.log($0, into: &$1) }, Glibc.log) < 1.1)
  }

  #if arch(x86_64)
    /// The same in double precision, against the extended precision of this processor.
    private func largestErrorOfDouble(
      _ inputs: [Double], _ function: (Span<Double>, inout MutableSpan<Double>) -> Void, _ truth: (Float80) -> Float80
    )
      -> Double
    {
      var outputs = [Double](repeating: .nan, count: inputs.count)
      var span = outputs.mutableSpan
      function(inputs.span, &span)
      var largest = 0.0
      for (x, y) in zip(inputs, outputs) {
        let exact = truth(Float80(x))
        let unit = Float80(max(Double(exact.magnitude), .leastNormalMagnitude).ulp)
        largest = max(largest, Double((Float80(y) - exact).magnitude / unit))
      }
      return largest
    }
    private func doubles(_ low: Double, _ high: Double, count: Int) -> [Double] {
      (0...count).map { low + (high - low) * (Double($0) / Double(count)) }
    }

    @Test func expOfDouble() {
      #expect(largestErrorOfDouble(doubles(-708.3, 709.78, count: 200_000), { VectorFunctions.exp($0, into: &$1) }, Glibc.exp) < 1.1)
    }
    @Test func expMinusOneOfDouble() {
      let inputs = doubles(-40, 709.78, count: 100_000) + doubles(-1.1, 1.1, count: 100_000) + spread(1, count: 20_000)
      #expect(largestErrorOfDouble(inputs, { VectorFunctions.expMinusOne($0, into: &$1) }, Glibc.expm1) < 2.2)
    }
    @Test func logOfDouble() {
      let inputs = doubles(0.3, 3, count: 100_000) + spread(1e300, count: 100_000).filter { $0 > 0 } + [.leastNonzeroMagnitude, 0x1p-1030]
      #expect(largestErrorOfDouble(inputs.filter { $0 != 1 }, { VectorFunctions.log($0, into: &$1) }, Glibc.log) < 0.8)
    }
    @Test func exponentialQuantile() {
      for p in [1e-300, 1e-17, 1e-9, 0.1, 0.29, 0.3, 0.5, 0.9, 0.999_999] {
        let exact = -Glibc.log1p(-Float80(p))
        #expect((Float80(Elementary.exponentialQuantile(p)) / exact - 1).magnitude < 3e-16)
      }
    }
  #endif

  @Test func edgesOfFloat() {
    let inputs: [Float] = [.nan, .infinity, -.infinity, 88.722_84, 88.722_83, -87.336_54, -87.336_55, 0, -1000, 1000]
    var outputs = [Float](repeating: 7, count: inputs.count)
    var span = outputs.mutableSpan
    VectorFunctions.exp(inputs.span, into: &span)
    #expect(outputs[0].isNaN)
    #expect(outputs[1...3].elementsEqual([.infinity, 0, .infinity]))
    #expect(outputs[4].isFinite && outputs[5] >= .leastNormalMagnitude)
    #expect(outputs[6...].elementsEqual([0, 1, 0, .infinity]))
    span = outputs.mutableSpan
    VectorFunctions.expMinusOne(inputs.span, into: &span)
    #expect(outputs[0].isNaN)
    #expect(outputs[1...3].elementsEqual([.infinity, -1, .infinity]))
    #expect(outputs[4].isFinite && outputs[5] == -1)
    #expect(outputs[7...].elementsEqual([0, -1, .infinity]))
    let positive: [Float] = [0, -0.0, -1, .infinity, .nan, 1, .leastNonzeroMagnitude]
    outputs = [Float](repeating: 7, count: positive.count)
    span = outputs.mutableSpan
    VectorFunctions.log(positive.span, into: &span)
    #expect(outputs[0...1].elementsEqual([-.infinity, -.infinity]))
    #expect(outputs[2].isNaN && outputs[3] == .infinity && outputs[4].isNaN && outputs[5] == 0)
    #expect((outputs[6] + 103.278_93).magnitude < 1e-4)
  }

  @Test func edgesOfDouble() {
    #expect(Elementary.exp(.nan).isNaN && Elementary.expMinusOne(.nan).isNaN && Elementary.log(.nan).isNaN)
    #expect(Elementary.exp(-708.396_418_532_264) >= .leastNormalMagnitude)
    #expect(Elementary.exp(-708.396_418_532_265) == 0 && Elementary.exp(-.infinity) == 0)
    #expect(Elementary.exp(709.782_712_893_384).isFinite && Elementary.exp(709.782_712_893_385) == .infinity)
    #expect(Elementary.expMinusOne(-.infinity) == -1 && Elementary.expMinusOne(0) == 0 && Elementary.expMinusOne(1e-300) == 1e-300)
    #expect(Elementary.log(0) == -.infinity && Elementary.log(-1).isNaN && Elementary.log(.infinity) == .infinity && Elementary.log(1) == 0)
  }

  /// A denormal's logarithm is found from its bits, by both precisions.
  @Test func logOfDenormals() {
    #expect((Elementary.log(0x1p-1074) / (-1074 * 0.693_147_180_559_945_3) - 1).magnitude < 1e-15)
    #expect((Elementary.log(0x1.8p-1030) / -713.536_130_868_635_5 - 1).magnitude < 1e-15)
  }

  /// Values of the normal law to 16 digits, from its tables and from arithmetic with 40 digits.
  @Test func normalLaw() {
    for (x, p) in [
      (-1.959963984540054, 0.025), (-6.361340902404056, 1e-10), (-0.6744897501960817, 0.25), (1.2815515655446004, 0.9),
      (-37.0471, 9.998_628_117_372_229e-301),
    ] {
      #expect((Elementary.normalCDF(x) / p - 1).magnitude < 1e-13)
      #expect((Elementary.normalQuantile(p) / x - 1).magnitude < 2e-15)
    }
    #expect(Elementary.normalCDF(0) == 0.5 && Elementary.normalQuantile(0.5) == 0)
    #expect(Elementary.normalCDF(40) == 1 && Elementary.normalCDF(-.infinity) == 0 && Elementary.normalCDF(.nan).isNaN)
    // The quantile undoes the cumulative probability, across the seams of both.
    for x in stride(from: -8.0, through: 1.0, by: 0.0137) {
      #expect((Elementary.normalQuantile(Elementary.normalCDF(x)) - x).magnitude < 2e-15 * max(1, x.magnitude))
    }
  }
}
