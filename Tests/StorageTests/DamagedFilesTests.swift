// Damaged files: cut at any place, with any byte changed, or with sizes that lie, they give an error or their content, never a crash.
import Foundation
import Testing

@testable import Storage

@Suite struct DamagedFilesTests {
  let scratch = Scratch()

  /// A small circuit of our own writers: 60 nodes, 500 edges, some spikes.
  private func writeCircuit() throws -> SonataCircuit {
    var nodes = try SonataNodesWriter(creating: scratch("nodes.h5"))
    try nodes.begin(population: "E", attributes: ["x"])
    try nodes.append(typeIDs: (0..<60).map { 100 + $0 % 2 }, attributes: [(0..<60).map(Double.init)])
    try nodes.close()
    var edges = try SonataEdgesWriter(creating: scratch("edges.h5"))
    try edges.begin(population: "E_to_E", source: "E", target: "E")
    let ids = (0..<500).map { UInt32($0 * 7 % 60) }
    try edges.append(
      sources: ids, targets: ids.reversed(), typeIDs: ids.map { _ in 7 }, weights: ids.map { Double($0) + 0.5 },
      delays: ids.map { _ in 1.5 })
    try edges.close()
    try put(scratch("node_types.csv"), "node_type_id model_type model_template\n100 virtual NULL\n101 point_neuron nest:lif\n")
    try put(scratch("edge_types.csv"), "edge_type_id model_template\n7 static_synapse\n")
    let circuit = SonataCircuit(
      nodes: [.init(path: scratch("nodes.h5"), typesPath: scratch("node_types.csv"))],
      edges: [.init(path: scratch("edges.h5"), typesPath: scratch("edge_types.csv"))])
    return circuit
  }

  /// Reads everything there is; the error if there is one.
  private func readAll(_ circuit: SonataCircuit) -> StorageError? {
    failure {
      let network = try SonataNetwork(circuit)
      for population in network.nodes {
        _ = try SonataNodeModels(population, components: circuit.components)
        _ = try population.attribute("x")
      }
      for population in network.edges { _ = try network.open(population).read(rows: 0..<population.count) }
    }
  }

  @Test(arguments: ["nodes.h5", "edges.h5"]) func cutFilesAreRefused(name: String) throws {
    let circuit = try writeCircuit()
    #expect(readAll(circuit) == nil)
    let good = bytes(of: scratch(name))
    for cut in Array(stride(from: 0, to: good.count, by: max(1, good.count / 60))) + [good.count - 1] {
      try AtomicFile.write(scratch(name), Array(good[..<cut]))
      let error = readAll(circuit)
      #expect(error?.exitCode == 65, "cut at \(cut) of \(good.count): \(error?.description ?? "no error")")
      #expect(error?.description.contains(scratch(name)) == true)
    }
  }

  @Test(arguments: ["nodes.h5", "edges.h5"]) func changedBytesNeverCrash(name: String) throws {
    let circuit = try writeCircuit()
    let good = bytes(of: scratch(name))
    let stride = ProcessInfo.processInfo.environment["COLONNADE_THOROUGH"] != nil ? 1 : 307
    var refused = 0
    for place in Swift.stride(from: 0, to: good.count, by: stride) {
      for change: UInt8 in [0xFF, 0x01, 0x80] {
        var bad = good
        bad[place] ^= change
        try Data(bad).write(to: URL(fileURLWithPath: scratch(name)))
        if let error = readAll(circuit) {
          refused += 1
          #expect(error.exitCode == 65, "byte \(place) changed: \(error)")
        }
      }
    }
    #expect(refused > 10)
  }

  /// Files of others may be in newer formats than ours are written in, and in ones that this library does not know.
  @Test(.enabled(if: Python.has("h5py"), "python3 has no h5py"), arguments: ["earliest", "v108", "v110", "latest"])
  func filesOfAnyFormatAreRead(version: String) throws {
    let script = """
      import sys, h5py
      f = h5py.File(sys.argv[1], "w", libver=sys.argv[2])
      f.create_dataset("a/b/x", data=[1, 2, 3], dtype="i4"); f.create_dataset("a/chunks", data=range(100), chunks=(7,), compression=4)
      """
    let made = Python.run(script, [scratch("\(version).h5"), version])
    #expect(made.status == 0, "\(made.output)")
    var chunks: [Int64] = []
    let error = failure {
      let file = try HDF5File.open(scratch("\(version).h5"))
      #expect(try file.read("a/b/x", as: Int32.self) == [1, 2, 3])
      chunks = try file.read("a/chunks")
    }
    if let error {
      #expect(version == "latest" && error.exitCode == 65 && error.reason.contains("perhaps it is for a newer HDF5 than"), "\(error)")
    } else {
      #expect(chunks == Array(0..<100))
    }
  }

  @Test(.enabled(if: Python.has("h5py"), "python3 has no h5py")) func changedBytesInForeignTextsNeverCrash() throws {
    let path = scratch("foreign.h5")
    let script = """
      import sys, h5py
      f = h5py.File(sys.argv[1], "w")
      d = f.create_dataset("x", data=[1, 2, 3]); d.attrs["node_population"] = "internal"
      f.create_dataset("names", data=["abc", "defg"] * 5, dtype=h5py.string_dtype())
      v = f.create_dataset("rows", (4,), dtype=h5py.vlen_dtype("f2"))
      for i in range(4): v[i] = [1.5] * (i + 1)
      """
    #expect(Python.run(script, [path]).status == 0)
    func read() -> StorageError? {
      failure {
        let file = try HDF5File.open(path)
        let texts = try file.readStrings("names")
        let rows = try file.readSequences("rows", as: Float.self)
        #expect(texts.count <= 1000 && rows.count <= 1000)
        _ = try file.textAttribute("node_population", of: "x")
      }
    }
    #expect(read() == nil)
    let good = bytes(of: path)
    var refused = 0
    for place in stride(from: 0, to: good.count, by: 29) {
      for change: UInt8 in [0xFF, 0x01] {
        var bad = good
        bad[place] ^= change
        try Data(bad).write(to: URL(fileURLWithPath: path))
        if let error = read() {
          refused += 1
          #expect(error.exitCode == 65, "byte \(place) changed: \(error)")
        }
      }
    }
    #expect(refused > 10)
  }

  @Test func claimsBeyondTheFileAreRefusedBeforeMemoryIsTaken() throws {
    let file = try HDF5File.create(scratch("claims.h5"))
    try file.createFixed("never_written", .float64, shape: [1 << 45])
    try file.createExtendible("extended", .float64, chunkRows: 16)
    try file.truncate("extended", rows: 1 << 45)
    try file.createFixed("spikes/E/timestamps", .float64, shape: [1 << 45])
    try file.createFixed("spikes/E/node_ids", .uint64, shape: [1 << 45])
    try file.createFixed("few", .float64, shape: [1000])
    try file.close()
    let read = try HDF5File.open(scratch("claims.h5"))
    for dataset in ["never_written", "extended", "spikes/E/node_ids"] {
      do {
        _ = try read.read(dataset, as: Double.self)
        Issue.record("\(dataset) was read")
      } catch { #expect(error.exitCode == 65 && error.reason.contains("it claims")) }
    }
    #expect(failure { _ = try SonataSpikes.read(hdf5: scratch("claims.h5")) }?.reason.contains("it claims") == true)
    // Rows that were never written are zero, where the file is large enough to make them credible.
    #expect(try read.read("few", as: Double.self) == [Double](repeating: 0, count: 1000))
    do {
      _ = try read.read("extended", rows: 5..<7, as: Double.self)
      Issue.record("two rows of a dataset that lies were read")
    } catch { #expect(error.exitCode == 65) }
  }
}
