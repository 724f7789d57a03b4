// From raw events of a recording to binary frames: cut, downsample, count per window, threshold.
import Storage

/// Events of one recording, in order of time.
public struct RawEvents: Sendable {
  /// Microseconds.
  public var times: [Int]
  public var x: [Int]
  /// Rows of the sensor; empty for one-dimensional sensors.
  public var y: [Int]
  /// 0 or 1; empty for sensors without polarity.
  public var polarity: [Int]

  public init(times: [Int], x: [Int], y: [Int] = [], polarity: [Int] = []) {
    self.times = times
    self.x = x
    self.y = y
    self.polarity = polarity
  }
}

/// The event pipeline of a data set.
public struct EventPreprocessing: Sendable, Hashable {
  /// Sensor size before downsampling; height 1 and one polarity for a cochlea.
  public var width: Int
  public var height: Int
  public var polarities: Int
  /// Events up to this share of the recording's duration are kept.
  public var durationRatio: Double
  public var spatialFactor: Double
  public var timeFactor: Double
  /// Milliseconds per step.
  public var window: Int
  /// Events that a window needs to count as a spike.
  public var threshold: Int

  public init(
    width: Int, height: Int, polarities: Int, durationRatio: Double, spatialFactor: Double, timeFactor: Double = 1e-3, window: Int,
    threshold: Int
  ) {
    self.width = width
    self.height = height
    self.polarities = polarities
    self.durationRatio = durationRatio
    self.spatialFactor = spatialFactor
    self.timeFactor = timeFactor
    self.window = window
    self.threshold = threshold
  }

  /// Heidelberg digits (700 cochlea channels): 350 channels, 2 ms.
  public static let spikingDigits = EventPreprocessing(
    width: 700, height: 1, polarities: 1, durationRatio: 1, spatialFactor: 0.5, window: 2, threshold: 1)
  /// DVS Gesture (128 x 128, two polarities): 512 channels, 5 ms.
  public static let gestures = EventPreprocessing(
    width: 128, height: 128, polarities: 2, durationRatio: 0.4, spatialFactor: 0.12, window: 5, threshold: 3)

  /// [us] No recording is longer: an hour.
  static let longest = 3_600_000_000

  private func scaled(_ place: Int) -> Int { Int(Double(place) * spatialFactor) }
  /// As the reference sizes its frames: for some factors the last column and row stay empty.
  private func scaledSize(_ size: Int) -> Int { Int((Double(size) * spatialFactor).rounded(.up)) }
  public var columns: Int { scaledSize(width) }
  public var rows: Int { height == 1 ? 1 : scaledSize(height) }
  public var channels: Int { columns * rows * polarities }

  /// Binary frames; channel = polarity · rows · columns + row · columns + column. Nil if the cut leaves no event.
  ///
  /// The upper limit of the cut is not offset by the first event's time, as in the reference: recordings that start late lose their end.
  public func frames(_ events: RawEvents) throws(TrainingError) -> EventSequence? {
    try check(events)
    guard let first = events.times.min(), let last = events.times.max() else { return nil }
    if last.subtractingReportingOverflow(first).overflow || last - first > Self.longest {
      throw .invalidData("a recording lasts from \(first) to \(last) us, longer than an hour: is one of its times wrong?")
    }
    let limit = durationRatio * Double(last - first)
    let kept = events.times.indices.filter { Double(events.times[$0]) <= limit }
    guard let start = kept.first, let end = kept.last else { return nil }
    func time(_ event: Int) -> Int { Int(Double(events.times[event]) * timeFactor) }
    let origin = time(start)
    let span = Double(time(end) - origin - window) / Double(window)
    let bins = max(1, Int(span.rounded(.down)) + 1)
    var counts = Array(repeating: [Int: Int](), count: bins)
    for event in kept {
      let bin = (time(event) - origin) / window
      if bin < 0 || bin >= bins { continue }
      let row = events.y.isEmpty ? 0 : scaled(events.y[event])
      let polarity = events.polarity.isEmpty ? 0 : events.polarity[event]
      counts[bin][(polarity * rows + row) * columns + scaled(events.x[event]), default: 0] += 1
    }
    var frames = EventSequence()
    for bin in counts { frames.append(bin.filter { $0.value >= threshold }.keys.sorted()) }
    return frames
  }

  /// The same for a recording of a file, or one of many in it.
  /// - Throws: `StorageError` 65 that names it.
  func frames(_ events: RawEvents, of place: String, recording: Int? = nil) throws(StorageError) -> EventSequence? {
    do {
      return try frames(events)
    } catch {
      let reason = if case .invalidData(let text) = error { text } else { "\(error)" }
      throw StorageError(
        .badData, path: place, operation: "read the recordings", reason: (recording.map { "recording \($0): " } ?? "") + reason,
        remedy: "check that the file belongs to this data set and is whole")
    }
  }

  private func check(_ events: RawEvents) throws(TrainingError) {
    let count = events.times.count
    guard events.x.count == count, events.y.isEmpty || events.y.count == count, events.polarity.isEmpty || events.polarity.count == count
    else {
      throw .invalidData("recording with \(count) times, \(events.x.count) x, \(events.y.count) y, \(events.polarity.count) polarities")
    }
    for (event, x) in events.x.enumerated() {
      let y = events.y.isEmpty ? 0 : events.y[event], polarity = events.polarity.isEmpty ? 0 : events.polarity[event]
      if x < 0 || x >= width || y < 0 || y >= height || polarity < 0 || polarity >= polarities {
        throw .invalidData(
          "event \(event) at x \(x), y \(y), polarity \(polarity) lies outside the \(width) x \(height) x \(polarities) sensor")
      }
    }
  }
}
