// The state at the start: what is given, what is drawn, and rest elsewhere.
import Testing

@testable import Maths
@testable import Networks
@testable import Spiking

@Suite struct InitialStateTests {
  /// Every column takes the value it is given, and gives it back.
  private func valuesSurvive<S: SimulationScalar>(_ name: String, _: S.Type) throws {
    let columns = try #require(NeuronCatalogue.description(of: name)).columns
    let given = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1.name, Double($0) * 2.25 + 3) })
    let run = try TestRun<S>(
      describe([
        population("set", name, 70, ["E_L": -65.5, "V_th": -40, "V_reset": -70], initial: given.mapValues { .constant($0) }),
        population("rest", name, 70, ["E_L": -65.5, "V_th": -40, "V_reset": -70]),
      ]))
    for column in columns {
      #expect(run.column(column.name, population: 0) == [Double](repeating: given[column.name]!, count: 70))
      #expect(run.column(column.name, population: 1) == [Double](repeating: column.name == "V_m" ? -65.5 : 0, count: 70))
    }
  }
  @Test(arguments: modelNames) func valuesSurvive(name: String) throws {
    try valuesSurvive(name, Float.self)
    try valuesSurvive(name, Double.self)
  }

  @Test func drawnValues() throws {
    let law = Distribution.normal(mean: -58, sd: 10)
    let run = try TestRun<Double>(
      describe([
        population("a", "iaf_psc_exp", 3000, initial: ["V_m": law, "I_syn_ex": .uniform(low: 0, high: 10)]),
        population("b", "iaf_psc_exp", 3000, initial: ["V_m": law]),
      ]))
    let (a, b, current) = (run.column("V_m", population: 0), run.column("V_m", population: 1), run.column("I_syn_ex", population: 0))
    #expect(Statistics.kolmogorovSmirnov(a) { law.cumulative($0) }.probability > 0.001)
    #expect(Statistics.kolmogorovSmirnov(current) { $0 / 10 }.probability > 0.001)
    let bound = 4 / 3000.0.squareRoot()
    #expect(Statistics.correlation(a, b).magnitude < bound && Statistics.correlation(a, current).magnitude < bound)
    #expect(Set(a).count == 3000)
  }
}
