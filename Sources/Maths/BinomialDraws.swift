// Binomial draws of few trials at probabilities that come again and again: their logarithms and powers are made once.

/// Draws what ``RandomStream/binomial(_:_:)`` draws, to the bit.
public struct BinomialDraws: Sendable {
  /// Successes of `lower` in `all`, the lesser of them and the failures.
  private struct Law: Sendable {
    var lower = -1
    var all = -1
    var p = 0.0
    var isFlipped = false
    var odds = 0.0
    var failure = 0.0
  }
  /// A power of two; a law that meets another one in its place takes it.
  private static var places: Int { 1024 }
  private static var trials: Int { 32 }
  private var laws = [Law](repeating: Law(), count: Self.places)
  /// Of each law, the probability that none of n trials succeeds, for n below ``trials``; not a number where it was not needed yet.
  private var none = [Double](repeating: .nan, count: Self.places * Self.trials)

  public init() {}

  /// The number of successes in `n` trials of probability `lower / all` each, which lies between 0 and 1.
  @inline(__always)
  public mutating func draw(_ n: Int, _ lower: Int, of all: Int, from stream: inout RandomStream) -> Int {
    let place = (lower &* 0x9E37_79B9 &+ all &* 0x85EB_CA6B) >> 16 & (Self.places - 1)
    if laws[place].lower != lower || laws[place].all != all { prepare(place, lower, all) }
    let law = laws[place]
    let successes = Double(n) * law.p < 10 ? byInversion(n, law, place, from: &stream) : stream.binomial(n, law.p)
    return law.isFlipped ? n - successes : successes
  }

  @inline(__always)
  private mutating func byInversion(_ n: Int, _ law: Law, _ place: Int, from stream: inout RandomStream) -> Int {
    if n == 0 { return 0 }
    if n >= Self.trials { return stream.binomialByInversion(n, odds: law.odds, none: power(n, law)) }
    let index = place &* Self.trials &+ n
    if none[index].isNaN { none[index] = power(n, law) }
    return stream.binomialByInversion(n, odds: law.odds, none: none[index])
  }

  @inline(never)
  private mutating func prepare(_ place: Int, _ lower: Int, _ all: Int) {
    var law = Law(lower: lower, all: all, p: Double(lower) / Double(all))
    law.isFlipped = law.p > 0.5
    if law.isFlipped { law.p = 1 - law.p }
    law.odds = law.p / (1 - law.p)
    law.failure = Elementary.exponentialQuantile(law.p)
    laws[place] = law
    for n in 0..<Self.trials { none[place * Self.trials + n] = .nan }
  }

  @inline(never) private func power(_ n: Int, _ law: Law) -> Double { Elementary.exp(-Double(n) * law.failure) }
}
