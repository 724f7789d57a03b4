// `colonnade plan` and `colonnade scale` as a user calls them: what they print, what they write, what they refuse.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized) struct PlanCommandTests {
  private let brunel = Repository.place("jobs/brunel")

  @Test func planTellsTheJob() throws {
    let folder = try ScratchFolder()
    let script = folder.place("submit.sbatch")
    let outcome = try BuiltProgram.run(
      "colonnade", ["plan", brunel, "--ranks", "1,4", "--script", script, "--memory", "8"], environment: ["XDG_CACHE_HOME": folder.path])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    for word in ["1 rank on", "4 ranks on", "guessed", "figure 8C", "fits", "cheapest"] {
      #expect(outcome.output.contains(word), "\(word)")
    }
    #expect(try BuiltProgram.shell("bash -n '\(script)'").code == 0)
    #expect(try folder.text("submit.sbatch").split(separator: "\n").count < 30)
  }

  @Test func planAsJSON() throws {
    let outcome = try BuiltProgram.run("colonnade", ["plan", brunel, "--ranks", "2,8", "--json", "--rate", "10"])
    let lines = outcome.output.split(separator: "\n")
    try #require(outcome.code == 0 && lines.count == 2, "\(outcome.errors)")
    let plan = try JSONValue.parse(String(lines[1]), path: "plan")
    #expect(plan["ranks"]?.int == 8 && plan["rates"]?.string?.contains("given") == true)
    #expect(abs((plan["synapses"]?.double ?? 0) - 15_625_000) < 2)
  }

  /// A rank is built for real, and the run of the whole network says what its forecast was worth.
  @Test func rehearsalAndRunConfirmTheForecast() throws {
    let arguments = ["plan", brunel, "--ranks", "4", "--rehearse", "3", "--json"]
    let lines = try BuiltProgram.run("colonnade", arguments).output.split(separator: "\n")
    try #require(lines.count == 2)
    let rehearsal = try JSONValue.parse(String(lines[1]), path: "rehearsal")
    let (built, expected) = (rehearsal["synapses"]?.double ?? 0, rehearsal["forecast_synapses"]?.double ?? 1)
    #expect(abs(built / expected - 1) < 0.01)
    let run = try FinishedRun(brunel, ["presimulation=0", "duration=20"], ranks: 2)
    let memory = try #require(run.summary["forecast"]?["peak_memory_bytes"])
    let (forecast, measured) = (memory["forecast"]?.double ?? 0, memory["measured"]?.double ?? 1)
    // Without a calibration the process itself is a guess of some megabytes.
    #expect(abs(forecast / measured - 1) < 0.25, "\(forecast) for \(measured)")
    #expect(abs(run.summary["forecast"]?["synapses"]?["error"]?.double ?? 1) < 0.01)
  }

  @Test func scaleMeasuresFitsAndDraws() throws {
    let folder = try ScratchFolder()
    let output = folder.place("study")
    let outcome = try BuiltProgram.run(
      "colonnade",
      [
        "scale", brunel, "--set", "N=1000", "--set", "duration=20", "--set", "presimulation=0", "--ranks", "1,2,4", "--repeats", "1",
        "--output", output,
      ],
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("held out: 4 ranks") && outcome.output.contains("fitted on 2 points"))
    let lines = try folder.text("study/scaling.jsonl").split(separator: "\n")
    #expect(lines.count == 3)
    for (line, ranks) in zip(lines, [1, 2, 4]) {
      let point = try JSONValue.parse(String(line), path: "scaling.jsonl")
      #expect(point["ranks"]?.int == ranks && point["run_s"]?.double ?? 0 > 0)
      if ranks > ProcessInfo.processInfo.activeProcessorCount { #expect(point["note"]?.string?.contains("oversubscribed") == true) }
    }
    let page = try folder.text("study/report.html")
    for id in ["speed-up", "efficiency", "stack-"] { #expect(page.contains("id=\"\(id)"), "\(id)") }
    // The lines are an import for another study.
    let again = try BuiltProgram.run("colonnade", ["scale", "--import", output + "/scaling.jsonl", "--output", folder.place("again")])
    #expect(again.code == 0 && again.output.contains("held out: 4 ranks"), "\(again.errors)")
  }

  /// What does not fit its nodes gets no job script.
  @Test func noScriptForWhatDoesNotFit() throws {
    let folder = try ScratchFolder()
    let outcome = try BuiltProgram.run(
      "colonnade", ["plan", brunel, "--ranks", "2", "--nodes", "1", "--memory", "0.05", "--script", folder.place("submit.sbatch")])
    #expect(outcome.code == 78 && outcome.messages.count == 1, "\(outcome.code): \(outcome.errors)")
    #expect(outcome.output.contains("DOES NOT FIT") && outcome.errors.contains("--memory") && outcome.errors.contains("as given"))
    #expect(!folder.has("submit.sbatch"))
  }

  /// Whoever starts a program that starts another learns what is wrong.
  @Test func theCodeOfAProbeIsPassedOn() throws {
    let outcome = try BuiltProgram.run("colonnade", ["plan", brunel, "--probe", "duraton=1"])
    #expect(outcome.code == 78 && outcome.errors.contains("duration") && outcome.errors.contains("ended with code 78"), "\(outcome.errors)")
  }

  private func scale(_ folder: ScratchFolder, _ arguments: [String], _ environment: [String: String] = [:]) throws -> ProgramOutcome {
    let small = ["N=1000", "duration=20", "presimulation=0"].flatMap { ["--set", $0] }
    return try BuiltProgram.run(
      "colonnade", ["scale", brunel, "--repeats", "1"] + small + arguments, environment: environment, in: folder.path)
  }

  @Test func aStudyGoesOnAndSpoilsNothing() throws {
    let folder = try ScratchFolder()
    #expect(try scale(folder, ["--output", "study", "--ranks", "1"]).code == 0)
    let first = try folder.text("study/scaling.jsonl")
    #expect(folder.names("study") == ["report.html", "scaling.jsonl"])
    let more = try scale(folder, ["--output", "study", "--ranks", "1,2"])
    #expect(more.code == 0 && more.errors.contains("1 rank: measured before"), "\(more.errors)")
    let both = try folder.text("study/scaling.jsonl")
    #expect(both.hasPrefix(first) && both.split(separator: "\n").count == 2)
    // Points of other settings are neither mixed with these nor thrown away, and an import counts once.
    let other = try scale(folder, ["--output", "study", "--ranks", "4", "--set", "g=6"])
    #expect(other.code == 73 && other.errors.contains("not measured with these settings"), "\(other.errors)")
    for _ in 0..<2 {
      let imported = try scale(folder, ["--output", "sum", "--ranks", "2", "--set", "g=6", "--import", "study/scaling.jsonl"])
      #expect(imported.code == 0, "\(imported.errors)")
      #expect(try folder.text("sum/scaling.jsonl").split(separator: "\n").count == 3)
    }
    #expect(try folder.text("study/scaling.jsonl") == both)
    // The folder of a run is left as it is.
    let run = try BuiltProgram.run(
      "colonnade", ["simulate", brunel, "--smoke", "--set", "N=1000", "--quiet", "--output", folder.place("run")])
    #expect(run.code == 0, "\(run.errors)")
    let before = folder.names("run")
    let refused = try scale(folder, ["--output", "run", "--ranks", "1"])
    #expect(refused.code == 73 && refused.errors.contains("the folder of a run"), "\(refused.errors)")
    #expect(folder.names("run") == before)
  }

  /// A launcher of another MPI library starts ranks that are alone: no point is made of one of them.
  @Test func pointsOfOtherRanksAreRefused() throws {
    let folder = try ScratchFolder()
    let launcher = try folder.file("mpirun", "#!/bin/bash\nwhile [ \"$1\" != -n ]; do shift; done; exec \"${@:3}\"\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: launcher)
    let path = "\(folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    let outcome = try scale(folder, ["--output", "study", "--ranks", "2"], ["PATH": path])
    #expect(outcome.code == 65 && outcome.errors.contains("was to have 2 ranks had 1"), "\(outcome.code): \(outcome.errors)")
    #expect(try folder.text("study/scaling.jsonl").isEmpty)
  }

  @Test(arguments: [
    (["plan", "jobs/brunel", "--ranks", "0"], 64, "--ranks"), (["plan", "jobs/brunel", "--ranks", "2", "--rehearse", "2"], 64, "rank 2"),
    (["plan", "jobs/brunel", "--calibration", "nowhere.json"], 66, "nowhere.json"), (["scale"], 64, "--import"),
    (["scale", "--import", "jobs/brunel/README.md"], 65, "README.md"), (["plan", "jobs/yin-yang"], 78, "study"),
    (["plan", "jobs/brunel", "--memory", "256000000000"], 64, "in GB"), (["plan", "jobs/brunel", "--rate", "1e20"], 64, "Hz"),
    (["plan", "jobs/brunel", "--ranks", "4", "--nodes", "8"], 64, "--nodes"),
    (["scale", "--import", "x", "--beyond", "9223372036854775807"], 64, "--beyond"),
  ]) func refusals(arguments: [String], code: Int32, word: String) throws {
    let folder = try ScratchFolder()
    let arguments = arguments.map { $0.hasPrefix("jobs/") ? Repository.place($0) : $0 }
    let outcome = try BuiltProgram.run("colonnade", arguments, in: folder.path)
    #expect(outcome.code == code && outcome.errors.contains(word), "\(outcome.code): \(outcome.errors)")
  }
}
