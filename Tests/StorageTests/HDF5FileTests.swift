// HDF5 files: every type and shape comes back, the same content gives the same bytes, wrong requests name the place.
import Foundation
import Testing

@testable import Storage

@Suite struct HDF5FileTests {
  let scratch = Scratch()

  private func roundTrip<T: HDF5Element & Equatable>(_ values: [T]) throws {
    let path = scratch("\(T.self).h5")
    let file = try HDF5File.create(path)
    try file.write("a/b/values", values)
    try file.write("matrix", values, shape: [2, values.count / 2])
    try file.close()
    let read = try HDF5File.open(path)
    #expect(try read.read("a/b/values", as: T.self) == values)
    #expect(try read.read("/a/b/values", rows: 1..<3, as: T.self) == Array(values[1..<3]))
    #expect(try read.shape(of: "matrix") == [2, values.count / 2])
    #expect(try read.read("matrix", rows: 1..<2, as: T.self) == Array(values[(values.count / 2)...]))
    #expect(try read.read("matrix", rows: 0..<2, columns: 1..<2, as: T.self) == [values[1], values[values.count / 2 + 1]])
  }

  @Test func everyTypeComesBack() throws {
    try roundTrip([0.1, -.infinity, 1e300, .leastNonzeroMagnitude] as [Double])
    try roundTrip([0.1, -.infinity, 1e30, .leastNonzeroMagnitude] as [Float])
    try roundTrip([.min, -1, 0, .max] as [Int64])
    try roundTrip([.min, -1, 0, .max] as [Int32])
    try roundTrip([.min, -1, 0, .max] as [Int16])
    try roundTrip([.min, -1, 0, .max] as [Int8])
    try roundTrip([0, 1, 2, .max] as [UInt64])
    try roundTrip([0, 1, 2, .max] as [UInt32])
    try roundTrip([0, 1, 2, .max] as [UInt16])
    try roundTrip([0, 1, 2, .max] as [UInt8])
  }

  @Test func halfPrecisionIsWidenedExactly() throws {
    let halves: [Float] = [0, 1, -2.5, 0.0999755859375, 65504, 5.9604644775390625e-8, .infinity]
    let file = try HDF5File.create(scratch("half.h5"))
    try file.write("x", halves, fileType: .float16)
    try file.write("rows", sequences: [halves, [], [1.5]], fileType: .float16)
    try file.close()
    let read = try HDF5File.open(scratch("half.h5"))
    #expect(try read.content(of: "x") == .floating(bytes: 2))
    #expect(try read.read("x", as: Float.self) == halves)
    #expect(try read.read("x", as: Double.self) == halves.map(Double.init))
    #expect(try read.readSequences("rows", as: Float.self) == [halves, [], [1.5]])
    #expect(try read.readSequences("rows", rows: 1..<3, as: Double.self) == [[], [1.5]])
  }

  @Test func textsAndAttributesComeBack() throws {
    let path = scratch("texts.h5")
    let file = try HDF5File.create(path)
    try file.write("names", strings: ["", "L4E", "Größe µm"])
    try file.makeGroup("group")
    try file.setAttribute("version", [0, 1] as [UInt32])
    try file.setAttribute("magic", UInt32(2682))
    try file.setAttribute("sorting", of: "group", member: "by_time", in: ["none", "by_id", "by_time"])
    try file.setAttribute("units", of: "names", "mV")
    try file.setAttribute("units", of: "names", "ms")
    try file.close()
    let read = try HDF5File.open(path)
    #expect(try read.readStrings("names") == ["", "L4E", "Größe µm"])
    #expect(try read.readStrings("names", rows: 1..<2) == ["L4E"])
    #expect(try read.attribute("version", as: UInt32.self) == [0, 1])
    #expect(try read.attribute("magic", as: Int64.self) == [2682])
    #expect(try read.textAttribute("sorting", of: "group") == "by_time")
    #expect(try read.textAttribute("units", of: "names") == "ms")
    #expect(try read.textAttribute("none") == nil)
    #expect(try read.children() == ["group", "names"])
    #expect(try read.kind(of: "group") == .group)
    #expect(try read.kind(of: "names/deeper") == nil)
    #expect(try read.exists("group/none") == false)
  }

  @Test(arguments: [0, 4]) func extendibleDatasetsGrowAndShrink(deflate: Int) throws {
    let path = scratch("grow.h5")
    var file = try HDF5File.create(path)
    try file.createExtendible("rows", .float32, rowShape: [3], chunkRows: 4, deflate: deflate, checksum: true)
    try file.append("rows", (0..<15).map(Float.init))
    try file.append("rows", (15..<21).map(Float.init))
    try file.close()
    file = try HDF5File.append(path)
    try file.truncate("rows", rows: 5)
    try file.append("rows", [-1, -2, -3] as [Float])
    try file.write("rows", firstRow: 0, [9, 9, 9] as [Float])
    try file.close()
    let read = try HDF5File.open(path)
    #expect(try read.shape(of: "rows") == [6, 3])
    #expect(try read.read("rows", as: Double.self) == [9, 9, 9] + (3..<15).map(Double.init) + [-1, -2, -3])
  }

  @Test func sameContentGivesSameBytes() throws {
    for name in ["one.h5", "two.h5"] {
      let file = try HDF5File.create(scratch(name))
      try file.makeGroup("g/h")
      try file.createExtendible("g/x", .float64, chunkRows: 8, deflate: 3)
      try file.append("g/x", (0..<100).map(Double.init))
      try file.write("names", strings: ["a", "b"])
      try file.setAttribute("units", of: "g/x", "ms")
      try file.close()
      usleep(1_100_000)
    }
    #expect(sameBytes(scratch("one.h5"), scratch("two.h5")))
  }

  @Test func anUnfinishedFileNeverHasItsName() throws {
    let path = scratch("unfinished.h5")
    do {
      let file = try HDF5File.create(path)
      try file.write("x", [1.0])
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
  }

  @Test func wrongRequestsNameThePlace() throws {
    let path = scratch("wrong.h5")
    let file = try HDF5File.create(path)
    try file.write("x", [1.5, 300, -1])
    try file.write("n", [1, 300, -1] as [Int64])
    try file.write("names", strings: ["a"])
    try file.close()
    let read = try HDF5File.open(path)
    func expect(_ part: String, _ error: StorageError?) {
      #expect(error?.exitCode == 65)
      #expect(error?.description.contains(part) == true, "\(error?.description ?? "no error") has no '\(part)'")
      #expect(error?.description.contains(path) == true)
    }
    do { _ = try read.read("y", as: Double.self); Issue.record("no error") } catch { expect("no such dataset", error) }
    do { _ = try read.read("x", as: Int64.self); Issue.record("no error") } catch { expect("float64", error) }
    do { _ = try read.read("n", as: UInt8.self); Issue.record("no error") } catch { expect("does not fit", error) }
    do { _ = try read.read("n", as: UInt64.self); Issue.record("no error") } catch { expect("does not fit", error) }
    do { _ = try read.read("n", rows: 2..<4, as: Int64.self); Issue.record("no error") } catch { expect("only 3 rows", error) }
    do { _ = try read.read("names", as: Double.self); Issue.record("no error") } catch { expect("text", error) }
    do { _ = try read.readStrings("x"); Issue.record("no error") } catch { expect("float64", error) }
    do { _ = try read.children(of: "x"); Issue.record("no error") } catch { expect("no such group", error) }
    #expect(try read.read("n", as: Float.self) == [1, 300, -1])
  }

  @Test func missingAndForeignFiles() throws {
    #expect(failure { _ = try HDF5File.open(scratch("none.h5")) }?.exitCode == 66)
    #expect(failure { _ = try HDF5File.create(scratch("no/folder.h5")) }?.exitCode == 73)
    try put(scratch("text.h5"), "this is text, and not very long at that")
    #expect(failure { _ = try HDF5File.open(scratch("text.h5")) }?.exitCode == 65)
    #expect(failure { _ = try HDF5File.open(scratch.path) }?.exitCode == 65)
  }

  @Test(.enabled(if: Shared.hasDigits, "the shared data set fsdd_spikes is not beside the repository"))
  func spokenDigitsAreRead() throws {
    let packed = scratch("digits.h5.gz")
    try FileManager.default.copyItem(atPath: Shared.digits, toPath: packed)
    let script = "import gzip, sys; open(sys.argv[2], 'wb').write(gzip.open(sys.argv[1]).read())"
    #expect(Python.run(script, [packed, scratch("digits.h5")]).status == 0)
    let file = try HDF5File.open(scratch("digits.h5"))
    let times = try file.readSequences("spikes/times", as: Float.self)
    let units = try file.readSequences("spikes/units", as: UInt16.self)
    #expect(times.count == 300)
    #expect(times.map(\.count) == units.map(\.count))
    #expect(units.joined().max()! < 700)
    #expect(try file.readStrings("extra/keys").count == 10)
    #expect(times.joined().allSatisfy { $0 >= 0 && $0 < 3 })
  }
}
