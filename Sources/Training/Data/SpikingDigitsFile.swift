// Spoken digits as cochlea spikes in the HDF5 layout of the Heidelberg data sets (SHD, SSC), plain or compressed by gzip.
import Storage

/// Reads `spikes/times` [s] and `spikes/units` (a row per recording), `labels`, and where present `extra/speaker` and `extra/keys`.
///
/// Layout: Cramer et al. 2022, IEEE TNNLS 33:2744. Times of 16-bit floats are widened exactly before anything is done with them, and cut to
/// whole microseconds as the reference does; those of more digits are rounded, or 0.009 s would be 8999 us.
public enum SpikingDigitsFile {
  /// Recordings that are in memory as raw events at a time.
  private static let rowsAtOnce = 256

  /// - `preprocessing`: its `width` bounds the units.
  /// - `classes`: labels must lie below.
  /// - `progress`: called after each piece of the work, here and in the other readers: sets of thousands take minutes.
  /// - Throws: `StorageError` 66 for a missing file; 65 for one that is cut off, or holds labels, units or times that cannot be,
  ///   with the recording.
  public static func read(
    _ path: String, preprocessing: EventPreprocessing, classes: Int, progress: () -> Void = {}
  ) throws -> RecordingSet {
    let file = try HDF5File.open(path)
    let labels = try file.read("labels", as: Int32.self).map(Int.init)
    if let wrong = labels.firstIndex(where: { $0 < 0 || $0 >= classes }) {
      throw fault(path, "labels", "recording \(wrong) has label \(labels[wrong]), but there are \(classes) classes, 0 to \(classes - 1)")
    }
    let speakers = try file.exists("extra/speaker") ? try file.read("extra/speaker", as: Int32.self).map(Int.init) : []
    guard speakers.isEmpty || speakers.count == labels.count else {
      throw fault(path, "extra/speaker", "it has \(speakers.count) rows for \(labels.count) labels")
    }
    for name in ["spikes/times", "spikes/units"] {
      let rows = try file.shape(of: name).first ?? 0
      if rows != labels.count { throw fault(path, name, "it has \(rows) rows for \(labels.count) labels") }
    }
    var set = RecordingSet(classes: classes, channels: preprocessing.channels)
    if try file.exists("extra/keys"), case .text = try file.content(of: "extra/keys") {
      set.classNames = try file.readStrings("extra/keys")
    }
    var hasFewDigits = false
    if case .sequences(floating: true, bytes: 2) = try file.content(of: "spikes/times") { hasFewDigits = true }
    for first in stride(from: 0, to: labels.count, by: rowsAtOnce) {
      let rows = first..<min(first + rowsAtOnce, labels.count)
      let times = try file.readSequences("spikes/times", rows: rows, as: Double.self)
      let units = try file.readSequences("spikes/units", rows: rows, as: UInt16.self)
      for row in rows {
        let microseconds = try microseconds(times[row - first], hasFewDigits, path, row)
        let events = try events(path, row, microseconds, units[row - first], width: preprocessing.width)
        let frames = try preprocessing.frames(events, of: "\(path):spikes", recording: row)
        set.append(frames, label: labels[row], speaker: speakers.isEmpty ? nil : speakers[row])
      }
      progress()
    }
    return set
  }

  private static func microseconds(_ times: [Double], _ hasFewDigits: Bool, _ path: String, _ row: Int) throws -> [Int] {
    if let wrong = times.first(where: { !($0 >= 0 && $0 < 1e6) }) {
      throw fault(path, "spikes/times", "recording \(row) has a spike at \(wrong.isNaN ? "nan" : "\(wrong)") s")
    }
    return times.map { Int(hasFewDigits ? $0 * 1e6 : ($0 * 1e6).rounded()) }
  }

  /// Events in order of time.
  private static func events(_ path: String, _ row: Int, _ times: [Int], _ units: [UInt16], width: Int) throws -> RawEvents {
    guard times.count == units.count else {
      throw fault(path, "spikes", "recording \(row) has \(times.count) times and \(units.count) units")
    }
    if let wrong = units.first(where: { Int($0) >= width }) {
      throw fault(path, "spikes/units", "recording \(row) has a spike of unit \(wrong), but there are \(width)")
    }
    let isOrdered = zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
    if isOrdered { return RawEvents(times: times, x: units.map(Int.init)) }
    let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    return RawEvents(times: order.map { times[$0] }, x: order.map { Int(units[$0]) })
  }

  private static func fault(_ path: String, _ place: String, _ reason: String) -> StorageError {
    StorageError(
      .badData, path: "\(path):\(place)", operation: "read the recordings", reason: reason,
      remedy: "check that the file belongs to this data set and is whole")
  }
}
