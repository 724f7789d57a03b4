// The folder of a scaling study: its points as JSON lines, its page, and what it says at the end.
import Foundation
import Running
import Storage

/// Measures, keeps and evaluates the points of a study.
public final class ScalingRecord {
  private let folder: RunFolder
  private let study: ScalingStudy?
  private var points: [ScalingPoint]

  /// - Throws: what reading imported points meets, and `StorageError` 73 if the folder cannot be made.
  public init(folder: String, study: ScalingStudy?, imports: [String]) throws {
    self.folder = RunFolder(folder)
    self.study = study
    points = try imports.flatMap { try ScalingImport.read($0) }
    try self.folder.prepare()
    self.folder.removeParts()
    try write()
  }

  private var lines: String { folder.file("scaling.jsonl") }
  private func write() throws { try AtomicFile.write(lines, text: points.map { $0.json.text + "\n" }.joined()) }

  /// Runs the study's points; each is kept as soon as it is there.
  ///
  /// - Parameter tell: called with one line per point.
  public func measure(tell: (String) -> Void) throws {
    guard let study else { return }
    if let keys = study.growthText { tell("weak scaling: \(keys) grows with the ranks") }
    for ranks in study.options.ranks {
      let point = try study.measure(ranks: ranks)
      points.append(point)
      try write()
      tell(
        "\(ranks) \(ranks == 1 ? "rank" : "ranks")\(point.problem.isEmpty ? "" : ", \(point.problem)"): \(HumanUnits.duration(point.seconds)), "
          + "repeats within \(HumanUnits.fixed(100 * point.scatter, 0)) %"
          + (point.isOversubscribed ? "; oversubscribed: the ranks take turns on \(point.cores) cores" : ""))
    }
  }

  /// Fits every series, writes the page, and returns what is to be said.
  public func finish(fitUpTo: Int?, beyond: Int) throws -> String {
    var names: [String] = []
    for point in points where !names.contains(point.series) { names.append(point.series) }
    let fits = try names.map { name in try ScalingFit(series: name, points.filter { $0.series == name }, fitUpTo: fitUpTo) }
    var further: [String: [ScalingReport.Extrapolation]] = [:]
    var texts = fits.map(\.text)
    for (place, fit) in fits.enumerated() {
      let extrapolations = try extrapolate(fit, beyond: beyond)
      further[fit.series] = extrapolations
      for next in extrapolations {
        texts[place] +=
          "\n  \(next.point.ranks) ranks would take \(HumanUnits.duration(next.prediction.seconds)) +- "
          + "\(HumanUnits.duration(next.prediction.halfWidth)), efficiency "
          + HumanUnits.fixed(fit.efficiency(next.point, seconds: next.prediction.seconds), 2)
      }
    }
    let ranks = points.map(\.ranks)
    try AtomicFile.write(
      folder.report,
      text: ScalingReport.html(
        title: study.map { "Scaling: \($0.title)" } ?? "Scaling of imported points",
        subtitle: "\(points.count) points on \(ranks.min() ?? 0) to \(ranks.max() ?? 0) ranks", fits, further))
    return texts.joined(separator: "\n\n") + "\n\nPoints in \(lines)\nReport in \(folder.report)"
  }

  /// The study's own series on more ranks than were measured; ranks that took turns say nothing about more cores.
  private func extrapolate(_ fit: ScalingFit, beyond: Int) throws -> [ScalingReport.Extrapolation] {
    guard let study, let last = fit.points.filter({ $0.series.hasPrefix(study.title) }).max(by: { $0.ranks < $1.ranks }) else { return [] }
    let usable = fit.points.filter { !$0.isOversubscribed }
    if usable.isEmpty { return [] }
    var found: [ScalingReport.Extrapolation] = []
    var ranks = 2 * last.ranks
    while ranks <= last.ranks * beyond {
      // A weak study may be unable to grow so far.
      guard let point = try? study.unmeasured(ranks: ranks, like: last) else { break }
      found.append(.init(point: point, prediction: try ScalingFit.predict(point, from: usable)))
      ranks *= 2
    }
    return found
  }
}
