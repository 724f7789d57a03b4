// One flat buffer for all parameters, and the named views into it.

/// A parameter array inside the flat buffer: element (out, in) at `offset + in * stride + out`; a vector has one `in`.
///
/// Rows run over the targets of one source unit, because forward adds rows of active units, backward multiplies rows of needed
/// units, and the gradient adds to rows of active units: one order serves all three.
public struct ParameterView: Sendable, Hashable {
  public let name: String
  public let outputs: Int
  /// Source units, or nil for a vector.
  public let inputs: Int?
  public let offset: Int
  public let stride: Int

  public var shape: [Int] { inputs.map { [outputs, $0] } ?? [outputs] }
  public var count: Int { outputs * (inputs ?? 1) }

  /// Copies out of the flat buffer in the order of ``shape``, row-major: [out][in].
  public func gather<S>(from buffer: UnsafePointer<S>) -> [S] {
    let inputs = inputs ?? 1
    return (0..<count).map { buffer[offset + ($0 % inputs) * stride + $0 / inputs] }
  }

  /// Copies values in the order of ``shape`` into the flat buffer.
  public func scatter<S>(_ values: [S], to buffer: UnsafeMutablePointer<S>) {
    precondition(values.count == count, "values do not fit the view")
    let inputs = inputs ?? 1
    for (index, value) in values.enumerated() { buffer[offset + (index % inputs) * stride + index / inputs] = value }
  }
}

/// Synapses from one source to the currents of a layer.
struct Link: Sendable {
  let source: Source
  let target: Int
  /// First parameter row and number of rows, one per source unit.
  let offset: Int
  let rows: Int
  /// Elements per row, a multiple of eight.
  let width: Int
  /// First element of the target's current row.
  let driveOffset: Int
  let delay: Int
  let autapses: Bool
  var isFromInput: Bool { if case .input = source { true } else { false } }
}

/// Where every parameter lies; derived from the description alone.
public struct ParameterLayout: Sendable {
  /// Named views in canonical order: projections as described, each compartment on its own, then biases, layer by layer.
  public let views: [ParameterView]
  /// Elements of the flat buffer, padding included. Padding stays zero.
  public let count: Int
  /// Parameters without padding.
  public let trainable: Int
  let links: [Link]
  let biasOffsets: [Int]

  public init(_ network: NetworkDescription) {
    var views: [ParameterView] = []
    var links: [Link] = []
    var biases: [Int] = []
    var next = 0
    for (index, layer) in network.layers.enumerated() {
      let units = padded(layer.units)
      let names = layer.cell.compartmentNames
      func full(_ prefix: String, _ compartment: Int) -> String {
        (layer.name.isEmpty ? "" : layer.name + ".") + prefix + (names[compartment].isEmpty ? "" : "_" + names[compartment])
      }
      for projection in network.projections where projection.target == index {
        let width = units * projection.compartments.count
        let start = next
        for source in projection.sources {
          let rows =
            switch source {
            case .input(let group): network.inputs[group].channels
            case .layer(let layer): network.layers[layer].units
            }
          links.append(
            Link(
              source: source, target: index, offset: next, rows: rows, width: width,
              driveOffset: projection.compartments.lowerBound * units, delay: projection.delay, autapses: projection.autapses))
          next += rows * width
        }
        for (place, compartment) in projection.compartments.enumerated() {
          views.append(
            ParameterView(
              name: full(projection.name, compartment), outputs: layer.units, inputs: (next - start) / width,
              offset: start + place * units, stride: width))
        }
      }
      biases.append(next)
      for compartment in names.indices {
        views.append(
          ParameterView(name: full("bias", compartment), outputs: layer.units, inputs: nil, offset: next, stride: units))
        next += units
      }
    }
    self.views = views
    self.links = links
    biasOffsets = biases
    count = next
    trainable = views.reduce(0) { $0 + $1.count }
  }

  /// The view called `name`.
  public subscript(name name: String) -> ParameterView? { views.first { $0.name == name } }
}
