// What a run folder holds, how far the run is, and how it goes on.
import Foundation
import Running
import Storage

/// The state of a run, read from its folder alone.
public struct RunStatus: Sendable {
  public enum State: String, Sendable {
    /// Summary and results are there.
    case finished
    /// There is a checkpoint to go on from: the run was stopped, or is still under way.
    case resumable
    /// The run has begun and has no checkpoint yet.
    case begun
  }
  /// A committed checkpoint.
  public struct Checkpoint: Sendable {
    public let number: Int
    public let path: String
    /// nil where the manifest is damaged; `fault` says how.
    public let header: CheckpointHeader?
    public let ranks: Int
    public let written: Date
    public let bytes: Int64
    public let fault: String?
  }

  public let folder: RunFolder
  public let state: State
  public let kind: String
  public let title: String
  /// Share of the run that is saved, 0 ... 1.
  public let share: Double
  /// Newest first.
  public let checkpoints: [Checkpoint]
  public let summary: JSONValue?
  /// The last line of the run's log.
  public let lastEvent: JSONValue?
  /// Names of the files and folders there.
  public let contents: [String]

  /// - Throws: `StorageError` 66 where there is no run.
  public init(_ folder: RunFolder) throws {
    self.folder = folder
    contents = try FolderContents.names(folder.path)
    let hasSummary = contents.contains("summary.json")
    guard hasSummary || contents.contains("configuration.yaml") else {
      throw StorageError(
        .missing, path: folder.path, operation: "tell the status of a run", reason: "it holds neither summary.json nor configuration.yaml",
        remedy: "give the folder of a run (--output of simulate or train)")
    }
    checkpoints = try folder.checkpoints.numbers().reversed().map { try Self.checkpoint($0, folder) }
    summary = hasSummary ? try JSONValue.read(folder.summary) : nil
    lastEvent = Self.lastLine(folder.log)
    let newest = checkpoints.first { $0.header != nil }?.header
    state = !checkpoints.isEmpty ? .resumable : summary != nil ? .finished : .begun
    kind = newest?.kind ?? summary?["kind"]?.string ?? (contents.contains("weights.h5") ? "training" : "simulation")
    title = newest?.values["title"]?.string ?? summary?["title"]?.string ?? ""
    switch state {
    case .finished: share = 1
    case .begun: share = 0
    case .resumable: share = newest.map(Self.share) ?? 0
    }
  }

  /// The part of the run that lies before a checkpoint.
  private static func share(_ header: CheckpointHeader) -> Double {
    if let end = header.values["end_ms"]?.double, let time = header.values["time_ms"]?.double, end > 0 { return time / end }
    if let end = header.values["end_step"]?.double, end > 0 { return Double(header.step) / end }
    return 0
  }

  private static func checkpoint(_ number: Int, _ folder: RunFolder) throws -> Checkpoint {
    let path = folder.checkpoints.checkpoint(number)
    var bytes: Int64 = 0
    for name in try FolderContents.names(path) {
      bytes += (try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.size] as? NSNumber)?.int64Value ?? 0
    }
    let written = try FileManager.default.attributesOfItem(atPath: path + "/manifest.json")[.modificationDate] as? Date ?? Date.distantPast
    var reader: CheckpointReader?
    var fault: String?
    do { reader = try CheckpointReader(path) } catch { fault = "\(error)" }
    return Checkpoint(
      number: number, path: path, header: reader?.header, ranks: reader?.ranks ?? 0, written: written, bytes: bytes, fault: fault)
  }

  private static func lastLine(_ path: String) -> JSONValue? {
    guard let text = try? WholeFile.text(path), let line = text.split(separator: "\n").last else { return nil }
    return try? JSONValue.parse(String(line), path: path)
  }

  /// The command that goes on with the run; nil where it is finished.
  public var command: String? {
    if state == .finished { return nil }
    let word = kind == "training" ? "train" : "simulate"
    return "colonnade \(word) \(ShellText.quoted(folder.configuration)) --output \(ShellText.quoted(folder.path))"
  }

  public var json: JSONValue {
    var object: JSONObject = [
      "folder": .string(folder.path), "state": .string(state.rawValue), "kind": .string(kind), "title": .string(title),
      "share": JSONValue(share),
    ]
    object["checkpoints"] = .array(
      checkpoints.map { c in
        var row: JSONObject = [
          "number": JSONValue(c.number), "path": .string(c.path), "written": .string(JSONLines.timestamp(c.written)),
          "bytes": .integer(c.bytes), "ranks": JSONValue(c.ranks),
        ]
        if let header = c.header {
          row["step"] = JSONValue(header.step)
          for key in ["time_ms", "end_ms", "epoch", "end_step"] { if let value = header.values[key] { row[key] = value } }
        }
        if let fault = c.fault { row["fault"] = .string(fault) }
        return .object(row)
      })
    if let command { object["command"] = .string(command) }
    if let lastEvent { object["last_event"] = lastEvent }
    for key in ["spike_hash", "state_hash", "weights_hash", "run_s", "ranks"] { if let value = summary?[key] { object[key] = value } }
    object["contents"] = .array(contents.map { .string($0) })
    return .object(object)
  }

  /// A few lines for a person.
  public func text(now: Date = Date()) -> String {
    var lines = ["\(folder.path): \(kind)\(title.isEmpty ? "" : ", \(title)")"]
    switch state {
    case .finished:
      let ranks = summary?["ranks"]?.int ?? 1
      lines.append("finished, \(HumanUnits.duration(summary?["run_s"]?.double ?? 0)) on \(ranks) rank\(ranks == 1 ? "" : "s")")
      for key in ["spike_hash", "state_hash", "weights_hash"] { if let hash = summary?[key]?.string { lines.append("\(key) \(hash)") } }
    case .begun: lines.append("begun, no checkpoint yet")
    case .resumable: lines.append("\(HumanUnits.significant(100 * share)) % done at the newest checkpoint")
    }
    for c in checkpoints {
      let age = HumanUnits.duration(now.timeIntervalSince(c.written))
      if let header = c.header {
        let place = header.values["time_ms"]?.double.map { "\(HumanUnits.significant($0, 9)) ms" } ?? "step \(header.step)"
        lines.append(
          "checkpoint \(c.number): \(place), by \(c.ranks) rank\(c.ranks == 1 ? "" : "s"), \(HumanUnits.bytes(c.bytes)), \(age) ago")
      } else {
        lines.append("checkpoint \(c.number): damaged: \(c.fault ?? "")")
      }
    }
    if let event = lastEvent?["event"]?.string { lines.append("last event in run.jsonl: \(event) at \(lastEvent?["t"]?.string ?? "?")") }
    if state != .finished, lastEvent?["event"]?.string == "run.fail", let error = lastEvent?["error"]?.string {
      lines.append("failed: \(error)")
    }
    lines.append("holds \(contents.joined(separator: ", "))")
    if let command { lines.append((state == .begun ? "to begin again: " : "to go on, on any number of ranks: ") + command) }
    return lines.joined(separator: "\n")
  }
}
