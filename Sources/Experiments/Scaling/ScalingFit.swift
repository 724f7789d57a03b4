// A series of points with its model: how well held-out points are predicted, and what larger numbers of ranks will take.
import Foundation
import Running

/// The fit of one series.
public struct ScalingFit: Sendable {
  public let series: String
  public let points: [ScalingPoint]
  /// Those that the test fit was made from, and those that it had to predict.
  public let fitted: [ScalingPoint]
  public let heldOut: [ScalingPoint]
  /// Fitted on `fitted` alone, and on all points whose ranks had cores of their own.
  public let test: ScalingModel
  public let final: ScalingModel

  /// A prediction with the half-width of its band, both in s.
  public struct Prediction: Sendable {
    public var seconds: Double
    public var halfWidth: Double
  }

  /// - `fitUpTo`: points of more ranks are held out; nil holds out those with the most ranks.
  /// - Throws: `ScalingError` if nothing is left to fit.
  public init(series: String, _ points: [ScalingPoint], fitUpTo: Int? = nil) throws {
    self.series = series
    self.points = points.sorted { ($0.work, $0.ranks) < ($1.work, $1.ranks) }
    let most = points.map(\.ranks).max() ?? 1
    let limit = fitUpTo ?? (points.contains { $0.ranks < most } ? most - 1 : most)
    fitted = self.points.filter { $0.ranks <= limit }
    heldOut = self.points.filter { $0.ranks > limit }
    if fitted.isEmpty { throw ScalingError(description: "series \(series): no point has \(limit) ranks or fewer to fit") }
    test = try ScalingModel(fitting: fitted)
    // Ranks that took turns say nothing about ranks on cores of their own.
    let alone = points.filter { !$0.isOversubscribed }
    final = try ScalingModel(fitting: alone.isEmpty ? points : alone)
  }

  /// Forecast over measured, minus 1.
  public static func error(_ model: ScalingModel, _ point: ScalingPoint) -> Double { model.seconds(point) / point.seconds - 1 }

  /// Root mean square of the relative deviations of the points that were fitted.
  public var scatter: Double {
    (fitted.reduce(0) { $0 + pow(Self.error(test, $1), 2) } / Double(fitted.count)).squareRoot()
  }

  /// What a model predicts, with a band of two standard deviations: of how far the coefficients are known (by the covariance of the fit to
  /// total times, or by leaving out single points, whichever says more), and of the points around the fit or among their repeats.
  public static func predict(_ point: ScalingPoint, from points: [ScalingPoint]) throws -> Prediction {
    let model = try ScalingModel(fitting: points)
    let seconds = model.seconds(point)
    let count = Double(points.count)
    let residual = (points.reduce(0) { $0 + pow(error(model, $1), 2) } / max(count - 2, 1)).squareRoot()
    let repeated = points.map(\.scatter).max() ?? 0
    var moved = 0.0
    if points.count > 1 {
      let others = try points.indices.map { left in
        try ScalingModel(fitting: points.indices.filter { $0 != left }.map { points[$0] }).seconds(point)
      }
      let mean = others.reduce(0, +) / count
      moved = ((count - 1) / count * others.reduce(0) { $0 + pow($1 - mean, 2) }).squareRoot() / max(seconds, 1e-12)
    }
    if !points.allSatisfy({ !$0.phases.isEmpty }) {
      let (factors, covariance) = (ScalingModel.factors(point), ScalingModel.fit(points).covariance)
      let variance = factors.indices.reduce(0.0) { sum, j in
        sum + factors.indices.reduce(0.0) { $0 + factors[j] * factors[$1] * covariance[j][$1] }
      }
      moved = max(moved, max(residual, repeated) * max(variance, 0).squareRoot() / max(seconds, 1e-12))
    }
    // One or two points say little about their own scatter: a tenth at least.
    let least = points.count < 3 ? 0.1 : 0
    return Prediction(seconds: seconds, halfWidth: 2 * seconds * (moved * moved + pow(max(residual, repeated, least), 2)).squareRoot())
  }

  /// Points of each problem by ranks: strong scaling where there is more than one.
  public var problems: [(name: String, points: [ScalingPoint])] {
    var names: [String] = []
    for point in points where !names.contains(point.problem) { names.append(point.problem) }
    return names.map { name in (name, points.filter { $0.problem == name }.sorted { $0.ranks < $1.ranks }) }
  }

  /// Work per second and core relative to the point with the fewest ranks: 1 is perfect, for strong and weak scaling alike.
  public func efficiency(_ point: ScalingPoint, seconds: Double? = nil) -> Double {
    guard let first = points.min(by: { $0.ranks < $1.ranks }) else { return 1 }
    func rate(_ p: ScalingPoint, _ s: Double) -> Double { p.work / s / Double(p.ranks) }
    return rate(point, seconds ?? point.seconds) / rate(first, first.seconds)
  }

  /// The fit as text.
  public var text: String {
    var lines = [
      series, "  \(ScalingModel.formula)",
      "  fitted on \(fitted.count) \(fitted.count == 1 ? "point" : "points") up to \(fitted.map(\.ranks).max() ?? 0) \(fitted.map(\.ranks).max() == 1 ? "rank" : "ranks"): \(test.text)",
    ]
    lines.append("  they deviate by \(HumanUnits.fixed(100 * scatter, 1)) % (root mean square)")
    for point in heldOut {
      let error = Self.error(test, point)
      lines.append(
        "  held out: \(point.problem.isEmpty ? "" : point.problem + " on ")\(point.ranks) ranks took \(HumanUnits.duration(point.seconds)), "
          + "predicted \(HumanUnits.duration(test.seconds(point))) (\(ForecastComparison.signed(error)))"
          + (point.isOversubscribed ? "; oversubscribed: the ranks took turns on \(point.cores) cores" : ""))
    }
    return lines.joined(separator: "\n")
  }
}
