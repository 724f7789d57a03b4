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
    let summary = try JSONValue.read(folder.summary)
    if summary["kind"]?.string == "training" { return try TrainingReport.content(folder, summary) }
    func number(_ key: String) -> Double { summary[key]?.double ?? 0 }
    var content = ReportContent(title: summary["title"]?.string ?? "Simulation", subtitle: subtitle(summary))
    content.highlights = [
      .init("Real-time factor", HumanUnits.significant(number("real_time_factor"))),
      .init("Neurons", HumanUnits.count(Int(number("neurons")))), .init("Synapses", HumanUnits.count(Int(number("synapses")))),
      .init("Mean rate", "\(HumanUnits.significant(number("mean_rate_hz"))) Hz"),
      .init("Per synaptic event", "\(HumanUnits.significant(number("ns_core_per_synaptic_event"))) ns × core"),
      .init("Memory", HumanUnits.bytes(Int64(number("peak_memory_bytes")))),
    ]
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
    content.footer = "Colonnade \(summary["version"]?.string ?? "")"
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
    // A population may be empty: there is nothing of it to show.
    let groups = (summary["populations"]?.array ?? []).compactMap { row in
      row["name"]?.string.flatMap { name in row["neurons"]?.int.map { (name: name, neurons: $0) } }
    }.filter { $0.neurons > 0 }
    guard stop > start, !groups.isEmpty, RunFolder.exists(folder.spikes) else { return }
    // The raster shows the last second; everything else all of the time.
    var raster = RasterSample(populations: groups, start: max(start, stop - 1000), stop: stop)
    var statistics: [SpikeStatistics] = []
    let file = try HDF5File.open(folder.spikes)
    let bin = max(1, ((stop - start) / 20_000).rounded(.up))
    for (index, group) in groups.enumerated() {
      var one = SpikeStatistics(name: group.name, neurons: group.neurons, start: start, stop: stop, bin: bin)
      let path = "/spikes/\(group.name)"
      if try file.exists(path) {
        let count = try file.shape(of: path + "/timestamps").first ?? 0
        for first in stride(from: 0, to: count, by: 1 << 20) {
          let rows = first..<min(count, first + 1 << 20)
          let times = try file.read(path + "/timestamps", rows: rows, as: Double.self)
          let ids = try file.read(path + "/node_ids", rows: rows, as: UInt64.self)
          raster.add(times: times, ids: ids, population: index)
          try one.add(times: times, ids: ids)
        }
      }
      statistics.append(one)
    }
    content.raster = raster.raster
    content.addSpikes(statistics)
  }
}
