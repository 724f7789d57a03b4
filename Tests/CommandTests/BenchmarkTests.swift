// `colonnade benchmark` says what it measured as soon as it is measured, and leaves nothing running when it is ended.
import Foundation
import TestKit
import Testing

@Suite(.serialized) struct BenchmarkTests {
  @Test func networkGivesALineOfFiguresAndARow() throws {
    let outcome = try BuiltProgram.run("colonnade", ["benchmark", "microcircuit-0.1", "--repeats", "1"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    try #require(lines.count == 1, "\(outcome.output)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
    #expect(object["benchmark"] as? String == "microcircuit-0.1" && object["ranks"] as? Int == 2)
    for key in ["real_time_factor", "build_s", "run_s", "ns_core_per_synaptic_event", "bytes_per_synapse", "synapses_per_s_and_core"] {
      #expect((object[key] as? Double ?? 0) > 0, "\(key): \(lines[0])")
    }
    for words in ["microcircuit-0.1, run 1 of 1", "s per simulated second", "Msyn/s/core"] { #expect(outcome.errors.contains(words)) }
  }

  /// A batch of four micro-batches is shared by four ranks at most; that is said before anything is timed.
  @Test func moreRanksThanMicroBatchesAreRefused() throws {
    let outcome = try BuiltProgram.run("colonnade", ["benchmark", "training", "--ranks", "5"])
    #expect(outcome.code == 64 && outcome.errors.contains("--ranks can be at most 4 for 'training'"), "\(outcome.code) \(outcome.errors)")
  }

  /// A Python without the peer is told before anything is timed.
  @Test(arguments: ["bare-python", "no-such-python"]) func aMissingPeerIsToldAtOnce(python: String) throws {
    let folder = try ScratchFolder()
    // No site packages; a folder of the name is no module.
    let bare = try folder.file("bare-python", "#!/bin/sh\nexec python3 -S -E \"$@\"\n")
    try FileManager.default.createDirectory(atPath: folder.place("nest"), withIntermediateDirectories: true)
    let outcome = try BuiltProgram.shell(
      "chmod +x \(bare); cd \(folder.path) && PATH=$PATH:. colonnade benchmark microcircuit-0.1 --peer nest --python \(python)", limit: 30)
    #expect(outcome.code == 66 && outcome.output.isEmpty, "\(outcome.code) \(outcome.errors)")
    for words in ["no module nest", "--python"] { #expect(outcome.errors.contains(words), "\(outcome.errors)") }
    #expect(!outcome.errors.contains("Traceback"))
  }

  /// A launcher within a launcher's job would wait for ever: commands that start runs say so, once.
  @Test(arguments: [
    (["benchmark", "training-b"], "colonnade benchmark starts"), (["benchmark", "--calibrate"], "colonnade benchmark starts"),
    (["scale", "jobs/brunel"], "colonnade scale starts"), (["plan", "jobs/brunel", "--probe", "N=100"], "colonnade plan --probe starts"),
  ]) func startersOfRunsAreRefusedUnderALauncher(arguments: [String], words: String) throws {
    let outcome = try BuiltProgram.run("colonnade", ranks: 2, arguments, limit: 60)
    #expect(outcome.code == 64 && outcome.errors.components(separatedBy: words).count == 2, "\(outcome.code) \(outcome.errors)")
    #expect(outcome.errors.contains("call it without mpirun"))
  }

  /// The second network is ended while it is timed; figures of the first are kept, and nothing goes on.
  @Test(arguments: ["TERM", "INT"]) func signalEndsTheTimedRunsToo(signal: String) throws {
    let folder = try ScratchFolder()
    let outcome = try BuiltProgram.shell(
      """
      colonnade benchmark microcircuit-0.1 microcircuit --repeats 1 >out 2>err &
      pid=$!
      # A run's folder is made by its ranks: they and mpirun are there.
      until grep -q benchmark out && ls "$TMPDIR"/colonnade-benchmark-$pid/run >/dev/null 2>&1; do kill -0 $pid || break; sleep 0.1; done
      kill -\(signal) $pid
      wait $pid
      """, environment: ["TMPDIR": folder.path], in: folder.path)
    let errors = try folder.text("err")
    #expect(outcome.code == (signal == "TERM" ? 143 : 130), "\(outcome.code): \(errors)")
    #expect(errors.contains("ended by signal") && errors.contains("Msyn/s/core"), "\(errors)")
    #expect(try folder.text("out").contains("\"benchmark\":\"microcircuit-0.1\""))
    let left = Processes.naming(folder.path)
    #expect(left.isEmpty, "still running: \(left)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(files.sorted() == ["err", "out"])
  }
}
