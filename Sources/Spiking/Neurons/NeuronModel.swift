// What the engine knows of a neuron model: its description, its columns and one loop over a tile.

/// A parameter of a model, as a configuration spells it.
public struct ParameterDescription: Sendable {
  public enum Check: Sendable { case any, positive, notNegative }
  public let name: String
  public let unit: String
  public let value: Double
  public let meaning: String
  public let check: Check
  public init(_ name: String, _ unit: String, _ value: Double, _ meaning: String, check: Check = .any) {
    self.name = name
    self.unit = unit
    self.value = value
    self.meaning = meaning
    self.check = check
  }
}

/// A column of state: one scalar per neuron.
public struct ColumnDescription: Sendable {
  public let name: String
  public let unit: String
  public let meaning: String
  public init(_ name: String, _ unit: String, _ meaning: String) {
    self.name = name
    self.unit = unit
    self.meaning = meaning
  }
}

/// What `colonnade models NAME` prints.
public struct ModelDescription: Sendable {
  public let name: String
  public let summary: String
  public let equations: String
  public let source: String
  public let parameters: [ParameterDescription]
  /// Names of the synaptic inputs, in the order of their numbers.
  public let receptors: [String]
  /// Unit of a synaptic weight.
  public let weightUnit: String
  public let columns: [ColumnDescription]
}

/// The neurons of one tile at one step, as a model's loop sees them.
///
/// Invariant: every pointer is aligned to 64 bytes and readable over `stride` scalars, a multiple of the lane width; lanes at or behind
/// `count` hold padding whose values mean nothing and whose spikes are dropped.
public struct TileStep<S: SimulationScalar> {
  public let count: Int
  /// Column c begins at `columns + c * stride`.
  public let columns: UnsafeMutablePointer<S>
  public let stride: Int
  /// Arrivals of receptor r begin at `input + r * inputStride`: sums of the weights that arrive in this step.
  public let input: UnsafePointer<S>
  public let inputStride: Int
  /// [pA] Injected current of each neuron.
  public let current: UnsafePointer<S>
  /// Receives the places in the tile of neurons that spike, ascending.
  public let fired: UnsafeMutablePointer<UInt16>

  @inline(__always) func column(_ index: Int) -> UnsafeMutablePointer<S> { columns + index * stride }
  @inline(__always) func receptor(_ index: Int) -> UnsafePointer<S> { input + index * inputStride }
}

/// A neuron model with one parameter set: constants derived for a resolution, and the loop.
public protocol NeuronModel<S>: Sendable {
  associatedtype S: SimulationScalar
  static var description: ModelDescription { get }
  /// - Parameters:
  ///   - parameters: every parameter of the description.
  ///   - resolution: [ms] the step.
  /// - Throws: `ParameterError` for values that make no sense together.
  init(parameters: [String: Double], resolution: Double) throws
  /// What is added to a stored column to give the quantity under the column's name (E_L for potentials stored relative to it).
  func offset(ofColumn column: Int) -> Double
  /// Value of each column at rest, as the user sees it.
  func rest(ofColumn column: Int) -> Double
  /// Advances a tile one step; returns the number of spikes written to `fired`.
  func advance(_ tile: TileStep<S>) -> Int
}

/// A model's parameter that cannot be.
public struct ParameterError: Error, Sendable, CustomStringConvertible {
  public let model: String
  public let text: String
  public var description: String { "\(model): \(text)" }
  public var exitCode: Int32 { 78 }
}

extension NeuronModel {
  /// The model with the given parameters over its defaults, checked one by one.
  static func make(_ given: [String: Double], resolution: Double) throws -> Self {
    let about = description
    var all: [String: Double] = [:]
    for parameter in about.parameters {
      let value = given[parameter.name] ?? parameter.value
      let bad: String? =
        switch parameter.check {
        // A threshold that is never reached, a potential without a lower bound.
        case .any where ["V_th", "V_min"].contains(parameter.name): value.isNaN ? "must be a number" : nil
        case .any: value.isFinite ? nil : "must be finite"
        case _ where value == .infinity: "must be finite"
        case .positive: value > 0 ? nil : "must be above 0"
        case .notNegative: value >= 0 ? nil : "must not be negative"
        }
      if let bad { throw ParameterError(model: about.name, text: "\(parameter.name) \(bad), got \(value) \(parameter.unit)") }
      all[parameter.name] = value
    }
    for name in given.keys.sorted() where all[name] == nil {
      throw ParameterError(
        model: about.name, text: "unknown parameter \(name); it has \(about.parameters.map(\.name).joined(separator: ", "))")
    }
    return try Self(parameters: all, resolution: resolution)
  }
}

/// Number of whole steps that a duration in ms takes, rounded up on a grid of 1 us tics as NEST does.
func refractorySteps(_ duration: Double, resolution: Double) -> Double {
  let tics = (duration * 1000).rounded()
  let step = (resolution * 1000).rounded()
  return (tics / step).rounded(.up)
}
