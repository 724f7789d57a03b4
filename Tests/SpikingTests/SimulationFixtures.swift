// Whole simulations in one process: run, with spikes and frames kept.
import Testing

@testable import Maths
@testable import Networks
@testable import Parallel
@testable import Spiking

/// A spike: the step at whose end it is emitted, and the neuron's number in the network.
struct SpikeEvent: Hashable, Comparable, CustomStringConvertible {
  let step: Int
  let neuron: Int
  var description: String { "\(neuron)@\(step)" }
  static func < (a: Self, b: Self) -> Bool { (a.step, a.neuron) < (b.step, b.neuron) }
}

/// Keeps what a simulation reports.
final class Witness: SimulationObserver {
  private let tiles: TileMap
  private(set) var spikes: [SpikeEvent] = []
  private(set) var frames: [[Int: [Double]]]
  private(set) var completed: [Int] = []

  init(_ tiles: TileMap, recordings: Int) {
    self.tiles = tiles
    frames = (0..<recordings).map { _ in [:] }
  }
  func spikes(step: Int, tile: Tile, places: UnsafeBufferPointer<UInt16>) {
    let first = tiles.neurons(of: tile).lowerBound
    spikes += places.map { SpikeEvent(step: step, neuron: first + Int($0)) }
  }
  func frame(recording: Int, number: Int, values: [Double]) { frames[recording][number] = values }
  func completed(step: Int) { completed.append(step) }
}

/// A simulation of one rank that is built and run in pieces.
final class TestRun<S: SimulationScalar> {
  let simulation: Simulation<S>
  let witness: Witness
  var spikes: [SpikeEvent] { witness.spikes.sorted() }

  /// - Parameter communicator: of a rehearsal, or of this process alone.
  init(_ description: SimulationDescription, rank: Int = 0, of ranks: Int = 1) throws {
    let communicator = Communicator.rehearsal(rank: rank, of: ranks)
    simulation = try Simulation(description, communicator)
    try simulation.build { _ in }
    witness = Witness(simulation.tiles, recordings: description.columnRecordings.count)
  }
  func run(until step: Int) throws {
    try simulation.run(until: step, observer: witness, Communicator.single())
  }
  func run() throws { try run(until: simulation.description.steps) }
  var spikeHash: String { get throws { try simulation.spikeHash(Communicator.single()) } }
  var stateHash: String { get throws { try simulation.stateHash(Communicator.single()) } }

  /// A column of a population, as the user sees it.
  func column(_ name: String, population: Int) -> [Double] {
    var values: [(Int, Double)] = []
    for block in simulation.blocks {
      for tile in block.tiles where tile.tile.population == population {
        guard let column = tile.description.columns.firstIndex(where: { $0.name == name }) else { continue }
        for i in 0..<tile.tile.count {
          values.append(
            (tile.tile.range.lowerBound + i, Double(tile.columns[column * tile.stride + i]) + tile.model.offset(ofColumn: column)))
        }
      }
    }
    return values.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

/// The message with which something fails, or "" if it does not.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch { return "\(error)" }
}

func population(_ name: String, _ model: String?, _ count: Int, _ parameters: [String: Double] = [:], initial: [String: Distribution] = [:])
  -> Population
{
  Population(name: name, model: model, parameters: parameters, initial: initial, layout: .list(count: count))
}

/// A description of a network that runs for some ms.
func describe(_ populations: [Population], _ projections: [Projection] = [], inputs: [InputDescription] = [], duration: Double = 50)
  -> SimulationDescription
{
  var description = SimulationDescription(network: Network(populations: populations, projections: projections))
  description.inputs = inputs
  description.duration = duration
  description.seed = 99
  return description
}
