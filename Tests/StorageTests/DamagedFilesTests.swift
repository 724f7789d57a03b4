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
      sources: ids, targets: ids.reversed(), typeIDs: ids.map { _ in 7 }, weights: ids.map { Float($0) + 0.5 }, delays: ids.map { _ in 1.5 }
    )
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
      for population in network.nodes { _ = try SonataNodeModels(population, components: circuit.components) }
      for population in network.edges { _ = try network.open(population).read(rows: 0..<population.count) }
    }
  }

  @Test(arguments: ["nodes.h5", "edges.h5"]) func cutFilesAreRefused(name: String) throws {
    let circuit = try writeCircuit()
    #expect(readAll(circuit) == nil)
    let good = bytes(of: scratch(name))
    for cut in Array(stride(from: 0, to: good.count, by: max(1, good.count / 200))) + [good.count - 1] {
      try AtomicFile.write(scratch(name), Array(good[..<cut]))
      let error = readAll(circuit)
      #expect(error?.exitCode == 65, "cut at \(cut) of \(good.count): \(error?.description ?? "no error")")
      #expect(error?.description.contains(scratch(name)) == true)
    }
  }

  @Test(arguments: ["nodes.h5", "edges.h5"]) func changedBytesNeverCrash(name: String) throws {
    let circuit = try writeCircuit()
    let good = bytes(of: scratch(name))
    let stride = ProcessInfo.processInfo.environment["COLONNADE_THOROUGH"] != nil ? 1 : 101
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
    #expect(refused > 50)
  }
}
