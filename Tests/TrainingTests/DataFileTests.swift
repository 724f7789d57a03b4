// Readers of recordings: small files written here, the real data where they lie beside the repository, and damage of every kind.
import Foundation
import Storage
import Testing

@testable import Training

/// A scratch folder that is removed with its value.
private final class Scratch {
  let path = NSTemporaryDirectory() + "colonnade-training-\(UUID().uuidString)"
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func callAsFunction(_ name: String) -> String { path + "/" + name }
  func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
    return self(name)
  }
}

private let shared = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("shared/data").path
private let hasSharedCamera = FolderContents.exists(shared + "/nmnist_small/test100.txt")
private let hasSharedData = FolderContents.exists(shared + "/fsdd_spikes/fsdd_spikes_test.h5.gz")

private func storageError(_ body: () throws -> Void) -> StorageError? {
  do {
    try body()
    return nil
  } catch { return error as? StorageError }
}

/// A .npy file of one row of numbers or of several columns.
private func writeNumPy(_ path: String, _ values: [Double], shape: String) throws {
  var header = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }"
  header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
  var bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
  for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
  try AtomicFile.write(path, bytes)
}

struct SpikingDigitsFileTests {
  private func write(
    _ path: String, times: [[Float]] = [[0, 0.0031, 0.004, 0.0061], [0, 0.0005]], units: [[UInt16]] = [[0, 1, 699, 2], [4, 4]],
    labels: [UInt16] = [3, 0], speakers: [UInt16]? = [7, 2]
  ) throws {
    let file = try HDF5File.create(path)
    try file.write("spikes/times", sequences: times, fileType: .float16)
    try file.write("spikes/units", sequences: units)
    try file.write("labels", labels)
    if let speakers { try file.write("extra/speaker", speakers) }
    try file.close()
  }

  @Test func readsTheLayout() throws {
    let scratch = try Scratch()
    try write(scratch("a.h5"))
    let set = try SpikingDigitsFile.read(scratch("a.h5"), preprocessing: .spikingDigits, classes: 4)
    #expect(set.labels == [3, 0])
    #expect(set.speakers == [7, 2])
    #expect(set.channels == 350)
    // Windows of 2 ms; 6 ms lies in one that is not whole. 0.004 s in 16 bits is 4.002 ms.
    #expect(set.sequences[0].channels == [0, 0, 349])
    #expect(set.sequences[0].offsets == [0, 1, 2, 3])
    #expect(set.sequences[1].channels == [2])
    #expect(set.leftOut == 0)
  }

  /// 0.009 s as a wide float lies below or above 9 ms by rounding, and is meant to be 9 ms.
  @Test(arguments: [HDF5Type.float32, .float64]) func timesOfManyDigitsAreRounded(type: HDF5Type) throws {
    let scratch = try Scratch()
    let times = (0..<400).map { Double($0) * 1e-3 }
    let file = try HDF5File.create(scratch("a.h5"))
    try file.write("spikes/times", sequences: [times], fileType: type)
    try file.write("spikes/units", sequences: [[UInt16](repeating: 4, count: 400)])
    try file.write("labels", [0] as [UInt16])
    try file.close()
    var preprocessing = EventPreprocessing.spikingDigits
    preprocessing.window = 1
    let set = try SpikingDigitsFile.read(scratch("a.h5"), preprocessing: preprocessing, classes: 4)
    // The last one ends the last whole window.
    #expect(set.sequences[0].offsets == Array(0...399))
  }

  @Test func aRecordingOfHoursIsNamed() throws {
    let scratch = try Scratch()
    try write(scratch("a.h5"), times: [[0, 0.0005], [1, 4000]], units: [[0, 1], [0, 1]])
    let error = storageError { _ = try SpikingDigitsFile.read(scratch("a.h5"), preprocessing: .spikingDigits, classes: 4) }
    #expect(error?.exitCode == 65 && error?.description.contains("recording 1: a recording lasts from 1000000 to 4000000000 us") == true)
  }

  @Test func sortsTimesThatAreNotInOrder() throws {
    let scratch = try Scratch()
    try write(scratch("a.h5"), times: [[0.0061, 0.004, 0.0031, 0], [0, 0.0005]], units: [[2, 699, 1, 0], [4, 4]])
    let set = try SpikingDigitsFile.read(scratch("a.h5"), preprocessing: .spikingDigits, classes: 4)
    #expect(set.sequences[0].channels == [0, 0, 349])
  }

  @Test func leavesOutWhatTheCutLeavesNothingOf() throws {
    let scratch = try Scratch()
    // The limit is the duration, not offset by the first time: a recording of 1 ms that starts at 5 ms is lost, as in the reference.
    try write(scratch("a.h5"), times: [[0, 0.003], [0.005, 0.006]], units: [[1, 1], [1, 1]])
    let set = try SpikingDigitsFile.read(scratch("a.h5"), preprocessing: .spikingDigits, classes: 4)
    #expect(set.labels == [3] && set.speakers == [7] && set.leftOut == 1)
  }

  @Test func refusesWhatCannotBe() throws {
    let scratch = try Scratch()
    func reason(_ classes: Int = 4) -> String {
      let error = storageError { _ = try SpikingDigitsFile.read(scratch("a.h5"), preprocessing: .spikingDigits, classes: classes) }
      #expect(error?.exitCode == 65)
      return error.map { "\($0)" } ?? ""
    }
    try write(scratch("a.h5"))
    #expect(reason(3).contains("labels: cannot read the recordings: recording 0 has label 3, but there are 3 classes, 0 to 2"))
    try write(scratch("a.h5"), units: [[0, 1, 700, 2], [4, 4]])
    #expect(reason().contains("recording 0 has a spike of unit 700, but there are 700"))
    try write(scratch("a.h5"), times: [[0.1], [0.2, .nan]], units: [[1], [1, 2]])
    #expect(reason().contains("recording 1 has a spike at nan s"))
    try write(scratch("a.h5"), units: [[0, 1], [4, 4]])
    #expect(reason().contains("recording 0 has 4 times and 2 units"))
    try write(scratch("a.h5"), labels: [0])
    #expect(reason().contains("2 rows for 1 labels"))
    try write(scratch("a.h5"), speakers: [1])
    #expect(reason().contains("1 rows for 2 labels"))
    let whole = try WholeFile.read(scratch("a.h5"))
    try AtomicFile.write(scratch("a.h5"), Array(whole.prefix(whole.count / 2)))
    #expect(!reason().isEmpty)
    #expect(storageError { _ = try SpikingDigitsFile.read(scratch("b.h5"), preprocessing: .spikingDigits, classes: 4) }?.exitCode == 66)
  }

  @Test(.enabled(if: hasSharedData, "the spoken digits do not lie beside the repository")) func readsTheRealDigits() throws {
    let set = try SpikingDigitsFile.read(
      shared + "/fsdd_spikes/fsdd_spikes_test.h5.gz", preprocessing: .spikingDigits, classes: 10)
    #expect(set.count == 300)
    #expect(set.leftOut == 0)
    #expect(Array(set.speakers.prefix(10)) == [0, 3, 2, 2, 2, 0, 5, 2, 0, 5])
    #expect(Array(set.labels.prefix(10)) == [6, 8, 1, 9, 4, 0, 7, 5, 5, 0])
    #expect(set.classNames.first == "zero" && set.classNames.last == "nine")
    let steps = set.sequences.map(\.steps)
    #expect(steps.min()! > 40 && steps.max()! < 1200)
    let parts = try DatasetParts(train: set.subset(Array(0..<200)), test: set.subset(Array(200..<300))).holdingOut(speakers: [2])
    #expect(parts.test.count == 50 && parts.train.count == 250)
    #expect(throws: TrainingError.self) { try parts.holdingOut(speakers: [9]) }
  }
}

struct EventCameraTests {
  /// x, y, polarity and microseconds as five bytes.
  private func event(_ x: UInt8, _ y: UInt8, _ polarity: UInt8, _ time: Int) -> [UInt8] {
    [x, y, polarity << 7 | UInt8(time >> 16), UInt8(time >> 8 & 255), UInt8(time & 255)]
  }

  @Test func readsFiveByteEvents() throws {
    let scratch = try Scratch()
    try AtomicFile.write(scratch("1.bin"), event(3, 33, 1, 0x7FFFFF - 5) + event(0, 0, 0, 0x7FFFFF))
    let events = try EventCameraFile.read(scratch("1.bin"), width: 34, height: 34)
    #expect(events.x == [3, 0] && events.y == [33, 0] && events.polarity == [1, 0] && events.times == [0x7FFFFF - 5, 0x7FFFFF])
  }

  @Test func refusesDamage() throws {
    let scratch = try Scratch()
    func reason(_ bytes: [UInt8]) throws -> String {
      try AtomicFile.write(scratch("1.bin"), bytes)
      return storageError { _ = try EventCameraFile.read(scratch("1.bin"), width: 34, height: 34) }?.reason ?? ""
    }
    #expect(try reason([1, 2, 3, 4, 5, 6]).contains("cut off"))
    #expect(try reason(event(34, 0, 0, 1)).contains("off the 34 x 34 sensor"))
    #expect(try reason(event(1, 0, 0, 9) + event(1, 0, 0, 8)).contains("comes after"))
  }

  @Test func readsListsAndClassFolders() throws {
    let scratch = try Scratch()
    let preprocessing = EventPreprocessing(
      width: 34, height: 34, polarities: 2, durationRatio: 1, spatialFactor: 0.5, window: 1, threshold: 1)
    let bytes = event(2, 0, 0, 0) + event(4, 2, 1, 500) + event(4, 2, 1, 1000)
    try AtomicFile.write(scratch("7.bs2"), bytes)
    try AtomicFile.write(scratch("8.bin"), bytes)
    try AtomicFile.write(scratch("list.txt"), text: "#sample #class\n7\t1\n8 0\n")
    let set = try EventCameraFolder.read(list: scratch("list.txt"), preprocessing: preprocessing, classes: 2)
    #expect(set.labels == [1, 0])
    #expect(set.sequences[0].channels == [1, 17 * 17 + 17 + 2])
    try AtomicFile.write(scratch("list.txt"), text: "7 1\n8 2\n")
    let error = storageError { _ = try EventCameraFolder.read(list: scratch("list.txt"), preprocessing: preprocessing, classes: 2) }
    #expect(error?.path.hasSuffix("list.txt:2") == true)
    for label in 0..<2 { try AtomicFile.write(try scratch.folder("Train/\(label)") + "/0000\(label).bin", bytes) }
    let folders = try EventCameraFolder.read(classFolders: scratch("Train"), preprocessing: preprocessing, classes: 2)
    #expect(folders.labels == [0, 1])
  }

  /// Frames are as large as the reference makes them, the scaled size rounded up.
  @Test(arguments: [(0.12, 16), (0.4, 52), (0.5, 64), (0.11, 15), (0.9, 116)]) func framesAreSizedByRoundingUp(factor: Double, columns: Int)
  {
    var preprocessing = EventPreprocessing.gestures
    preprocessing.spatialFactor = factor
    #expect(preprocessing.columns == columns && preprocessing.rows == columns && preprocessing.channels == 2 * columns * columns)
  }

  @Test(.enabled(if: hasSharedCamera, "the recordings do not lie beside the repository")) func readsTheRealRecordings() throws {
    let preprocessing = EventPreprocessing(
      width: 34, height: 34, polarities: 2, durationRatio: 1, spatialFactor: 0.5, window: 5, threshold: 1)
    let set = try EventCameraFolder.read(list: shared + "/nmnist_small/test100.txt", preprocessing: preprocessing, classes: 10)
    #expect(set.count == 100)
    #expect(Set(set.labels) == Set(0..<10))
    #expect(set.sequences.allSatisfy { (50...70).contains($0.steps) })
  }
}

struct GestureFolderTests {
  @Test func readsOneArrayPerGesture() throws {
    let scratch = try Scratch()
    let folder = try scratch.folder("user03_led")
    try writeNumPy(folder + "/10.npy", [0, 127, 1, 0, 100, 5, 0, 7], shape: "(2, 4)")
    let events = try GestureFolder.events(folder + "/10.npy", .gestures)
    #expect(events.times == [0, 7000] && events.x == [0, 100] && events.y == [127, 5] && events.polarity == [1, 0])
    var preprocessing = EventPreprocessing.gestures
    preprocessing.threshold = 1
    preprocessing.durationRatio = 1
    let set = try GestureFolder.read(scratch.path, preprocessing: preprocessing, classes: 11)
    #expect(set.labels == [10] && set.speakers == [3])
    #expect(set.sequences[0].channels == [256 + 15 * 16])
    #expect(set.keepingClasses(10).count == 0)
  }

  /// Who was recorded stays with the recording, also where some folders do not tell.
  @Test func foldersOfUnknownPeople() throws {
    let scratch = try Scratch()
    for name in ["anna_led", "user03_led", "visitor"] {
      try writeNumPy(try scratch.folder(name) + "/1.npy", [0, 127, 1, 0, 100, 5, 0, 7], shape: "(2, 4)")
    }
    var preprocessing = EventPreprocessing.gestures
    (preprocessing.threshold, preprocessing.durationRatio) = (1, 1)
    let set = try GestureFolder.read(scratch.path, preprocessing: preprocessing, classes: 11)
    #expect(set.speakers == [-1, 3, -1])
    let parts = DatasetParts(train: set.joined(with: set), test: set).withValidation(share: 0.5, draws: testDraws)
    #expect(parts.train.count == 3 && parts.validation?.speakers.count == 3)
    #expect(set.keepingClasses(5).speakers == [-1, 3, -1])
    #expect(throws: TrainingError.invalidSetting("held_out_speakers needs data that tell all speakers; 6 of 9 recordings do not")) {
      try DatasetParts(train: set.joined(with: set), test: set).holdingOut(speakers: [3])
    }
  }

  @Test func refusesOtherFiles() throws {
    let scratch = try Scratch()
    let folder = try scratch.folder("user03_led")
    func error(_ name: String, _ values: [Double], _ shape: String) throws -> StorageError? {
      try writeNumPy("\(folder)/\(name)", values, shape: shape)
      defer { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
      return storageError { _ = try GestureFolder.read(scratch.path, preprocessing: .gestures, classes: 11) }
    }
    #expect(try error("11.npy", [0, 0, 0, 0], "(1, 4)")?.operation == "take the class from the file's name")
    #expect(try error("1.npy", [0, 0, 0], "(1, 3)")?.reason.contains("not (events, 4)") == true)
    #expect(try error("1.npy", [128, 0, 0, 0], "(1, 4)")?.reason.contains("off the sensor") == true)
    #expect(try error("1.npy", [0, 0, 0, 5, 0, 0, 0, 4], "(2, 4)")?.reason.contains("event 1 comes before") == true)
    #expect(storageError { _ = try GestureFolder.read(scratch("none"), preprocessing: .gestures, classes: 11) }?.exitCode == 66)
  }
}

struct YinYangTests {
  private func write(_ scratch: Scratch, _ values: [Double], _ labels: [Double]) throws {
    try writeNumPy(scratch("train_samples.npy"), values, shape: "(\(values.count / 4), 4)")
    try writeNumPy(scratch("train_labels.npy"), labels, shape: "(\(labels.count),)")
  }

  @Test func encodesPoints() throws {
    let scratch = try Scratch()
    try write(scratch, [0, 0.5, 1, 0.25], [2])
    let set = try YinYangFolder.read(scratch.path, part: "train", encoding: .latency, steps: 5)
    #expect(set.labels == [2])
    #expect(set.sequences[0].channels == [0, 4, 3, 1, 2])
    #expect(set.sequences[0].offsets == [0, 2, 3, 4, 4, 5])
    let current = try YinYangFolder.read(scratch.path, part: "train", encoding: .current, steps: 2).sequences[0]
    #expect(current.channels == [1, 2, 3, 4, 1, 2, 3, 4])
    #expect(current.values == [0.5, 1, 0.25, 1, 0.5, 1, 0.25, 1])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let scratch = try Scratch()
    func reason() -> String {
      storageError { _ = try YinYangFolder.read(scratch.path, part: "train", encoding: .latency, steps: 5) }?.reason ?? ""
    }
    try write(scratch, [0, 0.5, 1, 0.25], [3])
    #expect(reason().contains("label 3"))
    try write(scratch, [0, 0.5, 1.5, 0.25], [1])
    #expect(reason().contains("coordinate 1.5"))
    try write(scratch, [0, 0.5, 1, 0.25], [1, 2])
    #expect(reason().contains("for 1 points"))
    #expect(storageError { _ = try YinYangFolder.read(scratch.path, part: "test", encoding: .latency, steps: 5) }?.exitCode == 66)
  }
}

struct AugmentationTests {
  private func data(_ augmentation: Augmentation) throws -> AugmentedDataset<RecordingsInMemory> {
    AugmentedDataset(try testRecordings(classes: 3, perClass: 4, channels: 30), augmentation, draws: testDraws)
  }

  @Test func changesNothingByDefault() throws {
    let data = try data(Augmentation())
    for index in 0..<data.count { #expect(try data.sample(index, epoch: 3).events[0] == data.source.events(index)) }
  }

  @Test func refusesValues() throws {
    var augmentation = Augmentation()
    augmentation.timeShift = 1
    let point = PointEncoding.current.events([0, 0.5, 1, 0.25], steps: 3)
    let data = AugmentedDataset(try RecordingsInMemory([point], labels: [0], classes: 3, channels: 5), augmentation, draws: testDraws)
    #expect(throws: TrainingError.self) { try data.sample(0, epoch: 0) }
  }

  @Test func samplesDependOnTheEpochAlone() throws {
    var augmentation = Augmentation()
    (augmentation.channelShift, augmentation.timeShift, augmentation.timeStretch, augmentation.eventLoss) = (3, 4, 0.2, 0.3)
    let data = try data(augmentation)
    var changed = 0
    for index in 0..<data.count {
      let first = try data.sample(index, epoch: 1).events[0]
      #expect(try data.sample(index, epoch: 1).events[0] == first)
      #expect(first.steps == (try data.steps(index, epoch: 1)))
      #expect(first.channels.allSatisfy { $0 < 30 })
      changed += try data.sample(index, epoch: 2).events[0] == first ? 0 : 1
    }
    #expect(changed > data.count / 2)
  }
}
