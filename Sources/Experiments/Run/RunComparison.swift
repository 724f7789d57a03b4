// Whether two finished runs are the same, and where they first differ.
import Foundation
import Running
import Storage

/// Two run folders side by side.
public struct RunComparison: Sendable {
  /// One sentence for each difference in results; empty where the runs are the same.
  public let differences: [String]
  /// What may differ between runs that are the same: ranks, storage, times.
  public let remarks: [String]
  /// What was compared and is equal.
  public let equal: [String]

  public var areSame: Bool { differences.isEmpty }

  private static let hashes = ["spike_hash", "state_hash", "weights_hash"]
  private static let figures = [
    "kind", "seed", "precision", "resolution_ms", "neurons", "model_time_s", "spikes", "synaptic_events", "steps",
  ]
  private static let circumstances = [
    "ranks", "nodes", "vector_bits", "storage", "run_s", "real_time_factor", "samples_per_s", "version", "commit", "resumed_at_ms",
  ]

  /// - Throws: `StorageError` 66 where a run is not there or not finished, 65 where a file of it is damaged.
  public init(_ first: RunFolder, _ second: RunFolder) throws {
    let (a, b) = (try first.finishedSummary(to: "compare the run"), try second.finishedSummary(to: "compare the run"))
    var (differences, equal, remarks): ([String], [String], [String]) = ([], [], [])
    func text(_ value: JSONValue?) -> String { value?.string ?? value?.text ?? "missing" }
    for key in Self.hashes + Self.figures where a[key] != nil || b[key] != nil {
      if a[key] == b[key] { equal.append(key) } else { differences.append("\(key): \(text(a[key])) and \(text(b[key]))") }
    }
    // Nobody counts synapses that are drawn at every spike: their number is the mean of the rules.
    if a["synapses"] == nil && b["synapses"] == nil {
      // Trainings have none of their own.
    } else if a["synapses"] == b["synapses"] {
      equal.append("synapses")
    } else if a["storage"] == b["storage"] {
      differences.append("synapses: \(text(a["synapses"])) and \(text(b["synapses"]))")
    }
    for key in Self.circumstances where a[key] != b[key] { remarks.append("\(key): \(text(a[key])) and \(text(b[key]))") }
    let names = Set(try Self.results(first)).union(try Self.results(second)).sorted()
    for name in names {
      let paths = (first.file(name), second.file(name))
      guard FolderContents.exists(paths.0), FolderContents.exists(paths.1) else {
        differences.append("\(name) is in \(FolderContents.exists(paths.0) ? first.path : second.path) only")
        continue
      }
      if FileManager.default.contentsEqual(atPath: paths.0, andPath: paths.1) {
        equal.append(name)
      } else if name == "spikes.h5", let spike = try Self.firstDifference(paths.0, paths.1) {
        differences.append("\(name): \(spike)")
      } else {
        differences.append("\(name): its bytes differ")
      }
    }
    (self.differences, self.equal, self.remarks) = (differences, equal, remarks)
  }

  /// Names of result files.
  private static func results(_ folder: RunFolder) throws -> [String] {
    try FolderContents.names(folder.path).filter { $0.hasSuffix(".h5") || $0.hasSuffix(".csv") }
  }

  /// The earliest spike that only one of two files has, in words; nil where all spikes are the same.
  static func firstDifference(_ first: String, _ second: String) throws -> String? {
    let (a, b) = (try SpikeTable(first), try SpikeTable(second))
    var earliest: (time: Double, text: String)?
    for population in Set(a.populations).union(b.populations).sorted() {
      guard let found = try SpikeTable.firstDifference(a, b, population) else { continue }
      if earliest.map({ found.time < $0.time }) ?? true { earliest = found }
    }
    return earliest?.text
  }

  public var text: String {
    var lines = differences.map { "differs  \($0)" }
    if !equal.isEmpty { lines.append("equal    \(equal.joined(separator: ", "))") }
    lines += remarks.map { "remark   \($0)" }
    lines.append(areSame ? "The runs are the same." : "The runs differ.")
    return lines.joined(separator: "\n")
  }
}

/// The spikes of a file by population, read in blocks.
private final class SpikeTable {
  private static let rows = 1 << 18
  let path: String
  private let file: HDF5File
  let populations: [String]

  init(_ path: String) throws {
    self.path = path
    file = try HDF5File.open(path)
    populations = try file.exists("/spikes") ? try file.children(of: "/spikes") : []
  }

  private func count(_ population: String) throws -> Int {
    let dataset = "/spikes/\(population)/timestamps"
    return try file.exists(dataset) ? try file.shape(of: dataset).first ?? 0 : 0
  }
  private func block(_ population: String, _ rows: Range<Int>) throws -> (times: [Double], ids: [UInt64]) {
    if rows.isEmpty { return ([], []) }
    return (
      try file.read("/spikes/\(population)/timestamps", rows: rows, as: Double.self),
      try file.read("/spikes/\(population)/node_ids", rows: rows, as: UInt64.self)
    )
  }

  static func firstDifference(_ a: SpikeTable, _ b: SpikeTable, _ population: String) throws -> (time: Double, text: String)? {
    let (inA, inB) = (try a.count(population), try b.count(population))
    for first in stride(from: 0, to: max(inA, inB), by: rows) {
      let x = try a.block(population, min(first, inA)..<min(first + rows, inA))
      let y = try b.block(population, min(first, inB)..<min(first + rows, inB))
      for i in 0..<max(x.times.count, y.times.count) {
        let one = i < x.times.count ? (x.times[i], x.ids[i]) : nil
        let other = i < y.times.count ? (y.times[i], y.ids[i]) : nil
        if let one, let other, one == other { continue }
        // The earlier of the two is the one that the other file lacks.
        let isFirst = other.map { other in one.map { $0 < other } ?? false } ?? true
        guard let spike = isFirst ? one : other else { continue }
        return (
          spike.0,
          "the first difference is neuron \(spike.1) of population \(population) at \(HumanUnits.significant(spike.0, 12)) ms, which spikes in "
            + "\(isFirst ? a.path : b.path) only (\(inA) and \(inB) spikes of the population)"
        )
      }
    }
    return nil
  }
}
