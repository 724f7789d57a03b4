// What a spike does to the potential one step later.

/// The reset of a potential u after a spike z, with threshold θ: `subtraction` u − zθ, `zero` u(1 − z), `none` u.
///
/// Gradient flows to u, to z and to θ.
public enum Reset: String, Sendable, CaseIterable {
  case subtraction, zero, none

  @_transparent func apply<S: TrainingScalar>(_ u: Lanes<S>, _ z: Lanes<S>, _ threshold: Lanes<S>) -> Lanes<S> {
    switch self {
    case .subtraction: return u - z * threshold
    case .zero: return u * (1 - z)
    case .none: return u
    }
  }

  /// Gradients with respect to u and z of a potential whose gradient is `g`.
  @_transparent
  func backward<S: TrainingScalar>(_ g: Lanes<S>, _ u: Lanes<S>, _ z: Lanes<S>, _ threshold: Lanes<S>) -> (u: Lanes<S>, z: Lanes<S>) {
    switch self {
    case .subtraction: return (g, -(g * threshold))
    case .zero: return (g * (1 - z), -(g * u))
    case .none: return (g, Lanes(repeating: 0))
    }
  }
}
