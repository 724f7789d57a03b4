// Files of recordings as they are read: names that a run can take, recordings that agree; and what a run folder removes of earlier ones.
import Foundation
import Networks
import Spiking
import Storage
import Testing

@testable import Experiments

struct ReportFilesTests {
  private let base = """
    populations:
      - {name: E, model: iaf_psc_exp, count: 10}
      - {name: I, model: iaf_psc_exp, count: 10}
    record:
      columns:
        - {population: E, column: V_m, neurons: {range: [0, 5]}}

    """

  @Test(arguments: [
    ("{population: E, column: V_m, neurons: [5, 9]}", "loaded"), ("{population: I, column: V_m}", "loaded"),
    ("{population: E, column: I_syn_ex}", "loaded"), ("{population: E, column: V_m, file: more.h5}", "loaded"),
    (
      "{population: E, column: V_m, neurons: [8, 4]}",
      "config.yaml:7: 'record.columns[1].neurons' has neuron 4 of E, whose V_m is already in report-V_m.h5; leave it out or name another file"
    ),
    (
      "{population: E, column: V_m}",
      "config.yaml:7: 'record.columns[1].neurons' has neuron 0 of E, whose V_m is already in report-V_m.h5; leave it out or name another file"
    ),
    (
      "{population: I, column: V_m, interval: 1}",
      "config.yaml:7: 'record.columns[1].file' is report-V_m.h5, which already holds V_m every 0.1 ms; name another file"
    ),
    (
      "{population: I, column: I_syn_ex, file: report-V_m.h5}",
      "config.yaml:7: 'record.columns[1].file' is report-V_m.h5, which already holds V_m every 0.1 ms; name another file"
    ),
    (
      "{population: I, column: V_m, file: ../over.h5}",
      "config.yaml:7: 'record.columns[1].file' is ../over.h5, a path; give a name like report.h5, reports lie in the folder of the run"
    ),
    ("{population: I, column: V_m, file: ''}", "config.yaml:7: 'record.columns[1].file' is empty; give a name like report.h5"),
    (
      "{population: I, column: V_m, file: report.csv}",
      "config.yaml:7: 'record.columns[1].file' is report.csv, which does not end in .h5; give a name like report.h5"
    ),
    (
      "{population: I, column: V_m, file: weights.h5}",
      "config.yaml:7: 'record.columns[1].file' is weights.h5, which the run writes itself; name another file"
    ),
    (
      "{population: I, column: V_m, file: summary.json}",
      "config.yaml:7: 'record.columns[1].file' is summary.json, which the run writes itself; name another file"
    ),
  ]) func asASecondRecording(line: String, message: String) throws {
    #expect(try refusal(base + "    - \(line)\n").text == message)
  }

  @Test(arguments: [
    ("interval: 1e300", "'record.columns[0].interval' must lie between 0 and 1000000000000, got 1e300 ms"),
    ("interval: .inf", "'record.columns[0].interval' must lie between 0 and 1000000000000, got .inf ms"),
    ("interval: 1e-9", "'record.columns[0].interval' must be a multiple of the resolution, 0.1 ms"),
    ("interval: 0", "'record.columns[0].interval' must be a multiple of the resolution, 0.1 ms"),
  ]) func intervalsHaveBounds(change: String, message: String) throws {
    let text = base.replacingOccurrences(of: "neurons: {range: [0, 5]}", with: change)
    #expect(try refusal(text) == Refusal(text: "config.yaml:6: " + message, exitCode: 78))
  }

  @Test(arguments: [
    ("record.rates=1e300", "--set record.rates: 'record.rates' must lie between 0 and 1000000000000, got 1e300 ms"),
    ("record.rates=.inf", "--set record.rates: 'record.rates' must lie between 0 and 1000000000000, got .inf ms"),
    ("record.rates=0.01", "--set record.rates: 'record.rates' must be a multiple of the resolution, 0.1 ms"),
    ("checks.interval=1e300", "--set checks.interval: 'checks.interval' must lie between 0.1 and 1000000000000, got 1e300 ms"),
    ("checks.interval=0.01", "--set checks.interval: 'checks.interval' must lie between 0.1 and 1000000000000, got 0.01 ms"),
    ("resolution=.inf", "--set resolution: 'resolution' must be a multiple of 0.001 ms, got .inf ms"),
  ]) func otherTimesHaveBounds(setting: String, message: String) throws {
    #expect(try refusal(base, [setting]) == Refusal(text: message, exitCode: 78))
  }

  /// A resolution above the standard interval of checks raises that, so that the resolved configuration can be read again.
  @Test func aCoarseResolutionHasItsOwnInterval() throws {
    let folder = try ScratchFolder()
    let first = try folder.load("study: brunel\nresolution: 200\nduration: 1000\npresimulation: 0\nD: 400\nrecord: {columns: []}\n")
    #expect(first.description.checks.interval == 200)
    #expect(try folder.load(first.configuration).configuration == first.configuration)
  }

  @Test func selectionsThatShareNeurons() {
    let all = [Selection.all, .none, .list([2, 5]), .list([]), .range(4..<6), .fraction(0.5), .range(7..<9)]
    for a in all {
      for b in all {
        #expect(a.first(sharedWith: b, of: 10) == (0..<10).first { a.contains($0) && b.contains($0) }, "\(a) and \(b)")
      }
    }
  }
}

struct RunFolderTests {
  private func write(_ folder: ScratchFolder, _ names: [String]) throws { for name in names { _ = try folder.file(name, "old") } }
  private func has(_ folder: ScratchFolder, _ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path + "/" + name) }

  /// A summary is a file that anybody may have written: nothing is removed but reports of this very folder.
  @Test func onlyReportsOfTheFolderAreRemoved() throws {
    let folder = try ScratchFolder()
    let run = RunFolder(folder.path + "/run")
    try FileManager.default.createDirectory(atPath: run.path + "/kept.h5", withIntermediateDirectories: true)
    try write(folder, ["outside.h5", "run/report.h5", "run/other.h5", "run/notes.txt", "run/rates.csv", "run/run.jsonl", "run/kept.h5/a"])
    let listed = ["report.h5", "missing.h5", "../outside.h5", folder.path + "/outside.h5", "notes.txt", "run.jsonl", "kept.h5", "..", ""]
    let text = JSONValue.object(["reports": .array(listed.map { .string($0) })]).text
    _ = try folder.file("run/summary.json", text)
    try run.prepare(configuration: "")
    for name in ["run/report.h5", "run/rates.csv", "run/summary.json"] { #expect(!has(folder, name), "\(name)") }
    for name in ["outside.h5", "run/other.h5", "run/notes.txt", "run/run.jsonl", "run/kept.h5/a"] { #expect(has(folder, name), "\(name)") }
  }

  @Test(arguments: ["no JSON", "{}", "[]", "{\"reports\": 3}", "{\"reports\": [4]}"]) func anyOldSummaryIsReplaced(text: String) throws {
    let folder = try ScratchFolder()
    try write(folder, ["report.h5", "run.jsonl"])
    _ = try folder.file("summary.json", text)
    try RunFolder(folder.path).prepare(configuration: "")
    #expect(has(folder, "report.h5") && !has(folder, "summary.json"))
  }
}
