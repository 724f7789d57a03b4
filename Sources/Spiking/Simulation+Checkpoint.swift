// The state of a simulation in a checkpoint: what is written, and how a run on any number of ranks goes on from it.
import Maths
import Networks
import Running
import Storage

// State that matters, per tile: the columns, the spikes of the last steps, the hash of the recorded spikes. Everything else follows:
// synapses and inputs are drawn from their addresses again, and inputs under way are those of the last spikes, whose rows are put on their
// way anew. Counts are sums over ranks, so any rank may go on with those of any other.

extension Simulation {
  private static var recentName: String { "spikes under way" }
  private static var hashName: String { "spike hash" }
  private static var countsName: String { "counts" }
  private static func name(ofColumn column: String) -> String { "column " + column }

  /// Writes this rank's state. To be called between intervals.
  public func write(to writer: inout CheckpointWriter) throws {
    for (name, places) in columnPlaces {
      let count = blocks.reduce(0) { $0 + $1.tiles.reduce(0) { $0 + (places[$1.tile.population] == nil ? 0 : $1.tile.count) } }
      try writer.begin(Self.name(ofColumn: name), S.self, count: count)
      for block in blocks {
        for tile in block.tiles {
          guard let column = places[tile.tile.population] else { continue }
          try writer.append(
            object: tile.tile.number, UnsafeBufferPointer(start: tile.columns + column * tile.stride, count: tile.tile.count))
        }
        pulse.beat()
      }
    }
    let underWay = SpikesUnderWay(self)
    try writer.begin(Self.recentName, UInt64.self, count: underWay.words)
    for (place, tile) in owned.enumerated() { try underWay.withWords(place) { try writer.append(object: tile, $0) } }
    try writer.write(Self.hashName, owned.indices.map { (object: owned[$0], values: hashes[$0].words) })
    let values = [counts.events, traffic.messages, traffic.bytes] + counts.spikes
    try writer.write(Self.countsName, object: rank, values.map(Int64.init))
  }

  /// All columns of this rank's tiles, each once: its name, and by population its place among the population's columns.
  private var columnPlaces: [(name: String, places: [Int?])] {
    var columns: [(name: String, places: [Int?])] = []
    var population = -1
    for block in blocks {
      // Tiles of a population follow each other and have the same columns.
      for tile in block.tiles where tile.tile.population != population {
        population = tile.tile.population
        for (place, column) in tile.description.columns.enumerated() {
          if !columns.contains(where: { $0.name == column.name }) {
            columns.append((column.name, [Int?](repeating: nil, count: tiles.populations.count)))
          }
          for i in columns.indices where columns[i].name == column.name { columns[i].places[population] = place }
        }
      }
    }
    return columns
  }

  /// Takes the state of this rank's tiles from a checkpoint; `resume` makes the simulation ready to go on from it.
  ///
  /// To be called after `build`; again, with an older checkpoint, if it threw.
  /// - Throws: `StorageError` 65 where the checkpoint is damaged or is one of another network.
  public func restore(_ checkpoint: CheckpointReader, ranks: Int) throws {
    step = checkpoint.header.step
    for (name, places) in columnPlaces {
      var memory: [Int: UnsafeMutableBufferPointer<S>] = [:]
      for block in blocks {
        for tile in block.tiles {
          guard let column = places[tile.tile.population] else { continue }
          memory[tile.tile.number] = UnsafeMutableBufferPointer(start: tile.columns + column * tile.stride, count: tile.tile.count)
        }
      }
      try checkpoint.read(Self.name(ofColumn: name), objects: Set(memory.keys), as: S.self) { tile, values in
        guard let target = memory[tile], target.count == values.count else { throw checkpoint.misfit(name, tile) }
        _ = target.update(from: values)
        pulse.beat()
      }
    }
    try restoreSpikes(checkpoint)
    let places = Dictionary(uniqueKeysWithValues: owned.enumerated().map { ($1, $0) })
    try checkpoint.read(Self.hashName, objects: Set(owned), as: UInt64.self) { tile, words in
      guard let place = places[tile], let hash = SHA256(words: words) else { throw checkpoint.misfit(Self.hashName, tile) }
      hashes[place] = hash
    }
    var sums = [Int](repeating: 0, count: 3 + counts.spikes.count)
    try checkpoint.read(Self.countsName, objects: checkpoint.ranks(of: rank, ranks), as: Int64.self) { writer, values in
      guard values.count == sums.count else { throw checkpoint.misfit(Self.countsName, writer) }
      for (i, value) in values.enumerated() { sums[i] += Int(value) }
    }
    (counts.events, counts.earlierMessages, counts.earlierBytes) = (sums[0], sums[1], sums[2])
    counts.spikes = Array(sums[3...])
  }

  /// The last spikes: those of owned tiles, and those of all tiles that have targets here.
  private func restoreSpikes(_ checkpoint: CheckpointReader) throws {
    var sources = Set(owned)
    for block in blocks { sources.formUnion(block.sources.map(\.tile)) }
    sources.formUnion(spikesBySource.tiles)
    sources = sources.filter { !tiles.populations[tiles[$0].population].isVirtual }
    restored = [:]
    for place in recent.indices { recent[place].removeAll(keepingCapacity: true) }
    let isOwned = Set(owned)
    let first = step - recent.count
    try checkpoint.read(Self.recentName, objects: sources, as: UInt64.self) { tile, words in
      let neurons = tiles.neurons(of: tiles[tile])
      for at in stride(from: 0, to: words.count - 1, by: 2) {
        let (emitted, neuron) = (Int(words[at]), Int(words[at + 1]))
        guard emitted >= first, emitted < step, neurons.contains(neuron) else { throw checkpoint.misfit(Self.recentName, tile) }
        restored[emitted, default: []].append(UInt32(truncatingIfNeeded: neuron))
        if isOwned.contains(tile) { recent[emitted % recent.count].append(UInt32(truncatingIfNeeded: neuron)) }
      }
    }
    // Read in the order of the files; kept in that of the neurons.
    for place in recent.indices { recent[place].sort() }
  }

  /// Puts the last spikes on their way again and makes the inputs ready: the next interval is that of the unstopped run.
  ///
  /// The steps since the oldest spike that may be under way are gone through once more, without neurons: what arrives in them has been
  /// counted and is dropped, and what remains waits in the order of the unstopped run, (step of emission, source).
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func resume() throws {
    for past in max(0, step - draws.longestDelay)..<step {
      for block in blocks {
        block.begin(past..<past + 1)
        _ = block.deliver(step: past)
      }
      if externalSpikes != nil {
        externalSpikes!.take(step: past) { locate($0) }
        try sendLocated(step: past, external: true)
      }
      for spike in (restored[past] ?? []).sorted() { locate(spike) }
      try sendLocated(step: past, external: false)
      pulse.beat()
    }
    restored = [:]
    try prepareInputs(anew: true)
    pulse.reach(step)
  }
}

extension CheckpointReader {
  /// The ranks that wrote the checkpoint whose sums one of `count` ranks goes on with.
  public func ranks(of rank: Int, _ count: Int) -> Set<Int> { Set(stride(from: rank, to: ranks, by: count)) }

  func misfit(_ name: String, _ object: Int) -> StorageError {
    StorageError(
      .badData, path: path, operation: "resume", reason: "\(name) of object \(object) does not fit this network",
      remedy: "resume with the configuration it was written with")
  }
}
