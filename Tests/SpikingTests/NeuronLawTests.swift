// Laws that every neuron model of the catalogue keeps, in both precisions.
import Testing

@testable import Maths
@testable import Networks
@testable import Spiking

extension Purpose {
  static let test = Purpose("test.spiking")
}

/// Random input: rare arrivals of both signs, to receptors in turn, and a current that wanders.
struct RandomDrive {
  private var stream: RandomStream
  private let weight, current: Double
  private(set) var arrivals: [[Double]] = []
  private(set) var currents: [Double] = []
  private let receptors: Int
  private let lanes: Int

  /// For a model with parameters over the defaults: weights of some mV, currents up to three times what brings it to its threshold.
  init(_ name: String, _ parameters: [String: Double] = [:], lanes: Int, seed: UInt64 = 3) throws {
    let about = try #require(NeuronCatalogue.description(of: name))
    func value(_ key: String) -> Double { parameters[key] ?? about.parameters.first { $0.name == key }?.value ?? .nan }
    stream = RandomStream(seed: seed, purpose: .test)
    receptors = about.receptors.count
    self.lanes = lanes
    weight = about.weightUnit == "mV" ? 2 : 400
    current = 3 * (value("V_th") - value("E_L")) * value("C_m") / value("tau_m")
    currents = [Double](repeating: 0, count: lanes)
  }
  mutating func next(changeCurrent: Bool) {
    arrivals = (0..<receptors).map { receptor in
      (0..<lanes).map { _ in
        guard stream.bernoulli(0.05) else { return 0 }
        let size = stream.uniform(0.2, 2) * weight
        return receptors > 1 ? (receptor == 1 ? -size : size) : (stream.bernoulli(0.3) ? -size : size)
      }
    }
    // Weights and currents that both precisions hold exactly.
    arrivals = arrivals.map { $0.map { Double(Float($0)) } }
    if changeCurrent { currents = currents.map { _ in Double(Float(stream.uniform(-0.3, 1) * current)) } }
  }
}

@Suite struct NeuronLawTests {
  // MARK: Rest

  private func restIsAFixedPoint<S: SimulationScalar>(_ name: String, _: S.Type) throws {
    let tile = try TileHarness<S>(name, ["V_th": -40, "E_L": -65, "V_reset": -70])
    let rest = tile.state
    for _ in 0..<300 { #expect(tile.step().isEmpty) }
    #expect(tile.state == rest)
    for (number, column) in tile.description.columns.enumerated() {
      #expect(tile[number, 5] == tile.model.rest(ofColumn: number))
      if column.name == "V_m" { #expect(tile[number, 5] == -65) }
    }
  }
  @Test(arguments: modelNames) func restIsAFixedPoint(name: String) throws {
    try restIsAFixedPoint(name, Float.self)
    try restIsAFixedPoint(name, Double.self)
  }

  // MARK: Refractory time

  /// Under a current that brings every free step above threshold, the interval is one step more than the refractory time.
  private func refractoryTimeIsExact<S: SimulationScalar>(_ name: String, _: S.Type, _ time: Double, _ steps: Int) throws {
    let tile = try TileHarness<S>(name, ["t_ref": time, "I_e": 1e9])
    let (v, left) = (try tile.column("V_m"), try tile.column("refractory"))
    let reset = try #require(tile.description.parameters.first { $0.name == "V_reset" }).value
    var spikes: [Int] = []
    for step in 0..<4 * (steps + 1) {
      let fired = tile.step()
      #expect(fired.isEmpty || fired == Array(0..<tile.count))
      if !fired.isEmpty { spikes.append(step) }
      #expect((tile[v, 0] - reset).magnitude < 1e-5)
      #expect(tile[left, 0] == Double(steps - (step - spikes.last!)))
    }
    #expect(spikes == (0..<4).map { $0 * (steps + 1) })
  }
  @Test(arguments: modelNames, [(0.0, 0), (0.1, 1), (0.01, 1), (2, 20), (2.05, 21), (3.75, 38)])
  func refractoryTimeIsExact(name: String, time: (Double, Int)) throws {
    try refractoryTimeIsExact(name, Float.self, time.0, time.1)
    try refractoryTimeIsExact(name, Double.self, time.0, time.1)
  }

  // MARK: State

  /// All that a model remembers lies in its columns: a run goes on from them in another tile to the bit.
  private func columnsAreTheWholeState<S: SimulationScalar>(_ name: String, _: S.Type) throws {
    let whole = try TileHarness<S>(name)
    let first = try TileHarness<S>(name)
    let second = try TileHarness<S>(name)
    var drive = try RandomDrive(name, lanes: whole.stride)
    var spikes = 0
    for step in 0..<400 {
      drive.next(changeCurrent: step % 50 == 0)
      let input = (drive.arrivals, drive.currents)
      func advance(_ tile: TileHarness<S>) -> [Int] { tile.step(arrivals: { S(input.0[$0][$1]) }, current: { S(input.1[$0]) }) }
      if step == 217 { second.setState(first.state) }
      let fired = advance(whole)
      spikes += fired.count
      #expect(fired == advance(step < 217 ? first : second))
    }
    #expect(second.state == whole.state && spikes > 50)
  }
  @Test(arguments: modelNames) func columnsAreTheWholeState(name: String) throws {
    try columnsAreTheWholeState(name, Float.self)
    try columnsAreTheWholeState(name, Double.self)
  }

  /// A neuron does not feel its neighbours or its place: a tile of one gives what it gives among others.
  private func neuronsAreAlone<S: SimulationScalar>(_ name: String, _: S.Type) throws {
    let many = try TileHarness<S>(name, count: 37)
    let one = try TileHarness<S>(name, count: 1)
    var drive = try RandomDrive(name, lanes: many.stride)
    for step in 0..<200 {
      drive.next(changeCurrent: step % 20 == 0)
      let input = (drive.arrivals, drive.currents)
      let all = many.step(arrivals: { S(input.0[$0][$1]) }, current: { S(input.1[$0]) })
      let alone = one.step(arrivals: { S(input.0[$0][($1 + 35) % 37]) }, current: { S(input.1[($0 + 35) % 37]) })
      #expect(all.contains(35) == !alone.isEmpty && all == all.sorted())
    }
    for column in many.description.columns.indices { #expect(many[column, 35] == one[column, 0]) }
  }
  @Test(arguments: modelNames) func neuronsAreAlone(name: String) throws {
    try neuronsAreAlone(name, Float.self)
    try neuronsAreAlone(name, Double.self)
  }

  // MARK: Padding

  private func paddingNeverSpikes<S: SimulationScalar>(_ name: String, _: S.Type, _ count: Int) throws {
    let tile = try TileHarness<S>(name, count: count)
    for step in 0..<60 {
      // Lanes behind the neurons get what would make any neuron spike, or is not a number.
      let fired = tile.step(
        arrivals: { _, lane in lane < count ? 0 : step % 3 == 0 ? S.nan : 1e9 },
        current: { $0 < count ? 0 : step % 2 == 0 ? 1e9 : .infinity })
      #expect(fired.isEmpty)
    }
    #expect(tile.guardHolds && tile.state.allSatisfy { $0.isFinite })
    // With every lane above threshold, exactly the neurons spike.
    #expect(tile.step(current: { _ in 1e9 }) == Array(0..<count))
    #expect(tile.guardHolds)
  }
  @Test(arguments: modelNames, [1, 7, 8, 15, 16, 17, 31, 33]) func paddingNeverSpikes(name: String, count: Int) throws {
    try paddingNeverSpikes(name, Float.self, count)
    try paddingNeverSpikes(name, Double.self, count)
  }

  // MARK: Description

  @Test(arguments: modelNames) func descriptionsAreComplete(name: String) throws {
    let about = try #require(NeuronCatalogue.description(of: name))
    #expect(!about.summary.isEmpty && !about.equations.isEmpty && !about.source.isEmpty && !about.receptors.isEmpty)
    #expect(about.columns.first?.name == "V_m")
    for names in [about.parameters.map(\.name), about.columns.map(\.name), about.receptors] { #expect(Set(names).count == names.count) }
    for parameter in about.parameters { #expect(!parameter.meaning.isEmpty, "\(parameter.name)") }
    // The defaults make a model.
    _ = try NeuronCatalogue.make(name, parameters: [:], resolution: resolution, as: Float.self)
  }
  @Test func namesDiffer() { #expect(Set(modelNames).count == modelNames.count && modelNames.count >= 4) }

  // MARK: Parameters that cannot be

  private func refusal(_ name: String, _ parameters: [String: Double]) -> String {
    do {
      _ = try NeuronCatalogue.make(name, parameters: parameters, resolution: resolution, as: Float.self)
      return ""
    } catch { return "\(error)" }
  }
  @Test(arguments: modelNames) func parametersThatCannotBe(name: String) throws {
    let about = try #require(NeuronCatalogue.description(of: name))
    #expect(refusal(name, ["tau_m": -10]) == "\(name): tau_m must be above 0, got -10.0 ms")
    #expect(refusal(name, ["C_m": 0]).hasPrefix("\(name): C_m must be above 0, got 0.0"))
    #expect(refusal(name, ["t_ref": -1]) == "\(name): t_ref must not be negative, got -1.0 ms")
    #expect(refusal(name, ["V_th": -80, "V_reset": -60]).hasPrefix("\(name): V_reset -60.0 mV must be below V_th -80.0 mV"))
    #expect(
      refusal(name, ["tau_mm": 1])
        == "\(name): unknown parameter tau_mm; it has \(about.parameters.map(\.name).joined(separator: ", "))")
    for parameter in about.parameters {
      let text = refusal(name, [parameter.name: .nan])
      #expect(text.hasPrefix("\(name): \(parameter.name) must"), "\(text)")
    }
  }
  @Test func unknownModel() {
    #expect(refusal("iaf_psc_expp", [:]) == "iaf_psc_expp: no such neuron model; there are \(modelNames.joined(separator: ", "))")
  }
}
