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
    (#""spike_times_ms": "none""#, "it has nothing to compare"), (#""V_m": [], "spike_times_ms": 0"#, "it has nothing to compare"),
    (#""U_m": [1, 2], "spike_times_ms": {}"#, "it has nothing to compare"),
    (#""V_m": [-70, "no", -70], "spike_times_ms": []"#, "V_m holds what is no number"),
  ]) func nothingToCompareIsRefused(members: String, words: String) throws {
    let error = #expect(throws: StorageError.self) { try run(members) }
    #expect(error?.exitCode == 65 && error?.description.contains("read case one: " + words) == true, "\(error!)")
  }
}
