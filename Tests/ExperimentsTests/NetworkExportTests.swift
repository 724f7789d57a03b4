// A network as SONATA files: what comes back is the same network, a run stays whole, and what files cannot say is refused.
import Foundation
import Networks
import Spiking
import Storage
import Testing

@testable import Experiments

struct NetworkExportTests {
  private let network = """
    populations:
      - {name: E, model: iaf_psc_exp, count: 40}
      - {name: D, model: iaf_psc_delta, count: 20}
      - {name: in, model: spikes, count: 5, spikes: []}
    projections:
      - {from: E, to: E, rule: {fixed_indegree: 8}, weight: {normal: {mean: 40, sd: 4, min: 0}}, delay: 1.5}
      - {from: D, to: E, rule: {explicit: [[0, 1, -20.1, 1], [3, 4, 0, 2]]}, receptor: inhibitory}
      - {from: E, to: D, rule: {fixed_indegree: 2}, weight: {uniform: {low: -1, high: 1}}, delay: 1, receptor: 0}
      - {from: in, to: E, rule: all_to_all, weight: 7.7, delay: 1, receptor: excitatory}

    """

  /// The weights that a simulation draws, projection by projection.
  private func drawn<S: SimulationScalar>(_ experiment: Experiment, as: S.Type) throws -> [Double] {
    let d = experiment.description
    let tiles = TileMap(d.network)
    var weights: [Double] = []
    for number in d.network.projections.indices {
      var draw = try TileDraw<S>(d.network, projection: number, tiles: tiles, seed: d.seed, resolution: d.resolution)
      try draw.loadEdges { _ in true }
      var batch = SynapseBatch<S>()
      var rows: [Int32] = []
      for target in tiles.tiles(ofPopulation: draw.projection.target) {
        for source in draw.projection.sourceTiles(of: tiles[target], tiles) {
          draw.draw(tiles[source], onto: tiles[target], draw.counts(onto: tiles[target]), into: &batch, rows: &rows)
          weights += (0..<batch.count).map { Double(batch.weight[$0]) }
        }
      }
    }
    return weights
  }

  @Test(arguments: ["single", "double"]) func weightsComeBackToTheLastDigit(precision: String) throws {
    let folder = try ScratchFolder()
    let experiment = try folder.load(network, ["precision=\(precision)"])
    let output = folder.path + "/network"
    let count = try NetworkExport.write(experiment, to: output)
    let circuit = try SonataNetwork(try SonataConfiguration(output + "/circuit_config.json").circuit)
    var weights: [Double] = []
    for edges in circuit.edges { weights += try circuit.open(edges).read(rows: 0..<edges.count).weights }
    let expected = try precision == "double" ? drawn(experiment, as: Double.self) : drawn(experiment, as: Float.self)
    #expect(count == weights.count && weights.count == 40 * 8 + 2 + 20 * 2 + 40 * 5)
    #expect(weights.sorted() == expected.sorted())
    #expect(weights.contains { Double(Float($0)) != $0 } == (precision == "double"))
    // A second export takes the place of the first.
    #expect(try NetworkExport.write(experiment, to: output) == count)
  }

  @Test(arguments: ["configuration.yaml", "summary.json", "checkpoint/1", "parts/spikes-0-0.part"])
  func aFolderThatHoldsARunIsLeftAlone(file: String) throws {
    let folder = try ScratchFolder()
    let output = folder.path + "/run"
    let place = output + "/" + file
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: place).deletingLastPathComponent(), withIntermediateDirectories: true)
    for name in [file, "spikes.h5"] { _ = try folder.file("run/" + name, "of a run") }
    let before = try FileManager.default.subpathsOfDirectory(atPath: output).sorted()
    let error = #expect(throws: StorageError.self) { try NetworkExport.write(try folder.load(network), to: output) }
    #expect(error?.exitCode == 73)
    #expect(error?.description.contains("the folder holds a run (\(file.split(separator: "/")[0])); choose another folder") == true)
    #expect(try FileManager.default.subpathsOfDirectory(atPath: output).sorted() == before)
  }

  @Test func aFolderThatCannotBeMade() throws {
    let folder = try ScratchFolder()
    let file = try folder.file("file", "no folder")
    let error = #expect(throws: StorageError.self) { try NetworkExport.write(try folder.load(network), to: file + "/network") }
    #expect(error?.exitCode == 73)
  }

  /// In files the sign of a weight chooses the receptor.
  @Test(arguments: [
    ("receptor: inhibitory", "receptor: excitatory", "projection D -> E: a weight of -20.1", "excitatory"),
    ("receptor: excitatory", "receptor: inhibitory", "projection in -> E: a weight of 7.7", "inhibitory"),
    ("sd: 4, min: 0}}", "sd: 40}}, receptor: excitatory", "projection E -> E: a weight of -", "excitatory"),
  ]) func aReceptorThatContradictsTheSign(part: String, change: String, words: String, receptor: String) throws {
    let folder = try ScratchFolder()
    let experiment = try folder.load(network.replacingOccurrences(of: part, with: change))
    let error = #expect(throws: NetworkError.self) { try NetworkExport.write(experiment, to: folder.path + "/network") }
    let text = try #require(error).description
    #expect(error?.exitCode == 78 && text.hasPrefix(words) && text.contains("goes to the receptor \(receptor)"), "\(text)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/network").isEmpty)
  }
}
