// Finite differences of every cell, interaction, reset and surrogate, with the spike replaced by the surrogate's integral.
import Testing

@testable import Training

struct FiniteDifferenceTests {
  static let surrogates = [Surrogate(.triangle, magnitude: 0.3), Surrogate(.super, magnitude: 0.3), Surrogate(.gaussian, magnitude: 0.3)]

  static var cells: [CellModel] {
    var cells: [CellModel] = []
    for surrogate in surrogates {
      for reset in Reset.allCases {
        cells.append(.lif(threshold: 0.5, tau: .uniform(5), reset: reset, surrogate: surrogate))
        cells.append(.cubaLIF(threshold: 0.4, tauSynapse: .uniform(3), tau: .uniform(5), reset: reset, surrogate: surrogate))
        cells.append(
          .alif(
            threshold: 0.4, increment: 1.3, tauSoma: .uniform(5), tauAdaptation: .perUnit([6, 9, 12, 20, 35]), reset: reset,
            surrogate: surrogate))
        cells.append(
          .clif(
            interaction: .reluMult, threshold: 0.4, tauSoma: .uniform(5), tauApical: .perUnit([6, 9, 12, 20, 35]), reset: reset,
            surrogate: surrogate))
      }
      for interaction in Interaction.allCases where interaction != .reluMult {
        cells.append(
          .clif(
            interaction: interaction, threshold: 0.4, tauSoma: .uniform(5), tauApical: .uniform(7), reset: .subtraction,
            surrogate: surrogate))
      }
    }
    return cells
  }

  @Test(arguments: cells)
  func gradientEqualsFiniteDifference(_ cell: CellModel) throws {
    let units = 5, steps = 9, samples = 2
    let two = cell.compartmentNames.count == 2
    var projections = [ProjectionDescription("weight", from: two ? [.input(0)] : [.input(0), .input(1)], to: 0)]
    if two { projections.append(ProjectionDescription("weight", from: [.input(1)], to: 0, compartments: 1..<2)) }
    projections.append(
      ProjectionDescription("rec_weight", from: [.layer(0)], to: 0, compartments: 0..<(two ? 2 : 1), delay: 1, autapses: false))
    projections.append(ProjectionDescription("weight", from: [.layer(0)], to: 1))
    var description = NetworkDescription(
      inputs: [InputGroup("x", channels: 4), InputGroup("c", channels: 3)],
      layers: [
        LayerDescription("hidden", units: units, cell: cell), LayerDescription("readout", units: 2, cell: .readout(tau: .uniform(4))),
      ], projections: projections)
    description.graded = true
    let network = try SpikingNetwork<Double>(description)
    var draws = TestDraws(seed: 7)
    let parameters = network.makeParameters()
    for view in network.layout.views {
      view.scatter((0..<view.count).map { _ in 0.9 * draws.uniform() - 0.2 }, to: parameters.pointer)
    }
    for unit in 0..<units {
      for name in ["hidden.rec_weight", "hidden.rec_weight_soma", "hidden.rec_weight_apical"] {
        if let view = network.layout[name: name] { parameters[view.offset + unit * view.stride + unit] = 0 }
      }
    }
    let batch = (0..<samples).map { sample in
      Sample(
        events: [
          draws.events(channels: 4, steps: steps - sample, probability: 0.5),
          draws.events(channels: 3, steps: steps - sample, probability: 0.5),
        ],
        blocks: BlockIndex(lengths: [3, steps - sample - 3]), target: .answers([1, 0]))
    }
    let pass = GradientPass(
      network: network, objective: .binary(BinaryCrossEntropy(positiveWeight: 2)),
      regulariser: SpikeRegulariser(strength: 0.05, targetProbability: 0.001))
    let shape = BatchShape(samples: samples, steps: steps)
    let gradient = pass.makeGradient()
    _ = try pass.gradient(batch, shape: shape, parameters: parameters, into: gradient)

    func loss() throws -> Double {
      let tally = try pass.evaluate(batch, shape: shape, parameters: parameters).tally
      return tally.loss + pass.regulariser.strength * tally.spikeCost
    }
    var largest = 0.0, error = 0.0, compared = 0
    for view in network.layout.views {
      for index in 0..<view.count {
        let inputs = view.inputs ?? 1, place = view.offset + (index % inputs) * view.stride + index / inputs
        if view.name.contains("rec_weight") && index % inputs == index / inputs {
          #expect(gradient[place] == 0)
          continue
        }
        let kept = parameters[place], step = 1e-4
        // Fourth-order central difference.
        let values = try [2 * step, step, -step, -2 * step].map { offset in
          parameters[place] = kept + offset
          return try loss()
        }
        parameters[place] = kept
        let numeric = (-values[0] + 8 * values[1] - 8 * values[2] + values[3]) / (12 * step)
        largest = max(largest, abs(numeric))
        error = max(error, abs(numeric - gradient[place]))
        compared += 1
      }
    }
    #expect(compared > 50)
    #expect(largest > 1e-3, "the network is silent, so the check says nothing")
    #expect(error <= 1e-6 * largest, "\(cell): error \(error) against gradients up to \(largest)")
  }
}
