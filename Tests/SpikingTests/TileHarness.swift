// One tile of one neuron model, without a network around it: columns, inputs and a step.
import Testing

@testable import Spiking

/// A step of the simulation in ms, and names of all models in the catalogue.
let resolution = 0.1
let modelNames = NeuronCatalogue.descriptions.map(\.name)

/// Memory of a tile, with lanes of padding behind its neurons and a guard behind those.
///
/// Invariant: `memory` holds columns, inputs and currents, each of `stride` scalars, then 64 scalars of `guardValue`.
final class TileHarness<S: SimulationScalar> {
  let model: any NeuronModel<S>
  let description: ModelDescription
  let count: Int
  let stride: Int
  private let memory: UnsafeMutablePointer<S>
  private let scalars: Int
  private let fired = UnsafeMutablePointer<UInt16>.allocate(capacity: 1200)
  private let guardValue: S = 12345

  init(_ name: String, _ parameters: [String: Double] = [:], count: Int = 37, resolution h: Double = resolution) throws {
    model = try NeuronCatalogue.make(name, parameters: parameters, resolution: h, as: S.self)
    description = try #require(NeuronCatalogue.description(of: name))
    self.count = count
    stride = (count + 15) / 16 * 16
    scalars = stride * (description.columns.count + description.receptors.count + 1)
    memory = UnsafeMutableRawPointer.allocate(byteCount: (scalars + 64) * MemoryLayout<S>.stride, alignment: 64).assumingMemoryBound(
      to: S.self)
    memory.initialize(repeating: 0, count: scalars)
    (memory + scalars).initialize(repeating: guardValue, count: 64)
    for column in description.columns.indices {
      for i in 0..<count { self[column, i] = model.rest(ofColumn: column) }
    }
  }
  deinit {
    memory.deallocate()
    fired.deallocate()
  }

  func column(_ name: String) throws -> Int { try #require(description.columns.firstIndex { $0.name == name }) }

  /// A column as the user sees it.
  subscript(column: Int, neuron: Int) -> Double {
    get { Double(memory[column * stride + neuron]) + model.offset(ofColumn: column) }
    set { memory[column * stride + neuron] = S(newValue - model.offset(ofColumn: column)) }
  }
  /// The bits of all columns of the neurons.
  var state: [S] { description.columns.indices.flatMap { column in (0..<count).map { memory[column * stride + $0] } } }
  func setState(_ values: [S]) {
    for column in description.columns.indices {
      for i in 0..<count { memory[column * stride + i] = values[column * count + i] }
    }
  }

  /// One step; `arrivals(receptor, lane)` and `current(lane)` are asked for padding lanes too. Returns the neurons that spiked.
  func step(arrivals: (Int, Int) -> S = { _, _ in 0 }, current: (Int) -> S = { _ in 0 }) -> [Int] {
    let input = memory + stride * description.columns.count
    for receptor in description.receptors.indices {
      for i in 0..<stride { input[receptor * stride + i] = arrivals(receptor, i) }
    }
    let currents = input + stride * description.receptors.count
    for i in 0..<stride { currents[i] = current(i) }
    let spikes = model.advance(
      TileStep(count: count, columns: memory, stride: stride, input: input, inputStride: stride, current: currents, fired: fired))
    return (0..<spikes).map { Int(fired[$0]) }
  }
  /// Whether nothing was written behind the tile.
  var guardHolds: Bool { (0..<64).allSatisfy { memory[scalars + $0] == guardValue } }
}
