// Spikes from SONATA files for virtual populations.
import Networks
import Spiking
import Storage

enum SonataInputs {
  /// The spikes of an input, for each virtual population it is about.
  /// - Throws: `StorageError` 65 for what is not supported or does not fit the network, 66 if the file is missing.
  static func spikes(
    of input: SonataSpikeInput, _ sets: SonataNodeSets, _ circuit: SonataNetwork, _ nodes: SonataPopulations, configuration: String
  ) throws -> [(population: Int, source: any SpikeSource)] {
    func error(_ reason: String, remedy: String = "correct the configuration") -> StorageError {
      StorageError(.badData, path: "\(configuration):inputs.\(input.name)", operation: "read the input", reason: reason, remedy: remedy)
    }
    if input.isReplay { throw error("the module synapse_replay is not supported", remedy: "use module sonata with a virtual population") }
    guard ConfigurationFile.exists(input.path) else {
      throw StorageError(
        .missing, path: input.path, operation: "read the spikes of input \(input.name)", reason: "there is no such file",
        remedy: "correct inputs.\(input.name).input_file in \(configuration)")
    }
    // Without a node set the input is about all virtual nodes.
    let chosen: [SonataSelection]
    if let set = input.nodeSet {
      chosen = try sets.resolve(set, in: circuit)
      let groups = chosen.filter { selection in nodes.populations(of: selection.population).contains { !nodes.populations[$0].isVirtual } }
      if let group = groups.first { throw error("its node set holds nodes of \(group.population), which are simulated, not virtual") }
    } else {
      chosen = circuit.nodes.filter { group in nodes.populations(of: group.name).contains { nodes.populations[$0].isVirtual } }
        .map { SonataSelection(population: $0.name, nodes: NodeRanges(below: $0.count)) }
    }
    if chosen.isEmpty { throw error("there are no virtual nodes that could emit its spikes") }
    var result: [(population: Int, source: any SpikeSource)] = []
    for selection in chosen {
      let total = circuit.nodes(selection.population)?.count ?? 0
      for index in nodes.populations(of: selection.population) where nodes.populations[index].isVirtual {
        result.append(
          (
            index,
            SonataSpikeFile(
              path: input.path, format: input.format, group: selection.population, candidates: chosen.map(\.population),
              output: nodes.populations[index].output,
              nodes: selection.nodes.count == total ? nil : selection.nodes, total: total,
              times: input.delay..<(input.duration.map { input.delay + $0 } ?? .infinity))
          ))
      }
    }
    return result
  }
}

/// The spikes that a file holds for one population.
struct SonataSpikeFile: SpikeSource {
  let path: String
  let format: SonataSpikeInput.Format
  /// Name of the SONATA population.
  let group: String
  /// All populations that the file may be about.
  let candidates: [String]
  let output: OutputIDs
  /// Nodes whose spikes count; nil: all.
  let nodes: NodeRanges?
  /// Nodes in the SONATA population.
  let total: Int
  /// [ms] Spikes outside do not count.
  var times = 0..<Double.infinity
  /// Whether the file's only population is meant whatever its name.
  var acceptsAnyName = false

  private func error(_ reason: String, _ remedy: String) -> StorageError {
    StorageError(.badData, path: path, operation: "read the spikes of \(group)", reason: reason, remedy: remedy)
  }

  var liesInFile: Bool { true }

  func forEachBlock(_ body: ([(time: Double, neuron: Int)]) throws -> Void) throws {
    let parts = format == .csv ? try SonataSpikes.read(csv: path) : try SonataSpikes.read(hdf5: path)
    var isKnown = parts.isEmpty
    for part in parts {
      if let name = part.population, !(acceptsAnyName && parts.count == 1) {
        if candidates.contains(name) { isKnown = true }
        if name != group { continue }
      } else if candidates.count > 1 {
        throw error("the file does not tell of which population its spikes are", "name one population in node_set of the input")
      }
      isKnown = true
      var spikes: [(time: Double, neuron: Int)] = []
      spikes.reserveCapacity(part.timestamps.count)
      for (time, id) in zip(part.timestamps, part.nodeIDs) {
        guard id < UInt64(total) else { throw error("node \(id) does not exist; \(group) has \(total) nodes", "correct the node ids") }
        guard times.contains(time), nodes?.contains(Int(id)) ?? true, let index = output.index(of: Int(id)) else { continue }
        spikes.append((time, index))
      }
      try body(spikes)
    }
    if !isKnown {
      throw error(
        "the file holds spikes of \(parts.compactMap(\.population).joined(separator: ", ")) only",
        "name the population in the file and in the network alike")
    }
  }
}
