// A trained network as a NIR graph, as far as NIR can express it.
import Storage

/// NIR knows neurons with a reset to a value, and no modulation of one current by another.
public enum NIRExport {
  /// The graph of a network with one input node for all its input groups.
  ///
  /// - `weights`: all parameters, named as `SpikingNetwork.weights` names them.
  /// - `step`: seconds per step; time constants of NIR are in seconds.
  /// - `element`: as which weights are written.
  /// - Throws: ``TrainingError/notExpressible(part:reason:)`` with the layer.
  public static func graph(
    _ network: NetworkDescription, weights: [(name: String, shape: [Int], values: [Double])], step: Double, element: NIRArray.Element
  ) throws(TrainingError) -> NIRGraph {
    let taken = Set(network.layers.map(\.name) + network.projections.map { "\(network.layers[$0.target].name).\($0.name)" })
    func free(_ name: String) -> String { taken.contains(name) ? free("_" + name) : name }
    let (input, output) = (free("input"), free("output"))
    let sources = network.projections.flatMap(\.sources)
    let groups = network.inputs.indices.filter { sources.contains(.input($0)) }
    let channels = network.inputs.reduce(0) { $0 + $1.channels }
    var nodes = [NIRNode(input, type: "Input", parameters: ["shape": NIRArray([Double(channels)], element: .int64)])]
    var edges: [NIRGraph.Edge] = []
    for (index, layer) in network.layers.enumerated() {
      nodes.append(try population(layer, step: step))
      var needsBias = true
      for projection in network.projections where projection.target == index {
        let name = "\(layer.name).\(projection.name)"
        guard let weight = weights.first(where: { $0.name == name }) else { throw .wrongShape(name: name, expected: [], found: []) }
        let inputs = projection.sources.compactMap { if case .input(let group) = $0 { group } else { nil } }
        if !inputs.isEmpty && (inputs != groups || inputs.count != projection.sources.count || groups.count != network.inputs.count) {
          throw .notExpressible(part: name, reason: "it reads some of the inputs, and NIR has one input for all")
        }
        var parameters = ["weight": NIRArray(weight.values, shape: weight.shape, element: element)]
        // One of the maps onto a layer carries its bias.
        if needsBias, projection.delay == 0, let bias = weights.first(where: { $0.name == "\(layer.name).bias" }) {
          parameters["bias"] = NIRArray(bias.values, element: element)
          needsBias = false
        }
        nodes.append(NIRNode(name, type: parameters["bias"] == nil ? "Linear" : "Affine", parameters: parameters))
        switch projection.sources[0] {
        case .input: edges.append(.init(input, name))
        case .layer(let source): edges.append(.init(network.layers[source].name, name))
        }
        edges.append(.init(name, layer.name))
      }
    }
    guard let last = network.layers.last else { throw .notExpressible(part: "the network", reason: "it has no layer") }
    nodes.append(NIRNode(output, type: "Output", parameters: ["shape": NIRArray([Double(last.units)], element: .int64)]))
    edges.append(.init(last.name, output))
    return NIRGraph(nodes: nodes, edges: edges)
  }

  private static func population(_ layer: LayerDescription, step: Double) throws(TrainingError) -> NIRNode {
    let units = layer.units
    func same(_ value: Double) -> NIRArray { NIRArray(Array(repeating: value, count: units)) }
    func seconds(_ tau: TimeConstant) -> NIRArray { NIRArray(tau.values(units).map { $0 * step }) }
    func check(_ reset: Reset) throws(TrainingError) {
      if reset != .zero {
        throw .notExpressible(
          part: "layer '\(layer.name)'",
          reason: "its reset is '\(reset.rawValue)', and NIR knows a reset to a value alone; train with reset: zero")
      }
    }
    switch layer.cell {
    case .lif(let threshold, let tau, let reset, _):
      try check(reset)
      return NIRNode(
        layer.name, type: "LIF",
        parameters: ["tau": seconds(tau), "r": same(1), "v_leak": same(0), "v_threshold": same(threshold), "v_reset": same(0)])
    case .cubaLIF(let threshold, let synapse, let tau, let reset, _):
      try check(reset)
      return NIRNode(
        layer.name, type: "CubaLIF",
        parameters: [
          "tau_syn": seconds(synapse), "tau_mem": seconds(tau), "r": same(1), "v_leak": same(0), "v_threshold": same(threshold),
          "v_reset": same(0), "w_in": same(1),
        ])
    case .readout(let tau):
      return NIRNode(layer.name, type: "LI", parameters: ["tau": seconds(tau), "r": same(1), "v_leak": same(0)])
    case .clif, .alif:
      let what = layer.cell.compartmentNames.count > 1 ? "a second compartment" : "an adaptive threshold"
      throw .notExpressible(
        part: "layer '\(layer.name)'", reason: "cells of model '\(layer.cell.name)' have \(what), which NIR does not know")
    }
  }
}
