// Events under way to the tiles of a block: sums in the order in which they were put, memory that is used again.
import CKernels
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
    let block = try #require(run.simulation.blocks.first)
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
    defer { ckernels_force_level(-1) }
    for level in 0...ckernels_highest_level() {
      #expect(ckernels_force_level(level) == level)
      try sums(bySign: false, Float.self)
      try sums(bySign: true, Float.self)
      try sums(bySign: true, Double.self)
    }
  }

  /// Lists that end at, just before and just behind the end of a chunk or of 32 events, and the list after them, used again and again.
  @Test(arguments: [1, 31, 32, 33, 680, 681, 682, 713, 1361, 1362, 1363, 2043]) func wholeChunks(_ count: Int) throws {
    defer { ckernels_force_level(-1) }
    var description = NetworkCase.grid.description
    description.storage = .procedural
    let block = try #require(try TestRun<Float>(description).simulation.blocks.first)
    for level in 0...ckernels_highest_level() {
      #expect(ckernels_force_level(level) == level)
      let arrivals = TileArrivals<Float>(tiles: block.tiles, longestDelay: 8, interval: 1, channels: 1, memory: EventMemory())
      var stream = RandomStream(seed: 3, purpose: .arrivalTest)
      for step in 0..<3 {
        let neurons = block.tiles[0].tile.count
        let targets = (0..<count).map { _ in UInt16(stream.integer(below: neurons)) }
        let weights = (0..<count).map { _ in Float(stream.normal()) }
        try arrivals.put(
          tile: 0, channel: 0, step: step, targets: targets, weights: weights, delays: [UInt16](repeating: 1, count: count), count: count)
        var (input, expected) = ([Float](repeating: 0, count: block.width), [Float](repeating: 0, count: block.width))
        for i in 0..<count { expected[block.tiles[0].offset + Int(targets[i])] += weights[i] }
        #expect(arrivals.deliver(step: step + 1, into: &input, width: block.width) == count)
        #expect(input == expected)
        #expect(arrivals.deliver(step: step + 2, into: &input, width: block.width) == 0)
      }
    }
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
    // Taken anew nothing is left of before, and two more can be read behind the last.
    spikes.clear()
    #expect(spikes.steps == 0 && spikes.isEmpty)
    spikes.append([])
    #expect(spikes.steps == 1 && spikes.isEmpty)
    spikes.append([all[tiles.neurons(of: tiles[chosen[1]]).lowerBound]])
    #expect(spikes.steps == 2 && !spikes.isEmpty)
    spikes.withStep(1) { ends, sources in
      #expect(ends[0] == ends[1] && ends[2] == ends[1] + 1 && ends[chosen.count] == ends[2])
      #expect(Int(sources[Int(ends[1])]) == tiles[chosen[1]].range.lowerBound)
      #expect(sources[Int(ends[2])] == 0 && sources[Int(ends[2]) + 1] == 0)
    }
  }

  /// Rows come a few at a time, now and then none or very many; what was read beyond them does not stay.
  @Test func rowsInAList() {
    var list = RowList()
    let sources = (0..<2000).map { UInt32($0) * 3 }
    for _ in 0..<2 {
      var expected: [(source: UInt32, law: UInt16)] = []
      for (law, count) in [0, 1, 2, 3, 0, 7, 241, 0, 2, 1, 1500, 1, 0].enumerated() {
        list.append(Array(sources[expected.count..<expected.count + count + 2]), count: count, law: UInt16(law))
        for _ in 0..<count { expected.append((sources[expected.count], UInt16(law))) }
        if law % 4 == 3 {
          list.append(77, law: 900)
          expected.append((77, 900))
        }
        list.endStep(law)
        #expect(list.count == expected.count && list.ends.last?.row == expected.count)
      }
      #expect((0..<list.count).map { list.sources[$0] } == expected.map(\.source))
      #expect((0..<list.count).map { list.laws[$0] } == expected.map(\.law))
      list.clear()
      #expect(list.count == 0 && list.ends.isEmpty)
    }
  }
}
