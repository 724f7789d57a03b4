// Adam and AdamW over the flat parameter buffer.

/// Adam with bias correction; weight decay is added to the gradient (Adam) or taken off the weights (AdamW).
///
/// Kingma & Ba 2015; Loshchilov & Hutter 2019.
public struct AdamSettings: Sendable, Hashable {
  public var beta1 = 0.9
  public var beta2 = 0.999
  public var epsilon = 1e-8
  public var weightDecay = 0.0
  /// Whether weight decay acts on the weights directly (AdamW).
  public var decoupled = false

  public init() {}
}

/// Optimiser state: two moments per parameter and the number of steps taken.
public final class Adam<S: TrainingScalar> {
  public let settings: AdamSettings
  public let first: AlignedBuffer<S>
  public let second: AlignedBuffer<S>
  public private(set) var steps = 0
  /// beta1 and beta2 to the power of ``steps``.
  private var powers = (1.0, 1.0)

  public init(_ settings: AdamSettings, count: Int) {
    self.settings = settings
    first = AlignedBuffer(count: count, zero: 0)
    second = AlignedBuffer(count: count, zero: 0)
  }

  /// One step with learning rate `rate`; the gradient of padding is zero and leaves padding at zero.
  public func step(_ parameters: AlignedBuffer<S>, gradient: AlignedBuffer<S>, rate: Double) {
    precondition(parameters.count == first.count && gradient.count >= first.count, "buffers differ in size")
    countStep()
    update(
      parameters.pointer, gradient.pointer, S(rate / (1 - powers.0)), S(1 / (1 - powers.1).squareRoot()),
      decay: S(settings.decoupled ? rate * settings.weightDecay : settings.weightDecay))
  }

  private func countStep() {
    steps += 1
    powers = (powers.0 * settings.beta1, powers.1 * settings.beta2)
  }

  /// Goes on after `steps` steps of an earlier run whose moments are put into the buffers; the powers are multiplied as they were there.
  public func resume(after steps: Int) {
    self.steps = 0
    powers = (1, 1)
    for _ in 0..<steps { countStep() }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func update(_ parameters: UnsafeMutablePointer<S>, _ gradient: UnsafeMutablePointer<S>, _ rate: S, _ scale: S, decay: S) {
    let first = first.pointer, second = second.pointer, count = self.first.count
    let beta1 = S(settings.beta1), beta2 = S(settings.beta2), epsilon = S(settings.epsilon), decoupled = settings.decoupled
    let rest1 = S(1 - settings.beta1), rest2 = S(1 - settings.beta2)
    // Eight parameters at a time; the last ones of all as lanes of which some are not there.
    for i in stride(from: 0, to: count, by: 8) {
      let lanes = min(8, count &- i)
      var weight = some(parameters + i, lanes), g = some(gradient + i, lanes)
      if decoupled { weight -= decay * weight } else { g += decay * weight }
      let m = beta1 * some(first + i, lanes) + rest1 * g
      let v = beta2 * some(second + i, lanes) + rest2 * g * g
      put(m, first + i, lanes)
      put(v, second + i, lanes)
      put(weight - rate * m / (S.roots(v) * scale + epsilon), parameters + i, lanes)
    }
  }

  @inline(__always) private func some(_ values: UnsafeMutablePointer<S>, _ lanes: Int) -> Lanes<S> {
    if lanes == 8 { return load(values, 0) }
    var result = Lanes<S>(repeating: 0)
    for lane in 0..<lanes { result[lane] = values[lane] }
    return result
  }
  @inline(__always) private func put(_ result: Lanes<S>, _ values: UnsafeMutablePointer<S>, _ lanes: Int) {
    if lanes == 8 { return store(result, values, 0) }
    for lane in 0..<lanes { values[lane] = result[lane] }
  }
}
