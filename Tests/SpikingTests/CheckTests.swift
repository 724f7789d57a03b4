// What stops a run, and descriptions that cannot be: one clear message each.
import Testing

@testable import Networks
@testable import Parallel
@testable import Spiking

@Suite struct CheckTests {
  @Test func statesThatAreNotFinite() throws {
    let run = try TestRun<Float>(
      describe([population("a", "iaf_psc_exp", 70), population("b", "iaf_psc_alpha", 90)], duration: 30))
    try run.run(until: 123)
    try run.simulation.checkFinite()
    let block = run.simulation.blocks[0]
    let place = try #require(block.tiles.firstIndex { $0.tile.population == 1 && $0.tile.range.contains(77) })
    let tile = block.tiles[place]
    let column = tile.columns + 2 * tile.stride + (77 - tile.tile.range.lowerBound)
    for value in [Float.nan, .infinity, -.infinity] {
      let before = column.pointee
      column.pointee = value
      let error = #expect(throws: NumericalError.self) { try run.simulation.checkFinite() }
      #expect(
        "\(try #require(error))"
          == "I_syn_in of neuron 77 of population b is \(value) at 12.3 ms; look for weights, currents or initial values out of scale")
      #expect(error?.exitCode == 76)
      column.pointee = before
    }
    try run.simulation.checkFinite()
    // Padding is nobody's state.
    if tile.tile.count < tile.stride {
      tile.columns[tile.tile.count] = .nan
      try run.simulation.checkFinite()
    }
  }
  /// A current that overflows on its own, without a hand in the state.
  @Test func overflowIsFound() throws {
    var inhibited = describe(
      [population("a", "iaf_psc_exp", 5)],
      inputs: [
        InputDescription(name: "x", population: 0, kind: .poisson(rate: 1e6, weight: .constant(-3e38), receptor: .bySign))
      ], duration: 5)
    inhibited.seed = 1
    let run = try TestRun<Float>(inhibited)
    try run.run()
    #expect(throws: NumericalError.self) { try run.simulation.checkFinite() }
  }

  @Test func ratesThatRunAway() throws {
    var description = describe(
      [population("quiet", "iaf_psc_exp", 20), population("wild", "iaf_psc_exp", 4, ["t_ref": 1, "I_e": 1e7])], duration: 11)
    description.presimulation = 5.5
    let run = try TestRun<Float>(description)
    let communicator = Communicator.single()
    try run.run()
    // One spike every 11 steps.
    #expect(run.simulation.counts.spikes == [0, 40])
    let rates = try run.simulation.rates(communicator)
    #expect(rates[0] == 0 && (rates[1] - 10 / 0.011).magnitude < 1e-9)
    let error = #expect(throws: NumericalError.self) { try run.simulation.checkRates(communicator) }
    let text = "\(try #require(error))"
    #expect(text.hasPrefix("population wild fires at 909") && text.contains("up to 16.5 ms") && text.contains("above the limit of 500 Hz"))
    description.checks.highestRate = 950
    let patient = try TestRun<Float>(description)
    try patient.run()
    try patient.simulation.checkRates(communicator)
  }

  // MARK: Descriptions

  private func refusal(_ change: (inout SimulationDescription) -> Void) -> String {
    var description = describe(
      [population("e", "iaf_psc_exp", 10), population("v", nil, 5), population("d", "iaf_psc_delta", 10)],
      [Projection(name: "ee", source: 0, target: 0, rule: .pairwiseBernoulli(0.1), weight: .constant(1), delay: .constant(1))], duration: 10
    )
    change(&description)
    return message { _ = try TestRun<Float>(description) }
  }
  @Test func theDescriptionItselfIsFine() { #expect(refusal { _ in } == "") }

  @Test(arguments: [
    (0.0125, "must be a multiple of 0.001 ms"), (0.0005, "must be a multiple of 0.001 ms"), (0, "must be above 0"),
    (-0.1, "must be above 0"), (.nan, "must be above 0"), (.infinity, "must be above 0"),
  ])
  func resolutions(value: Double, words: String) { #expect(refusal { $0.resolution = value } == "resolution \(value) ms \(words)") }

  @Test func durations() {
    #expect(refusal { $0.duration = 10.05 } == "duration 10.05 ms is not a multiple of the resolution of 0.1 ms")
    #expect(refusal { $0.presimulation = 0.33 } == "presimulation 0.33 ms is not a multiple of the resolution of 0.1 ms")
    #expect(refusal { $0.duration = -1 } == "duration -1.0 ms must be a number from 0 on")
    #expect(refusal { $0.duration = .nan } == "duration nan ms must be a number from 0 on")
    #expect(refusal { $0.presimulation = .infinity } == "presimulation inf ms must be a number from 0 on")
    #expect(refusal { $0.duration = 1e300 } == "duration 1e+300 ms has more steps of 0.1 ms than can be counted")
    // Multiples that binary fractions do not hold exactly.
    #expect(refusal { $0.duration = 0.3 } == "" && refusal { $0.duration = 12345.7 } == "")
  }
  @Test func models() {
    #expect(refusal { $0.network.populations[0].parameters["tau_m"] = -10 } == "iaf_psc_exp: tau_m must be above 0, got -10.0 ms")
    #expect(
      refusal { $0.network.populations[0].parameters["tau_n"] = 10 }.hasPrefix("iaf_psc_exp: unknown parameter tau_n; it has C_m, tau_m,"))
    #expect(refusal { $0.network.populations[0].model = "lif" }.hasPrefix("lif: no such neuron model; there are iaf_psc_exp,"))
    #expect(
      refusal { $0.network.populations[0].initial["V"] = .constant(-60) }
        == "population e: no state V; iaf_psc_exp has V_m, I_syn_ex, I_syn_in, refractory")
    #expect(refusal { $0.network.populations[0].initial["V_m"] = .normal(mean: 0, sd: -1) } == "population e, V_m has the negative sd -1.0")
  }
  @Test func projections() {
    #expect(refusal { $0.network.projections[0].rule = .fixedIndegree(3) } == "")
    #expect(
      refusal {
        $0.storage = .procedural
        $0.network.projections[0].rule = .fixedIndegree(3)
      } == "projection ee: fixed_indegree cannot be drawn source by source, so it needs storage: stored")
    for rule in [ConnectionRule.fixedTotalNumber(3), .explicit(EdgeList([]))] {
      let text = refusal {
        $0.storage = .procedural
        $0.network.projections[0].rule = rule
      }
      #expect(text == "projection ee: \(rule.name) cannot be drawn source by source, so it needs storage: stored")
    }
    #expect(refusal { $0.network.projections[0].target = 1 } == "projection ee: its target v has no neurons to reach")
    #expect(
      refusal { $0.network.projections[0].receptor = .index(2) }
        == "projection ee: receptor 2 does not exist; iaf_psc_exp has 0 excitatory, 1 inhibitory")
    #expect(refusal { $0.network.projections[0].receptor = .index(-1) }.hasPrefix("projection ee: receptor -1 does not exist"))
    #expect(
      refusal { $0.network.projections[0].delay = .constant(0.01) }.hasPrefix(
        "projection ee: delay can fall below the resolution of 0.1 ms"))
    #expect(refusal { $0.network.projections[0].weight = .uniform(low: 2, high: 1) } == "projection ee: weight has low 2.0 above high 1.0")
  }
  @Test func noNeurons() {
    #expect(refusal { $0.network = Network(populations: [population("v", nil, 5)]) } == "the network has no neurons")
    #expect(refusal { $0.network = Network() } == "the network has no neurons")
  }
}
