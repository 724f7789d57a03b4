// The run log: one JSON object per line, appended, each line with its time and its event.
import Foundation

/// A file of JSON objects, one per line, that survives restarts and kills.
///
/// Every line begins with `"t"` (UTC, ISO 8601 with milliseconds) and `"event"`; NaN is written as null.
public struct JSONLines: ~Copyable {
  private let file: ByteFile
  /// Whether no other process can write the file as its only writer too; false where the file system has no locks.
  public let isLocked: Bool

  /// Opens the log for appending; creates it if missing. A half line that a kill left at the end is cut off.
  ///
  /// - Parameters:
  ///   - alone: refuses a file that another process writes alone.
  ///   - patience: [s] How long it waits for that process to end.
  /// - Throws: `StorageError` 73 if it cannot be created or another process writes it, 74 if it cannot be read or cut.
  public init(appendingTo path: String, alone: Bool = false, patience: Double = 0) throws(StorageError) {
    let log = try ByteFile(path, .appendOrCreate)
    let lock = alone ? try Self.lock(log, patience) : false
    try Self.dropHalfLine(of: log)
    isLocked = lock
    file = log
  }

  private static func lock(_ file: borrowing ByteFile, _ patience: Double) throws(StorageError) -> Bool {
    let pause = 0.25
    for _ in 0...Int(patience / pause) {
      guard let isOurs = file.lock() else { return false }
      if isOurs { return true }
      if patience > 0 { usleep(UInt32(pause * 1e6)) }
    }
    throw StorageError(
      .cannotCreate, path: file.path, operation: "write the log", reason: "another run is at work in this folder and writes it",
      remedy: "wait for its end or choose another folder with --output; if there is none, its machine has died: rename this file")
  }

  /// Appends one line in a single write.
  /// - Throws: `StorageError` 74 (disk full).
  public func write(_ event: String, _ fields: JSONObject = [:], at time: Date = Date()) throws(StorageError) {
    var line = JSONObject()
    line["t"] = .string(Self.timestamp(time))
    line["event"] = .string(event)
    for (key, value) in fields.members { line[key] = value }
    try file.write(Array((JSONValue.object(line).text + "\n").utf8))
  }

  /// Returns when all lines are on disk.
  public func synchronise() throws(StorageError) { try file.synchronise() }

  /// 2026-11-21T16:46:39.607Z
  public static func timestamp(_ time: Date) -> String {
    let milliseconds = Int64((time.timeIntervalSince1970 * 1000).rounded(.down))
    var seconds = time_t(Int((Double(milliseconds) / 1000).rounded(.down)))
    let fraction = milliseconds - Int64(seconds) * 1000
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
    let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
    return "\(date)T\(clock).\(padded(Int(fraction), 3))Z"
  }

  private static func dropHalfLine(of file: borrowing ByteFile) throws(StorageError) {
    let length = try file.length()
    var end = length
    while end > 0 {
      let start = max(0, end - 65536)
      let block = try file.read(at: start, count: Int(end - start))
      if let last = block.lastIndex(of: 0x0A) {
        end = start + Int64(last) + 1
        break
      }
      end = start
    }
    if end < length { try file.truncate(to: end) }
  }
}
