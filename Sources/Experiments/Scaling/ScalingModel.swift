// The time of a run as a sum of what grows with ranks and what does not, fitted to measured points.
import Foundation
import Running

/// T = serial + compute W / P (1 + imbalance log2 P) + latency M + bandwidth B
///
/// W is the work of the run (synaptic events or samples), P the ranks (the cores, where ranks take turns), M and B the messages and bytes
/// that one rank sends. The slowest of P ranks is the further from their mean the more there are; log2 P is the form that the published
/// points of the column grid ask for.
public struct ScalingModel: Sendable, Equatable {
  /// [s]
  public var serial = 0.0
  /// [s] per unit of work.
  public var compute = 0.0
  /// Share of the computation per doubling of ranks.
  public var imbalance = 0.0
  /// [s] per unit of work and doubling of ranks: the same where a fit finds no other computation for it to be a share of.
  public var waiting = 0.0
  /// [s] per message and per byte.
  public var latency = 0.0
  public var bandwidth = 0.0

  public init() {}

  public static let formula = "T = serial + compute W/P (1 + imbalance log2 P) + latency M + bandwidth B"

  /// The coefficients with their units.
  public var text: String {
    "serial \(HumanUnits.duration(serial)), compute \(HumanUnits.significant(compute * 1e9)) ns per event or sample, imbalance "
      + (waiting > 0
        ? "\(HumanUnits.significant(waiting * 1e9)) ns per event or sample and doubling"
        : "\(HumanUnits.significant(100 * imbalance)) % per doubling")
      + ", latency \(HumanUnits.significant(latency * 1e6)) us per message, "
      + "bandwidth \(HumanUnits.significant(bandwidth * 1e9)) ns per byte"
  }

  /// What the time of a point is made of.
  public struct Parts: Sendable, Equatable {
    public var serial: Double
    public var compute: Double
    public var imbalance: Double
    public var exchange: Double
    public var total: Double { serial + compute + imbalance + exchange }
  }

  public func parts(_ point: ScalingPoint) -> Parts {
    let share = compute * point.work / Double(point.cores)
    return Parts(
      serial: serial, compute: share,
      imbalance: (share * imbalance + waiting * point.work / Double(point.cores)) * log2(Double(point.cores)),
      exchange: latency * point.messages + bandwidth * point.bytes)
  }
  public func seconds(_ point: ScalingPoint) -> Double { parts(point).total }

  /// Fits points. Where all of them tell their phases, each part is fitted to its own measurements; otherwise all are to the totals.
  /// - Throws: `ScalingError` without a point.
  public init(fitting points: [ScalingPoint]) throws {
    if points.isEmpty { throw ScalingError(description: "there is no point to fit; measure or import at least one") }
    if points.allSatisfy({ !$0.phases.isEmpty }) { self.init(phases: points) } else { self.init(totals: points) }
  }

  /// What the coefficients of the total time are multiplied with.
  static func factors(_ point: ScalingPoint) -> [Double] {
    let share = point.work / Double(point.cores)
    return [1, share, share * log2(Double(point.cores)), point.messages, point.bytes]
  }
  /// The fit of all parts to the total times.
  static func fit(_ points: [ScalingPoint]) -> LinearFit { LinearFit(points.map(factors), points.map(\.seconds)) }

  private init(totals points: [ScalingPoint]) {
    let fit = Self.fit(points)
    let found = fit.coefficients
    serial = found[0]
    compute = found[1]
    // All computation may come out as imbalance where no point has one rank; then it is no share of anything.
    if found[1] > 0 { imbalance = found[2] / found[1] } else { waiting = found[2] }
    latency = found[3]
    bandwidth = found[4]
  }

  private init(phases points: [ScalingPoint]) {
    let serials = points.map { $0.sum(ScalingPhases.serial) }
    serial = serials.reduce(0, +) / Double(serials.count)
    compute =
      LinearFit(points.map { [$0.work / Double($0.cores)] }, points.map { max($0.sum(ScalingPhases.computing), 1e-12) })
      .coefficients[0]
    let many = points.filter { $0.ranks > 1 && $0.messages > 0 }
    if !many.isEmpty {
      let found = LinearFit(many.map { [$0.messages, $0.bytes] }, many.map { max($0.exchange, 1e-9) }).coefficients
      (latency, bandwidth) = (found[0], found[1])
    }
    // What is left of the wall time is waiting for each other. It may be nothing, so the deviations are taken as they are.
    var (above, below) = (0.0, 0.0)
    for point in points where point.cores > 1 {
      let doublings = log2(Double(point.cores))
      let computing = max(point.sum(ScalingPhases.computing), 1e-12)
      let lost = point.seconds - point.sum(ScalingPhases.serial) - point.exchange - computing
      above += doublings * lost / computing
      below += doublings * doublings
    }
    imbalance = below > 0 ? max(0, above / below) : 0
  }
}

/// Which phases of a run belong to which part of the model.
enum ScalingPhases {
  static let exchanging = ["communication", "sum"]
  static let serial = ["output", "rest", "data", "optimiser"]
  static func computing(_ name: String) -> Bool { !exchanging.contains(name) && !serial.contains(name) }
  static func serial(_ name: String) -> Bool { serial.contains(name) }
}

extension ScalingPoint {
  /// [s] Mean over ranks of the phases that belong together.
  func sum(_ belongs: (String) -> Bool) -> Double { phases.reduce(0) { $0 + (belongs($1.name) ? $1.mean : 0) } }
  /// [s] What the exchange itself takes: that of the rank which waits least; none on one rank.
  var exchange: Double {
    ranks > 1 ? phases.reduce(0) { $0 + (ScalingPhases.exchanging.contains($1.name) ? $1.least : 0) } : 0
  }
}
