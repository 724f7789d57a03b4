// Logarithms of binomial and Poisson probabilities without cancellation, for any size of their arguments.

// Loader (2000), "Fast and accurate computation of binomial probabilities": factorials by Stirling's formula with its error as a
// correction, and what remains of the powers as deviances, which vanish at the mean.

/// log of the probability of `k` under a Poisson law.
func logPoissonDensity(_ k: Double, mean: Double) -> Double {
  if k == 0 { return -mean }
  return -stirlingError(k) - deviance(k, mean) - 0.5 * Elementary.log(twoPi * k)
}

/// The binomial law of `n` trials, 0 < p < 1.
struct BinomialDensity {
  let n: Double, p: Double

  /// log of the probability of `k` successes.
  func log(_ k: Double) -> Double {
    let rest = n - k
    if k == 0 { return -n * Elementary.exponentialQuantile(p) }
    if rest == 0 { return n * Elementary.log(p) }
    return stirlingError(n) - stirlingError(k) - stirlingError(rest) - deviance(k, n * p) - deviance(rest, n * (1 - p))
      + 0.5 * Elementary.log(n / (twoPi * k * rest))
  }
}

private let twoPi = 6.283185307179586476925287

/// x log(x / m) + m - x, for positive x and m.
func deviance(_ x: Double, _ m: Double) -> Double {
  let difference = x - m
  guard difference.magnitude < 0.1 * (x + m) else { return x * Elementary.log(x / m) + m - x }
  // x log((1 + v) / (1 - v)) with v small: the odd powers of v.
  let v = difference / (x + m)
  var sum = difference * v
  var term = 2 * x * v
  var k = 1.0
  while true {
    term *= v * v
    k += 2
    let next = sum + term / k
    if next == sum { return sum }
    sum = next
  }
}

/// log n! - log(sqrt(2 pi n) (n / e)^n) for a whole n >= 1.
func stirlingError(_ n: Double) -> Double {
  if n < 16 { return smallStirlingErrors[Int(n)] }
  let square = 1 / (n * n)
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - square / 1188) * square) * square) * square) / n
}

private let smallStirlingErrors: [Double] = [
  0, 0.08106146679532725822, 0.041340695955409294094, 0.027677925684998339149, 0.020790672103765093112, 0.016644691189821192163,
  0.013876128823070747999, 0.011896709945891770095, 0.010411265261972096497, 0.0092554621827127329177, 0.0083305634333628712565,
  0.007573675487951840795, 0.0069428401072095298657, 0.0064089941880042070684, 0.0059513701127588477356, 0.005554733551962801371,
]
