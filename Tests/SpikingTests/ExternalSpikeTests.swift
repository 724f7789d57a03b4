// Spikes from outside: when they arrive, which are ignored, which are errors.
import Testing

@testable import Networks
@testable import Parallel
@testable import Spiking

/// A virtual population of so many neurons, each onto a neuron of its own that keeps what arrives.
private func listeners(
  _ count: Int, delay: Double, model: String = "iaf_psc_delta", duration: Double = 10, _ spikes: [(time: Double, neuron: Int)]
)
  -> SimulationDescription
{
  var description = describe(
    [population("v", nil, count), population("n", model, count, ["tau_m": 1e9, "C_m": 1e9, "E_L": 0, "V_th": 1000, "V_reset": 0])],
    [Projection(name: "p", source: 0, target: 1, rule: .oneToOne, weight: .constant(1), delay: .constant(delay))], duration: duration)
  description.spikes = [(0, SpikeList(spikes))]
  return description
}

@Suite struct ExternalSpikeTests {
  /// The step whose end is the first to show a jump of each neuron's potential, and the final potentials.
  private func jumps(_ description: SimulationDescription) throws -> (first: [Int?], final: [Double]) {
    let run = try TestRun<Double>(description)
    var first = [Int?](repeating: nil, count: description.network.populations[1].count)
    for step in 1...description.steps {
      try run.run(until: step)
      for (i, v) in run.column("V_m", population: 1).enumerated() where first[i] == nil && v.magnitude > 0.5 { first[i] = step }
    }
    return (first, run.column("V_m", population: 1).map { ($0 * 1000).rounded() / 1000 })
  }

  /// A spike at t counts as emitted at the end of the step that holds t, in whole microseconds; a jump shows a delay later.
  @Test func arrivalTimes() throws {
    let times = [1.0, 1.04, 1.0004, 1.0006, 0.1, 0.05, 0.001, 0.0004, 0, 2.999]
    let (first, final) = try jumps(listeners(times.count, delay: 1.5, times.enumerated().map { ($1, $0) }))
    // Emitted in whole steps: 10, 11, 10, 11, 1, 1, 1; a time that rounds to 0 lies at the start and is dropped.
    #expect(first == [25, 26, 25, 26, 16, 16, 16, nil, nil, 45])
    #expect(final == [1, 1, 1, 1, 1, 1, 1, 0, 0, 1])
  }
  @Test func spikesAtTheStartAreCounted() throws {
    let spikes = [0, 0.0004, 0.001, 1, 0, 20].enumerated().map { (time: $1, neuron: $0) }
    for rank in 0..<2 {
      // Every rank reads all of them, also those that concern another one.
      #expect(try TestRun<Float>(listeners(2000, delay: 1, spikes), rank: rank, of: 2).simulation.spikesAtStart == 3)
    }
    #expect(try TestRun<Float>(listeners(1, delay: 1, [(0.001, 0)])).simulation.spikesAtStart == 0)
  }
  /// The synapses of a summary are those between neurons, whether they are stored or drawn again for each spike.
  @Test func synapsesFromOutsideAreCountedApart() throws {
    for storage in SimulationDescription.Storage.allCases {
      var description = listeners(30, delay: 1, [])
      description.storage = storage
      for rule in [ConnectionRule.fixedOutdegree(7), .allToAll, .oneToOne] {
        description.network.projections.append(
          Projection(name: "p", source: 1, target: 1, rule: rule, weight: .constant(0), delay: .constant(1), allowAutapses: false))
      }
      let counts = try TestRun<Float>(description).simulation.counts
      #expect(counts.synapses == 30 * 7 + 30 * 29 && counts.externalSynapses == 30, "\(storage)")
    }
  }
  /// A rank of several blocks, not all of which are reached from outside.
  @Test func blocksThatNothingOutsideReaches() throws {
    var hashes: Set<String> = []
    for storage in SimulationDescription.Storage.allCases {
      var description = listeners(10, delay: 1, model: "iaf_psc_exp", [(0.5, 0), (0.5, 7)])
      description.network.populations[1] = population("n", "iaf_psc_exp", 65_536)
      description.network.populations.append(population("other", "iaf_psc_exp", 65_536))
      description.network.projections = [
        Projection(name: "in", source: 0, target: 1, rule: .fixedOutdegree(5), weight: .constant(50_000), delay: .constant(1)),
        Projection(name: "on", source: 1, target: 2, rule: .fixedOutdegree(1), weight: .constant(35), delay: .constant(1.5)),
      ]
      description.storage = storage
      description.duration = 6
      let run = try TestRun<Float>(description)
      #expect(run.simulation.blocks.count > 1)
      try run.run()
      // Ten from outside, and one for each spike that they cause.
      #expect(run.simulation.counts.events >= 20, "\(storage)")
      hashes.insert("\(run.simulation.counts.events) \(try run.stateHash)")
    }
    #expect(hashes.count == 1)
  }
  /// Currents take up what arrives at the end of a step; the potential sees it one step later.
  @Test func arrivalOfCurrents() throws {
    var description = listeners(1, delay: 1.5, model: "iaf_psc_exp", [(1, 0)])
    description.network.projections[0].weight = .constant(1e12)
    #expect(try jumps(description).first == [26])
  }
  @Test func severalInAStep() throws {
    let (_, final) = try jumps(listeners(3, delay: 0.1, [(1, 0), (1, 0), (0.95, 0), (2, 1), (2.1, 1), (1, 2)]))
    #expect(final == [3, 2, 1])
  }
  @Test func orderOfTheListDoesNotMatter() throws {
    let spikes = (0..<200).map { (i: Int) -> (time: Double, neuron: Int) in (time: Double(i * 37 % 90) / 10 + 0.1, neuron: i % 7) }
    let one = try TestRun<Float>(listeners(7, delay: 0.3, spikes))
    let other = try TestRun<Float>(listeners(7, delay: 0.3, spikes.reversed()))
    try one.run()
    try other.run()
    #expect(try one.stateHash == other.stateHash && one.simulation.counts.events == other.simulation.counts.events)
    #expect(one.simulation.counts.events == spikes.count { $0.time + 0.3 < 9.95 })
  }
  /// What is emitted at the end or later is ignored.
  @Test func atTheEndAndBeyond() throws {
    let run = try TestRun<Float>(listeners(4, delay: 0.1, [(9.9, 0), (10, 1), (10.05, 2), (1e6, 3), (9.8, 0)]))
    try run.run()
    #expect(run.simulation.counts.events == 2 && run.column("V_m", population: 1).map { $0.rounded() } == [2, 0, 0, 0])
  }
  /// During the presimulation spikes arrive too; time counts from its start.
  @Test func presimulation() throws {
    var description = listeners(2, delay: 0.5, [(1, 0), (4, 1)])
    description.presimulation = 3
    let run = try TestRun<Float>(description)
    try run.run(until: 30)
    #expect(run.column("V_m", population: 1).map { $0.rounded() } == [1, 0] && run.simulation.counts.events == 0)
    try run.run()
    #expect(run.simulation.step == 130 && run.simulation.counts.events == 1)
    #expect(run.column("V_m", population: 1).map { $0.rounded() } == [1, 1])
  }

  @Test func errors() {
    func refusal(_ time: Double, _ neuron: Int) -> String {
      message { _ = try TestRun<Float>(listeners(4, delay: 1, [(1, 0), (time, neuron)])) }
    }
    #expect(refusal(-0.5, 1) == "spikes of v: a spike at -0.5 ms lies before 0; shift the times")
    #expect(refusal(.nan, 1).hasPrefix("spikes of v: a spike at nan ms"))
    #expect(refusal(1, 4) == "spikes of v: neuron 4 does not exist; the population has 4")
    #expect(refusal(1, -1) == "spikes of v: neuron -1 does not exist; the population has 4")
    #expect(refusal(1e300, 1) == "" && refusal(.infinity, 1) == "")
  }
  /// At another resolution the grid is another one.
  @Test func fineResolution() throws {
    var description = listeners(3, delay: 0.02, duration: 0.2, [(0.05, 0), (0.051, 1), (0.0595, 2)])
    description.resolution = 0.01
    // 59.5 us is rounded to 60.
    #expect(try jumps(description).first == [7, 8, 8])
  }
}
