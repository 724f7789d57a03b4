// Cases of single neurons: what is compared, and that a case with nothing to compare is no success.
import Foundation
import Storage
import Testing

@testable import Experiments

struct NestCasesTests {
  private func run(_ members: String) throws -> [VerifiedCase] {
    let folder = try ScratchFolder()
    let path = try folder.file(
      "case.json",
      #"""
      {"cases": {"one": {"model": "iaf_psc_delta", "params_and_initial_state": {"V_m": -70, "E_L": -70}, "resolution_ms": 0.1,
       "n_samples": 3, "t_first_ms": 0.1, \#(members)}}}
      """#)
    return try ReferenceCases.run(path)
  }

  @Test func aCaseIsCompared() throws {
    #expect(try run(#""V_m": [-70, -70, -70], "spike_times_ms": []"#).allSatisfy(\.holds))
    #expect(try run(#""V_m": [-70, -70, -71], "spike_times_ms": []"#).allSatisfy { !$0.holds })
    #expect(try run(#""spike_times_ms": [0.2]"#).allSatisfy { !$0.holds })
    #expect(try run(#""spike_times_ms": []"#).allSatisfy(\.holds))
  }

  @Test(arguments: [
    (#""U_m": [1, 2]"#, "it has nothing to compare"), (#""V_m": []"#, "it has nothing to compare"),
    (#""spike_times_ms": "none""#, "spike_times_ms is no list of numbers"),
    (#""V_m": [], "spike_times_ms": 0"#, "spike_times_ms is no list of numbers"),
    (#""U_m": [1, 2], "spike_times_ms": {}"#, "spike_times_ms is no list of numbers"),
    (#""V_m": [-70, "no", -70], "spike_times_ms": []"#, "V_m is no list of numbers"),
    (#""V_m": [-70, -70], "spike_times_ms": []"#, "V_m has 2 samples where n_samples is 3"),
    (#""V_m": [-70, -70, -70], "spike_times_ms": [1e300]"#, "a spike time in steps is"),
    (#""V_m": [-70, -70, -70], "stimulus": {"spike_generators": [{"times": [0.1], "delay": "nan"}]}"#, "delay is missing or no number"),
    (
      #""V_m": [-70, -70, -70], "stimulus": {"spike_generators": [{"times": [0.1], "receptor_type": 1}]}"#,
      "a generator has 'receptor_type'"
    ),
    (#""V_m": [-70, -70, -70], "stimulus": {"dc_generator": {"amplitude": "x"}}"#, "amplitude is missing or no number"),
  ]) func nothingToCompareIsRefused(members: String, words: String) throws {
    let error = #expect(throws: StorageError.self) { try run(members) }
    #expect(error?.exitCode == 65 && error?.description.contains("read case one: " + words) == true, "\(error!)")
  }

  @Test(arguments: [("\"t_first_ms\": 0.1", "\"t_first_ms\": 0"), ("\"n_samples\": 3", "\"n_samples\": 1e30"), ("0.1,", "0,")])
  func unusableNumbersAreRefused(old: String, new: String) throws {
    let folder = try ScratchFolder()
    let text = #"{"cases": {"one": {"model": "iaf_psc_delta", "resolution_ms": 0.1, "n_samples": 3, "t_first_ms": 0.1, "V_m": [0, 0, 0]}}}"#
    let path = try folder.file("case.json", text.replacing(old, with: new, maxReplacements: 1))
    let error = #expect(throws: StorageError.self) { try ReferenceCases.run(path) }
    #expect(error?.exitCode == 65, "\(error!)")
  }

  /// A constant current goes out from the first step on, whatever its start; a random threshold is refused, not passed over.
  @Test(arguments: ["", #""start": 0, "#, #""start": 0.1, "#]) func constantCurrentsBeginWithTheFirstStep(start: String) throws {
    let generator = #""dc_generator": {\#(start)"amplitude": 1000, "delay": 0.1}"#
    #expect(try run(#""V_m": [-70, -70, -69.60199334996], "stimulus": {\#(generator)}"#).allSatisfy(\.holds))
  }

  @Test func aRandomThresholdIsRefused() throws {
    let error = #expect(throws: StorageError.self) { try run(#""V_m": [-70, -70, -70], "params_set": {"delta": 1}"#) }
    #expect(error?.exitCode == 65 && error?.description.contains("spikes at random") == true, "\(error!)")
  }

  /// What a case does not tell is not compared; what was set by itself counts.
  @Test func missingSpikesAreNotCompared() throws {
    let fires =
      #""params_set": {"I_e": 1000, "tau_m": 10, "C_m": 250}, "duration_ms": 50, "V_m": [-69.60199334996, -69.20794693228, -68.81782134194]"#
    let results = try run(fires)
    #expect(results.count == 1 && results.allSatisfy(\.holds), "\(results)")
    #expect(try run(fires + #", "spike_times_ms": []"#).allSatisfy { !$0.holds })
    #expect(try run(fires.replacing("params_set", with: "unused") + #", "stimulus": {"I_e_pA": 1000}"#).allSatisfy(\.holds))
    #expect(try run(fires.replacing("params_set", with: "unused")).allSatisfy { !$0.holds })
  }

  /// One generator may stand without a list; one that is not known is not passed over.
  @Test func stimulusIsTakenWhole() throws {
    let one = #""V_m": [-70, -70, -65], "stimulus": {"spike_generators": {"times": [0.1], "weight": 5.0, "delay": 0.2}}"#
    let results = try run(one)
    #expect(results.count == 1 && results.allSatisfy(\.holds), "\(results)")
    let error = #expect(throws: StorageError.self) { try run(one.replacing("spike_generators", with: "poisson_generator")) }
    #expect(error?.description.contains("its stimulus has 'poisson_generator'") == true, "\(error!)")
  }

  /// Zeros, false and null change nothing; a state that is null was not recorded.
  @Test func whatChangesNothingIsPassedOver() throws {
    let one = #""V_m": [-70, -70, -65], "I_syn_ex": null, "stimulus": {"spike_generators": [{"times": [0.1], "weight": 5.0, "delay": 0.2, "#
    let results = try run(one + #""receptor_type": 0, "precise_times": false, "origin": 0.0, "stop": null}]}"#)
    #expect(results.count == 1 && results.allSatisfy(\.holds), "\(results)")
  }

  @Test func aCaseThatCannotBeRunHidesNoOther() throws {
    func one(_ name: String, _ model: String) -> String {
      #""\#(name)": {"model": "\#(model)", "resolution_ms": 0.1, "n_samples": 1, "t_first_ms": 0.1, "V_m": [-70]}"#
    }
    let folder = try ScratchFolder()
    let path = try folder.file(
      "case.json", #"{"cases": {\#(one("a", "none_such")), \#(one("b", "iaf_psc_delta")), \#(one("c", "nor_this"))}}"#)
    var seen: [String: Bool] = [:]
    #expect(throws: (any Error).self) { try ReferenceCases.run(path) { seen[$0.name] = $0.holds } }
    #expect(seen == ["b": true, "c": false])
  }
}
