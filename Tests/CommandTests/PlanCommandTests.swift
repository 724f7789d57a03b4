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
    #expect(outcome.code == 0 && lines.count == 2, "\(outcome.errors)")
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

  @Test(arguments: [
    (["plan", "jobs/brunel", "--ranks", "0"], 64, "--ranks"), (["plan", "jobs/brunel", "--ranks", "2", "--rehearse", "2"], 64, "rank 2"),
    (["plan", "jobs/brunel", "--calibration", "nowhere.json"], 66, "nowhere.json"), (["scale"], 64, "--import"),
    (["scale", "--import", "jobs/brunel/README.md"], 65, "README.md"), (["plan", "jobs/yin-yang"], 78, "study"),
  ]) func refusals(arguments: [String], code: Int32, word: String) throws {
    let folder = try ScratchFolder()
    let arguments = arguments.map { $0.hasPrefix("jobs/") ? Repository.place($0) : $0 }
    let outcome = try BuiltProgram.run("colonnade", arguments, in: folder.path)
    #expect(outcome.code == code && outcome.errors.contains(word), "\(outcome.code): \(outcome.errors)")
  }
}
