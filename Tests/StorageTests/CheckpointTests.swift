// Checkpoints: what any number of ranks wrote any other number reads, and nothing damaged is ever taken for good.
import Foundation
import Testing

@testable import Storage

struct CheckpointTests {
  private static let header = CheckpointHeader(
    kind: "simulation", step: 4242, configuration: "seed: 1\n", values: ["spikes": 9_007_199_254_740_993, "rate": 0.1])

  /// The values of object k: lengths from none on, so that objects meet in one piece and cross the buffer's end.
  private static func values(_ object: Int) -> [Float] { (0..<(object * 37) % 101).map { Float(object) + Float($0) / 128 } }

  /// A checkpoint of `objects` objects that `ranks` ranks own in turn.
  private func write(_ folder: CheckpointFolder, ranks: Int, objects: Int, header: CheckpointHeader = Self.header) throws -> Int {
    let number = try folder.begin()
    var files: [[UInt8]] = []
    for rank in 0..<ranks {
      let own = (0..<objects).filter { $0 % ranks == rank }
      var writer = try CheckpointWriter(folder, number, rank: rank)
      try writer.begin("columns", Float.self, count: own.reduce(0) { $0 + Self.values($1).count })
      for object in own { try writer.append(object: object, Self.values(object)) }
      try writer.write("totals", object: rank, [UInt64(rank), .max])
      try writer.write("weights", own.map { (object: $0, values: [Double($0), .pi]) })
      files.append(try writer.close())
    }
    try folder.commit(number, header, files: files)
    return number
  }

  private func check(_ path: String, ranks: Int, objects: Int) throws {
    let reader = try CheckpointReader(path)
    #expect(reader.header == Self.header)
    #expect(reader.ranks == ranks)
    for readers in [1, 2, 5] {
      for rank in 0..<readers {
        let wanted = Set((0..<objects).filter { $0 * readers / objects == rank })
        var seen: Set<Int> = []
        try reader.read("columns", objects: wanted, as: Float.self) { object, values in
          #expect(Array(values) == Self.values(object))
          seen.insert(object)
        }
        #expect(seen == wanted)
      }
    }
    #expect(try reader.read("weights", object: 3, as: Double.self) == [3, .pi])
    for rank in 0..<ranks { #expect(try reader.read("totals", object: rank, as: UInt64.self) == [UInt64(rank), .max]) }
  }

  @Test(arguments: [1, 2, 3, 7]) func anyNumberOfRanksReadsIt(ranks: Int) throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    let number = try write(folder, ranks: ranks, objects: 23)
    #expect(try folder.numbers() == [number])
    try check(folder.checkpoint(number), ranks: ranks, objects: 23)
  }

  @Test func longDatasetsGoThroughTheBufferWhole() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    let number = try folder.begin()
    // The buffer holds 262,144 of them: objects that begin in it and end past it, that fill it to the last byte, and that go past it whole.
    let lengths = [10, 3_000_000, 7, 700_000, 700_001, 0, 5, 262_144, 100_000, 162_144, 0, 262_144, 1_048_577, 1]
    func values(_ object: Int) -> [Float] { (0..<lengths[object]).map { Float($0 % 65_537 + object) } }
    var writer = try CheckpointWriter(folder, number, rank: 0)
    try writer.begin("v", Float.self, count: lengths.reduce(0, +))
    for object in lengths.indices { try writer.append(object: object, values(object)) }
    #expect(writer.bytes == 4 * lengths.reduce(0, +))
    try folder.commit(number, Self.header, files: [try writer.close()])
    try CheckpointReader(folder.checkpoint(number)).read("v", objects: Set(lengths.indices), as: Float.self) { object, found in
      #expect(Array(found) == values(object))
    }
  }

  /// The cost of an object does not grow with those before it: a copy of the index for each would be 600 GB here.
  @Test func manyObjectsCostLittle() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    let number = try folder.begin()
    let objects = 200_000
    let clock = ContinuousClock()
    let took = try clock.measure {
      var writer = try CheckpointWriter(folder, number, rank: 0)
      try writer.begin("v", UInt64.self, count: objects)
      for object in 0..<objects { try writer.append(object: object, [UInt64(object)]) }
      try folder.commit(number, Self.header, files: [try writer.close()])
    }
    #expect(took < .seconds(10))
    #expect(try CheckpointReader(folder.checkpoint(number)).read("v", object: objects - 1, as: UInt64.self) == [UInt64(objects - 1)])
  }

  /// What is retired is no checkpoint any more, even if its files could not be removed; those are gone with the next one.
  @Test func retiredOnesGoRankByRank() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    for _ in 1...4 { _ = try write(folder, ranks: 3, objects: 9) }
    let retired = try folder.retire()
    #expect(retired == [1, 2])
    #expect(try folder.numbers() == [3, 4])
    folder.removeFiles(of: retired, rank: 1)
    #expect(try FolderContents.names(folder.checkpoint(1)).sorted() == ["rank-0.h5", "rank-2.h5"])
    folder.remove([1])
    #expect(try FolderContents.names(folder.path).sorted() == ["2", "3", "4"])
    #expect(try folder.begin() == 5)
    #expect(try FolderContents.names(folder.path).sorted() == ["3", "4", "5"])
    try check(folder.checkpoint(4), ranks: 3, objects: 9)
  }

  /// A damaged checkpoint takes nobody's place: the good one before it stays beside the next.
  @Test func damagedOnesAreSetAside() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    let numbers = try (0..<2).map { _ in try write(folder, ranks: 1, objects: 3) }
    for _ in 0..<2 {
      let damaged = try #require(try folder.numbers().last)
      try folder.setAside([folder.checkpoint(damaged)])
      let next = try write(folder, ranks: 1, objects: 3)
      folder.remove(try folder.retire())
      #expect(next > damaged)
      #expect(try folder.numbers() == [numbers[0], next])
    }
    try folder.removeAll()
    #expect(try folder.numbers().isEmpty && !FolderContents.exists(folder.path))
  }

  @Test func theLastTwoAreKeptAndNumbersGrow() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    for n in 1...4 {
      #expect(try write(folder, ranks: 2, objects: 3) == n)
      folder.remove(try folder.retire())
    }
    #expect(try folder.numbers() == [3, 4])
    #expect(try FolderContents.names(folder.path) == ["3", "4"])
    try folder.removeAll()
    #expect(try folder.numbers() == [])
  }

  /// What a killed run leaves: a folder without a manifest, or with one under its temporary name.
  @Test func whatWasNotCommittedCountsForNothing() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    let good = try write(folder, ranks: 2, objects: 5)
    let killed = try folder.begin()
    var writer = try CheckpointWriter(folder, killed, rank: 0)
    try writer.write("weights", object: 0, [1.0])
    _ = try writer.close()
    try AtomicFile.write(folder.checkpoint(killed) + "/manifest.json.partial", text: "{")
    #expect(try folder.numbers() == [good])
    #expect(throws: StorageError.self) { try CheckpointReader(folder.checkpoint(killed)) }
    let next = try write(folder, ranks: 1, objects: 5)
    #expect(next > killed)
    #expect(try FolderContents.names(folder.path) == ["\(good)", "\(next)"])
  }

  /// Every byte matters: whichever is flipped, reading everything either fails or gives the right values.
  @Test func aFlippedByteIsNoticed() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    let number = try write(folder, ranks: 2, objects: 9)
    for name in ["manifest.json", "rank-0.h5", "rank-1.h5"] {
      let path = folder.checkpoint(number) + "/" + name
      let bytes = try WholeFile.read(path)
      var noticed = 0
      for place in Swift.stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
        var damaged = bytes
        damaged[place] ^= 0x10
        try Data(damaged).write(to: URL(fileURLWithPath: path))
        do { try check(folder.checkpoint(number), ranks: 2, objects: 9) } catch let error as StorageError {
          #expect(error.kind == .badData, "\(name), byte \(place): \(error)")
          noticed += 1
        }
      }
      #expect(noticed > 8, "\(name): \(noticed)")
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
    try check(folder.checkpoint(number), ranks: 2, objects: 9)
  }

  @Test func aCutFileIsNoticed() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    let number = try write(folder, ranks: 2, objects: 9)
    for name in ["manifest.json", "rank-1.h5"] {
      let path = folder.checkpoint(number) + "/" + name
      let bytes = try WholeFile.read(path)
      // Without its last line end the manifest would still say everything.
      for length in [0, 1, bytes.count / 3, bytes.count - 3] {
        try Data(bytes.prefix(length)).write(to: URL(fileURLWithPath: path))
        #expect(throws: StorageError.self, "\(name) cut to \(length)") { try check(folder.checkpoint(number), ranks: 2, objects: 9) }
      }
      try FileManager.default.removeItem(atPath: path)
      #expect(throws: StorageError.self) { try check(folder.checkpoint(number), ranks: 2, objects: 9) }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
  }

  @Test func missingAndDoubleObjectsAreTold() throws {
    let scratch = Scratch()
    let folder = CheckpointFolder.ofRun(scratch.path)
    let number = try folder.begin()
    var files: [[UInt8]] = []
    for rank in 0..<2 {
      var writer = try CheckpointWriter(folder, number, rank: rank)
      try writer.write("double", object: 7, [1.5])
      files.append(try writer.close())
    }
    try folder.commit(number, Self.header, files: files)
    let reader = try CheckpointReader(folder.checkpoint(number))
    #expect(throws: StorageError.self) { try reader.read("double", object: 7, as: Double.self) }
    #expect(throws: StorageError.self) { try reader.read("double", object: 8, as: Double.self) }
    #expect(throws: StorageError.self) { try reader.read("double", object: 7, as: Float.self) }
    #expect(throws: StorageError.self) { try reader.read("other", object: 0, as: Double.self) }
    #expect(reader.has("double") && !reader.has("other"))
  }

  @Test func theChecksumDoesNotDependOnHowBytesCome() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: 7 * $0) }
    for size in [1, 5, 31, 32, 33, 64, 100, 1000] {
      var running = RunningChecksum()
      for start in stride(from: 0, to: bytes.count, by: size) {
        Array(bytes[start..<min(start + size, bytes.count)]).withUnsafeBytes { running.add($0) }
      }
      #expect(running.sum == Checksum.of(bytes), "\(size)")
    }
  }

  @Test func theChecksumSeesEveryBitAndTheLength() {
    let bytes = (0..<100).map { UInt8($0) }
    let sum = Checksum.of(bytes)
    for place in bytes.indices {
      for bit in 0..<8 {
        var other = bytes
        other[place] ^= 1 << bit
        #expect(Checksum.of(other) != sum)
      }
    }
    let zeros = (0..<70).map { Checksum.of([UInt8](repeating: 0, count: $0)) }
    #expect(Set(zeros).count == zeros.count)
    // As in the checkpoints of earlier versions.
    let known: KeyValuePairs = [0: "1a352ca8f22e1762", 31: "17f1ba5c179ae39d", 100: "31c8f2e41839f11f", 1000: "401c237a296a6ee7"]
    for (count, sum) in known { #expect(Checksum.text(Checksum.of((0..<count).map { UInt8(truncatingIfNeeded: 7 * $0) })) == sum) }
  }
}
