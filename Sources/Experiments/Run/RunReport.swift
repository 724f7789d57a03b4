// The report of a run folder, made from what lies in it.
import Running
import Storage

/// Makes `report.html` from `summary.json`, `configuration.yaml` and `spikes.h5`.
public enum RunReport {
  /// Writes the report into the folder.
  /// - Throws: `StorageError` naming the file that is missing or damaged.
  public static func write(_ folder: RunFolder) throws {
    try AtomicFile.write(folder.report, text: ReportPage.html(try content(folder)))
  }

  static func content(_ folder: RunFolder) throws -> ReportContent {
    let summary = try folder.finishedSummary(to: "make its report")
    if summary["kind"]?.string == "training" { return try TrainingReport.content(folder, summary) }
    func number(_ key: String) -> Double { summary[key]?.double ?? 0 }
    var content = ReportContent(title: summary["title"]?.string ?? "Simulation", subtitle: subtitle(summary))
    content.highlights = [
      .init("Real-time factor", HumanUnits.significant(number("real_time_factor"))),
      .init("Neurons", HumanUnits.count(Int(number("neurons")))), .init("Synapses", HumanUnits.count(Int(number("synapses")))),
      .init("Mean rate", "\(HumanUnits.significant(number("mean_rate_hz"))) Hz"),
    ]
    if number("synaptic_events") > 0 {
      let cost = HumanUnits.significant(number("ns_core_per_synaptic_event"))
      content.highlights.append(.init("Per synaptic event", "\(cost) ns × core"))
    }
    content.highlights.append(.init("Memory", HumanUnits.bytes(Int64(number("peak_memory_bytes")))))
    content.notes = summary["notes"]?.array?.compactMap(\.string) ?? []
    for key in [
      "seed", "precision", "storage", "resolution_ms", "ranks", "nodes", "build_s", "run_s", "synaptic_events", "external_events",
    ] {
      if let value = summary[key] { content.facts.append(.init(key, value.string ?? HumanUnits.significant(value.double ?? 0, 6))) }
    }
    for key in ["spike_hash", "state_hash"] { if let hash = summary[key]?.string { content.facts.append(.init(key, hash)) } }
    for (name, row) in summary["phases"]?.object?.members ?? [] {
      func value(_ key: String) -> Double { row[key]?.double ?? 0 }
      content.phases.append(
        .init(
          name: String(name.map { $0 == "_" ? " " : $0 }), minimum: value("min_s"), mean: value("mean_s"), maximum: value("max_s"),
          share: value("share"), waits: name == "communication"))
    }
    content.configuration = (try? WholeFile.text(folder.configuration)) ?? ""
    try addSpikes(&content, folder, summary)
    content.footer = ProgramVersion.text(of: summary)
    return content
  }

  private static func subtitle(_ summary: JSONValue) -> String {
    let seconds = HumanUnits.significant(summary["model_time_s"]?.double ?? 0)
    let ranks = summary["ranks"]?.int ?? 1
    return "\(seconds) s simulated on \(ranks) rank\(ranks == 1 ? "" : "s"), seed \(summary["seed"]?.int ?? 0)"
  }

  /// Raster, rates and distributions from the recorded spikes, read in pieces.
  private static func addSpikes(_ content: inout ReportContent, _ folder: RunFolder, _ summary: JSONValue) throws {
    let start = summary["presimulation_ms"]?.double ?? 0
    let stop = start + (summary["model_time_s"]?.double ?? 0) * 1000
    // A step is stamped with its end; the middle of a step lies in no other one, and not on the edge of a bin.
    let middle = (summary["resolution_ms"]?.double ?? 0) / 2
    // Of a population that is empty, or of which nothing is recorded, there is nothing to show.
    let groups = (summary["populations"]?.array ?? []).compactMap { Group($0) }.filter { $0.recorded > 0 }
    guard stop > start, !groups.isEmpty, RunFolder.exists(folder.spikes) else { return }
    // The raster shows the last second; everything else all of the time.
    var raster = RasterSample(
      populations: groups.map { (name: $0.name, neurons: $0.recorded) }, start: max(start, stop - 1000), stop: stop)
    var statistics: [SpikeStatistics] = []
    let file = try HDF5File.open(folder.spikes)
    let bin = Self.bin(resolution: 2 * middle)
    for (index, group) in groups.enumerated() {
      var one = SpikeStatistics(name: group.name, neurons: group.recorded, start: start, stop: stop, bin: bin)
      let places = group.isCounted ? nil : try Self.places(of: group.name, in: file)
      if group.recorded < group.neurons {
        content.notes.append(
          "of population \(group.name) the spikes of \(group.recorded) of \(group.neurons) neurons are recorded: figures are of those")
      }
      try forEachBlock(of: group.name, in: file) { times, ids in
        let times = times.map { $0 - middle }
        let ids = places.map { places in ids.map { places[$0] ?? 0 } } ?? ids
        raster.add(times: times, ids: ids, population: index)
        try one.add(times: times, ids: ids)
      }
      statistics.append(one)
    }
    content.raster = raster.raster
    content.addSpikes(statistics)
  }

  /// A population as the summary tells of it.
  private struct Group {
    let name: String
    let neurons: Int
    /// Neurons whose spikes are recorded.
    let recorded: Int
    /// Whether ids count all neurons without a gap.
    let isCounted: Bool

    init?(_ row: JSONValue) {
      guard let name = row["name"]?.string, let neurons = row["neurons"]?.int else { return nil }
      (self.name, self.neurons, recorded) = (name, neurons, row["recorded"]?.int ?? neurons)
      isCounted = recorded == neurons && row["ids"] == nil
    }
  }

  /// [ms] The whole number of steps that is nearest to 1 ms.
  private static func bin(resolution: Double) -> Double { resolution > 0 ? max(1, (1 / resolution).rounded()) * resolution : 1 }

  private static func forEachBlock(
    of population: String, in file: borrowing HDF5File, _ body: ([Double], [UInt64]) throws -> Void
  ) throws {
    let path = "/spikes/\(population)"
    guard try file.exists(path) else { return }
    let count = try file.shape(of: path + "/timestamps").first ?? 0
    for first in stride(from: 0, to: count, by: 1 << 20) {
      let rows = first..<min(count, first + 1 << 20)
      try body(
        try file.read(path + "/timestamps", rows: rows, as: Double.self), try file.read(path + "/node_ids", rows: rows, as: UInt64.self))
    }
  }

  /// The neurons that spike, numbered in their order, for a population whose recorded neurons have other ids than 0, 1, ...
  private static func places(of population: String, in file: borrowing HDF5File) throws -> [UInt64: UInt64] {
    var ids: Set<UInt64> = []
    try forEachBlock(of: population, in: file) { _, block in ids.formUnion(block) }
    return Dictionary(uniqueKeysWithValues: ids.sorted().enumerated().map { ($1, UInt64($0)) })
  }
}
