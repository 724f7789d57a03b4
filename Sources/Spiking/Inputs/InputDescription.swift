// Input from outside the network: Poisson spikes, injected currents, spikes from a list.
import Networks

/// One input of one population. Times are in ms of simulated time; an input is active on [start, stop) and takes effect `delay` later.
public struct InputDescription: Sendable {
  public enum Kind: Sendable {
    /// An independent Poisson train for each neuron. The weight may be a law: then every spike draws its own.
    case poisson(rate: Double, weight: Distribution, receptor: ReceptorChoice)
    /// A constant current [pA].
    case dc(amplitude: Double)
    /// Currents [pA] that hold from their times on.
    case step(times: [Double], amplitudes: [Double])
    /// A current drawn anew for each neuron every `interval` ms: normal with mean and sd [pA].
    case noise(mean: Double, sd: Double, interval: Double)
  }
  public var name: String
  /// Index of the population in the network.
  public var population: Int
  public var kind: Kind
  public var delay: Double
  public var start: Double
  public var stop: Double

  public init(name: String, population: Int, kind: Kind, delay: Double = 0, start: Double = 0, stop: Double = .infinity) {
    self.name = name
    self.population = population
    self.kind = kind
    self.delay = delay
    self.start = start
    self.stop = stop
  }
}

/// Spikes of a virtual population: (time in ms, neuron index), in any order.
public protocol SpikeSource: Sendable {
  func forEachBlock(_ body: ([(time: Double, neuron: Int)]) throws -> Void) throws
  /// Whether the spikes lie in a file, and so may change under the same configuration.
  var liesInFile: Bool { get }
}

extension SpikeSource {
  public var liesInFile: Bool { false }
}

/// Spikes in memory.
public struct SpikeList: SpikeSource {
  public let spikes: [(time: Double, neuron: Int)]
  public init(_ spikes: [(time: Double, neuron: Int)]) { self.spikes = spikes }
  public func forEachBlock(_ body: ([(time: Double, neuron: Int)]) throws -> Void) throws { try body(spikes) }
}
