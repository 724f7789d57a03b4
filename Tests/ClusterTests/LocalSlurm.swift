// A Slurm cluster of this machine for one test, and what its jobs have come to.
import Foundation
import Storage
import TestKit
import Testing

/// A cluster in a folder of its own; it ends with the value.
final class LocalSlurm: Sendable {
  static let isThere =
    (try? BuiltProgram.shell("PATH=$PATH:/usr/sbin:/sbin; command -v munged slurmctld slurmd sbatch | wc -l", limit: 10).output) == "4\n"
  static let missing: Comment = "Debian's munge, slurmctld, slurmd or slurm-client is missing (cluster/packages.sh slurm)"

  let folder: ScratchFolder
  var place: String { folder.place("slurm") }

  init(nodes: Int = 2, cpus: Int = 2) throws {
    folder = try ScratchFolder()
    let outcome = try call("up \(nodes) \(cpus)")
    try #require(outcome.code == 0, "\(outcome.errors)")
  }
  deinit { _ = try? call("down") }

  /// `local-slurm WORDS`, with the job scripts of the repository and the test's folder as working directory.
  @discardableResult
  func call(_ words: String, environment: [String: String] = [:], limit: Int = 120) throws -> ProgramOutcome {
    try BuiltProgram.shell(
      "\(Repository.place("cluster/local-slurm")) \(words)",
      environment: ["COLONNADE_SLURM": place, "COLONNADE_HOME": Repository.path].merging(environment) { $1 }, in: folder.path, limit: limit)
  }

  /// Queues a job on two nodes with one rank each and gives its number.
  func submit(_ script: String, _ words: String, environment: [String: String] = [:]) throws -> String {
    let outcome = try call(
      "run sbatch --parsable --nodes=2 --ntasks-per-node=1 \(words.replacingOccurrences(of: "SCRIPT", with: Repository.place(script)))",
      environment: environment)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What Slurm knows about a job, such as `JobState` and `Restarts`; empty once it has forgotten it.
  func job(_ number: String) throws -> [String: String] {
    let words = try call("run scontrol --oneliner show job \(number)").output.split(whereSeparator: \.isWhitespace)
    return Dictionary(
      words.map { word in
        let parts = word.split(separator: "=", maxSplits: 1)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
      }
    ) { first, _ in first }
  }

  /// Waits for something to become true.
  func wait(for what: String, atMost seconds: Double = 60, until isTrue: () throws -> Bool) throws {
    let end = Date() + seconds
    while try !isTrue() {
      try #require(Date() < end, "\(what) did not happen within \(seconds) s; the job's log: \(logs())")
      Thread.sleep(forTimeInterval: 0.2)
    }
  }
  func waitForEnd(_ number: String, _ seconds: Double = 120) throws -> String {
    var state = ""
    try wait(for: "the end of job \(number)", atMost: seconds) {
      state = try job(number)["JobState"] ?? "gone"
      return !["PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "REQUEUED"].contains(state)
    }
    return state
  }

  /// How often a run's log tells an event.
  func count(_ event: String, in run: String) -> Int {
    (((try? folder.text("\(run)/run.jsonl")) ?? "").components(separatedBy: "\"\(event)\"").count) - 1
  }
  /// Sends a running job what Slurm sends ahead of the time limit, and waits until the run has stopped for it.
  func tellTimeIsNearlyUp(_ number: String, run: String) throws {
    let (built, stopped) = (count("build.done", in: run), count("run.stop", in: run))
    if built == stopped { try wait(for: "the begin of the run") { count("build.done", in: run) > built } }
    Thread.sleep(forTimeInterval: 0.1)
    #expect(try call("run scancel --batch --signal=USR1 \(number)").code == 0)
    try wait(for: "the stop of the run") {
      try #require(!folder.has("\(run)/summary.json"), "the run ended before the signal came")
      return count("run.stop", in: run) > stopped
    }
  }

  func logs() -> String {
    folder.names().filter { $0.hasSuffix(".log") }.map { (try? folder.text($0)) ?? "" }.joined(separator: "\n")
  }
  func summary(_ run: String) throws -> JSONValue { try JSONValue.read(folder.place("\(run)/summary.json")) }
}
