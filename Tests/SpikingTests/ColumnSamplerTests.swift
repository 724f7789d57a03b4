// Recordings of columns: which neurons, which values, at which times.
import Testing

@testable import Networks
@testable import Spiking

@Suite struct ColumnSamplerTests {
  private func recorded(_ recordings: [SimulationDescription.ColumnRecording], presimulation: Double = 0) -> SimulationDescription {
    var description = describe(
      [
        population("a", "iaf_psc_exp", 90, ["E_L": -65]), population("v", nil, 3),
        population("b", "lif_sfa", 40, ["I_e": 1.3], initial: ["V_m": .uniform(low: 0, high: 19)]),
      ],
      inputs: [InputDescription(name: "noise", population: 0, kind: .poisson(rate: 20_000, weight: .constant(40), receptor: .bySign))],
      duration: 12)
    description.presimulation = presimulation
    description.columnRecordings = recordings
    return description
  }
  private func recording(_ population: Int, _ column: String, _ neurons: Selection, every interval: Double)
    -> SimulationDescription.ColumnRecording
  {
    SimulationDescription.ColumnRecording(population: population, column: column, neurons: neurons, interval: interval, file: "report.h5")
  }

  /// Every frame equals the state at the end of its step, as a run step by step shows it.
  private func values<S: SimulationScalar>(_: S.Type, presimulation: Double) throws {
    let recordings = [
      recording(0, "V_m", .all, every: 0.1), recording(0, "I_syn_ex", .list([0, 13, 14, 89]), every: 0.5),
      recording(2, "c", .range(5..<30), every: 1),
      recording(2, "V_m", .fraction(0.25), every: 5), recording(0, "V_m", .none, every: 1),
      recording(0, "refractory", .list([3]), every: 12),
    ]
    let description = recorded(recordings, presimulation: presimulation)
    let run = try TestRun<S>(description)
    let slow = try TestRun<S>(recorded([], presimulation: presimulation))
    try run.run()
    let first = description.presimulationSteps
    var states: [Int: [String: [Double]]] = [:]
    for step in 1...description.steps {
      try slow.run(until: step)
      states[step] = [
        "0V_m": slow.column("V_m", population: 0), "0I_syn_ex": slow.column("I_syn_ex", population: 0),
        "2c": slow.column("c", population: 2),
        "2V_m": slow.column("V_m", population: 2), "0refractory": slow.column("refractory", population: 0),
      ]
    }
    for (i, recording) in recordings.enumerated() {
      let sampler = run.simulation.samplers[i]
      let count = description.network.populations[recording.population].count
      let chosen = (0..<count).filter(recording.neurons.contains)
      #expect(sampler.neurons == chosen)
      let every = Int((recording.interval * 10).rounded())
      #expect(run.witness.frames[i].keys.sorted() == Array(0..<120 / every))
      for (number, frame) in run.witness.frames[i] {
        // The first frame is taken one interval after the start of the recording.
        let all = try #require(states[first + (number + 1) * every]?["\(recording.population)\(recording.column)"])
        #expect(frame == chosen.map { all[$0] })
      }
    }
    #expect(Set(run.witness.frames[0].values.flatMap { $0 }).count > 1000)
    #expect(run.witness.completed.last == description.steps)
  }
  @Test(arguments: [0, 3.3]) func values(presimulation: Double) throws {
    try values(Float.self, presimulation: presimulation)
    try values(Double.self, presimulation: presimulation)
  }

  /// Ranks have the neurons of their tiles, each neuron on one rank.
  @Test func neuronsOfRanks() throws {
    var all: [Int] = []
    for rank in 0..<3 {
      let run = try TestRun<Float>(recorded([recording(0, "V_m", .fraction(0.5), every: 1)]), rank: rank, of: 3)
      let sampler = run.simulation.samplers[0]
      #expect(sampler.neurons == sampler.neurons.sorted())
      all += sampler.neurons
    }
    #expect(all.sorted() == (0..<90).filter(Selection.fraction(0.5).contains))
  }

  @Test func refusals() {
    func refusal(_ recording: SimulationDescription.ColumnRecording) -> String { message { _ = try TestRun<Float>(recorded([recording])) } }
    #expect(
      refusal(recording(0, "v", .all, every: 1))
        == "recording of v of a: no such state; iaf_psc_exp has V_m, I_syn_ex, I_syn_in, refractory")
    #expect(refusal(recording(1, "V_m", .all, every: 1)).hasPrefix("recording of V_m of v: no such state; a virtual population has"))
    #expect(refusal(recording(0, "V_m", .list([90]), every: 1)) == "recording of V_m of a: neuron 90 does not exist; there are 90")
    #expect(refusal(recording(0, "V_m", .range(0..<91), every: 1)).hasPrefix("recording of V_m of a: range"))
    for interval in [0.25, 0.05, 0, -1, .nan, .infinity] {
      #expect(
        refusal(recording(0, "V_m", .all, every: interval))
          == "recording of V_m of a: interval \(interval) ms is not a multiple of the resolution of 0.1 ms")
    }
  }
}
