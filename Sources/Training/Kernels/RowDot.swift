// Products of weight rows with gradients: the transposed product of backward, for the needed outputs only.
//
// The order of summation is part of the definition: sixteen interleaved partial sums (even and odd blocks of eight lanes), added at
// the end in a fixed order. It is spelled out in lanes, so it depends neither on the processor nor on which samples share a call.
// Single precision runs in C (CRows) in the same order; this is the plain version for double precision.

/// For each unit u and each sample s in its set: `out[s][u] += weights[u] · gradients[s]`.
public struct RowDots<S: TrainingScalar> {
  /// `units` rows of `width` elements, a multiple of eight.
  let weights: UnsafePointer<S>
  let width: Int
  let units: Int
  /// First gradient row; `gradientStride` elements from sample to sample.
  let gradients: UnsafePointer<S>
  let gradientStride: Int
  /// Units in the order to go through them; it does not change the result.
  let order: UnsafePointer<UInt16>
  /// Per unit: the set of samples, one bit each.
  let needed: UnsafePointer<UInt64>
  let out: UnsafeMutablePointer<S>
  let outStride: Int
}

@specialized(where S == Float)
@specialized(where S == Double)
func addDotsInOrder<S: TrainingScalar>(_ dots: RowDots<S>) {
  let weights = dots.weights, width = dots.width, gradients = dots.gradients, stride = dots.gradientStride
  let needed = dots.needed, out = dots.out, outStride = dots.outStride
  for place in 0..<dots.units {
    let unit = Int(dots.order[place])
    var left = needed[unit]
    while left != 0 {
      let sample = left.trailingZeroBitCount
      out[sample &* outStride &+ unit] += oneDot(weights + unit &* width, gradients + sample &* stride, width / 8)
      left &= left &- 1
    }
  }
}

@inline(__always)
func oneDot<S: TrainingScalar>(_ row: UnsafePointer<S>, _ a: UnsafePointer<S>, _ blocks: Int) -> S {
  var even = Lanes<S>(repeating: 0), odd = even
  var i = 0
  while i &+ 1 < blocks {
    even = even.addingProduct(load(row, i), load(a, i))
    odd = odd.addingProduct(load(row, i &+ 1), load(a, i &+ 1))
    i &+= 2
  }
  if i < blocks { even = even.addingProduct(load(row, i), load(a, i)) }
  return laneSum(even + odd)
}
