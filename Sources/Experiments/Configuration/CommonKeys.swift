// The keys that every study has: time, seed, precision, storage, checks.
import Networks
import Spiking

/// The precision of a simulation.
public enum Precision: String, Sendable, CaseIterable {
  case single
  case double
}

/// What every study reads alike. Times are in ms.
public struct CommonKeys: Sendable {
  /// [ms] No time is longer: its steps of a microsecond can still be counted.
  static let longestTime = 1e12

  public var seed: UInt64 = 1
  /// Recorded.
  public var duration = 1000.0
  /// Simulated first, neither recorded nor timed.
  public var presimulation = 0.0
  public var resolution = 0.1
  public var precision = Precision.single
  public var storage = SimulationDescription.Storage.stored
  /// [mV] Every neuron starts at this V_m, whatever the study says.
  public var initialPotential: Double?
  public var checks = SimulationDescription.Checks()

  public init() {}

  /// Reads the keys over a study's defaults.
  ///
  /// - `total`: [ms] Time that presimulation and duration share where the duration is not written.
  public init(_ section: ConfigurationSection, defaults: CommonKeys, total: Double? = nil) throws {
    self = defaults
    let seed = try section.integer("seed", default: Int(defaults.seed), .notNegative)
    self.seed = UInt64(seed)
    resolution = try section.number("resolution", default: defaults.resolution, .positive, unit: "ms")
    let tics = resolution * 1000
    if !(abs(tics - tics.rounded()) <= 1e-6 && tics > 0.5 && resolution <= Self.longestTime) {
      throw section.error("resolution", "must be a multiple of 0.001 ms, got \(NumberText.text(resolution)) ms")
    }
    presimulation = try Self.time(section, "presimulation", defaults.presimulation, resolution)
    duration = try Self.time(section, "duration", total.map { max(0, $0 - presimulation) } ?? defaults.duration, resolution)
    precision = try section.choice("precision", default: defaults.precision)
    storage = try section.choice("storage", default: defaults.storage)
    initialPotential = try section.value("v_init")?.number(unit: "mV") ?? defaults.initialPotential
    if section.value("v_init") == nil, let value = defaults.initialPotential {
      _ = section.value("v_init", default: .word(NumberText.text(value)))
    }
    let checks = try section.section("checks")
    let rate = try checks.section("rate")
    self.checks.highestRate = try rate.number("below", default: defaults.checks.highestRate, .positive, unit: "Hz")
    self.checks.lowestRate = try rate.number("above", default: defaults.checks.lowestRate, .notNegative, unit: "Hz")
    if self.checks.lowestRate >= self.checks.highestRate {
      let (low, high) = (NumberText.text(self.checks.lowestRate), NumberText.text(self.checks.highestRate))
      throw rate.error("above", "asks for rates above \(low) Hz and below \(high) Hz, which none is; correct one of the two")
    }
    self.checks.finite = try checks.flag("finite", default: defaults.checks.finite)
    self.checks.interval = try checks.number(
      "interval", default: max(defaults.checks.interval, resolution), .within(resolution...Self.longestTime), unit: "ms")
  }

  private static func time(_ section: ConfigurationSection, _ key: String, _ value: Double, _ resolution: Double) throws -> Double {
    let time = try section.number(key, default: value, .within(0...longestTime), unit: "ms")
    let steps = time / resolution
    if abs(steps - steps.rounded()) > 1e-6 * steps {
      throw section.error(
        key, "must be a multiple of the resolution, \(NumberText.text(resolution)) ms, got \(NumberText.text(time)) ms")
    }
    return time
  }
}
