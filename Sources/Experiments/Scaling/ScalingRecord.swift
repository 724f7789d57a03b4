// The folder of a scaling study: its points as JSON lines, its page, and what it says at the end.
import Foundation
import Running
import Storage

/// Measures, keeps and evaluates the points of a study.
public final class ScalingRecord {
  private let folder: String
  private let study: ScalingStudy?
  /// Those of the study's folder that this call does not import.
  private let earlier: [ScalingPoint]
  private var points: [ScalingPoint]

  /// Begins a study, or goes on with the one in the folder: its points are kept.
  ///
  /// - Throws: what reading points meets; `StorageError` 73 if the folder cannot be made, holds a run, or holds points of the study's
  ///   series that were measured with another configuration.
  public init(folder: String, study: ScalingStudy?, imports: [String]) throws {
    self.folder = folder
    self.study = study
    let imported = try imports.flatMap { try ScalingImport.read($0) }
    if FolderContents.exists(folder + "/configuration.yaml") { throw Self.refusal(folder, "it is the folder of a run") }
    let lines = Self.lines(folder)
    let kept = try FolderContents.exists(lines) && !WholeFile.read(lines).isEmpty ? ScalingImport.read(lines) : []
    earlier = kept.filter { !imported.contains($0) }
    if let study, earlier.contains(where: { $0.series == study.series && $0.configuration != study.fingerprint }) {
      throw Self.refusal(folder, "it holds points of '\(study.series)' that were not measured with these settings")
    }
    points = earlier + imported
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch { throw Self.refusal(folder, RunFolder.reason(error)) }
    try write()
  }

  private static func refusal(_ folder: String, _ reason: String) -> StorageError {
    StorageError(
      .cannotCreate, path: folder, operation: "use the folder for a scaling study", reason: reason, remedy: "choose another with --output")
  }

  /// The file of the points.
  static let pointsName = "scaling.jsonl"
  private static func lines(_ folder: String) -> String { folder + "/" + pointsName }
  private var lines: String { Self.lines(folder) }
  private var report: String { folder + "/report.html" }
  private func write() throws { try AtomicFile.write(lines, text: points.map { $0.json.text + "\n" }.joined()) }

  /// Runs the study's points that are not there yet; each is kept as soon as it is there.
  ///
  /// - Parameter tell: called with one line per point.
  public func measure(tell: (String) -> Void) throws {
    guard let study else { return }
    if let keys = study.growthText { tell("weak scaling: \(keys) grows with the ranks") }
    for ranks in study.options.ranks {
      let text = "\(ranks) \(ranks == 1 ? "rank" : "ranks")"
      if earlier.contains(where: { $0.series == study.series && $0.ranks == ranks }) {
        tell("\(text): measured before, in \(lines)")
        continue
      }
      let point = try study.measure(ranks: ranks, in: folder + "/measuring")
      points.append(point)
      try write()
      tell(
        "\(text)\(point.problem.isEmpty ? "" : ", \(point.problem)"): \(HumanUnits.duration(point.seconds)), "
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
      report,
      text: ScalingReport.html(
        title: study.map { "Scaling: \($0.title)" } ?? "Scaling of imported points",
        subtitle: "\(points.count) points on \(ranks.min() ?? 0) to \(ranks.max() ?? 0) ranks", fits, further))
    return texts.joined(separator: "\n\n") + "\n\nPoints in \(lines)\nReport in \(report)"
  }

  /// The study's own series on more ranks than were measured; ranks that took turns say nothing about more cores.
  private func extrapolate(_ fit: ScalingFit, beyond: Int) throws -> [ScalingReport.Extrapolation] {
    guard let study, let last = fit.points.filter({ $0.series == study.series }).max(by: { $0.ranks < $1.ranks }) else { return [] }
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
