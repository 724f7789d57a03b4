// How apical potential modulates somatic current in a two-compartment cell.

/// The interaction f(s, a) of somatic current s and apical potential a.
///
/// | key | f | ∂f/∂s | ∂f/∂a |
/// |---|---|---|---|
/// | `relu_mult` | s max(a, 0) | max(a, 0) | s [a > 0] |
/// | `add` | s + a | 1 | 1 |
/// | `tanh_mult` | s (1 + tanh a) | 1 + tanh a | s (1 − tanh² a) |
/// | `relu_add` | s + max(a, 0) | 1 | [a > 0] |
/// | `tanh_add` | s + tanh a | 1 | 1 − tanh² a |
///
/// With `relu_mult` an apical potential at or below zero silences the cell and passes no gradient.
public enum Interaction: String, Sendable, CaseIterable {
  case reluMult = "relu_mult"
  case add
  case tanhMult = "tanh_mult"
  case reluAdd = "relu_add"
  case tanhAdd = "tanh_add"

  @_transparent func drive<S: TrainingScalar>(_ s: Lanes<S>, _ a: Lanes<S>) -> Lanes<S> {
    switch self {
    case .reluMult: return s * S.rectified(a)
    case .add: return s + a
    case .tanhMult: return s * (1 + hyperbolicTangent(a))
    case .reluAdd: return s + S.rectified(a)
    case .tanhAdd: return s + hyperbolicTangent(a)
    }
  }

  /// Partial derivatives of ``drive(_:_:)``.
  @_transparent
  func derivatives<S: TrainingScalar>(_ s: Lanes<S>, _ a: Lanes<S>) -> (soma: Lanes<S>, apical: Lanes<S>) {
    let one = Lanes<S>(repeating: 1)
    switch self {
    case .reluMult: return (S.rectified(a), S.keep(s, where: a))
    case .add: return (one, one)
    case .tanhMult:
      let h = hyperbolicTangent(a)
      return (1 + h, s * (1 - h * h))
    case .reluAdd: return (one, S.keep(one, where: a))
    case .tanhAdd:
      let h = hyperbolicTangent(a)
      return (one, 1 - h * h)
    }
  }
}

/// Lane by lane and out of line: the reference's own models do without it.
@inline(never) private func hyperbolicTangent<S: TrainingScalar>(_ a: Lanes<S>) -> Lanes<S> { S.map(a, S.hyperbolicTangent) }
