// How the power of a population's rate is spread over frequencies.
import Foundation

/// Power spectral density by Welch's method: Hann windows that overlap by half, each freed of its mean (Welch 1967).
public struct PowerSpectrum: Sendable {
  /// [Hz] Rising, without zero, up to half the sampling frequency.
  public let frequencies: [Double]
  /// One-sided density: unit of the signal squared, per Hz. Its sum times the frequency step is the variance.
  public let density: [Double]
  /// Windows averaged over.
  public let windows: Int

  /// - Parameters:
  ///   - signal: samples of equal spacing, such as rates in Hz.
  ///   - step: [ms] spacing of the samples.
  ///   - window: samples per window, a power of two; by default about a quarter of the signal, 256 to 4,096.
  /// - Returns: nil if the signal is shorter than a window or holds a value that is not finite.
  public init?(_ signal: [Double], step: Double, window: Int? = nil) {
    var size = 256
    while size < 4096, size * 8 <= signal.count { size *= 2 }
    size = window ?? size
    precondition(size >= 4 && size & (size - 1) == 0 && step > 0, "a window of a power of two samples")
    guard signal.count >= size, signal.allSatisfy(\.isFinite) else { return nil }
    let hann = (0..<size).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(size)) }
    let energy = hann.reduce(0) { $0 + $1 * $1 }
    let sampling = 1e3 / step
    var sum = Array(repeating: 0.0, count: size / 2)
    var count = 0
    for first in stride(from: 0, through: signal.count - size, by: size / 2) {
      let piece = signal[first..<first + size]
      let mean = piece.reduce(0, +) / Double(size)
      var re = zip(piece, hann).map { ($0 - mean) * $1 }
      var im = Array(repeating: 0.0, count: size)
      Self.transform(&re, &im)
      for k in 1...size / 2 {
        // All but the last frequency stand for their negative twin too.
        sum[k - 1] += (re[k] * re[k] + im[k] * im[k]) * (k < size / 2 ? 2 : 1) / (energy * sampling)
      }
      count += 1
    }
    windows = count
    density = sum.map { $0 / Double(count) }
    frequencies = (1...size / 2).map { Double($0) * sampling / Double(size) }
  }

  /// Means over bands of equal width on a logarithmic axis, for drawing, without the last frequency: at most `perDecade` points per decade.
  public func smoothed(perDecade: Int = 24) -> [(frequency: Double, density: Double)] {
    var out: [(frequency: Double, density: Double)] = []
    // The last frequency has no negative twin and would show as a dip.
    let last = frequencies.count - 1
    var i = 0
    while i < last {
      let end = frequencies[i] * pow(10, 1 / Double(perDecade))
      var j = i
      while j < last, j == i || frequencies[j] < end { j += 1 }
      let n = Double(j - i)
      out.append((frequencies[i..<j].reduce(0, +) / n, density[i..<j].reduce(0, +) / n))
      i = j
    }
    return out
  }

  /// Discrete Fourier transform in place; the count is a power of two (radix 2, decimation in time).
  static func transform(_ re: inout [Double], _ im: inout [Double]) {
    let n = re.count
    var j = 0
    for i in 1..<n {
      var bit = n >> 1
      while j & bit != 0 {
        j ^= bit
        bit >>= 1
      }
      j |= bit
      if i < j {
        re.swapAt(i, j)
        im.swapAt(i, j)
      }
    }
    var length = 2
    while length <= n {
      let half = length / 2
      for k in 0..<half {
        let angle = -2 * .pi * Double(k) / Double(length)
        let (c, s) = (cos(angle), sin(angle))
        for start in stride(from: k, to: n, by: length) {
          let (a, b) = (re[start + half] * c - im[start + half] * s, re[start + half] * s + im[start + half] * c)
          (re[start + half], im[start + half]) = (re[start] - a, im[start] - b)
          (re[start], im[start]) = (re[start] + a, im[start] + b)
        }
      }
      length *= 2
    }
  }
}
