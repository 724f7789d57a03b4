// DVS Gesture as recordings that are already cut: one NumPy array per gesture, in a folder per person and lighting.
import Storage

/// Reads `FOLDER/userNN_LIGHT/LABEL.npy`: rows of x, y, polarity and time in milliseconds, the class in the file's name.
///
/// This is the form in which the reference program gets the data (Amir et al. 2017, CVPR); it has no times below a millisecond.
public enum GestureFolder {
  /// - `classes`: labels must lie below.
  /// - Throws: `StorageError` 66 if the folder is missing; 65 for a file with a name that is no class or with rows of another form.
  public static func read(
    _ folder: String, preprocessing: EventPreprocessing, classes: Int, progress: () -> Void = {}
  ) throws -> RecordingSet {
    var set = RecordingSet(classes: classes, channels: preprocessing.channels)
    for person in try FolderContents.names(folder) where FolderContents.exists("\(folder)/\(person)/.") {
      let speaker = person.hasPrefix("user") ? Int(person.dropFirst(4).prefix { $0.isNumber }) : nil
      for name in try FolderContents.names("\(folder)/\(person)") where name.hasSuffix(".npy") {
        let path = "\(folder)/\(person)/\(name)"
        guard let label = Int(name.dropLast(4)), (0..<classes).contains(label) else {
          throw StorageError(
            .badData, path: path, operation: "take the class from the file's name",
            reason: "'\(name)' is no number from 0 to \(classes - 1)", remedy: "name the file by its class, or take it out")
        }
        set.append(try preprocessing.frames(events(path, preprocessing), of: path), label: label, speaker: speaker)
        progress()
      }
    }
    return set
  }

  /// The events of one file, with times in microseconds.
  public static func events(_ path: String, _ preprocessing: EventPreprocessing) throws -> RawEvents {
    let array = try NumPyArray.read(path)
    func fault(_ reason: String) -> StorageError {
      StorageError(
        .badData, path: path, operation: "read the events", reason: reason,
        remedy: "give rows of x, y, polarity and time in milliseconds, in order of time")
    }
    guard array.shape.count == 2, array.shape[1] == 4 else { throw fault("its shape is \(array.shape), not (events, 4)") }
    let values = try array.integers()
    func column(_ number: Int) -> [Int] { stride(from: number, to: values.count, by: 4).map { values[$0] } }
    let times = column(3)
    if let wrong = times.first(where: { !(0...EventPreprocessing.longest / 1000).contains($0) }) {
      throw fault("an event is at \(wrong) ms")
    }
    let events = RawEvents(times: times.map { $0 * 1000 }, x: column(0), y: column(1), polarity: column(2))
    for event in events.times.indices {
      let (x, y, polarity) = (events.x[event], events.y[event], events.polarity[event])
      guard (0..<preprocessing.width).contains(x), (0..<preprocessing.height).contains(y), (0...1).contains(polarity) else {
        throw fault("event \(event) is at x \(x), y \(y) with polarity \(polarity), off the sensor")
      }
      if event > 0, events.times[event] < events.times[event - 1] { throw fault("event \(event) comes before the one ahead of it") }
    }
    return events
  }
}
