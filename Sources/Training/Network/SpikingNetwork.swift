// A trainable network: cells, links and the parameter layout made from a description.

/// A network ready to run forward and backward in the scalar `S`.
public final class SpikingNetwork<S: TrainingScalar> {
  public let description: NetworkDescription
  public let layout: ParameterLayout
  let cells: [any Cell<S>]
  let layers: [LayerShape]
  /// Links into and out of each layer, in the order of summation.
  let incoming: [[Link]]
  let outgoing: [[Link]]
  /// Whether forward sums inputs some steps ahead: where weights do not fit the second-level cache together, those of inputs and those of
  /// the other links then take turns in it. Changes no bit.
  var sumsInputsAhead: Bool

  /// Sizes of one layer in elements.
  struct LayerShape {
    let units: Int
    let padded: Int
    /// Currents of one sample, all compartments.
    let drive: Int
    let states: Int
    let spikes: Bool
    let biasOffset: Int
  }

  /// - Throws: ``TrainingError/invalidNetwork(_:)``.
  public init(_ description: NetworkDescription) throws(TrainingError) {
    try description.validate()
    self.description = description
    let layout = ParameterLayout(description)
    self.layout = layout
    let cells = description.layers.map { $0.cell.make(units: $0.units, graded: description.graded, as: S.self) }
    self.cells = cells
    var shapes: [LayerShape] = []
    for (index, layer) in description.layers.enumerated() {
      let cell = cells[index]
      shapes.append(
        LayerShape(
          units: layer.units, padded: padded(layer.units), drive: cell.compartments * padded(layer.units), states: cell.states.count,
          spikes: cell.spikes, biasOffset: layout.biasOffsets[index]))
    }
    layers = shapes
    incoming = description.layers.indices.map { layer in layout.links.filter { $0.target == layer } }
    outgoing = description.layers.indices.map { layer in layout.links.filter { $0.source == .layer(layer) } }
    sumsInputsAhead = layout.links.reduce(0) { $0 + $1.rows * $1.width } * MemoryLayout<S>.stride > 1 << 19
  }

  /// The layer whose first state is the network's output: the last one.
  public var outputLayer: Int { layers.count - 1 }

  /// A zeroed parameter or gradient buffer.
  public func makeParameters() -> AlignedBuffer<S> { AlignedBuffer(count: layout.count, zero: 0) }

  public func makeTape(samples: Int, steps: Int) -> Tape<S> {
    let tapes = zip(cells, layers).map { cell, shape in
      LayerTape<S>(
        samples: samples, steps: steps, units: shape.units, columns: cell.columns, spikes: cell.spikes, graded: description.graded)
    }
    return Tape(samples: samples, steps: steps, layers: tapes)
  }

  /// Values of a named state (`vs`, `va`, `b`) of one sample after `step`; step 0 is the zero state.
  public func state(_ name: String, layer: Int, step: Int, sample: Int, on tape: Tape<S>) -> [S]? {
    guard let column = cells[layer].states.first(where: { $0.name == name })?.column else { return nil }
    return tape.row(layer: layer, column: column, step: step, sample: sample)
  }

  /// Names of the states of a layer, in the order of the state gradients.
  public func stateNames(layer: Int) -> [String] { cells[layer].states.map(\.name) }
}
