// The folder of a run: what is in it, and that it can be written.
import Foundation
import Storage

/// Paths of a run's files.
public struct RunFolder: Sendable {
  public let path: String
  /// Where the run was first resumed from, if that is another place (see `RunStart`); its checkpoints say so.
  var resumedFrom: String?
  /// Names of the recordings of state that the run will write.
  var reports: Set<String> = []
  public init(_ path: String) { self.path = path }

  public var configuration: String { file("configuration.yaml") }
  public var summary: String { file("summary.json") }
  public var log: String { file("run.jsonl") }
  public var spikes: String { file("spikes.h5") }
  public var weights: String { file("weights.h5") }
  public var example: String { file("example.h5") }
  public var report: String { file("report.html") }
  public var parts: String { file("parts") }
  /// Of a finished training: its state after the last epoch, for one that shall have more of them.
  public var finalCheckpoint: String { file("final-checkpoint") }
  public func file(_ name: String) -> String { path + "/" + name }
  /// Population rates, where the run records them.
  static let ratesName = "rates.csv"
  /// Names in the folder that a run uses itself.
  static let ownNames: Set<String> = [
    "configuration.yaml", "summary.json", "run.jsonl", "spikes.h5", "weights.h5", "example.h5", "report.html", ratesName, "parts",
    "checkpoint", "final-checkpoint",
  ]
  public var checkpoints: CheckpointFolder { .ofRun(path, resumedFrom: resumedFrom) }

  /// Makes the folder as a run needs it; what is in it stays.
  /// - Throws: `StorageError` 73 if it cannot be made or written, or is not a run's.
  func makeWritable() throws {
    try requireOwn()
    try make(parts)
    try AtomicFile.write(parts + "/" + Self.probeName, text: "")
    try? FileManager.default.removeItem(atPath: parts + "/" + Self.probeName)
  }

  func make(_ place: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    } catch {
      throw StorageError(
        .cannotCreate, path: path, operation: "create the output folder", reason: Self.reason(error), remedy: "choose another with --output"
      )
    }
  }

  /// A file that is made and removed to see whether that can be done.
  static let probeName = "writable"

  /// Makes the folder this run's: what is in it of an earlier one is removed, so that none of it is taken for this one's.
  ///
  /// - Parameter resuming: keeps checkpoints and parts of recordings, which the run goes on with.
  /// - Throws: `StorageError` 73 if it cannot be made or written.
  func prepare(resuming: Bool = false, configuration text: String) throws {
    try makeWritable()
    let files = FileManager.default
    if !resuming {
      try checkpoints.removeAll()
      try? files.removeItem(atPath: finalCheckpoint)
      for name in try files.contentsOfDirectory(atPath: parts) { try? files.removeItem(atPath: parts + "/" + name) }
    }
    let reports = oldReports.map(file)
    for old in [summary, spikes, weights, example, report] + reports where files.fileExists(atPath: old) {
      do {
        try files.removeItem(atPath: old)
      } catch {
        throw StorageError(
          .cannotCreate, path: old, operation: "replace the result of an earlier run", reason: Self.reason(error),
          remedy: "choose another folder with --output")
      }
    }
    try AtomicFile.write(configuration, text: text)
  }

  /// Names of the recordings that an earlier run may have left: its summary tells those of its reports.
  private var oldReports: [String] {
    let told = (try? JSONValue.read(summary))?["reports"]?.array?.compactMap(\.string) ?? []
    // Whatever a summary says, what is removed is a report and lies in this folder.
    return [Self.ratesName]
      + told.filter { name in
        ReportFiles.fault(ofName: name) == nil && Self.exists(file(name)) && !Self.isFolder(file(name))
      }
  }

  /// The error as all ranks tell it: the path of a rank's own file, which is another one on each rank, becomes that of its folder.
  func told(_ error: StorageError) -> StorageError {
    guard let own = [parts, checkpoints.path].first(where: { error.path.hasPrefix($0 + "/") }) else { return error }
    return StorageError(
      error.kind, path: own, operation: error.operation, reason: error.reason, remedy: error.remedy, systemNumber: error.systemNumber)
  }

  /// What an error of the run's own files comes down to: ranks that a full disk refuses different files and operations, each at its own
  /// moment, have one cause. Nil for errors of other files and of content.
  func cause(of error: StorageError) -> String? {
    guard let number = error.systemNumber, error.path.hasPrefix(path + "/") || error.path == path else { return nil }
    return "error \(number) in \(path)"
  }

  /// What a finished run left.
  /// - Throws: `StorageError` 66 where there is no run, or one that is not finished.
  func finishedSummary(to operation: String) throws -> JSONValue {
    guard Self.exists(summary) else {
      let isRun = Self.exists(configuration)
      throw StorageError(
        .missing, path: path, operation: operation, reason: isRun ? "it is not finished" : "there is no run",
        remedy: isRun ? "see colonnade status \(path)" : "give the folder of a run")
    }
    let result = try JSONValue.read(summary)
    if result["kind"]?.string == nil || (result["state_hash"] ?? result["weights_hash"])?.string == nil {
      throw StorageError(
        .badData, path: summary, operation: operation, reason: "it does not say what kind of run it was, or has no hash",
        remedy: "restore the file or run it again")
    }
    return result
  }

  /// The names of those files that there are.
  func present(_ names: [String]) -> String { names.filter { Self.exists(file($0)) }.joined(separator: ", ") }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Removes the parts once they are assembled.
  public func removeParts() { try? FileManager.default.removeItem(atPath: parts) }

  static func reason(_ error: any Error) -> String {
    guard let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error, (cause as NSError).domain == NSPOSIXErrorDomain
    else {
      return error.localizedDescription
    }
    return String(cString: strerror(Int32((cause as NSError).code)))
  }
}
