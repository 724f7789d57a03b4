// A trainable network as lines of text, so that weights are used with the network that they were trained in and no other.
import Maths
import Training

/// All that the forward pass of a network depends on beside its weights, as lines `part.property: value`.
struct NetworkText: Sendable {
  let lines: [(key: String, value: String)]

  init(_ network: NetworkDescription) {
    var lines = network.inputs.map { (key: "input.\($0.name)", value: "\($0.channels) channels") }
    for layer in network.layers {
      lines.append(("\(layer.name).model", layer.cell.name))
      lines.append(("\(layer.name).units", "\(layer.units)"))
      for (name, value) in Self.properties(layer.cell) { lines.append(("\(layer.name).\(name)", value)) }
    }
    for projection in network.projections {
      let target = network.layers[projection.target], compartments = projection.compartments.map { target.cell.compartmentNames[$0] }
      let sources = projection.sources.map { source in
        switch source {
        case .input(let group): network.inputs[group].name
        case .layer(let layer): network.layers[layer].name
        }
      }
      let place = compartments.filter { !$0.isEmpty }.joined(separator: "+")
      lines.append(
        (
          "\(target.name).\(projection.name)\(place.isEmpty ? "" : "." + place)",
          "from \(sources.joined(separator: "+")), delay \(projection.delay)"
        ))
    }
    self.lines = lines
  }

  /// Takes back ``text``.
  init(parsing text: String) {
    lines = text.split(separator: "\n").map { line in
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.drop { $0 == " " } }
      return (key: String(parts.first ?? ""), value: parts.count > 1 ? String(parts[1]) : "")
    }
  }

  var text: String { lines.map { "\($0.key): \($0.value)\n" }.joined() }

  /// The first line that another network has otherwise, or that only one of the two has.
  func firstDifference(from other: NetworkText) -> (key: String, first: String?, second: String?)? {
    func value(_ key: String, _ text: NetworkText) -> String? { text.lines.first { $0.key == key }?.value }
    for key in lines.map(\.key) + other.lines.map(\.key) {
      let (own, others) = (value(key, self), value(key, other))
      if own != others { return (key, own, others) }
    }
    return nil
  }

  private static func properties(_ cell: CellModel) -> [(String, String)] {
    func number(_ value: Double) -> String { NumberText.text(value) }
    switch cell {
    case .clif(let interaction, let threshold, let soma, let apical, let reset, _):
      return [
        ("interaction", interaction.rawValue), ("threshold", number(threshold)), ("tau_soma", steps(soma)), ("tau_apical", steps(apical)),
        ("reset", reset.rawValue),
      ]
    case .lif(let threshold, let tau, let reset, _):
      return [("threshold", number(threshold)), ("tau", steps(tau)), ("reset", reset.rawValue)]
    case .alif(let threshold, let increment, let soma, let adaptation, let reset, _):
      return [
        ("threshold", number(threshold)), ("adaptation_increment", number(increment)), ("tau", steps(soma)),
        ("tau_adaptation", steps(adaptation)), ("reset", reset.rawValue),
      ]
    case .cubaLIF(let threshold, let synapse, let tau, let reset, _):
      return [("threshold", number(threshold)), ("tau_synapse", steps(synapse)), ("tau", steps(tau)), ("reset", reset.rawValue)]
    case .readout(let tau): return [("tau", steps(tau))]
    }
  }

  /// A time constant for all units, or the ends and the hash of those of the units.
  private static func steps(_ tau: TimeConstant) -> String {
    guard case .perUnit(let taus) = tau, let low = taus.min(), let high = taus.max(), low < high else {
      return "\(NumberText.text(tau.first)) steps"
    }
    var hash = SHA256()
    taus.withUnsafeBytes { hash.update($0) }
    return "\(NumberText.text(low)) to \(NumberText.text(high)) steps, \(taus.count) values with hash \(hash.text().prefix(16))"
  }
}
