// Spikes from outside, by the step in which they count as emitted.
import Networks
import Storage

/// The spikes of all virtual populations that reach this rank, ascending by (step, neuron number).
struct ExternalSpikes: Sendable {
  private var steps: [Int] = []
  private var neurons: [UInt32] = []
  private var next = 0
  /// Spikes of all virtual populations, the same on every rank, that lie at 0: a spike counts at the end of the step that holds it, and no
  /// step ends there.
  private(set) var atStart = 0
  /// A checksum of all spikes in files, the same on every rank; nil where none lie in files.
  private(set) var checksum: UInt64?

  /// - Parameters:
  ///   - concerns: whether a source tile has targets on this rank.
  ///   - lastStep: spikes that count as emitted in this step or later are ignored.
  /// - Throws: `NetworkError` for a time before 0 or a neuron that does not exist.
  init(
    _ sources: [(population: Int, spikes: any SpikeSource)], tiles: TileMap, resolution: Double, lastStep: Int, concerns: (Int) -> Bool
  ) throws {
    var all: [(step: Int, neuron: UInt32)] = []
    var sums: [UInt64] = []
    for (population, source) in sources {
      let name = tiles.populations[population].name
      let count = tiles.populations[population].count
      let first = tiles.firstNeuron(ofPopulation: population)
      try source.forEachBlock { block in
        if source.liesInFile { sums += [Checksum.of(block.map(\.time)), Checksum.of(block.map(\.neuron))] }
        for (time, neuron) in block {
          if !(time >= 0) { throw NetworkError("spikes of \(name): a spike at \(time) ms lies before 0; shift the times") }
          if neuron < 0 || neuron >= count {
            throw NetworkError("spikes of \(name): neuron \(neuron) does not exist; the population has \(count)")
          }
          let step = Self.step(of: time, resolution: resolution)
          if step < 0 {
            atStart += 1
            continue
          }
          if step >= lastStep || !concerns(tiles.tile(ofPopulation: population, index: neuron)) { continue }
          all.append((step, UInt32(first + neuron)))
        }
      }
    }
    checksum = sums.isEmpty ? nil : Checksum.of(sums)
    all.sort { ($0.step, $0.neuron) < ($1.step, $1.neuron) }
    steps = all.map(\.step)
    neurons = all.map(\.neuron)
  }

  /// The step at whose end a spike counts as emitted: the time rounded to whole microseconds, then up to the end of a step.
  static func step(of time: Double, resolution: Double) -> Int {
    let tics = (time * 1000).rounded()
    let perStep = (resolution * 1000).rounded()
    return Int(min((tics / perStep).rounded(.up), 0x1p53)) - 1
  }

  /// Hands over the spikes of a step, ascending; steps are asked in order.
  mutating func take(step: Int, _ body: (UInt32) throws -> Void) rethrows {
    while next < steps.count && steps[next] < step { next += 1 }
    while next < steps.count && steps[next] == step {
      try body(neurons[next])
      next += 1
    }
  }
}
