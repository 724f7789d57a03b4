// Products of one weight row with the gradient rows of several samples: the transposed product of backward, for needed outputs only.
//
// The order of summation is part of the definition: sixteen interleaved partial sums (even and odd blocks of eight lanes), added at
// the end in a fixed order. It is spelled out in lanes, so it depends neither on the processor nor on which samples share a call.

/// `out[sample] += row · gradients[sample]` for the listed samples.
///
/// - Parameters:
///   - row: `blocks` blocks of weights.
///   - gradients: first gradient row; `gradientStride` elements from sample to sample.
///   - samples: list of `count` sample numbers.
///   - out: first result; `outStride` elements from sample to sample.
@inline(__always)
func addDots<S: TrainingScalar>(
  row: UnsafePointer<S>, blocks: Int, gradients: UnsafePointer<S>, gradientStride: Int,
  samples: UnsafePointer<UInt8>, count: Int, out: UnsafeMutablePointer<S>, outStride: Int
) {
  var j = 0
  while j &+ 4 <= count {
    let a = Int(samples[j]), b = Int(samples[j &+ 1]), c = Int(samples[j &+ 2]), d = Int(samples[j &+ 3])
    let sums = fourDots(
      row, gradients + a &* gradientStride, gradients + b &* gradientStride, gradients + c &* gradientStride,
      gradients + d &* gradientStride, blocks)
    out[a &* outStride] += sums.0
    out[b &* outStride] += sums.1
    out[c &* outStride] += sums.2
    out[d &* outStride] += sums.3
    j &+= 4
  }
  if j &+ 2 <= count {
    let a = Int(samples[j]), b = Int(samples[j &+ 1])
    let sums = twoDots(row, gradients + a &* gradientStride, gradients + b &* gradientStride, blocks)
    out[a &* outStride] += sums.0
    out[b &* outStride] += sums.1
    j &+= 2
  }
  if j < count {
    let a = Int(samples[j])
    out[a &* outStride] += oneDot(row, gradients + a &* gradientStride, blocks)
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

@inline(__always)
private func twoDots<S: TrainingScalar>(
  _ row: UnsafePointer<S>, _ a: UnsafePointer<S>, _ b: UnsafePointer<S>, _ blocks: Int
) -> (S, S) {
  let zero = Lanes<S>(repeating: 0)
  var evenA = zero, oddA = zero, evenB = zero, oddB = zero
  var i = 0
  while i &+ 1 < blocks {
    let even = load(row, i), odd = load(row, i &+ 1)
    evenA = evenA.addingProduct(even, load(a, i))
    evenB = evenB.addingProduct(even, load(b, i))
    oddA = oddA.addingProduct(odd, load(a, i &+ 1))
    oddB = oddB.addingProduct(odd, load(b, i &+ 1))
    i &+= 2
  }
  if i < blocks {
    let even = load(row, i)
    evenA = evenA.addingProduct(even, load(a, i))
    evenB = evenB.addingProduct(even, load(b, i))
  }
  return (laneSum(evenA + oddA), laneSum(evenB + oddB))
}

@inline(__always)
private func fourDots<S: TrainingScalar>(
  _ row: UnsafePointer<S>, _ a: UnsafePointer<S>, _ b: UnsafePointer<S>, _ c: UnsafePointer<S>, _ d: UnsafePointer<S>, _ blocks: Int
) -> (S, S, S, S) {
  let zero = Lanes<S>(repeating: 0)
  var evenA = zero, oddA = zero, evenB = zero, oddB = zero, evenC = zero, oddC = zero, evenD = zero, oddD = zero
  var i = 0
  while i &+ 1 < blocks {
    let even = load(row, i), odd = load(row, i &+ 1)
    evenA = evenA.addingProduct(even, load(a, i))
    evenB = evenB.addingProduct(even, load(b, i))
    evenC = evenC.addingProduct(even, load(c, i))
    evenD = evenD.addingProduct(even, load(d, i))
    oddA = oddA.addingProduct(odd, load(a, i &+ 1))
    oddB = oddB.addingProduct(odd, load(b, i &+ 1))
    oddC = oddC.addingProduct(odd, load(c, i &+ 1))
    oddD = oddD.addingProduct(odd, load(d, i &+ 1))
    i &+= 2
  }
  if i < blocks {
    let even = load(row, i)
    evenA = evenA.addingProduct(even, load(a, i))
    evenB = evenB.addingProduct(even, load(b, i))
    evenC = evenC.addingProduct(even, load(c, i))
    evenD = evenD.addingProduct(even, load(d, i))
  }
  return (laneSum(evenA + oddA), laneSum(evenB + oddB), laneSum(evenC + oddC), laneSum(evenD + oddD))
}
