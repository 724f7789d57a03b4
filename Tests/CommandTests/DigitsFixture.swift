// Made-up spoken digits on disk, a small training on them, and what is done with its runs.
import Foundation
import Storage
import TestKit
import Testing

/// Ten classes of spoken digits made up of noise around a class's own channels, under the names of a real data set.
///
/// - Parameters:
///   - silent: recordings of each part, from the first on, that have no spike.
///   - moved: puts one spike of the first recording into the part's other channels.
func writeDigits(_ folder: ScratchFolder, lastLabel: UInt16 = 9, cut: Bool = false, silent: Int = 0, seed: UInt64 = 11, moved: Bool = false)
  throws
{
  var word = seed
  func below(_ bound: Int) -> Int {
    word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(word >> 33) % bound
  }
  for (part, each) in [("train", 6), ("test", 2)] {
    var times: [[Float]] = [], units: [[UInt16]] = [], labels: [UInt16] = []
    for recording in 0..<10 * each {
      let label = recording % 10, count = recording < silent ? 0 : 60 + below(20)
      times.append((0..<count).map { Float($0) * 0.001 })
      units.append((0..<count).map { _ in UInt16(below(3) == 0 ? below(700) : 70 * label + below(40)) })
      labels.append(label == 9 ? lastLabel : UInt16(label))
    }
    if moved { units[0][0] = units[0][0] < 350 ? 690 : 10 }
    let path = folder.place("fsdd_spikes_\(part).h5")
    let file = try HDF5File.create(path)
    try file.write("spikes/times", sequences: times, fileType: .float16)
    try file.write("spikes/units", sequences: units)
    try file.write("labels", labels)
    try file.write("extra/speaker", labels.indices.map { UInt16($0 % 3) })
    try file.close()
    if cut { try AtomicFile.write(path, Array(try WholeFile.read(path).prefix(3000))) }
  }
}

let smallTraining = """
  dataset: fsdd
  spatial_factor: 0.1
  units: 12
  epoch: 2
  batch_size: 24
  micro_batch: 4
  train_samples: 48
  test_samples: 20
  validation_share: 0
  spike_reg_l2: 0.001
  """

/// The small training beside its data.
final class SmallTraining {
  let folder: ScratchFolder
  let settings: [String]

  init(_ settings: [String] = []) throws {
    folder = try ScratchFolder()
    self.settings = settings
    try writeDigits(folder)
    _ = try folder.file("config.yaml", smallTraining)
  }

  /// A line of shell that starts it.
  func line(_ name: String, ranks: Int? = nil, _ more: [String] = [], _ options: String = "") -> String {
    let sets = (["data_path=\(folder.path)"] + settings + more).map { "--set '\($0)' " }.joined()
    let launcher = ranks.map { "mpirun --oversubscribe -n \($0) " } ?? ""
    return "\(launcher)colonnade train \(folder.place("config.yaml")) --output \(folder.place(name)) --quiet \(sets)\(options)"
  }

  func start(_ name: String, ranks: Int? = nil, _ more: [String] = [], _ options: String = "") throws -> ProgramOutcome {
    try BuiltProgram.shell(line(name, ranks: ranks, more, options))
  }

  /// Starts it, waits until an epoch is done, does something to the process `$pid`, and waits for the end.
  func interrupt(_ name: String, ranks: Int?, _ action: String, _ options: String = "") throws -> ProgramOutcome {
    try BuiltProgram.shell(
      """
      \(line(name, ranks: ranks, [], options)) & pid=$!
      for i in $(seq 2000); do grep -q metrics \(folder.place(name))/run.jsonl 2>/dev/null && break; sleep 0.02; done
      \(action); wait $pid
      """)
  }

  func summary(_ name: String) throws -> JSONValue { try JSONValue.read(folder.place(name) + "/summary.json") }
  func hash(_ name: String) throws -> String? { try summary(name)["weights_hash"]?.string }

  /// Kills a rank when a checkpoint was written that was not there before, again and again, until the run is done; returns how often.
  func killUntilDone(_ name: String, most: Int) throws -> Int {
    for kills in 0..<most {
      let ranks = 2 + kills % 2, log = folder.place(name) + "/run.jsonl"
      let outcome = try BuiltProgram.shell(
        """
        count() { n=$(grep -c '"checkpoint"' \(log) 2>/dev/null); echo "${n:-0}"; }
        before=$(count)
        \(line(name, ranks: ranks, [], "--checkpoint-every 0.05s")) & pid=$!
        while kill -0 $pid 2>/dev/null && [ "$(count)" -le "$before" ]; do sleep 0.02; done
        kill -KILL $(pgrep -P $pid | sed -n \(1 + kills % ranks)p) 2>/dev/null
        wait $pid; code=$?
        for i in $(seq 50); do
          pgrep -f '^[^ ]*colonnade train .*\(folder.place(name))' >/dev/null || exit $code; sleep 0.1
        done; exit 99
        """)
      #expect(outcome.code != 99, "a process is left after 5 s")
      if outcome.code == 0 { return kills }
    }
    let last = try start(name, ranks: 3)
    #expect(last.code == 0, "\(last.errors)")
    return most
  }
}
