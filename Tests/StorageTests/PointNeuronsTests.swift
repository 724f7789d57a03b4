// The 300-point-neuron network of the SONATA examples, read from the shared data.
import Foundation
import Testing

@testable import Storage

@Suite(.enabled(if: Shared.hasPointNeurons, "the shared data set sonata_300_pointneurons is not beside the repository"))
struct PointNeuronsTests {
  let configuration: SonataConfiguration
  let network: SonataNetwork

  init() throws {
    configuration = try SonataConfiguration(Shared.pointNeurons + "/config.json")
    network = try SonataNetwork(configuration.circuit)
  }

  @Test func theConfigurationIsUnderstood() throws {
    let simulation = try #require(configuration.simulation)
    #expect(configuration.notes == [])
    #expect(simulation.stop == 1500 && simulation.step == 0.01 && simulation.start == 0)
    #expect(simulation.initialPotential == -80 && simulation.temperature == 34)
    #expect(simulation.targetSimulator == "NEST")
    #expect(simulation.inputs.count == 1)
    #expect(simulation.inputs[0].path == Shared.pointNeurons + "/inputs/external_spike_trains.h5")
    #expect(simulation.inputs[0].format == .hdf5 && simulation.inputs[0].nodeSet == .named("external"))
    #expect(simulation.spikesFile == Shared.pointNeurons + "/output/spikes.h5")
    #expect(simulation.spikesSorting == .byTime)
    #expect(simulation.reports.map(\.variables) == [["V_m"]])
    #expect(simulation.reports[0].cells == .named("recorded_cells"))
    #expect(simulation.reports[0].path == Shared.pointNeurons + "/output/membrane_potential.h5")
    let direct = try SonataConfiguration(Shared.pointNeurons + "/simulation_config.json")
    #expect(direct.circuit == configuration.circuit && direct.simulation == configuration.simulation)
    let circuit = try SonataConfiguration(Shared.pointNeurons + "/circuit_config.json")
    #expect(circuit.simulation == nil && circuit.circuit.nodes == configuration.circuit.nodes)
  }

  @Test func theNodesHaveTheirModels() throws {
    #expect(network.nodes.map(\.name) == ["internal", "external"])
    #expect(network.nodes.map(\.count) == [300, 100])
    let models = try SonataNodeModels(network.nodes[0], components: configuration.circuit.components)
    #expect(models.models.count == 5)
    #expect(models.indices.count == 300)
    #expect(models.models.allSatisfy { $0.template == "iaf_psc_alpha" && $0.modelType == "point_process" })
    let rorb = network.nodes[0].typeIDs.firstIndex(of: 101)!
    #expect(try network.nodes[0].attribute("model_name")[rorb] == .text("Rorb"))
    #expect(try network.nodes[0].attribute("x")[rorb]?.double != nil)
    let parameters = models.models[Int(models.indices[rorb])].parameters
    #expect(parameters["tau_m"] == .number(11.5) && parameters["I_e"] == .number(0))
    let external = try SonataNodeModels(network.nodes[1], components: configuration.circuit.components)
    #expect(external.models.count == 1 && external.models[0].isVirtual)
  }

  @Test(arguments: [1 << 20, 1000, 7]) func theEdgesAreComplete(blockRows: Int) throws {
    #expect(network.edges.map(\.count) == [27_588, 20_844])
    var total = 0
    for population in network.edges {
      let reader = try network.open(population)
      let isInternal = population.source == "internal"
      let cells = try network.nodes(population.source)!.attribute("ei")
      var weights = 0.0
      // Blocks of a few rows are slow, so only some of them.
      let end = blockRows < 100 ? 700 : population.count
      for start in stride(from: 0, to: end, by: blockRows) {
        let block = try reader.read(rows: start..<min(end, start + blockRows))
        total += block.count
        weights += block.weights.reduce(0, +)
        #expect(block.delays.allSatisfy { $0 == (isInternal ? 2 : 1) })
        #expect(block.multiplicities == nil)
        for i in 0..<block.count {
          let type = population.types[Int(block.types[i])]
          // Types 102 and 103 come from inhibitory nodes.
          let source = cells[Int(block.sources[i])]
          if (type.id >= 102) != (source == .text("i")) { Issue.record("edge \(start + i): type and source disagree") }
          if isInternal, (block.weights[i] < 0) != (type.id >= 102) { Issue.record("edge \(start + i): sign of the weight") }
        }
      }
      #expect(abs(weights) > 1)
    }
    #expect(total == (blockRows < 100 ? 1400 : 48_432))
  }

  @Test func weightsEqualTheFile() throws {
    let population = network.edges[0]
    let file = try HDF5File.open(population.path)
    let block = try network.open(population).read(rows: 100..<20_100)
    let index: [Int] = (try file.read("edges/internal_to_internal/edge_group_index") as [Int64]).map(Int.init)
    let weights: [Double] = try file.read("edges/internal_to_internal/0/syn_weight")
    #expect(block.weights == (100..<20_100).map { weights[index[$0]] })
    #expect(block.sources == (try file.read("edges/internal_to_internal/source_node_id", rows: 100..<20_100)))
    #expect(population.types.map(\.delay) == [2, 2, 2, 2])
    #expect(network.edges[1].types.map(\.delay) == [nil, nil])
    #expect(population.types.allSatisfy { $0.template == "static_synapse" && $0.multiplicity == 1 })
  }

  @Test func theIndicesAreWhole() throws {
    for population in network.edges {
      try population.checkIndices(sourceCount: 300, targetCount: 300)
      #expect(failure { try population.checkIndices(sourceCount: 10, targetCount: 300) }?.description.contains("source_to_target") == true)
      #expect(failure { try population.checkIndices(sourceCount: 300, targetCount: 10) }?.exitCode == 65)
    }
  }

  @Test func theNodeSetsAndSpikesFit() throws {
    let sets = try SonataNodeSets(try #require(configuration.circuit.nodeSetsFile))
    #expect(
      try sets.resolve(.named("recorded_cells"), in: network) == [SonataSelection(population: "internal", nodes: [0, 80, 160, 240, 270])])
    #expect(try sets.resolve(.named("external"), in: network) == [SonataSelection(population: "external", nodes: NodeRanges(below: 100))])
    #expect(try sets.resolve(.named("all"), in: network).map(\.nodes.count) == [300, 100])
    let inhibitory = try sets.resolve(.described(["population": "internal", "ei": "i"]), in: network)
    #expect(inhibitory[0].nodes == NodeRanges((0..<300).filter { [103, 104].contains(network.nodes[0].typeIDs[$0]) }))
    let spikes = try SonataSpikes.read(configuration.simulation!.inputs[0])
    #expect(spikes.count == 1 && spikes[0].population == nil && spikes[0].sorting == .byID)
    #expect(spikes[0].timestamps.count == 4334 && spikes[0].nodeIDs.max()! < 100)
  }
}
