// A number held as the unevaluated sum of two doubles, about 106 bits: for tables whose entries must be right to the last bit.

// Dekker (1971), with fused multiply-add for the error of a product. Only what cumulative probabilities need.
struct DoubleDouble {
  var high: Double, low: Double

  init(_ value: Double) {
    high = value
    low = 0
  }
  /// high + low renormalised, for |high| >= |low|.
  private init(_ high: Double, _ low: Double) {
    self.high = high + low
    self.low = low - (self.high - high)
  }

  static func + (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let sum = x.high + y.high
    let part = sum - x.high
    let error = (x.high - (sum - part)) + (y.high - part)
    return DoubleDouble(sum, error + (x.low + y.low))
  }
  static func * (x: DoubleDouble, y: Double) -> DoubleDouble {
    let product = x.high * y
    return DoubleDouble(product, (-product).addingProduct(x.high, y) + x.low * y)
  }
  static func / (x: DoubleDouble, y: Double) -> DoubleDouble { x / DoubleDouble(y) }
  static func / (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let first = x.high / y.high
    let rest = x + y * -first
    let second = rest.high / y.high
    let last = rest + y * -second
    return DoubleDouble(first, second) + DoubleDouble(last.high / y.high)
  }

  /// The greatest whole number not above this, and what remains, for 0 <= self < 2^52.
  var floorAndRest: (UInt64, DoubleDouble) {
    let whole = high.rounded(.down)
    let rest = DoubleDouble(high - whole, low)
    if rest.high < 0 { return (UInt64(whole - 1), rest + DoubleDouble(1)) }
    return (UInt64(whole), rest)
  }
}
