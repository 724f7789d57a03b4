// Spikes: parts of any number of ranks give the same file, a killed and resumed part loses nothing, damage is told.
import Foundation
import Testing

@testable import Storage

@Suite struct SpikeAssemblyTests {
  let scratch = Scratch()
  let populations = ["E", "I", "silent"]

  /// Spikes of 500 + 100 neurons over 2,000 steps; ids within a step in no order.
  private static let spikes: [(step: Int64, population: Int, id: UInt64)] = {
    var state: UInt64 = 12345
    func draw(_ n: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % n
    }
    var spikes: [(step: Int64, population: Int, id: UInt64)] = []
    for step in 0..<2000 {
      var fired: Set<UInt64> = []
      for _ in 0..<draw(20) { fired.insert(draw(600)) }
      for id in fired { spikes.append((Int64(step), id < 500 ? 0 : 1, id < 500 ? id : id - 500)) }
    }
    return spikes
  }()

  private func writeParts(_ count: Int, folder: String) throws -> [String] {
    try (0..<count).map { rank in
      let path = scratch("\(folder)-\(rank).part")
      var part = try SpikePart(creating: path, populations: populations, resolution: 0.1)
      for spike in Self.spikes where (Int(spike.id) / 7 + spike.population) % count == rank {
        try part.append(step: spike.step, population: spike.population, id: spike.id)
      }
      try part.close()
      return path
    }
  }

  @Test func anyNumberOfPartsGivesTheSameBytes() throws {
    for (count, buffer) in [(1, 64 << 20), (2, 64 << 20), (3, 4096), (7, 1)] {
      let path = scratch("spikes-\(count).h5")
      let summary = try SpikeAssembly.assemble(parts: try writeParts(count, folder: "p\(count)"), into: path, bufferBytes: buffer)
      #expect(summary.spikes.reduce(0, +) == Self.spikes.count)
      #expect(summary.spikes[2] == 0)
      #expect(sameBytes(scratch("spikes-1.h5"), path))
    }
  }

  @Test func theFileIsSortedByTimeThenID() throws {
    let path = scratch("spikes.h5")
    try SpikeAssembly.assemble(parts: try writeParts(3, folder: "sorted"), into: path)
    let file = try HDF5File.open(path)
    for (p, name) in populations.enumerated() {
      let expected = Self.spikes.filter { $0.population == p }.map { ($0.step, $0.id) }.sorted { $0 < $1 }
      #expect(try file.read("spikes/\(name)/node_ids", as: UInt64.self) == expected.map(\.1))
      #expect(try file.read("spikes/\(name)/timestamps", as: Double.self) == expected.map { Double("\($0.0 / 10).\($0.0 % 10)")! })
      #expect(try file.textAttribute("sorting", of: "spikes/\(name)") == "by_time")
      #expect(try file.textAttribute("units", of: "spikes/\(name)/timestamps") == "ms")
    }
    #expect(try file.attribute("magic", as: UInt32.self) == [0x0A7A])
    #expect(try file.attribute("version", as: UInt32.self) == [0, 1])
  }

  @Test func timesPrintAsAPersonWouldWriteThem() {
    #expect(StepTime(resolution: 0.1).milliseconds(3).description == "0.3")
    #expect(StepTime(resolution: 0.1).milliseconds(123_457).description == "12345.7")
    #expect(StepTime(resolution: 0.025).milliseconds(7).description == "0.175")
    #expect(StepTime(resolution: 0.0125).milliseconds(9).description == "0.1125")
    #expect(StepTime(resolution: 1).milliseconds(9) == 9)
    #expect(StepTime(resolution: 1.0 / 3).milliseconds(6) == 2)
  }

  @Test func aResumedPartEqualsAnUnstoppedOne() throws {
    let whole = try writeParts(1, folder: "whole")[0]
    let path = scratch("resumed.part")
    var part = try SpikePart(creating: path, populations: populations, resolution: 0.1)
    let half = Self.spikes.count / 2
    for spike in Self.spikes[..<half] { try part.append(step: spike.step, population: spike.population, id: spike.id) }
    let length = try part.flush()
    #expect(length == part.length)
    #expect(bytes(of: path).count == Int(length))
    // Lost work behind the checkpoint, with half a record at the end, as a kill leaves it.
    try part.append(step: 9999, population: 0, ids: [1, 2, 3])
    try part.close()
    let handle = FileHandle(forWritingAtPath: path)!
    try handle.seekToEnd()
    handle.write(Data([1, 2, 3]))
    try handle.close()
    #expect(failure { try SpikeAssembly.assemble(parts: [path], into: scratch("x.h5")) }?.exitCode == 65)
    var resumed = try SpikePart(resuming: path, length: length, populations: populations, resolution: 0.1)
    for spike in Self.spikes[half...] { try resumed.append(step: spike.step, population: spike.population, id: spike.id) }
    try resumed.close()
    #expect(sameBytes(path, whole))
  }

  /// The checksum that a writer tells is that of the file, also of one that it goes on with; a flipped bit is found.
  @Test func aDamagedPartIsRefused() throws {
    let path = scratch("flipped")
    var part = try SpikePart(creating: path, populations: populations, resolution: 0.1)
    for spike in Self.spikes[..<5] { try part.append(step: spike.step, population: spike.population, id: spike.id) }
    let length = try part.flush(), sum = part.checksum
    try part.close()
    #expect(try PartLength.verify(path, length, sum: sum, beat: {}).sum == sum)
    var resumed = try SpikePart(resuming: path, length: length, populations: populations, resolution: 0.1)
    for spike in Self.spikes[5..<9] { try resumed.append(step: spike.step, population: spike.population, id: spike.id) }
    let longer = try resumed.flush(), after = resumed.checksum
    try resumed.close()
    #expect(try PartLength.verify(path, longer, sum: after, beat: {}).sum == after)
    var flipped = bytes(of: path)
    flipped[Int(length) / 2] ^= 4
    try AtomicFile.write(path, flipped)
    #expect(failure { _ = try PartLength.verify(path, length, sum: sum, beat: {}) }?.exitCode == 65)
    #expect(failure { _ = try PartLength.verify(scratch("gone"), length, sum: sum, beat: {}) }?.exitCode == 66)
  }

  @Test func resumingTheWrongPartIsRefused() throws {
    let path = try writeParts(1, folder: "other")[0]
    let length = Int64(bytes(of: path).count)
    let resume = { (length: Int64, names: [String], resolution: Double) in
      failure { _ = try SpikePart(resuming: path, length: length, populations: names, resolution: resolution) }
    }
    #expect(resume(length + 16, populations, 0.1)?.exitCode == 65)
    #expect(resume(length - 1, populations, 0.1)?.exitCode == 65)
    #expect(resume(4, populations, 0.1)?.exitCode == 65)
    #expect(resume(length, ["E", "X", "silent"], 0.1)?.exitCode == 65)
    #expect(resume(length, populations, 0.2)?.exitCode == 65)
    #expect(bytes(of: path).count == Int(length))
    #expect(failure { _ = try SpikePart(resuming: scratch("none"), length: 0, populations: [], resolution: 1) }?.exitCode == 66)
  }

  @Test func damagedPartsAreNamed() throws {
    let parts = try writeParts(2, folder: "damaged")
    let other = scratch("other.part")
    try SpikePart(creating: other, populations: ["E"], resolution: 0.1).close()
    #expect(failure { try SpikeAssembly.assemble(parts: [parts[0], other], into: scratch("s.h5")) }?.path == other)
    #expect(failure { try SpikeAssembly.assemble(parts: [parts[0], scratch("none")], into: scratch("s.h5")) }?.exitCode == 66)
    let good = bytes(of: parts[1])
    for cut in [0, 7, 8, 15, 16, 40, good.count - 1] {
      try AtomicFile.write(parts[1], Array(good[..<cut]))
      let error = failure { try SpikeAssembly.assemble(parts: parts, into: scratch("s.h5")) }
      #expect(error?.exitCode == 65 && error?.path.hasPrefix(parts[1]) == true, "cut at \(cut)")
    }
    var wrong = good
    wrong[good.count - 1] = 99
    try AtomicFile.write(parts[1], wrong)
    #expect(failure { try SpikeAssembly.assemble(parts: parts, into: scratch("s.h5")) }?.exitCode == 65)
    wrong = good
    wrong[9] = 255
    wrong[11] = 255
    try AtomicFile.write(parts[1], wrong)
    #expect(failure { try SpikeAssembly.assemble(parts: parts, into: scratch("s.h5")) }?.exitCode == 65)
    #expect(!FileManager.default.fileExists(atPath: scratch("s.h5")))
    #expect(!FileManager.default.fileExists(atPath: scratch("s.h5.partial")))
  }

  @Test(.enabled(if: Python.has("h5py", "libsonata"), "python3 has no h5py or libsonata"))
  func pythonReadsTheSame() throws {
    let path = scratch("spikes.h5")
    try SpikeAssembly.assemble(parts: try writeParts(3, folder: "python"), into: path)
    let script = """
      import sys, h5py, libsonata
      r = libsonata.SpikeReader(sys.argv[1])
      print(sorted(r.get_population_names()))
      p = r["E"]
      print(p.sorting, len(p.get()), p.get()[0][0], p.get()[0][1])
      f = h5py.File(sys.argv[1], "r")
      print(h5py.check_enum_dtype(f["spikes/E"].attrs.get_id("sorting").dtype), f["spikes/E/timestamps"].attrs["units"])
      """
    let result = Python.run(script, [path])
    let first = Self.spikes.filter { $0.population == 0 }.map { ($0.step, $0.id) }.min { $0 < $1 }!
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("['E', 'I', 'silent']"))
    #expect(
      result.output.contains("by_time \(Self.spikes.count { $0.population == 0 }) \(first.1) \(Double(first.0) / 10)"), "\(result.output)")
    #expect(result.output.contains("'none': 0, 'by_id': 1, 'by_time': 2") && result.output.contains("} ms"), "\(result.output)")
  }
}
