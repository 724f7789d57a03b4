// A wrong configuration is refused by every rank with one message that names file, line and remedy.
import Foundation
import TestKit
import Testing

@Suite(.serialized) struct ConfigurationFaultTests {
  @Test func theNetworkItselfRuns() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork)
    let outcome = try BuiltProgram.run("colonnade", ["simulate", config, "--output", folder.place("run"), "--quiet"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.isEmpty, "\(outcome.errors)")
    #expect(folder.names("run") == ["configuration.yaml", "report.html", "run.jsonl", "spikes.h5", "summary.json"])
  }

  /// What stands in the file, what is written in its place, and what the message says.
  @Test(arguments: [
    ("seed: 3", "seeed: 3", ["config.yaml:1", "unknown key 'seeed'", "'seed'"]),
    ("tau_m: 10", "taum: 10", ["config.yaml:8", "unknown key 'taum'", "'tau_m'"]),
    ("rate: 8000", "rat: 8000", ["config.yaml:14", "rat"]),
    ("duration: 20", "duration: long", ["config.yaml:2", "'duration'", "number"]),
    ("count: 100", "count: [100]", ["config.yaml:7", "count", "whole number"]),
    ("tau_m: 10", "tau_m: -10", ["config.yaml:8", "tau_m", "must be above 0"]),
    ("tau_m: 10", "tau_m: .nan", ["config.yaml:8", "tau_m"]),
    ("delay: 1.5", "delay: 0.04", ["config.yaml:11", "delay", "resolution"]),
    ("model: iaf_psc_exp", "model: iaf_psc_exq", ["config.yaml:6", "iaf_psc_exp"]),
    ("from: in", "from: out", ["config.yaml:12", "out"]),
    ("[1.5, 0]", "[-1.5, 0]", ["config.yaml:9", "-1.5"]),
    ("[1.5, 0]", "[1.5, 2]", ["config.yaml:9", "2 neurons"]),
    ("rule: all_to_all", "rule: {explicit: [[0, 100]]}", ["config.yaml:12", "100 neurons"]),
    ("rule: {fixed_indegree: 10}", "rule: {fixed_indegre: 10}", ["config.yaml:11", "fixed_indegree"]),
    ("resolution: 0.1", "resolution: 0.1\nresolution: 0.2", ["config.yaml", "resolution", "twice"]),
    ("populations:", "populations: [", ["config.yaml"]),
  ]) func isRefused(right: String, wrong: String, words: [String]) throws {
    let folder = try ScratchFolder()
    #expect(smallNetwork.contains(right))
    let config = try folder.file("config.yaml", smallNetwork.replacingOccurrences(of: right, with: wrong))
    try expectRefusal([config], output: folder.place("run"), code: 78, words)
    #expect(!folder.has("run"), "a refused configuration leaves no folder")
  }

  @Test func wrongOptionsAreNamed() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork)
    try expectRefusal([config, "--set", "durration=5"], output: folder.place("run"), code: 78, ["--set durration", "'duration'"])
    try expectRefusal([config, "--set", "duration"], output: folder.place("run"), code: 78, ["--set duration", "key=value"])
    try expectRefusal([config, "--seed=-4"], output: folder.place("run"), code: 78, ["seed", "negative"], ranks: [nil])
    try expectRefusal(
      [config, "--set", "storage=procedural"], output: folder.place("run"), code: 78, ["fixed_indegree", "stored"])
  }

  @Test func missingFiles() throws {
    let folder = try ScratchFolder()
    try expectRefusal([folder.place("none.yaml")], output: folder.place("run"), code: 66, ["none.yaml"])
    try expectRefusal([folder.path], output: folder.place("run"), code: 66, [folder.path, "config.yaml"])
    let config = try folder.file("config.yaml", smallNetwork.replacingOccurrences(of: "spikes: [[1.5, 0], [2, 1]]", with: "file: in.h5"))
    try expectRefusal([config], output: folder.place("run"), code: 66, ["config.yaml:9", "in.h5"])
    try expectRefusal(
      [Repository.place("jobs/sonata"), "--set", "config=\(folder.place("nowhere"))"], output: folder.place("run"), code: 66, ["nowhere"])
  }

  @Test func aPopulationThatRunsAwayEndsTheRun() throws {
    let folder = try ScratchFolder()
    let config = try folder.file(
      "config.yaml",
      smallNetwork.replacingOccurrences(of: "rate: 8000", with: "rate: 80000").replacingOccurrences(
        of: "duration: 20", with: "duration: 500"))
    try expectRefusal([config, "--set", "checks.rate.below=50"], output: folder.place("run"), code: 76, ["population E", "Hz"])
  }

  /// A run that is shorter than the interval of checks is judged by all of it.
  @Test func aShortRunIsJudgedAtItsEnd() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork.replacingOccurrences(of: "rate: 8000", with: "rate: 80000"))
    for interval in [20, 1e6] {
      try expectRefusal(
        [config, "--set", "checks.rate.below=50", "--set", "checks.interval=\(interval)"], output: folder.place("run"), code: 76,
        ["population E", "Hz"])
    }
  }

  @Test func statesAreSearchedUnlessToldOtherwise() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork.replacingOccurrences(of: "weight: 87.8", with: "weight: -3e38"))
    try expectRefusal([config], output: folder.place("run"), code: 76, ["population E", "out of scale"], ranks: [nil])
    let outcome = try BuiltProgram.run(
      "colonnade", ["simulate", config, "--set", "checks.finite=false", "--output", folder.place("run"), "--quiet"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test func spikesAtZeroAreNoted() throws {
    let folder = try ScratchFolder()
    let network = smallNetwork.replacingOccurrences(of: "[[1.5, 0], [2, 1]]", with: "[[0, 0], [2, 1], [0, 1]]")
    let config = try folder.file("config.yaml", network)
    let outcome = try BuiltProgram.run("colonnade", ranks: 3, ["simulate", config, "--output", folder.place("run")])
    let note = "2 given spikes at 0 ms are left out: a spike counts at the end of the step that holds it, and the first step ends at 0.1 ms"
    #expect(outcome.code == 0 && outcome.errors.contains("NOTE " + note), "\(outcome.errors)")
    #expect(try folder.text("run/summary.json").contains(note))
  }

  @Test func aSilentPopulationIsNoted() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork)
    let outcome = try BuiltProgram.run(
      "colonnade", ["simulate", config, "--output", folder.place("run"), "--set", "inputs=[]", "--set", "projections=[]"])
    #expect(outcome.code == 0 && outcome.errors.contains("NOTE population E stays at 0 Hz"), "\(outcome.errors)")
  }
}
