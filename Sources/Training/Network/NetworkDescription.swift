// A trainable network as plain values: inputs, layers of cells, projections between them.

/// Where a projection takes its spikes from.
public enum Source: Sendable, Hashable {
  case input(Int)
  case layer(Int)
}

/// A group of input channels.
public struct InputGroup: Sendable, Hashable {
  public var name: String
  public var channels: Int

  public init(_ name: String, channels: Int) {
    self.name = name
    self.channels = channels
  }
}

/// A layer of equal cells.
public struct LayerDescription: Sendable, Hashable {
  public var name: String
  public var units: Int
  public var cell: CellModel

  public init(_ name: String, units: Int, cell: CellModel) {
    self.name = name
    self.units = units
    self.cell = cell
  }
}

/// All-to-all weights from one or several sources (concatenated in order) to one or several adjacent compartments of a layer.
public struct ProjectionDescription: Sendable, Hashable {
  /// Prefix of the weights' names, `weight` or `rec_weight`.
  public var name: String
  public var sources: [Source]
  public var target: Int
  /// Compartments of the target that get their own weights each.
  public var compartments: Range<Int>
  /// Steps from spike to current: 0 for feed-forward, 1 for recurrent projections.
  public var delay: Int
  /// Whether units may project to themselves; if not, those weights stay at zero.
  public var autapses: Bool

  public init(
    _ name: String, from sources: [Source], to target: Int, compartments: Range<Int> = 0..<1, delay: Int = 0, autapses: Bool = true
  ) {
    self.name = name
    self.sources = sources
    self.target = target
    self.compartments = compartments
    self.delay = delay
    self.autapses = autapses
  }
}

/// A trainable network. Layers are in order of evaluation: a projection without delay goes from a layer to a later one.
public struct NetworkDescription: Sendable, Hashable {
  public var inputs: [InputGroup]
  public var layers: [LayerDescription]
  public var projections: [ProjectionDescription]
  /// Forward spikes are the surrogate's integral instead of steps; for gradient checks only.
  public var graded = false

  public init(inputs: [InputGroup], layers: [LayerDescription], projections: [ProjectionDescription]) {
    self.inputs = inputs
    self.layers = layers
    self.projections = projections
  }

  /// Checks sizes, order and time constants.
  /// - Throws: ``TrainingError/invalidNetwork(_:)`` with the part and what to do.
  public func validate() throws(TrainingError) {
    for layer in layers {
      if layer.units < 1 { throw .invalidNetwork("layer '\(layer.name)' has \(layer.units) units; give it at least one") }
      if layer.units > Int(UInt16.max) {
        throw .invalidNetwork("layer '\(layer.name)' has \(layer.units) units; the limit is \(UInt16.max)")
      }
      try layer.validateTimeConstants()
    }
    for input in inputs where input.channels < 1 || input.channels > Int(UInt16.max) {
      throw .invalidNetwork("input '\(input.name)' has \(input.channels) channels; give it 1 to \(UInt16.max)")
    }
    for projection in projections { try validate(projection) }
  }

  private func validate(_ projection: ProjectionDescription) throws(TrainingError) {
    guard layers.indices.contains(projection.target) else {
      throw .invalidNetwork("projection '\(projection.name)' goes to layer \(projection.target), but there are \(layers.count) layers")
    }
    let target = layers[projection.target]
    let known = target.cell.compartmentNames.count
    guard projection.compartments.lowerBound >= 0, projection.compartments.upperBound <= known, !projection.compartments.isEmpty else {
      throw .invalidNetwork(
        "projection '\(projection.name)' goes to compartments \(projection.compartments) of '\(target.name)', which has \(known)")
    }
    guard (0...1).contains(projection.delay) else {
      throw .invalidNetwork("projection '\(projection.name)' has a delay of \(projection.delay) steps; 0 and 1 are supported")
    }
    for source in projection.sources {
      switch source {
      case .input(let index):
        if !inputs.indices.contains(index) {
          throw .invalidNetwork("projection '\(projection.name)' reads input \(index) of \(inputs.count)")
        }
        if projection.delay != 0 { throw .invalidNetwork("projection '\(projection.name)' reads an input and must have no delay") }
      case .layer(let index):
        if !layers.indices.contains(index) {
          throw .invalidNetwork("projection '\(projection.name)' reads layer \(index) of \(layers.count)")
        }
        if case .readout = layers[index].cell {
          throw .invalidNetwork("projection '\(projection.name)' reads '\(layers[index].name)', which does not spike")
        }
        if projection.delay == 0 && index >= projection.target {
          throw .invalidNetwork("projection '\(projection.name)' closes a cycle without delay; give it a delay of one step")
        }
      }
    }
  }
}

extension LayerDescription {
  fileprivate func validateTimeConstants() throws(TrainingError) {
    let constants: [TimeConstant]
    var threshold = 1.0
    switch cell {
    case .clif(_, let theta, let soma, let apical, _, _): (constants, threshold) = ([soma, apical], theta)
    case .lif(let theta, let tau, _, _): (constants, threshold) = ([tau], theta)
    case .alif(let theta, _, let soma, let adaptation, _, _): (constants, threshold) = ([soma, adaptation], theta)
    case .cubaLIF(let theta, let synapse, let tau, _, _): (constants, threshold) = ([synapse, tau], theta)
    case .readout(let tau): constants = [tau]
    }
    if !(threshold > 0) { throw .invalidNetwork("layer '\(name)' has threshold \(threshold); it must be positive") }
    for constant in constants {
      if case .perUnit(let taus) = constant, taus.count != units {
        throw .invalidNetwork("layer '\(name)' has \(taus.count) time constants for \(units) units")
      }
      if let wrong = constant.values(1).first(where: { !($0 > 0) || !$0.isFinite }) {
        throw .invalidNetwork("layer '\(name)' has time constant \(wrong); it must be positive, in steps")
      }
    }
  }
}
