// Events under way to the tiles of a block: sums in the order in which they were put, memory that is used again.
import Testing

@testable import Maths
@testable import Networks
@testable import Spiking

extension Purpose {
  fileprivate static let arrivalTest = Purpose("test.arrivals")
}

@Suite struct TileArrivalsTests {
  private struct Event<S> {
    let tile: Int
    let step: Int
    let target: Int
    let weight: S
  }

  private func sums<S: SimulationScalar>(bySign: Bool, _: S.Type) throws {
    var description = NetworkCase.grid.description
    description.storage = .procedural
    let run = try TestRun<S>(description)
    guard let block = run.simulation.blocks.first else { return }
    let tiles = block.tiles.count
    let memory = EventMemory()
    let channels = 2
    let arrivals = TileArrivals<S>(tiles: block.tiles, longestDelay: 40, interval: 3, channels: channels, memory: memory)
    var stream = RandomStream(seed: 2, purpose: .arrivalTest)
    var waiting: [Event<S>] = []
    var input = [S](repeating: 0, count: channels * block.width)
    var bytes = 0
    for step in 0..<400 {
      // Several batches in a step, some of them long enough for many chunks in one list.
      for _ in 0..<3 {
        let tile = stream.integer(below: tiles)
        let count = stream.integer(below: step % 50 == 0 ? 3000 : 200)
        let neurons = block.tiles[tile].tile.count
        let targets = (0..<count).map { _ in UInt16(stream.integer(below: neurons)) }
        let weights = (0..<count).map { _ in S(stream.normal()) }
        let delays = (0..<count).map { _ in UInt16(1 + stream.integer(below: step % 7 == 0 ? 1 : 40)) }
        arrivals.prefetch(tile: tile, from: step + 1, through: step + 40)
        try arrivals.put(
          tile: tile, channel: bySign ? -1 : 1, step: step, targets: targets, weights: weights, delays: delays, count: count)
        for i in 0..<count {
          let channel = bySign && weights[i] >= 0 ? 0 : 1
          waiting.append(
            Event(
              tile: tile, step: step + Int(delays[i]), target: channel * block.width + block.tiles[tile].offset + Int(targets[i]),
              weight: weights[i]))
        }
      }
      var expected = [S](repeating: 0, count: input.count)
      var events = 0
      for event in waiting where event.step == step + 1 {
        expected[event.target] += event.weight
        events += 1
      }
      waiting.removeAll { $0.step == step + 1 }
      for i in input.indices { input[i] = 0 }
      #expect(arrivals.deliver(step: step + 1, into: &input, width: block.width) == events)
      #expect(input == expected)
      if step == 200 { bytes = memory.bytes }
    }
    #expect(bytes > 0 && memory.bytes == bytes)
  }
  @Test func sumsInOrder() throws {
    try sums(bySign: false, Float.self)
    try sums(bySign: true, Float.self)
    try sums(bySign: true, Double.self)
  }

  /// Spikes are found by the tile they come from, whatever tiles lie between.
  @Test func spikesBySource() throws {
    let tiles = TileMap(NetworkCase.grid.description.network)
    let chosen = [0, 2, 3, tiles.count - 1]
    var spikes = SpikesBySource(tiles: chosen, tiles)
    let all = (0..<tiles.neurons).map { UInt32($0) }
    spikes.append(all)
    spikes.append([])
    spikes.append(all.filter { $0 % 3 == 1 })
    #expect(spikes.steps == 3 && !spikes.isEmpty)
    for (place, number) in chosen.enumerated() {
      let range = tiles[number].range
      let first = tiles.firstNeuron(ofPopulation: tiles[number].population)
      for step in 0..<3 {
        var found: [Int] = []
        spikes.withStep(step) { ends, sources in found = (ends[place]..<ends[place + 1]).map { Int(sources[Int($0)]) } }
        #expect(found == (step == 1 ? [] : range.filter { step == 0 || (first + $0) % 3 == 1 }))
      }
    }
  }
}
