// What the configuration and study tests share: scratch files, errors, the shared data.
import Foundation
import Testing

@testable import Experiments

/// A scratch folder that is removed with its value.
final class ScratchFolder: Sendable {
  let path: String
  init() throws {
    path = NSTemporaryDirectory() + "colonnade-experiments-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and gives its path.
  func file(_ name: String, _ text: String) throws -> String {
    let place = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: place))
    return place
  }

  func load(_ text: String, _ overrides: [String] = []) throws -> Experiment {
    try Experiment.load(path: try file("config.yaml", text), overrides: overrides)
  }
}

/// What went wrong with a configuration: its error without the scratch folder's path.
struct Refusal: Equatable {
  var text: String
  var exitCode: Int32
}

/// The refusal of a configuration that must not load.
func refusal(_ text: String, _ overrides: [String] = []) throws -> Refusal {
  let folder = try ScratchFolder()
  do {
    _ = try folder.load(text, overrides)
  } catch let error as ConfigurationError {
    return Refusal(text: error.description.replacingOccurrences(of: folder.path + "/", with: ""), exitCode: error.exitCode)
  }
  return Refusal(text: "loaded", exitCode: 0)
}

/// Data that lie beside the repository.
enum SharedData {
  static let pointNeurons = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data/sonata_300_pointneurons/300_pointneurons").path
  static var hasPointNeurons: Bool { FileManager.default.fileExists(atPath: pointNeurons + "/config.json") }
}

/// A network of every kind of part.
let wholeNetwork = """
  seed: 12
  duration: 100
  resolution: 0.1
  populations:
    - name: E
      model: iaf_psc_exp
      count: 80
      parameters: {C_m: 250, tau_m: 1e1, V_th: -50, V_reset: -65, E_L: -65}
      initial: {V_m: {uniform: {low: -65, high: -50}}}
    - {name: I, model: iaf_psc_delta, grid: 2x3, per_column: 5, borders: periodic, parameters: {}}
    - name: J
      model: lif_sfa
      grid: [2, 3]
      per_column: 4
      borders: periodic
    - {name: in, model: spikes, count: 3, spikes: [[1.5, 0], [2, 2]]}
  projections:
    - {from: in, to: E, rule: {explicit: [[0, 1, 20.5, 1.0], [2, 79, -3, 0.2]]}}
    - {from: in, to: E, rule: {explicit: [[1, 1]]}, weight: 4, delay: 1}
    - {from: E, to: E, rule: {fixed_indegree: 8}, weight: {normal: {mean: 40, sd: 4, min: 0}}, delay: 1.5, allow_autapses: false}
    - {from: E, to: I, rule: {pairwise_bernoulli: 0.1}, weight: {lognormal: {mu: -1, sigma: 0.5}}, delay: {uniform: {low: 1, high: 2}}}
    - {from: I, to: E, rule: {fixed_outdegree: 4}, weight: -100, delay: {exponential: {mean: 1, offset: 0.5, max: 10}}, receptor: inhibitory}
    - {from: I, to: J, rule: {distance: {kernel: gaussian, sigma: 0.5, total: 0.8}}, weight: -0.1, delay: 1}
    - {from: J, to: I, rule: {distance: {kernel: local, total: 0.5}}, weight: 0.2, delay: 1, receptor: 0}
    - {from: J, to: J, rule: one_to_one, weight: 0.2, delay: 1}
    - {from: I, to: J, rule: all_to_all, weight: 0.2, delay: 1}
    - {from: E, to: J, rule: {fixed_total_number: 100}, weight: 0.2, delay: {rounded: {to: 1, of: {uniform: {low: 1, high: 5}}}}, synapse: static_synapse}
  inputs:
    - poisson: {to: [E], rate: 8000, weight: 87.8, delay: 1.5, receptor: excitatory}
    - poisson: {to: I, rate: 100, weight: {normal: {mean: 0.1, sd: 0.02, min: 0, max: 0.2}}}
    - dc: {to: E, amplitude: 10, start: 5, stop: 50}
    - step: {to: E, times: [10, 20], amplitudes: [5, 0]}
    - noise: {to: J, sd: 0.3, dt: 2}
  record:
    spikes:
      - {population: E, neurons: {range: [0, 10]}}
      - {population: J, neurons: {fraction: 0.5}}
    columns:
      - {population: E, column: V_m, neurons: [3, 1], interval: 0.5}
  checks: {rate: {below: 200}, interval: 50}
  """
