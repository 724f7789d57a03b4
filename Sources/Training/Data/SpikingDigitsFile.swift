// Spoken digits as cochlea spikes in the HDF5 layout of the Heidelberg data sets (SHD, SSC), plain or compressed by gzip.
import Storage

/// Reads `spikes/times` [s] and `spikes/units` (a row per recording), `labels`, and where present `extra/speaker` and `extra/keys`.
///
/// Layout: Cramer et al. 2022, IEEE TNNLS 33:2744. Times of 16-bit floats are widened exactly before anything is done with them.
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
    for first in stride(from: 0, to: labels.count, by: rowsAtOnce) {
      let rows = first..<min(first + rowsAtOnce, labels.count)
      let times = try file.readSequences("spikes/times", rows: rows, as: Float.self)
      let units = try file.readSequences("spikes/units", rows: rows, as: UInt16.self)
      for row in rows {
        let events = try events(path, row, times[row - first], units[row - first], width: preprocessing.width)
        set.append(try preprocessing.frames(events), label: labels[row], speaker: speakers.isEmpty ? nil : speakers[row])
      }
      progress()
    }
    return set
  }

  /// Events in order of time, in whole microseconds.
  private static func events(_ path: String, _ row: Int, _ times: [Float], _ units: [UInt16], width: Int) throws -> RawEvents {
    guard times.count == units.count else {
      throw fault(path, "spikes", "recording \(row) has \(times.count) times and \(units.count) units")
    }
    if let wrong = times.first(where: { !($0 >= 0 && $0 < 1e6) }) {
      throw fault(path, "spikes/times", "recording \(row) has a spike at \(wrong.isNaN ? "nan" : "\(wrong)") s")
    }
    if let wrong = units.first(where: { Int($0) >= width }) {
      throw fault(path, "spikes/units", "recording \(row) has a spike of unit \(wrong), but there are \(width)")
    }
    let microseconds = times.map { Int(Double($0) * 1e6) }
    let isOrdered = zip(microseconds, microseconds.dropFirst()).allSatisfy { $0 <= $1 }
    if isOrdered { return RawEvents(times: microseconds, x: units.map(Int.init)) }
    let order = microseconds.indices.sorted { (microseconds[$0], $0) < (microseconds[$1], $1) }
    return RawEvents(times: order.map { microseconds[$0] }, x: order.map { Int(units[$0]) })
  }

  private static func fault(_ path: String, _ place: String, _ reason: String) -> StorageError {
    StorageError(
      .badData, path: "\(path):\(place)", operation: "read the recordings", reason: reason,
      remedy: "check that the file belongs to this data set and is whole")
  }
}
