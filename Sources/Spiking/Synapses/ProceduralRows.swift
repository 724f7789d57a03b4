// Synapses of one block that are drawn again for every spike instead of being stored.
import Networks

/// What a spike of a source tile reaches in a block.
struct ProceduralTarget {
  let projection: Int
  /// Place of the tile in the block.
  let place: Int
  let pairs: PairLaw
  /// The receptor, or -1 for the sign of each weight.
  let channel: Int
}

/// Draws the rows of a block from their addressed streams.
struct ProceduralRows<S: SimulationScalar>: ~Copyable {
  private let targets: [Int: [ProceduralTarget]]
  private var batch = SynapseBatch<S>()

  init(_ targets: [Int: [ProceduralTarget]]) { self.targets = targets }

  /// Source tiles that reach the block.
  var sources: some Sequence<Int> { targets.keys }

  /// Draws the synapses of a spike and puts their events under way.
  ///
  /// - Parameters:
  ///   - source: index of the neuron in its population.
  ///   - tile: number of its tile.
  mutating func spike(
    source: Int, tile: Int, step: Int, block: [OwnedTile<S>], draws: [TileDraw<S>], queue: ArrivalQueue<S>
  ) throws {
    guard let reached = targets[tile] else { return }
    for target in reached {
      batch.clear()
      draws[target.projection].drawRow(source: source, onto: block[target.place].tile, pairs: target.pairs, into: &batch)
      let offset = UInt16(truncatingIfNeeded: block[target.place].offset)
      for i in 0..<batch.count {
        let weight = batch.weight[i]
        try queue.append(
          step: step + Int(batch.delay[i]), channel: target.channel >= 0 ? target.channel : weight < 0 ? 1 : 0,
          target: batch.target[i] &+ offset, weight: weight)
      }
    }
  }
}
