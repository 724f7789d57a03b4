// Suggestions for mistyped keys, and the exit codes.
import Testing

@testable import Running

@Suite struct NearestKeyTests {
  let keys = ["tau_m", "tau_syn_ex", "tau_syn_in", "V_th", "V_reset", "Delta_T", "t_ref", "duration", "presimulation", "resolution"]

  @Test(arguments: [
    ("Delta_t", "Delta_T"), ("tau_sin_ex", "tau_syn_ex"), ("v_th", "V_th"), ("duratoin", "duration"), ("presimulaton", "presimulation"),
    ("tref", "t_ref"), ("resolutions", "resolution"), ("tau_m", "tau_m"), ("TAU_M", "tau_m"),
  ])
  func findsTheMeantKey(_ typed: String, _ meant: String) { #expect(NearestKey.suggestion(for: typed, among: keys) == meant) }

  @Test(arguments: ["colour", "x", "weight_normal", ""])
  func suggestsNothingFar(_ typed: String) { #expect(NearestKey.suggestion(for: typed, among: keys) == nil) }

  @Test func hintEndsAMessage() {
    #expect(NearestKey.hint(for: "V_tn", among: keys) == "; did you mean 'V_th'?")
    #expect(NearestKey.hint(for: "colour", among: ["a_b_c", "d"]) == "; known keys: a_b_c, d")
    #expect(NearestKey.hint(for: "colour", among: []) == "")
  }

  @Test func distanceIsCountedInQuarterEdits() {
    #expect(NearestKey.quarterDistance(Array("abcd"), Array("abdc")) == 4)
    #expect(NearestKey.quarterDistance(Array("kitten"), Array("sitting")) == 12)
    #expect(NearestKey.quarterDistance([], Array("ab")) == 8)
    #expect(NearestKey.quarterDistance(Array("aB"), Array("ab")) == 1)
  }
}

@Suite struct ExitCodeTests {
  @Test func codesAreTheDocumentedOnes() {
    #expect(ExitCode.all.map(\.rawValue) == [0, 1, 64, 65, 66, 70, 73, 74, 75, 76, 78])
    #expect(Set(ExitCode.all.map(\.meaning)).count == ExitCode.all.count)
  }

  @Test func helpTextHasALinePerCode() {
    let lines = ExitCode.helpText.split(separator: "\n")
    #expect(lines.count == ExitCode.all.count + 1)
    #expect(lines[1] == "   0  finished")
    #expect(lines.contains { $0.hasPrefix("  75  stopped early with a good checkpoint") })
    #expect(ExitCode(rawValue: 85).description == "85 ended with code 85")
  }
}
