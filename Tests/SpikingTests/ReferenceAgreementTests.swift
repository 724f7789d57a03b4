// Every model against its plain reference under random input: all columns at every step, all spikes.
import CKernels
import Testing

@testable import Spiking

/// A model with parameters that take each of its paths.
struct ModelCase: CustomTestStringConvertible, Sendable {
  let name: String
  let parameters: [String: Double]
  var testDescription: String { "\(name) \(parameters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))" }
  init(_ name: String, _ parameters: [String: Double]) {
    self.name = name
    self.parameters = parameters
  }
  static let all: [ModelCase] =
    modelNames.flatMap { name in
      [
        ModelCase(name, [:]), ModelCase(name, ["t_ref": 0]),
        ModelCase(name, ["tau_m": 7.3, "C_m": NeuronCatalogue.description(of: name)?.weightUnit == "mV" ? 1 : 180, "t_ref": 0.35]),
      ]
    } + [
      ModelCase("iaf_psc_exp", ["tau_syn_ex": 0.5, "tau_syn_in": 8, "I_e": 2000]),
      // Where both time constants are the same the propagators have other forms.
      ModelCase("iaf_psc_exp", ["tau_syn_ex": 10, "tau_syn_in": 10, "tau_m": 10]),
      ModelCase("iaf_psc_alpha", ["tau_syn_ex": 10, "tau_syn_in": 10, "tau_m": 10]),
      ModelCase("iaf_psc_alpha", ["tau_syn_ex": 0.5, "tau_syn_in": 8, "I_e": 2000, "V_min": -71]),
      ModelCase("iaf_psc_delta", ["I_e": 300, "refractory_input": 1]),
      ModelCase("iaf_psc_delta", ["V_min": -70.5, "refractory_input": 1, "t_ref": 0.1]),
      ModelCase("lif_sfa", ["tau_m": 10, "t_ref": 1, "tau_c": 100, "g_c": 0.3, "I_e": 1.5]),
      ModelCase("lif_sfa", ["tau_c": 20, "tau_m": 20, "g_c": 0.1, "alpha_c": 2.5, "I_e": 1.5, "E_L": -3, "C_m": 0.7]),
    ]
}

@Suite struct ReferenceAgreementTests {
  @Test func everyModelHasAReference() { for name in modelNames { #expect(reference(name) != nil, "\(name)") } }

  private func unit(_ column: Double) -> Double { max(1, column.magnitude) }

  /// A free run in double precision: columns agree at every step, spikes exactly.
  @Test(arguments: ModelCase.all) func freeRunInDouble(_ example: ModelCase) throws {
    let tile = try TileHarness<Double>(example.name, example.parameters)
    var neurons = try (0..<tile.count).map { _ in try #require(reference(example.name, example.parameters)) }
    var drive = try RandomDrive(example.name, example.parameters, lanes: tile.stride)
    var spikes = 0
    var largest = 0.0
    for step in 0..<600 {
      drive.next(changeCurrent: step % 60 == 0)
      let fired = tile.step(arrivals: { drive.arrivals[$0][$1] }, current: { drive.currents[$0] })
      var expected: [Int] = []
      for i in 0..<tile.count {
        if neurons[i].step(drive.arrivals.map { $0[i] }, drive.currents[i]) { expected.append(i) }
        for (column, value) in neurons[i].columns.enumerated() { largest = max(largest, (tile[column, i] - value).magnitude / unit(value)) }
      }
      #expect(fired == expected, "step \(step)")
      spikes += fired.count
    }
    #expect(largest < 1e-12)
    #expect(spikes > 100)
  }

  /// Step by step from the same state: single precision differs by its rounding only.
  @Test(arguments: ModelCase.all) func singleStepsInSingle(_ example: ModelCase) throws {
    let tile = try TileHarness<Float>(example.name, example.parameters)
    var neuron = try #require(reference(example.name, example.parameters))
    let threshold = example.parameters["V_th"] ?? tile.description.parameters.first { $0.name == "V_th" }!.value
    var drive = try RandomDrive(example.name, example.parameters, lanes: tile.stride)
    var (spikes, compared) = (0, 0)
    for step in 0..<400 {
      drive.next(changeCurrent: step % 60 == 0)
      let before = (0..<tile.count).map { i in tile.description.columns.indices.map { tile[$0, i] } }
      let fired = Set(tile.step(arrivals: { Float(drive.arrivals[$0][$1]) }, current: { Float(drive.currents[$0]) }))
      spikes += fired.count
      for i in 0..<tile.count {
        neuron.columns = before[i]
        let spikes = neuron.step(drive.arrivals.map { $0[i] }, drive.currents[i])
        if spikes != fired.contains(i) {
          // Allowed only where the potential meets the threshold within rounding.
          let potential = spikes ? tile[0, i] : neuron.columns[0]
          #expect((potential - threshold).magnitude < 1e-4)
          continue
        }
        for (column, value) in neuron.columns.enumerated() {
          compared += 1
          #expect((tile[column, i] - value).magnitude < 2e-6 * unit(value) + 1e-5, "step \(step), column \(column)")
        }
      }
    }
    #expect(spikes > 60)
    #expect(compared > 40_000)
  }

  /// Spikes and the bits of the state after a free run, at a level of the kernels.
  private func run<S: SimulationScalar>(_ name: String, count: Int, level: Int32, _: S.Type) throws -> (spikes: [[Int]], state: [S]) {
    #expect(ckernels_force_level(level) == level)
    let tile = try TileHarness<S>(name, ["t_ref": 0.3], count: count)
    var drive = try RandomDrive(name, lanes: tile.stride)
    let spikes = (0..<200).map { step in
      drive.next(changeCurrent: step % 20 == 0)
      return tile.step(arrivals: { S(drive.arrivals[$0][$1]) }, current: { S(drive.currents[$0]) })
    }
    #expect(tile.guardHolds)
    return (spikes, tile.state)
  }
  private func levelsAgree<S: SimulationScalar>(_ name: String, count: Int, _: S.Type) throws {
    defer { ckernels_force_level(-1) }
    let plain = try run(name, count: count, level: 0, S.self)
    #expect(count < 15 || plain.spikes.contains { !$0.isEmpty })
    for level in 0...ckernels_highest_level() {
      let found = try run(name, count: count, level: level, S.self)
      #expect(found.spikes == plain.spikes && found.state == plain.state, "level \(level)")
    }
  }
  /// What holds at one level of the kernels holds at all: the same bits, whatever does not fill a register.
  @Test(arguments: modelNames, [0, 1, 8, 15, 17, 100]) func levelsAgree(name: String, count: Int) throws {
    try levelsAgree(name, count: count, Float.self)
    try levelsAgree(name, count: count, Double.self)
  }
}
