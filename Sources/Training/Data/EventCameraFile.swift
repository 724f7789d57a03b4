// Event-camera recordings: single .bin and .bs2 files of N-MNIST, and folders of them.
import Storage

/// Reads the five-byte events of N-MNIST (`.bin`, `.bs2`): x, y, then a bit of polarity (1 is ON) and 23 bits of microseconds, high
/// byte first (Orchard et al. 2015, Front. Neurosci. 9:437).
public enum EventCameraFile {
  /// - `width`: columns of the sensor; events outside are refused.
  /// - Throws: `StorageError` 66 if the file is missing, 65 if it is cut off, its times run backwards or an event is off the sensor.
  public static func read(_ path: String, width: Int, height: Int) throws -> RawEvents {
    let bytes = try WholeFile.read(path)
    func fault(_ reason: String) -> StorageError {
      StorageError(
        .badData, path: path, operation: "read the events", reason: reason, remedy: "fetch the file again, or take it out of the data set")
    }
    guard bytes.count % 5 == 0 else { throw fault("its \(bytes.count) bytes are no whole number of five-byte events: it is cut off") }
    var events = RawEvents(times: [], x: [])
    for at in stride(from: 0, to: bytes.count, by: 5) {
      let (x, y) = (Int(bytes[at]), Int(bytes[at + 1]))
      let time = Int(bytes[at + 2] & 0x7F) << 16 | Int(bytes[at + 3]) << 8 | Int(bytes[at + 4])
      guard x < width, y < height else { throw fault("event \(at / 5) is at x \(x), y \(y), off the \(width) x \(height) sensor") }
      if let last = events.times.last, time < last { throw fault("event \(at / 5) at \(time) us comes after one at \(last) us") }
      events.times.append(time)
      events.x.append(x)
      events.y.append(y)
      events.polarity.append(Int(bytes[at + 2] >> 7))
    }
    return events
  }
}

/// Folders of event-camera recordings.
public enum EventCameraFolder {
  /// The recordings that a list names: lines of number and class, `#` begins a comment; the files are `NUMBER.bs2` or `NUMBER.bin`
  /// beside the list.
  /// - Throws: `StorageError` 65 at a line that is none or a class out of range, and as ``EventCameraFile``.
  public static func read(
    list: String, preprocessing: EventPreprocessing, classes: Int, progress: () -> Void = {}
  ) throws -> RecordingSet {
    let folder = list.lastIndex(of: "/").map { String(list[..<$0]) } ?? "."
    var set = RecordingSet(classes: classes, channels: preprocessing.channels)
    for (number, line) in try WholeFile.text(list).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "," }
      if words.isEmpty { continue }
      guard words.count == 2, let label = Int(words[1]), (0..<classes).contains(label) else {
        throw StorageError(
          .badData, path: "\(list):\(number + 1)", operation: "read the list of recordings",
          reason: "'\(line)' is no number with a class from 0 to \(classes - 1)", remedy: "correct the line")
      }
      let name = folder + "/" + words[0]
      let path = FolderContents.exists(name + ".bs2") ? name + ".bs2" : name + ".bin"
      let events = try EventCameraFile.read(path, width: preprocessing.width, height: preprocessing.height)
      set.append(try preprocessing.frames(events), label: label)
      progress()
    }
    return set
  }

  /// The recordings of a folder with one folder per class, named by its number: `0/00002.bin`.
  /// - Throws: `StorageError`, as ``EventCameraFile``.
  public static func read(
    classFolders folder: String, preprocessing: EventPreprocessing, classes: Int, progress: () -> Void = {}
  ) throws -> RecordingSet {
    var set = RecordingSet(classes: classes, channels: preprocessing.channels)
    for label in 0..<classes {
      for name in try FolderContents.names("\(folder)/\(label)") where name.hasSuffix(".bin") || name.hasSuffix(".bs2") {
        let events = try EventCameraFile.read("\(folder)/\(label)/\(name)", width: preprocessing.width, height: preprocessing.height)
        set.append(try preprocessing.frames(events), label: label)
        progress()
      }
    }
    return set
  }
}
