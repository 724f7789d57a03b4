// Synapses of one block that are drawn again for every spike instead of being stored.
import Networks

/// A tile of sources that reaches a target tile, and the law of its pairs.
struct ProceduralSource {
  /// Place among the rank's source tiles.
  let tile: Int32
  let law: UInt16
}

/// What one projection brings to a target tile.
struct ProceduralInput {
  let projection: Int
  let sourcePopulation: Int
  /// The receptor, or -1 for the sign of each weight.
  let channel: Int
  /// Ascending.
  let sources: [ProceduralSource]
}

/// Draws the rows of a block from their addressed streams: tile by tile, all spikes of an interval together.
///
/// Invariant: `references` are those of `draws`, which keeps them alive.
struct ProceduralRows<S: SimulationScalar>: ~Copyable {
  /// By place of the target tile in the block; ascending by source population, then projection.
  private let inputs: [[ProceduralInput]]
  /// The projections' draws, and references to them that are not counted at each batch of rows.
  private let draws: [HeldDraw<S>]
  private let references: [Unmanaged<HeldDraw<S>>]
  /// Whether spikes of different steps of an interval never arrive together, so that they need not be drawn in the order of the steps.
  private let stepsAreApart: Bool
  private let shortestDelay: Int
  private let longestDelay: Int
  private var batch = SynapseBatch<S>()
  private var rows = RowList()

  init(_ inputs: [[ProceduralInput]], interval: Int, draws: [TileDraw<S>]) {
    self.inputs = inputs.map { $0.sorted { ($0.sourcePopulation, $0.projection) < ($1.sourcePopulation, $1.projection) } }
    self.draws = draws.map { HeldDraw($0) }
    references = self.draws.map(Unmanaged.passUnretained)
    let used = Set(inputs.flatMap { $0.map(\.projection) })
    // Delays are multiples of an interval then, and steps of one interval differ by less.
    stepsAreApart = used.allSatisfy { draws[$0].delayUnit % interval == 0 }
    shortestDelay = used.map { draws[$0].delaySteps.lowerBound }.min() ?? 1
    longestDelay = used.map { draws[$0].delaySteps.upperBound }.max() ?? 1
  }

  /// Draws the synapses of an interval's spikes and puts their events under way.
  ///
  /// - Parameter first: step in which the spikes of the first step were emitted.
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func send(
    _ spikes: borrowing SpikesBySource, first: Int, block: [OwnedTile<S>], arrivals: TileArrivals<S>
  ) throws {
    if spikes.isEmpty { return }
    for place in inputs.indices where !inputs[place].isEmpty {
      arrivals.prefetch(tile: place, from: first + shortestDelay, through: first + spikes.steps - 1 + longestDelay)
      if stepsAreApart {
        try send(spikes, steps: 0..<spikes.steps, first, place, block[place].tile, arrivals)
      } else {
        for step in 0..<spikes.steps { try send(spikes, steps: step..<step + 1, first, place, block[place].tile, arrivals) }
      }
    }
  }

  /// The spikes of some steps onto one tile, population by population.
  private mutating func send(
    _ spikes: borrowing SpikesBySource, steps: Range<Int>, _ first: Int, _ place: Int, _ tile: Tile, _ arrivals: TileArrivals<S>
  ) throws {
    var next = 0
    while next < inputs[place].count {
      var end = next + 1
      while end < inputs[place].count && inputs[place][end].sourcePopulation == inputs[place][next].sourcePopulation { end += 1 }
      if end == next + 1 {
        for step in steps { Self.gather(spikes, step, inputs[place][next], into: &rows) }
        try drawGathered(first, place, next, tile, arrivals)
      } else {
        try sendInterleaved(spikes, steps, first, place, next..<end, tile, arrivals)
      }
      next = end
    }
  }

  /// Takes the rows of a projection's spikes in a step.
  @inline(__always)
  private static func gather(_ spikes: borrowing SpikesBySource, _ step: Int, _ input: ProceduralInput, into rows: inout RowList) {
    input.sources.withUnsafeBufferPointer { own in
      spikes.withStep(step) { ends, sources in
        for source in own {
          let (first, end) = (Int(ends[Int(source.tile)]), Int(ends[Int(source.tile) + 1]))
          rows.append(sources + first, count: end - first, law: source.law)
        }
      }
    }
    rows.endStep(step)
  }

  /// Draws the rows taken and puts their events under way.
  private mutating func drawGathered(
    _ first: Int, _ place: Int, _ input: Int, _ tile: Tile, _ arrivals: TileArrivals<S>
  ) throws {
    defer { rows.clear() }
    if rows.count == 0 { return }
    let (projection, channel) = (inputs[place][input].projection, inputs[place][input].channel)
    let most = TileDraw<S>.rowsAtATime(onto: tile)
    var row = 0
    var step = 0
    while row < rows.count {
      let size = min(most, rows.count - row)
      batch.clear()
      references[projection]._withUnsafeGuaranteedRef {
        $0.draw.drawRows(rows.sources + row, laws: rows.laws + row, rows: size, onto: tile, into: &batch)
      }
      // Events of one step after the other.
      var (begin, end, done) = (0, 0, 0)
      while done < size {
        let last = min(rows.ends[step].row - row, size)
        while done < last {
          end += Int(batch.counts[done])
          done += 1
        }
        if end > begin {
          try arrivals.put(
            tile: place, channel: channel, step: first + rows.ends[step].step, targets: batch.target + begin,
            weights: batch.weight + begin, delays: batch.delay + begin, count: end - begin)
          begin = end
        }
        if done < size || row + size == rows.ends[step].row { step += 1 }
      }
      row += size
    }
  }

  /// Several projections from one population: the rows of a source follow each other, so they are drawn one at a time.
  private mutating func sendInterleaved(
    _ spikes: borrowing SpikesBySource, _ steps: Range<Int>, _ first: Int, _ place: Int, _ range: Range<Int>, _ tile: Tile,
    _ arrivals: TileArrivals<S>
  ) throws {
    for step in steps {
      var all: [(source: UInt32, input: Int, law: UInt16)] = []
      for input in range {
        Self.gather(spikes, step, inputs[place][input], into: &rows)
        for i in 0..<rows.count { all.append((rows.sources[i], input, rows.laws[i])) }
        rows.clear()
      }
      all.sort { ($0.source, $0.input) < ($1.source, $1.input) }
      for row in all {
        rows.append(row.source, law: row.law)
        rows.endStep(step)
        try drawGathered(first, place, row.input, tile, arrivals)
      }
    }
  }
}

/// A projection's draw at a fixed place: a copy would count a dozen references.
private final class HeldDraw<S: SimulationScalar> {
  let draw: TileDraw<S>
  init(_ draw: TileDraw<S>) { self.draw = draw }
}

/// Rows to be drawn together: the source of each and the law of its pairs.
///
/// Invariant: `sources` and `laws` have room for `capacity` rows, of which the first `count` are set; the memory is owned here.
struct RowList: ~Copyable {
  private(set) var sources: UnsafeMutablePointer<UInt32> = .allocate(capacity: 256)
  private(set) var laws: UnsafeMutablePointer<UInt16> = .allocate(capacity: 256)
  private var capacity = 256
  private(set) var count = 0
  /// Behind which row those of a step end.
  private(set) var ends: [(step: Int, row: Int)] = []
  deinit {
    sources.deallocate()
    laws.deallocate()
  }

  /// Takes `extra` rows; `more` can be read two further. How many come cannot be foretold, so two are written without a branch.
  @inline(__always) mutating func append(_ more: UnsafePointer<UInt32>, count extra: Int, law: UInt16) {
    let first = count
    while first + extra + 2 > capacity { grow() }
    for i in 0..<2 {
      sources[first + i] = more[i]
      laws[first + i] = law
    }
    if extra > 2 {
      for i in 2..<extra {
        sources[first + i] = more[i]
        laws[first + i] = law
      }
    }
    count = first + extra
  }
  @inline(__always) mutating func append(_ source: UInt32, law: UInt16) {
    while count == capacity { grow() }
    sources[count] = source
    laws[count] = law
    count += 1
  }
  mutating func endStep(_ step: Int) { ends.append((step, count)) }
  mutating func clear() {
    count = 0
    ends.removeAll(keepingCapacity: true)
  }
  @inline(never) private mutating func grow() {
    func moved<T>(_ old: UnsafeMutablePointer<T>) -> UnsafeMutablePointer<T> {
      let new = UnsafeMutablePointer<T>.allocate(capacity: 2 * capacity)
      new.update(from: old, count: count)
      old.deallocate()
      return new
    }
    sources = moved(sources)
    laws = moved(laws)
    capacity *= 2
  }
}
