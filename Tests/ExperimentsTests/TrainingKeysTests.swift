// The flags of the reference program are keys of a training configuration, under the same names and with the same defaults.
import Experiments
import Foundation
import Testing

struct TrainingKeysTests {
  /// The resolved configuration of a file with some lines.
  private func resolved(_ lines: [String]) throws -> [String: String] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    let text = try TrainingExperiment.load(path: file.path).configuration
    var keys: [String: String] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix(" ") {
      let parts = line.split(separator: ":", maxSplits: 1)
      keys[String(parts[0])] = parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    }
    return keys
  }

  private static let flags: [(key: String, standard: String)] = [
    ("seed", "123123"), ("nb_worker", "1"), ("batch_size", "64"), ("dataset", "dvsgesture"), ("seq_len", "1"),
    ("task_type", "recognition"), ("model_type", "clif"), ("apical_rec", "true"), ("apical_tau", "short"), ("lr", "0.01"),
    ("lr_decay", "0.85"), ("l2_decay", "0"), ("epoch", "1"), ("target_spike_prob", "0.01"), ("spike_reg_l2", "0.0001"),
  ]

  @Test func everyFlagHasItsDefault() throws {
    // One key must stand there for a file to be a configuration.
    let keys = try resolved(["seed: 123123"])
    for (key, standard) in Self.flags { #expect(keys[key] == standard, "\(key): \(keys[key] ?? "missing")") }
    #expect(keys["data_path"]?.hasSuffix("/data") == true)
  }

  @Test(arguments: [
    ("dataset", ["dvsgesture", "shd"]), ("task_type", ["recognition", "memory"]), ("model_type", ["clif", "add_clif", "lif", "lsnn"]),
    ("apical_rec", ["true", "false"]), ("apical_tau", ["short", "long", "distributed"]),
  ]) func everyChoiceIsUnderstood(key: String, choices: [String]) throws {
    for choice in choices { #expect(try resolved(["\(key): \(choice)"])[key] == choice) }
  }

  /// What the reference program fixes per data set.
  @Test func dataSetsBringTheirSettings() throws {
    let gestures = try resolved(["dataset: dvsgesture"]), digits = try resolved(["dataset: shd"])
    for (key, gesture, digit) in [
      ("train_samples", "2048", "4096"), ("test_samples", "2048", "4096"), ("window", "5", "2"), ("spatial_factor", "0.12", "0.5"),
      ("count_threshold", "3", "1"), ("duration_ratio", "0.4", "1"), ("soma_rate", "43", "50"), ("apical_rate", "20", "20"),
      ("units", "200", "200"), ("threshold", "0.05", "0.05"), ("tau", "20", "20"), ("adaptation_increment", "1.3", "1.3"),
    ] {
      #expect(gestures[key] == gesture, "\(key): \(gestures[key] ?? "missing")")
      #expect(digits[key] == digit, "\(key): \(digits[key] ?? "missing")")
    }
  }

  /// The experiment of a file with some lines.
  private func load(_ lines: [String], smoke: Bool = false) throws -> TrainingExperiment {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    return try TrainingExperiment.load(path: file.path, smoke: smoke)
  }

  /// A key that changes nothing is refused where it contradicts the others, and told in a note where it is merely idle.
  @Test(arguments: [
    (["model_type: lif", "interaction: add"], "interaction"), (["model_type: add_clif", "interaction: tanh_mult"], "interaction"),
    (["model_type: lsnn", "lif_as_run: true"], "lif_as_run"), (["model_type: lif", "lif_as_run: true", "threshold: 0.1"], "threshold"),
    (["dataset: yin_yang", "task_type: classification", "encoding: current", "augment: {time_shift: 2}"], "augment"),
  ]) func contradictionsAreRefused(lines: [String], key: String) {
    #expect { try load(lines) } throws: { "\($0)".contains("'\(key)'") }
  }

  @Test(arguments: [
    (["task_type: classification", "seq_len: 3", "fresh: true", "apical_rate: 5"], ["seq_len", "fresh", "apical_rate"]),
    (["task_type: classification", "train_samples: 100", "test_samples: 100"], ["train_samples", "test_samples"]),
    (["schedule: cosine", "lr_decay: 0.5"], ["lr_decay"]),
    (["schedule: constant", "lr_floor: 0.5", "lr_decay: 0.5"], ["lr_decay", "lr_floor"]),
    (["lr_floor: 0.5"], ["lr_floor"]),
    (["model_type: lif", "synapse_tau: 3", "adaptation_increment: 1"], ["synapse_tau", "adaptation_increment"]),
    (["model_type: cuba_lif", "synapse_tau: 3"], []), (["model_type: lsnn", "adaptation_increment: 0"], []),
    (["model_type: lif", "apical_tau: long", "apical_rec: false"], []),
    (["model_type: cuba_lif", "apical_tau: long"], ["apical_tau"]), (["nb_worker: 8"], ["nb_worker"]),
    (["schedule: cosine", "lr_decay: 0.85"], []),
  ]) func idleKeysAreTold(lines: [String], keys: [String]) throws {
    let experiment = try load(lines)
    #expect(experiment.notes.map { String($0.prefix { $0 != " " }) } == keys)
    // The resolved configuration has every key, and nobody set those.
    let resolved = try load(experiment.configuration.split(separator: "\n").map(String.init))
    #expect(resolved.notes.map { String($0.prefix { $0 != " " }) } == keys)
    #expect(resolved.configuration == experiment.configuration)
  }

  @Test func smokeKeepsWhatItMust() throws {
    let plain = try load(["dataset: fsdd"], smoke: true).configuration
    for line in ["epoch: 1", "units: 16", "train_samples: 128", "test_samples: 64"] { #expect(plain.contains("\n\(line)\n")) }
    #expect(try load(["batch_size: 320"], smoke: true).configuration.contains("\ntrain_samples: 320\n"))
    #expect(try load(["task_type: classification"], smoke: true).notes.isEmpty)
  }

  /// Keys that change nothing where they stand are told; those that the reference's users set with every model are not.
  @Test(arguments: [
    (["dataset: yin_yang", "task_type: classification", "validation_share: 0.3", "data_seed: 4"], ["validation_share", "data_seed"]),
    (["dataset: yin_yang", "task_type: recognition", "validation_share: 0.3", "data_seed: 4"], []),
    (["dataset: fsdd", "task_type: classification", "validation_share: 0.3", "data_seed: 4"], []),
    (["spike_reg_l2: 0", "target_spike_prob: 0.5"], ["target_spike_prob"]), (["target_spike_prob: 0.5"], []),
    (["task_type: classification", "recurrence: false", "apical_rec: false"], ["apical_rec"]),
    (["model_type: lif", "lif_as_run: true", "soma_rate: 3", "apical_rate: 4"], ["soma_rate", "apical_rate"]),
    (["initial_weights: w.h5", "soma_rate: 3"], ["soma_rate"]), (["soma_rate: 3", "apical_rate: 4"], []),
    (["model_type: lif", "apical_tau: long"], []),
  ]) func keysWithoutEffectAreTold(lines: [String], keys: [String]) throws {
    let notes = try load(lines).notes
    #expect(notes.map { $0.prefix { $0 != " " } } == keys.map { $0[...] }, "\(notes)")
  }

  @Test(arguments: [
    ("encoding: latency", "'encoding' is of the data yin_yang, and dataset is fsdd"),
    ("network_step: 0.1", "'network_step' is of a network that is read from a file"),
    ("study: brunel", "describes a simulation (it has the key study), not a training; give it to colonnade simulate"),
  ]) func keysOfOthersAreRefused(line: String, words: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try load(["dataset: fsdd", line]) }
    #expect(error?.exitCode == 78 && error?.description.contains(words) == true, "\(error!)")
  }
}
