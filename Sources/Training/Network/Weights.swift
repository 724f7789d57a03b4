// Weights as named arrays in canonical order, for files and hashes.

/// A named array, row-major: [out][in] for matrices.
public struct NamedArray<S: TrainingScalar>: Sendable, Equatable {
  public var name: String
  public var shape: [Int]
  public var values: [S]

  public init(name: String, shape: [Int], values: [S]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

extension SpikingNetwork {
  /// All parameters in canonical order; the hash of a run is taken over their little-endian bytes in this order.
  public func weights(_ parameters: AlignedBuffer<S>) -> [NamedArray<S>] {
    layout.views.map { NamedArray(name: $0.name, shape: $0.shape, values: $0.gather(from: parameters.pointer)) }
  }

  /// Loads named arrays; each parameter of the network must be there with its shape.
  /// - Throws: ``TrainingError/wrongShape(name:expected:found:)``; a missing array has the shape [].
  public func restore(_ arrays: [NamedArray<S>], into parameters: AlignedBuffer<S>) throws(TrainingError) {
    for view in layout.views {
      let array = arrays.first { $0.name == view.name }
      guard let array, array.shape == view.shape, array.values.count == view.count else {
        throw .wrongShape(name: view.name, expected: view.shape, found: array?.shape ?? [])
      }
    }
    for view in layout.views {
      if let array = arrays.first(where: { $0.name == view.name }) { view.scatter(array.values, to: parameters.pointer) }
    }
  }
}
