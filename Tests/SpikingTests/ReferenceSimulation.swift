// A simulator as plain as can be: one ring of inputs, one neuron after the other, double precision.
import Testing

@testable import Maths
@testable import Networks
@testable import Spiking

/// Runs a description on the same synapses and the same random input that the simulator draws, by simple loops.
struct ReferenceSimulation {
  private struct Outgoing {
    let target: Int
    let channel: Int
    let weight: Double
    let delay: Int
  }
  private let description: SimulationDescription
  private let tiles: TileMap
  /// By the number of the source neuron, in the order of projection and draw.
  private var outgoing: [[Outgoing]]
  private(set) var neurons: [Int: any ReferenceNeuron] = [:]
  private let receptors: [Int]
  /// Neurons of virtual populations that spike in a step, ascending.
  private var external: [Int: [Int]] = [:]
  private(set) var synapses = 0

  init(_ description: SimulationDescription) throws {
    self.description = description
    let network = description.network
    tiles = TileMap(network)
    receptors = network.populations.map { $0.model.flatMap { NeuronCatalogue.description(of: $0)?.receptors.count } ?? 1 }
    outgoing = [[Outgoing]](repeating: [], count: tiles.neurons)
    for (p, population) in network.populations.enumerated() {
      guard let model = population.model else { continue }
      let neuron = try #require(reference(model, population.parameters, h: description.resolution))
      for i in 0..<population.count { neurons[tiles.firstNeuron(ofPopulation: p) + i] = neuron }
    }
    for projection in network.projections.indices { try connect(projection) }
    for (p, source) in description.spikes {
      try source.forEachBlock { block in
        for (time, neuron) in block {
          // Whole microseconds; a spike at the end of a step belongs to it.
          let tics = Int((time * 1000).rounded())
          let perStep = Int((description.resolution * 1000).rounded())
          if tics > 0 { external[(tics - 1) / perStep, default: []].append(tiles.firstNeuron(ofPopulation: p) + neuron) }
        }
      }
    }
    external = external.mapValues { $0.sorted() }
  }

  private mutating func connect(_ number: Int) throws {
    let network = description.network
    let projection = network.projections[number]
    var draw = try TileDraw<Double>(network, projection: number, tiles: tiles, seed: description.seed, resolution: description.resolution)
    try draw.loadEdges { _ in true }
    var batch = SynapseBatch<Double>()
    var rows: [Int32] = []
    for t in tiles.tiles(ofPopulation: projection.target) {
      let counts = draw.counts(onto: tiles[t])
      for s in tiles.tiles(ofPopulation: projection.source) {
        draw.draw(tiles[s], onto: tiles[t], counts, into: &batch, rows: &rows)
        for i in 0..<tiles[s].count {
          for k in Int(rows[i])..<Int(rows[i + 1]) {
            let channel =
              switch projection.receptor {
              case .index(let index): index
              case .bySign: receptors[projection.target] > 1 && batch.weight[k] < 0 ? 1 : 0
              }
            outgoing[tiles.neurons(of: tiles[s]).lowerBound + i].append(
              Outgoing(
                target: tiles.neurons(of: tiles[t]).lowerBound + Int(batch.target[k]), channel: channel, weight: batch.weight[k],
                delay: Int(batch.delay[k])))
            synapses += 1
          }
        }
      }
    }
  }

  /// Injected current of a step, from the times as the user gives them.
  private func current(_ input: InputDescription, step: Int) -> Double? {
    let time = (Double(step) + 0.5) * description.resolution - input.delay
    guard time > input.start && time < input.stop else { return 0 }
    switch input.kind {
    case .dc(let amplitude): return amplitude
    case .step(let times, let amplitudes): return times.lastIndex { $0 < time }.map { amplitudes[$0] } ?? 0
    case .noise, .poisson: return nil
    }
  }

  /// Takes the state of a simulation that has not run yet.
  mutating func start(from run: TestRun<Double>) {
    for (p, population) in description.network.populations.enumerated() {
      guard let columns = population.model.flatMap({ NeuronCatalogue.description(of: $0)?.columns }) else { continue }
      for (c, column) in columns.enumerated() {
        for (i, value) in run.column(column.name, population: p).enumerated() {
          neurons[tiles.firstNeuron(ofPopulation: p) + i]?.columns[c] = value
        }
      }
    }
  }

  /// The spikes of the recorded steps, ascending.
  mutating func run() throws -> [SpikeEvent] {
    let width = tiles.neurons
    // Random input is the simulator's own, drawn tile by tile; its laws are tested elsewhere.
    let prepared = try PreparedInputs<Double>(description, receptors: receptors, tiles: tiles)
    let scratch = InputScratch<Double>()
    var ring: [Int: [[Double]]] = [:]
    var spikes: [SpikeEvent] = []
    for k in 0..<description.steps {
      var arrivals = [[Double]](repeating: [0, 0, 0], count: width)
      var currents = [Double](repeating: 0, count: width)
      for t in 0..<tiles.count where !description.network.populations[tiles[t].population].isVirtual {
        let tile = tiles[t]
        let first = tiles.neurons(of: tile).lowerBound
        var buffer = [Double](repeating: 0, count: 3 * 1024)
        for input in prepared.poisson[tile.population] {
          buffer.withUnsafeMutableBufferPointer {
            input.add(step: k, tile: t, count: tile.count, input: $0.baseAddress!, inputStride: 1024, scratch: scratch)
          }
        }
        for i in 0..<tile.count { arrivals[first + i] = (0..<3).map { buffer[$0 * 1024 + i] } }
        var noise = [Double](repeating: 0, count: tile.count)
        for (number, input) in description.inputs.filter({ $0.population == tile.population }).enumerated() {
          if case .poisson = input.kind { continue }
          if let current = current(input, step: k) {
            for i in 0..<tile.count { currents[first + i] += current }
          } else {
            let place = description.inputs.filter { $0.population == tile.population }[..<number].count { !$0.isPoisson }
            noise.withUnsafeMutableBufferPointer {
              prepared.currents[tile.population][place].add(step: k, tile: t, count: tile.count, to: $0.baseAddress!, scratch: scratch)
            }
          }
        }
        for i in 0..<tile.count { currents[first + i] += noise[i] }
      }
      if let due = ring.removeValue(forKey: k) {
        for neuron in 0..<width { for channel in 0..<3 { arrivals[neuron][channel] += due[neuron][channel] } }
      }
      var fired: [Int] = external[k] ?? []
      for neuron in 0..<width where neurons[neuron] != nil {
        if neurons[neuron]!.step(arrivals[neuron], currents[neuron]) {
          fired.append(neuron)
          if k >= description.presimulationSteps { spikes.append(SpikeEvent(step: k, neuron: neuron)) }
        }
      }
      for source in fired {
        for synapse in outgoing[source] {
          ring[k + synapse.delay, default: [[Double]](repeating: [0, 0, 0], count: width)][synapse.target][synapse.channel] +=
            synapse.weight
        }
      }
    }
    return spikes
  }
}

extension InputDescription {
  var isPoisson: Bool { if case .poisson = kind { true } else { false } }
}
