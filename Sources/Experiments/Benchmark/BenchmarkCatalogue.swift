// The networks that `colonnade benchmark` times, by name.

/// One benchmark: a study with overrides, run a number of times.
public struct BenchmarkCase: Sendable {
  public let name: String
  /// Example that it starts from.
  public let example: String
  public let overrides: [String]
  /// The network in NEST: study and scale for the peer's script; nil where NEST has no such model.
  public let peer: (study: String, scale: Double)?
  /// [ms] Simulated by the peer, which is slower by far: its speed does not depend on the length.
  public let peerDuration: Double
}

public enum BenchmarkCatalogue {
  public static let cases: [BenchmarkCase] = [
    BenchmarkCase(
      name: "microcircuit-0.1", example: "microcircuit", overrides: ["scale=0.1", "presimulation=100", "duration=1000"],
      peer: ("microcircuit", 0.1), peerDuration: 1000),
    BenchmarkCase(
      name: "microcircuit", example: "microcircuit", overrides: ["scale=1", "presimulation=500", "duration=1000"],
      peer: ("microcircuit", 1), peerDuration: 200),
    BenchmarkCase(
      name: "grid-stored", example: "column-grid",
      overrides: ["grid=24x24", "state=SW", "storage=stored", "resolution=0.5", "presimulation=1500", "duration=1000"], peer: nil,
      peerDuration: 0),
    BenchmarkCase(
      name: "grid-stored-AW8.8", example: "column-grid",
      overrides: ["grid=24x24", "state=AW8.8", "storage=stored", "resolution=0.5", "presimulation=1500", "duration=1000"], peer: nil,
      peerDuration: 0),
    BenchmarkCase(
      name: "grid-procedural", example: "column-grid",
      overrides: ["grid=24x24", "state=SW", "storage=procedural", "resolution=0.5", "presimulation=1500", "duration=1000"], peer: nil,
      peerDuration: 0),
    BenchmarkCase(
      name: "grid-large", example: "column-grid",
      overrides: [
        "grid=96x96", "state=SW", "storage=procedural", "resolution=0.5", "presimulation=500", "duration=1000", "record.spikes=none",
      ],
      peer: nil, peerDuration: 0),
    BenchmarkCase(
      name: "brunel", example: "brunel", overrides: ["presimulation=100", "duration=1000"], peer: ("brunel", 1), peerDuration: 1000),
  ]
  /// Those that run when none is named: minutes, not hours.
  public static let usual = ["microcircuit-0.1", "brunel"]
}
