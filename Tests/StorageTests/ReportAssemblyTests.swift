// Column reports: any split over ranks and resumes gives the same file; holes and doubles are told.
import Foundation
import Testing

@testable import Storage

@Suite struct ReportAssemblyTests {
  let scratch = Scratch()
  let description = ReportDescription(population: "E", variable: "V_m", units: "mV", start: 100, interval: 0.1)
  let ids: [UInt64] = [3, 7, 8, 20, 21, 22, 40]

  private func value(_ id: UInt64, _ frame: Int64) -> Float { -65 + Float(id) + Float(frame) / 128 }

  private func part(_ name: String, _ ids: [UInt64], _ frames: Range<Int64>) throws -> String {
    var part = try ReportPart(creating: scratch(name), description, nodeIDs: ids)
    for frame in frames { try part.append(frame: frame, ids.map { value($0, frame) }) }
    try part.close()
    return scratch(name)
  }

  @Test func anySplitGivesTheSameBytes() throws {
    try ReportAssembly.assemble(parts: [try part("one", ids, 0..<50)], into: scratch("one.h5"))
    let split = [
      try part("b0", [40, 3, 20], 0..<30), try part("b1", [7, 8, 21, 22], 0..<30), try part("none", [], 0..<30),
      try part("c0", [3], 30..<50), try part("c1", [7, 40], 30..<50), try part("c2", [20, 21, 22, 8], 30..<50),
    ]
    for (i, buffer) in [64 << 20, 1, 100].enumerated() {
      try ReportAssembly.assemble(parts: i == 1 ? split.reversed() : split, into: scratch("split.h5"), bufferBytes: buffer)
      #expect(sameBytes(scratch("one.h5"), scratch("split.h5")))
    }
    let file = try HDF5File.open(scratch("one.h5"))
    #expect(try file.shape(of: "report/E/data") == [50, 7])
    #expect(try file.read("report/E/data", as: Float.self) == (0..<50).flatMap { frame in ids.map { value($0, frame) } })
    #expect(try file.read("report/E/mapping/node_ids", as: UInt64.self) == ids)
    #expect(try file.read("report/E/mapping/index_pointers", as: UInt64.self) == Array(0...7))
    #expect(try file.read("report/E/mapping/time", as: Double.self) == [100, 105, 0.1])
    #expect(try file.textAttribute("units", of: "report/E/data") == "mV")
  }

  @Test func compartmentsOfANeuronStandTogether() throws {
    var part = try ReportPart(creating: scratch("p"), description, nodeIDs: [5, 2, 5], elementIDs: [1, 0, 0])
    try part.append(frame: 0, [51, 20, 50])
    try part.close()
    try ReportAssembly.assemble(parts: [scratch("p")], into: scratch("r.h5"))
    let file = try HDF5File.open(scratch("r.h5"))
    #expect(try file.read("report/E/data", as: Float.self) == [20, 50, 51])
    #expect(try file.read("report/E/mapping/node_ids", as: UInt64.self) == [2, 5])
    #expect(try file.read("report/E/mapping/index_pointers", as: UInt64.self) == [0, 1, 3])
    #expect(try file.read("report/E/mapping/element_ids", as: UInt32.self) == [0, 0, 1])
  }

  @Test func holesAndDoublesAreTold() throws {
    let a = try part("a", [1, 2], 0..<10)
    let b = try part("b", [3], 0..<9)
    let c = try part("c", [3], 8..<10)
    let d = try part("d", [3], 9..<10)
    let hole = failure { try ReportAssembly.assemble(parts: [a, b], into: scratch("r.h5")) }
    #expect(hole?.description.contains("frame 9 of population E has values of 2 of 3") == true)
    #expect(failure { try ReportAssembly.assemble(parts: [a, b, c], into: scratch("r.h5")) }?.description.contains("frame 8") == true)
    #expect(failure { try ReportAssembly.assemble(parts: [d, a, b], into: scratch("r.h5")) } == nil)
    let good = bytes(of: a)
    for cut in [0, 12, 60, good.count - 1] {
      try AtomicFile.write(a, Array(good[..<cut]))
      #expect(failure { try ReportAssembly.assemble(parts: [a, b, d], into: scratch("r.h5")) }?.exitCode == 65)
    }
  }

  @Test func aResumedPartGoesOn() throws {
    var one = try ReportPart(creating: scratch("p"), description, nodeIDs: ids)
    try one.append(frame: 0, ids.map { value($0, 0) })
    let length = try one.flush(synchronise: true)
    try one.append(frame: 1, ids.map { _ in 0 })
    try one.close()
    var two = try ReportPart(resuming: scratch("p"), length: length, description, nodeIDs: ids)
    try two.append(frame: 1, ids.map { value($0, 1) })
    try two.close()
    #expect(sameBytes(scratch("p"), try part("q", ids, 0..<2)))
    #expect(failure { _ = try ReportPart(resuming: scratch("p"), length: length, description, nodeIDs: [1]) }?.exitCode == 65)
  }

  @Test(.enabled(if: Python.has("h5py", "libsonata"), "python3 has no h5py or libsonata"))
  func pythonReadsTheSame() throws {
    try ReportAssembly.assemble(parts: [try part("p", ids, 0..<50)], into: scratch("r.h5"))
    let script = """
      import sys, libsonata
      p = libsonata.ElementReportReader(sys.argv[1])["E"]
      print(p.times, p.time_units, p.data_units, p.sorted)
      d = p.get(node_ids=[7, 40], tstart=100.95, tstop=101.05)
      print(d.ids.tolist(), d.data.tolist())
      """
    let result = Python.run(script, [scratch("r.h5")])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("(100.0, 105.0, 0.1) ms mV True"), "\(result.output)")
    #expect(result.output.contains("[[7, 0], [40, 0]] [[\(value(7, 10)), \(value(40, 10))]]"), "\(result.output)")
  }
}
