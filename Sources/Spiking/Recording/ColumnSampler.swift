// Samples of state columns of recorded neurons, frame by frame.
import Networks

/// The neurons of one column recording that this rank owns, and their values of the frames of one interval.
public struct ColumnSampler<S: SimulationScalar> {
  /// Where a value comes from.
  private struct Element {
    let block: Int
    let tile: Int
    let column: Int
    let neuron: Int
  }
  private let elements: [Element]
  /// Indices of the neurons in their population, in the order of the values.
  public let neurons: [Int]
  private let every: Int
  private let first: Int
  private var frames: [(number: Int, values: [Double])] = []
  public let about: ColumnDescription

  /// - Throws: `NetworkError` for a column that the model has not, an interval off the grid, or neurons that do not exist.
  init(_ recording: SimulationDescription.ColumnRecording, _ description: SimulationDescription, blocks: [Block<S>]) throws {
    let population = description.network.populations[recording.population]
    func fail(_ text: String) -> NetworkError { NetworkError("recording of \(recording.column) of \(population.name): \(text)") }
    let columns = population.model.flatMap { NeuronCatalogue.description(of: $0) }?.columns ?? []
    guard let column = columns.firstIndex(where: { $0.name == recording.column }) else {
      throw fail("no such state; \(population.model ?? "a virtual population") has \(columns.map(\.name).joined(separator: ", "))")
    }
    if let fault = recording.neurons.fault(for: population.count) { throw fail(fault) }
    let steps = recording.interval / description.resolution
    if !(steps > 0.5 && steps <= 0x1p53 && abs(steps - steps.rounded()) < 1e-6 * steps) {
      throw fail("interval \(recording.interval) ms is not a multiple of the resolution of \(description.resolution) ms")
    }
    every = Int(steps.rounded())
    first = description.presimulationSteps
    about = columns[column]
    var elements: [Element] = []
    var neurons: [Int] = []
    let places = blocks.indices.flatMap { b in blocks[b].tiles.indices.map { (block: b, tile: $0) } }
    for place in places.sorted(by: { blocks[$0.block].tiles[$0.tile].owned < blocks[$1.block].tiles[$1.tile].owned }) {
      let tile = blocks[place.block].tiles[place.tile].tile
      if tile.population != recording.population { continue }
      for i in 0..<tile.count where recording.neurons.contains(tile.range.lowerBound + i) {
        elements.append(Element(block: place.block, tile: place.tile, column: column, neuron: i))
        neurons.append(tile.range.lowerBound + i)
      }
    }
    self.elements = elements
    self.neurons = neurons
  }

  /// Takes the values of a block's neurons at the end of a step, if a frame is due.
  mutating func sample(block number: Int, _ block: Block<S>, step: Int) {
    let done = step + 1 - first
    guard done > 0 && done % every == 0 else { return }
    let frame = done / every - 1
    if !frames.contains(where: { $0.number == frame }) { frames.append((frame, [Double](repeating: 0, count: elements.count))) }
    let place = frames.firstIndex { $0.number == frame }!
    for (i, element) in elements.enumerated() where element.block == number {
      let tile = block.tiles[element.tile]
      let value = Double(tile.columns[element.column * tile.stride + element.neuron]) + tile.model.offset(ofColumn: element.column)
      frames[place].values[i] = value
    }
  }

  /// Hands over the complete frames, ascending.
  mutating func drain(_ body: (Int, [Double]) throws -> Void) rethrows {
    for frame in frames { try body(frame.number, frame.values) }
    frames.removeAll(keepingCapacity: true)
  }
}
