// Draws of one number from a stream: continuous laws, and counts by inversion.

extension RandomStream {
  /// Standard normal, by inversion. Two words.
  public mutating func normal() -> Double {
    Elementary.normalQuantile(uniform())
  }
  /// Normal. Two words.
  public mutating func normal(mean: Double, deviation: Double) -> Double {
    mean + deviation * normal()
  }
  /// Any continuous law, the same draw as ``LawSampler`` makes of the same two words.
  public mutating func draw(_ sampler: LawSampler<Double>) -> Double {
    var value = 0.0
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2) { words in
      words[0] = nextWord()
      words[1] = nextWord()
      if let base = words.baseAddress { Double.kernelDraw(sampler.prepared, nil, base, 1, &value) }
    }
    return value
  }
  /// exp of a normal number. Two words.
  public mutating func lognormal(logMean: Double, logDeviation: Double) -> Double {
    Elementary.exp(normal(mean: logMean, deviation: logDeviation))
  }
  /// Exponential. Two words.
  public mutating func exponential(mean: Double) -> Double {
    mean * Elementary.exponentialQuantile(uniform())
  }
  /// The number of failures before the first success, each trial succeeding with probability `p` in (0, 1]. Two words.
  public mutating func geometric(_ p: Double) -> Int {
    precondition(p > 0 && p <= 1, "geometric(\(p)): the probability must lie in (0, 1]")
    let draw = uniform()
    guard p < 1 else { return 0 }
    let failures = Elementary.exponentialQuantile(draw) / Elementary.exponentialQuantile(p)
    return failures < 0x1p62 ? Int(failures) : 1 << 62
  }
}

extension RandomStream {
  /// The number of successes in `n` trials of probability `p` each: inversion where fewer than ten are expected (or as few failures),
  /// else Hörmann's transformed rejection (1993, algorithm BTRS). The law is that of the binomial to within the rounding of doubles
  /// for any `n` up to 2^52.
  public mutating func binomial(_ n: Int, _ p: Double) -> Int {
    precondition(n >= 0 && n <= 1 << 52 && p >= 0 && p <= 1, "binomial(\(n), \(p)): needs 0 <= n <= 2^52 and 0 <= p <= 1")
    if p > 0.5 { return n - binomial(n, 1 - p) }
    if n == 0 || p == 0 { return 0 }
    guard Double(n) * p < 10 else { return binomialByRejection(n, p) }
    return binomialByInversion(n, odds: p / (1 - p), none: Elementary.exp(-Double(n) * Elementary.exponentialQuantile(p)))
  }

  /// Inversion from no success upwards.
  ///
  /// - `odds`: p / (1 - p).
  /// - `none`: (1 - p)^n.
  @inline(__always)
  mutating func binomialByInversion(_ n: Int, odds: Double, none: Double) -> Int {
    var u = uniform()
    var probability = none
    var k = 0
    while u > probability && k < n && probability > 0 {
      u -= probability
      k += 1
      probability *= odds * (Double(n - k + 1) / Double(k))
    }
    return k
  }

  private mutating func binomialByRejection(_ trials: Int, _ p: Double) -> Int {
    let law = BinomialDensity(n: Double(trials), p: p)
    let root = (law.n * p * (1 - p)).squareRoot()
    let b = 1.15 + 2.53 * root
    let a = -0.0873 + 0.0248 * b + 0.01 * p
    let centre = law.n * p + 0.5
    let height = (2.83 + 5.1 / b) * root
    let inner = 0.92 - 4.2 / b
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let edge = 0.5 - u.magnitude
      let k = ((2 * a / edge + b) * u + centre).rounded(.down)
      if k < 0 || k > law.n { continue }
      if edge >= 0.07 && v <= inner { return Int(k) }
      // Many draws are taken above without it, so the height of the peak is not made beforehand.
      let peak = law.log(((law.n + 1) * p).rounded(.down))
      if Elementary.log(v * height / (a / (edge * edge) + b)) <= law.log(k) - peak { return Int(k) }
    }
  }

  /// The number of events of a Poisson law: inversion for means below ten, else Hörmann's transformed rejection (1993, algorithm
  /// PTRS). For means up to 2^52.
  public mutating func poisson(_ mean: Double) -> Int {
    precondition(mean >= 0 && mean <= 0x1p52, "poisson(\(mean)): the mean must lie in [0, 2^52]")
    if mean == 0 { return 0 }
    return mean < 10 ? poissonByInversion(mean) : poissonByRejection(mean)
  }

  private mutating func poissonByInversion(_ mean: Double) -> Int {
    var u = uniform()
    var probability = Elementary.exp(-mean)
    var k = 0
    while u > probability && probability > 0 {
      u -= probability
      k += 1
      probability *= mean / Double(k)
    }
    return k
  }

  private mutating func poissonByRejection(_ mean: Double) -> Int {
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let height = 1.1239 + 1.1328 / (b - 3.4)
    let inner = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let edge = 0.5 - u.magnitude
      let k = ((2 * a / edge + b) * u + mean + 0.43).rounded(.down)
      if edge >= 0.07 && v <= inner { return Int(k) }
      if k < 0 || (edge < 0.013 && v > edge) { continue }
      if Elementary.log(v * height / (a / (edge * edge) + b)) <= logPoissonDensity(k, mean: mean) { return Int(k) }
    }
  }
}
