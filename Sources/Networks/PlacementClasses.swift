// Ranks that hold the same amount of everything, so that a forecast for thousands of ranks looks at a few of them.

extension Placement {
  /// One rank that stands for others.
  public struct RankClass: Sendable, Equatable {
    public var rank: Int
    /// Ranks it stands for, itself included.
    public var count: Int
    public init(rank: Int, count: Int) { (self.rank, self.count) = (rank, count) }
  }

  /// A grid's ranks fall into classes by the shape of their block and its distance to the borders: the classes are exact and cover all
  /// ranks. Other networks are cut into slices: of more than `limit` ranks, some of each kind are taken.
  ///
  /// - `reach`: columns that connections reach at most.
  public func classes(reach: Int, limit: Int = 64) -> [RankClass] {
    guard let blocks else { return slices(limit) }
    let across = Self.strips(blocks.grid.width, blocks.across, reach: reach, wraps: blocks.grid.periodic)
    let down = Self.strips(blocks.grid.height, blocks.down, reach: reach, wraps: blocks.grid.periodic)
    return down.flatMap { row in
      across.map { RankClass(rank: row.first * blocks.across + $0.first, count: row.count * $0.count) }
    }
  }

  /// Ranks with as many tiles and neurons of every population stand for each other, so neurons are exact in sum; where their tiles lie is
  /// sampled. Where there are too many kinds, ranks with as much in all do, and then any. One rank without tiles stands for all of those.
  private func slices(_ limit: Int) -> [RankClass] {
    if ranks <= limit { return (0..<ranks).map { RankClass(rank: $0, count: 1) } }
    let holders = holders()
    let keys: [(Holder) -> [Int]] = [{ $0.byPopulation }, { [$0.tiles, $0.neurons] }, { _ in [] }]
    let kinds = keys.lazy.map { Dictionary(grouping: holders, by: $0).values.map { $0.map(\.rank) } }.first { $0.count <= limit } ?? []
    let idle = ranks - holders.count
    // Of a dictionary the order is another one in every run.
    return kinds.sorted { $0[0] < $1[0] }.flatMap { kind in
      let count = kind.count, taken = min(count, max(1, limit * count / holders.count))
      return (0..<taken).map { i in
        let part = count * i / taken..<count * (i + 1) / taken
        // Steps of the golden section keep time with no border of a grid.
        let step = 0.618033988749895 * (Double(i) + 0.5), place = Int(Double(part.count) * (step - step.rounded(.down)))
        return RankClass(rank: kind[part.lowerBound + place], count: part.count)
      }
    } + (idle > 0 ? [RankClass(rank: firstIdle(holders), count: idle)] : [])
  }

  private struct Holder {
    let rank: Int
    /// Population, tiles and neurons of it, one population after the other.
    var byPopulation: [Int] = []
    var tiles: Int { stride(from: 1, to: byPopulation.count, by: 3).reduce(0) { $0 + byPopulation[$1] } }
    var neurons: Int { stride(from: 2, to: byPopulation.count, by: 3).reduce(0) { $0 + byPopulation[$1] } }
  }

  /// The ranks that own tiles, ascending, with what they own: owners of slices rise with the tile's number.
  private func holders() -> [Holder] {
    var holders: [Holder] = []
    for (index, population) in tiles.populations.enumerated() where !population.isVirtual {
      for number in tiles.tiles(ofPopulation: index) {
        let rank = owner(of: number), last = holders.count - 1
        if last < 0 || holders[last].rank != rank {
          holders.append(Holder(rank: rank, byPopulation: [index, 1, tiles[number].count]))
        } else if holders[last].byPopulation[holders[last].byPopulation.count - 3] != index {
          holders[last].byPopulation += [index, 1, tiles[number].count]
        } else {
          let end = holders[last].byPopulation.count
          holders[last].byPopulation[end - 2] += 1
          holders[last].byPopulation[end - 1] += tiles[number].count
        }
      }
    }
    return holders
  }

  /// The first rank that is not among the holders.
  private func firstIdle(_ holders: [Holder]) -> Int { holders.indices.first { holders[$0].rank != $0 } ?? holders.count }

  /// Strips of a side that is cut into parts: the first of each kind, and how many there are.
  private static func strips(_ side: Int, _ parts: Int, reach: Int, wraps: Bool) -> [(first: Int, count: Int)] {
    struct Kind: Hashable {
      let width: Int
      let before: Int
      let behind: Int
    }
    var places: [Kind: Int] = [:]
    var strips: [(first: Int, count: Int)] = []
    for i in 0..<parts {
      let (low, high) = (side * i / parts, side * (i + 1) / parts)
      let kind = Kind(width: high - low, before: wraps ? reach : min(low, reach), behind: wraps ? reach : min(side - high, reach))
      if let place = places[kind] {
        strips[place].count += 1
      } else {
        places[kind] = strips.count
        strips.append((i, 1))
      }
    }
    return strips
  }
}

extension Network {
  /// Columns that connections by distance reach at most; 0 without a grid.
  public var reach: Int {
    projections.reduce(0) { reach, projection in
      if case .distance(let stencil) = projection.rule { max(reach, stencil.reach) } else { reach }
    }
  }
}
