// A run that is stopped, killed or damaged goes on to the very files of an unstopped one, on any number of ranks.
import Foundation
import Storage
import TestKit
import Testing

/// Two populations with spread delays, recorded in every way; some seconds on one rank.
let restartNetwork = """
  seed: 5
  duration: 6000
  presimulation: 20
  populations:
    - {name: E, model: iaf_psc_exp, count: 800, parameters: {tau_m: 10, V_th: -50}}
    - {name: I, model: iaf_psc_exp, count: 200, parameters: {tau_m: 10, V_th: -50}}
  projections:
    - {from: E, to: E, rule: {fixed_outdegree: 40}, weight: {normal: {mean: 20, sd: 3, min: 0}}, delay: 1.5}
    - {from: E, to: I, rule: {fixed_outdegree: 10}, weight: 20, delay: 1.5}
    - {from: I, to: E, rule: {fixed_outdegree: 40}, weight: -180, delay: {uniform: {low: 0.5, high: 9}}}
  inputs:
    - poisson: {to: [E, I], rate: 8000, weight: 34}
    - noise: {to: I, mean: 10, sd: 20, dt: 0.5}
  record:
    rates: 5
    columns: [{population: E, column: V_m, neurons: [0, 1, 350, 799], interval: 1}]
  """

/// A run folder beside its configuration, and what is done with it.
final class StoppedRun {
  static let results = ["spikes.h5", "report.h5", "rates.csv"]
  let folder: ScratchFolder
  let config: String

  init() throws {
    folder = try ScratchFolder()
    config = try folder.file("config.yaml", restartNetwork)
  }

  /// A line of shell that starts the run.
  func line(_ name: String, ranks: Int?, _ options: String = "") -> String {
    "\(ranks.map { "mpirun -n \($0) " } ?? "")colonnade simulate \(config) --output \(folder.place(name)) --quiet \(options)"
  }
  func run(_ name: String, ranks: Int? = nil, _ options: String = "") throws -> ProgramOutcome {
    try BuiltProgram.shell(line(name, ranks: ranks, options))
  }
  /// Starts the run, waits until it begins the checkpoint after the one with the number, which is then whole, then does something to the
  /// process `$pid`, and waits for the end.
  func interrupt(_ name: String, ranks: Int?, after checkpoint: Int = 1, _ action: String, _ options: String = "", start: String = "")
    throws -> ProgramOutcome
  {
    try BuiltProgram.shell(
      """
      \(start)\(line(name, ranks: ranks, "--checkpoint-every 0.05s " + options)) & pid=$!
      for i in $(seq 2000); do
        newest=$(ls \(folder.place(name))/checkpoint 2>/dev/null | sort -n | tail -1)
        [ "${newest:-0}" -gt \(checkpoint) ] && break; sleep 0.02
      done
      \(action); wait $pid
      """)
  }
  func copy(_ name: String, to other: String) throws {
    #expect(try BuiltProgram.shell("cp -r \(folder.place(name)) \(folder.place(other))").code == 0)
  }
  func status(_ name: String) throws -> JSONValue {
    let outcome = try BuiltProgram.run("colonnade", ["status", folder.place(name), "--json"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try JSONValue.parse(outcome.output)
  }
  func expectSame(_ name: String, as reference: String, _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (a, b) = (try JSONValue.read(folder.place(name) + "/summary.json"), try JSONValue.read(folder.place(reference) + "/summary.json"))
    for key in ["spike_hash", "state_hash", "spikes", "synaptic_events", "rates_hz"] {
      #expect(a[key] != nil && a[key] == b[key], "\(key): \(what)", sourceLocation: sourceLocation)
    }
    for file in Self.results {
      #expect(
        try folder.bytes("\(name)/\(file)") == folder.bytes("\(reference)/\(file)"), "\(file): \(what)", sourceLocation: sourceLocation)
    }
    // Nothing is left of the way there.
    #expect(
      folder.names(name) == ["configuration.yaml", "rates.csv", "report.h5", "report.html", "run.jsonl", "spikes.h5", "summary.json"], what,
      sourceLocation: sourceLocation)
  }
}

@Suite(.serialized) struct ResumeTests {
  @Test func stopsWhenAskedAndGoesOnAnywhere() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    let stopped = try run.interrupt("run", ranks: 3, "kill -USR1 $pid")
    #expect(stopped.code == 75, "\(stopped.errors)")
    #expect(!run.folder.has("run/summary.json") && !run.folder.has("run/spikes.h5"))
    for (ranks, options) in [(nil, ""), (1, "--set storage=procedural"), (2, ""), (4, "--resume auto")] as [(Int?, String)] {
      let name = "on-\(ranks ?? 0)"
      try run.copy("run", to: name)
      let outcome = try run.run(name, ranks: ranks, options)
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      try run.expectSame(name, as: "whole", "3 ranks, then \(ranks ?? 1), \(options)")
      let summary = try JSONValue.read(run.folder.place(name) + "/summary.json")
      #expect(summary["resumed_at_ms"]?.array?.count == 1)
    }
  }

  /// Again and again, on other numbers of ranks, until it is done.
  @Test(arguments: ["stored", "procedural"]) func manyShortLegs(storage: String) throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    var codes: [Int32] = []
    for ranks in [3, 1, 2, 2, 4] {
      let outcome = try run.interrupt("run", ranks: ranks, after: codes.count * 3 + 1, "kill -USR1 $pid", "--set storage=\(storage)")
      codes.append(outcome.code)
      if outcome.code == 0 { break }
      #expect(outcome.code == 75, "\(outcome.errors)")
    }
    if codes.last == 75 { #expect(try run.run("run", ranks: 3, "--set storage=\(storage)").code == 0) }
    #expect(codes.first == 75)
    try run.expectSame("run", as: "whole", "\(codes)")
  }

  @Test func timeLimit() throws {
    let run = try StoppedRun()
    let limited = try run.run("run", ranks: 2, "--max-hours 1e-7")
    #expect(limited.code == 75, "\(limited.errors)")
    let status = try run.status("run")
    #expect(status["state"]?.string == "resumable" && (status["share"]?.double ?? 1) < 0.5)
    let long = try run.run("run", ranks: 2, "--max-hours 1")
    #expect(long.code == 0, "\(long.errors)")
    #expect(try run.status("run")["state"]?.string == "finished")
  }

  /// A program that was started by a thread that blocks signals stops when it is asked to, all the same.
  @Test func blockedSignalsAreHeard() throws {
    let run = try StoppedRun()
    let start = "perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1, SIGTERM)); exec @ARGV' "
    for signal in ["USR1", "TERM"] {
      let outcome = try run.interrupt(signal, ranks: nil, "kill -\(signal) $pid", start: start)
      #expect(outcome.code == 75, "\(signal): \(outcome.errors)")
    }
  }

  /// TERM to one process: a checkpoint and code 75. Through mpirun: whatever it gives, and a checkpoint that is good.
  @Test func endSignals() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    for (name, ranks, signal) in [("alone", nil, "INT"), ("plain", nil, "TERM"), ("many", 3, "TERM")] as [(String, Int?, String)] {
      // A shell lets its background processes ignore INT: the program hears it all the same.
      let outcome = try run.interrupt(name, ranks: ranks, "kill -\(signal) $pid")
      #expect(outcome.code != 0 && (ranks != nil || outcome.code == 75), "\(outcome.code): \(outcome.errors)")
      #expect(try run.run(name, ranks: 2).code == 0)
      try run.expectSame(name, as: "whole", "\(signal)")
    }
  }

  @Test func aKilledRankEndsAllAndTheRunGoesOn() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    // The launcher itself, too: its ranks must not stay.
    for (name, victim) in [("rank", "$(pgrep -P $pid | tail -1)"), ("launcher", "$pid")] {
      let place = run.folder.place(name)
      let outcome = try run.interrupt(name, ranks: 3, "kill -KILL \(victim)")
      #expect(outcome.code != 0 && outcome.code != 75)
      let left = try BuiltProgram.shell(
        "for i in $(seq 50); do pgrep -f '^[^ ]*colonnade simulate .*\(place)' >/dev/null || exit 0; sleep 0.1; done; exit 1")
      #expect(left.code == 0, "a process of the run is left after 5 s")
      let resumed = try run.run(name, ranks: 2)
      #expect(resumed.code == 0, "\(resumed.errors)")
      try run.expectSame(name, as: "whole", "killed \(name)")
    }
  }

  @Test func damagedCheckpoints() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    #expect(try run.interrupt("run", ranks: 2, after: 2, "kill -USR1 $pid").code == 75)
    let numbers = run.folder.names("run/checkpoint").compactMap { Int($0) }.sorted()
    try #require(numbers.count == 2)
    // A byte in the middle, the end, the manifest, the file.
    for (i, damage) in [
      "printf X | dd of=rank-1.h5 bs=1 seek=$(($(stat -c %s rank-1.h5) / 2)) conv=notrunc", "truncate -s -100 rank-0.h5",
      "sed -i 's/object/objecT/; s/\"step\": ./\"step\": 9/' manifest.json", "rm rank-1.h5",
    ].enumerated() {
      try run.copy("run", to: "run\(i)")
      let newest = run.folder.place("run\(i)/checkpoint/\(numbers[1])")
      #expect(try BuiltProgram.shell("cd \(newest) && \(damage)").code == 0)
      let resumed = try BuiltProgram.shell(run.line("run\(i)", ranks: 3).replacingOccurrences(of: "--quiet", with: ""))
      #expect(resumed.code == 0, "\(damage): \(resumed.errors)")
      #expect(
        resumed.errors.contains("NOTE checkpoint") && resumed.errors.contains("checkpoint/\(numbers[1]) is damaged"), "\(resumed.errors)")
      try run.expectSame("run\(i)", as: "whole", "\(damage)")
    }
    for number in numbers {
      #expect(try BuiltProgram.shell("truncate -s 200 \(run.folder.place("run/checkpoint/\(number)/rank-0.h5"))").code == 0)
    }
    for ranks in [nil, 3] {
      let refused = try run.run("run", ranks: ranks)
      #expect(refused.code == 65 && refused.messages.count == 1, "\(refused.code): \(refused.errors)")
      #expect(refused.errors.contains("no checkpoint is whole") && refused.errors.contains("--resume never"))
    }
    #expect(try run.run("run", "--resume never").code == 0)
    try run.expectSame("run", as: "whole", "begun again")
  }

  @Test func anotherConfigurationIsRefused() throws {
    let run = try StoppedRun()
    #expect(try run.run("run", "--max-hours 1e-7").code == 75)
    for (setting, words) in [
      ("seed=6", ["'seed'", "'5'", "'6'"]), ("presimulation=10", ["'presimulation'", "'20'", "'10'"]), ("precision=double", ["precision"]),
    ] {
      for ranks in [nil, 2] {
        let outcome = try run.run("run", ranks: ranks, "--set '\(setting)'")
        #expect(outcome.code == 78 && outcome.messages.count == 1, "\(outcome.code): \(outcome.errors)")
        for word in words + ["--resume never"] { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
      }
    }
    let missing = try run.run("other", "--resume \(run.folder.place("nowhere"))")
    #expect(missing.code == 66 && missing.errors.contains("nowhere"), "\(missing.errors)")
  }

  /// A file of spikes that has changed since the run began is another network.
  @Test func otherSpikesAreRefused() throws {
    let folder = try ScratchFolder()
    let config = try folder.file("config.yaml", smallNetwork.replacing("spikes: [[1.5, 0], [2, 1]]", with: "file: spikes.csv"))
    let line = "colonnade simulate \(config) --output \(folder.place("run")) --quiet --set duration=2000"
    func start(_ spikes: String, _ ranks: Int? = nil, _ options: String = "") throws -> ProgramOutcome {
      _ = try folder.file("spikes.csv", "timestamps population node_ids\n" + spikes)
      return try BuiltProgram.shell((ranks.map { "mpirun --oversubscribe -n \($0) " } ?? "") + line + options)
    }
    #expect(try start("1.5 in 0\n2 in 1\n", nil, " --max-hours 1e-7").code == 75)
    for ranks in [nil, 2] {
      let outcome = try start("1.5 in 0\n2.5 in 1\n", ranks)
      #expect(outcome.code == 78 && outcome.errors.contains("files that the configuration names have changed"), "\(outcome.errors)")
    }
    #expect(try start("1.5 in 0\n2 in 1\n", 2).code == 0)
  }

  /// From another folder, from one checkpoint of it, and for longer than was asked at first.
  @Test func goesOnElsewhereAndForLonger() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    #expect(try run.interrupt("run", ranks: 2, after: 2, "kill -USR1 $pid").code == 75)
    let before = try run.status("run")["checkpoints"]?.array?.count
    let older = run.folder.names("run/checkpoint").compactMap { Int($0) }.min() ?? 0
    for (name, source) in [("elsewhere", "run"), ("earlier", "run/checkpoint/\(older)")] {
      let outcome = try run.run(name, ranks: 3, "--resume \(run.folder.place(source))")
      #expect(outcome.code == 0, "\(outcome.errors)")
      try run.expectSame(name, as: "whole", "from \(source)")
    }
    #expect(try run.status("run")["checkpoints"]?.array?.count == before)
    let tooShort = try run.run("run", "--set duration=0")
    #expect(tooShort.code == 78 && tooShort.errors.contains("duration"), "\(tooShort.errors)")
    #expect(try run.run("run", "--set duration=6100").code == 0)
    #expect(try run.run("longer", "--set duration=6100").code == 0)
    try run.expectSame("run", as: "longer", "longer")
  }

  /// A command with --resume PATH, given again, goes on from where it was stopped: what it began from is not needed any more.
  @Test func aRepeatedCommandGoesOnFromItsOwnCheckpoints() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    #expect(try run.interrupt("first", ranks: 2, "kill -USR1 $pid").code == 75)
    let resume = "--resume \(run.folder.place("first"))"
    #expect(try run.interrupt("second", ranks: 2, "kill -USR1 $pid", resume).code == 75)
    // A part of the way that does not name the first run does not forget it.
    #expect(try run.run("second", ranks: 2, "--max-hours 1e-7").code == 75)
    try FileManager.default.removeItem(atPath: run.folder.place("first"))
    let last = try run.run("second", ranks: 3, resume)
    #expect(last.code == 0, "\(last.errors)")
    try run.expectSame("second", as: "whole", "from first, then by itself")
    let resumed = try JSONValue.read(run.folder.place("second/summary.json"))["resumed_at_ms"]?.array?.compactMap(\.double) ?? []
    #expect(resumed.count == 3 && zip(resumed, resumed.dropFirst()).allSatisfy { $0 < $1 }, "\(resumed)")
    // Another run is another beginning.
    #expect(try run.run("third", "--max-hours 1e-7").code == 75)
    let other = try run.run("second", resume.replacingOccurrences(of: "first", with: "third"))
    #expect(other.code == 0, "\(other.errors)")
    #expect(try JSONValue.read(run.folder.place("second/summary.json"))["resumed_at_ms"]?.array?.count == 1)
  }

  /// Back to the older of two checkpoints of the same folder, and on from there.
  @Test func goesBackOnce() throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    #expect(try run.interrupt("run", ranks: 2, after: 3, "kill -USR1 $pid").code == 75)
    let older = run.folder.names("run/checkpoint").compactMap { Int($0) }.min() ?? 0
    let resume = "--resume \(run.folder.place("run/checkpoint/\(older)"))"
    #expect(try run.run("run", ranks: 2, resume + " --max-hours 1e-7").code == 75)
    let next = try run.run("run", ranks: 2, resume)
    #expect(next.code == 0, "\(next.errors)")
    try run.expectSame("run", as: "whole", "back to checkpoint \(older)")
    #expect(try JSONValue.read(run.folder.place("run/summary.json"))["resumed_at_ms"]?.array?.count == 2)
  }

  /// What job scripts ask for: a finished run stays, whether the same one is asked for or another.
  @Test func aFinishedRunIsKeptWhereAskedTo() throws {
    let run = try StoppedRun()
    let short = "--set duration=50 "
    #expect(try run.run("run", short + "--keep-finished").code == 0)
    let summary = try run.folder.text("run/summary.json")
    for ranks in [nil, 2] {
      #expect(try run.run("run", ranks: ranks, short + "--keep-finished").code == 0)
      let other = try run.run("run", ranks: ranks, short + "--keep-finished --seed 6")
      #expect(other.code == 78 && other.messages.count == 1, "\(other.code): \(other.errors)")
      for word in ["'seed' = '5'", "'6'", "--output", "--resume never"] { #expect(other.errors.contains(word), "\(other.errors)") }
      #expect(try run.folder.text("run/summary.json") == summary)
    }
    #expect(try run.run("run", short + "--keep-finished --seed 6 --resume never").code == 0)
    #expect(try run.folder.text("run/summary.json") != summary)
    // What is not finished goes on.
    #expect(try run.run("stopped", short + "--keep-finished --max-hours 1e-7").code == 75)
    #expect(try run.run("stopped", short + "--keep-finished").code == 0 && run.folder.has("stopped/summary.json"))
  }

  /// The disk is full while a checkpoint is written; with more space the run goes on.
  @Test(.enabled(if: hasSmallDisk, "no small file system can be mounted here (unshare -rm)"), arguments: [nil, 3] as [Int?])
  func fullDisk(ranks: Int?) throws {
    let run = try StoppedRun()
    #expect(try run.run("whole").code == 0)
    let disk = run.folder.place("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    let script = try run.folder.file(
      "script.sh",
      """
      mount -t tmpfs -o size=500k none \(disk)
      \(run.line("disk/run", ranks: ranks, "--checkpoint-every 0.05s")); first=$?
      ls \(disk)/run/checkpoint
      mount -o remount,size=50m \(disk)
      \(run.line("disk/run", ranks: 2)) || exit 1
      cp -r \(disk)/run \(run.folder.place("kept"))
      exit $first
      """)
    let outcome = try BuiltProgram.shell("unshare -rm bash \(script)")
    #expect(outcome.code == 74, "\(outcome.code): \(outcome.errors)")
    #expect(outcome.messages.count == 1 && outcome.errors.contains("No space left"), "\(outcome.errors)")
    try run.expectSame("kept", as: "whole", "after a full disk")
  }

  /// Also while the network is built.
  @Test func aRankThatStallsInTheBuildIsNoticed() throws {
    let folder = try ScratchFolder()
    let config = try folder.file(
      "config.yaml",
      """
      duration: 10
      populations: [{name: E, model: iaf_psc_exp, count: 20000}]
      projections: [{from: E, to: E, rule: {fixed_indegree: 1500}, weight: {normal: {mean: 1, sd: 1}}, delay: 1.5}]
      """)
    let outcome = try BuiltProgram.shell(
      """
      mpirun -n 2 colonnade simulate \(config) --output \(folder.place("run")) --quiet --stall-limit 2s & pid=$!
      for i in $(seq 2000); do grep -q run.start \(folder.place("run"))/run.jsonl 2>/dev/null && break; sleep 0.01; done
      kill -STOP $(pgrep -P $pid | tail -1); wait $pid
      """)
    #expect(outcome.code == 70 && outcome.messages.count == 1, "\(outcome.code): \(outcome.errors)")
    #expect(outcome.errors.contains("no progress") && outcome.errors.contains("in phase build"), "\(outcome.errors)")
  }

  /// A rank that is stopped from outside makes the others end with a word.
  @Test func aStalledRankIsNoticed() throws {
    let run = try StoppedRun()
    let outcome = try run.interrupt("run", ranks: 3, "kill -STOP $(pgrep -P $pid | tail -1)", "--stall-limit 2s")
    #expect(outcome.code == 70, "\(outcome.code): \(outcome.errors)")
    #expect(outcome.messages.count == 1 && outcome.errors.contains("no progress"), "\(outcome.errors)")
    // Wherever the others wait for it: in the exchange, or at the end of a checkpoint.
    #expect(outcome.errors.contains("in phase communication") || outcome.errors.contains("in phase output"), "\(outcome.errors)")
    let place = run.folder.place("run")
    let left = try BuiltProgram.shell(
      "for i in $(seq 50); do pgrep -f '^[^ ]*colonnade simulate .*\(place)' >/dev/null || exit 0; sleep 0.1; done; exit 1")
    #expect(left.code == 0, "a process of the run is left after 5 s")
  }
}
