// The quantiles of normal laws within even bounds, piece by piece as polynomials for draws in single precision.
import CKernels

extension ckernels_law {
  /// The table that `ckernels_piece_terms` describes; empty where the window does not lie evenly or reaches beyond 4.1 deviations, whose
  /// quantiles bend too much for it. Errors before rounding are below 2e-7 deviations for windows of up to 4 deviations, below 7e-7 for all.
  ///
  /// Pieces are halves of octaves of f, which counts words from the window's end on; within each the quantile is interpolated at the zeros of
  /// the Chebyshev polynomial of degree 6.
  var quantilePieces: [Float] {
    guard even == 1, 2 * start > 4e-5 else { return [] }
    let terms = Int(ckernels_piece_terms)
    // cos((2 k + 1) pi / 12), written out because libraries differ in the last bit.
    let zeros = [0.9659258262890683, 0.7071067811865476, 0.2588190451025207, -0.2588190451025207, -0.7071067811865476, -0.9659258262890683]
    var table = [Float](repeating: 0, count: Int(ckernels_piece_floats))
    for octave in 17...30 {
      for half in 0..<2 {
        let places = zeros.map { $0 / 4 }
        let values = places.map { u in
          let f = (1.25 + 0.5 * Double(half) + u) * Double(1 << octave)
          let word = (f - Double(ckernels_piece_least)) / ckernels_piece_scale + 0.5
          return -b * Elementary.normalQuantile(start + 0.5 * mass * word * 0x1p-31)
        }
        let piece = (2 * (127 + octave) + half) % 32
        for (k, coefficient) in Self.interpolation(of: values, at: places).enumerated() {
          table[32 * k + piece] = Float(coefficient)
          table[32 * terms + 8 * piece + k] = Float(coefficient)
        }
      }
    }
    return table
  }

  /// Coefficients, from low to high power, of the polynomial with these values: Newton's divided differences, multiplied out.
  private static func interpolation(of values: [Double], at places: [Double]) -> [Double] {
    var differences = values
    for order in values.indices.dropFirst() {
      for j in stride(from: values.count - 1, through: order, by: -1) {
        differences[j] = (differences[j] - differences[j - 1]) / (places[j] - places[j - order])
      }
    }
    var coefficients = [Double](repeating: 0, count: values.count)
    for k in values.indices.reversed() {
      for i in stride(from: values.count - 1, to: 0, by: -1) { coefficients[i] = coefficients[i - 1] - coefficients[i] * places[k] }
      coefficients[0] = differences[k] - coefficients[0] * places[k]
    }
    return coefficients
  }
}
