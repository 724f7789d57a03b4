// What is to be simulated: the network, its inputs, time, and what to record.
import Networks

/// A whole simulation, apart from where it runs. Times are in ms.
public struct SimulationDescription: Sendable {
  public var network: Network
  public var inputs: [InputDescription] = []
  /// Spikes of virtual populations.
  public var spikes: [(population: Int, source: any SpikeSource)] = []
  public var seed: UInt64 = 1
  public var resolution = 0.1
  /// Simulated first, neither recorded nor timed.
  public var presimulation = 0.0
  /// Simulated then, and recorded.
  public var duration = 1000.0
  public var storage = Storage.stored
  public var spikeRecording: [Selection]
  public var columnRecordings: [ColumnRecording] = []
  /// [ms] Bin of the recorded population rates; 0 records none.
  public var rateInterval = 0.0
  public var checks = Checks()

  public enum Storage: String, Sendable, CaseIterable {
    /// Synapses are drawn once and kept.
    case stored
    /// Synapses are drawn again for every spike.
    case procedural
  }

  /// Columns of some neurons of a population, sampled at intervals.
  public struct ColumnRecording: Sendable {
    public var population: Int
    public var column: String
    public var neurons: Selection
    /// [ms]
    public var interval: Double
    /// Name of the report file.
    public var file: String
    public init(population: Int, column: String, neurons: Selection, interval: Double, file: String) {
      self.population = population
      self.column = column
      self.neurons = neurons
      self.interval = interval
      self.file = file
    }
  }

  /// Checks that stop a hopeless run.
  public struct Checks: Sendable {
    /// [Hz] Mean rate of a population, after the presimulation and over one interval at least, or all of a shorter run, above which the run
    /// ends with an error.
    public var highestRate = 500.0
    /// [Hz] Mean rate at or below which a note is given.
    public var lowestRate = 0.0
    /// Whether state is searched for values that are not finite.
    public var finite = true
    /// [ms] Time between checks.
    public var interval = 100.0
    public init() {}
  }

  public init(network: Network) {
    self.network = network
    spikeRecording = network.populations.map { _ in .all }
  }

  /// Names of the report files, in the order of their first recordings.
  public var reportFiles: [String] {
    var files: [String] = []
    for recording in columnRecordings where !files.contains(recording.file) { files.append(recording.file) }
    return files
  }

  /// Steps of the presimulation, and of all.
  public var presimulationSteps: Int { Int((presimulation / resolution).rounded()) }
  public var steps: Int { presimulationSteps + Int((duration / resolution).rounded()) }
}

/// A run whose numbers went wrong.
public struct NumericalError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public var exitCode: Int32 { 76 }
}
