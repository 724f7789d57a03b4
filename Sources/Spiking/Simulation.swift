// A simulation on this rank: prepared, built, run, finished.
import CPlatform
import Maths
import Networks
import Parallel
import Running

extension Purpose {
  static let initialState = Purpose("neuron.initial")
}

/// The rank's part of a simulation in one precision.
///
/// `init` places the network and makes it ready, `build` creates synapses, `run` advances. What follows from the description alone is the
/// same on every rank, so errors in it are met by all ranks alike.
public final class Simulation<S: SimulationScalar> {
  public let description: SimulationDescription
  public let tiles: TileMap
  public let placement: Placement
  let rank: Int
  var draws: NetworkDraws<S>
  let inputs: PreparedInputs<S>
  var blocks: [Block<S>] = []
  /// Numbers of the tiles of this rank, ascending.
  public let owned: [Int]
  let routing: SpikeRouting
  var exchange: SpikeExchange
  var externalSpikes: ExternalSpikes?
  /// The next step to simulate.
  public internal(set) var step = 0
  public internal(set) var counts: SimulationCounts
  var hashes: TileHashes
  /// This rank's spikes of the last steps, as long as they may be under way: those of step k at k % count.
  var recent: [[UInt32]]
  /// Spikes of one step while they are put on their way, and their rows in one block.
  var located: [LocatedSpike] = []
  var found: [FoundRow] = []
  /// With procedural storage: the spikes that are being put on their way.
  var spikesBySource: SpikesBySource
  /// The step of the first of them, while their synapses wait for the turns of the blocks to be drawn.
  var undrawn: Int?
  let scratch = InputScratch<S>()
  public internal(set) var samplers: [ColumnSampler<S>]
  public private(set) var arenaBytes = 0
  public internal(set) var stopwatch = Stopwatch()
  /// Seconds of the two phases in the steps in which they are timed tile by tile.
  var timedTurns = (update: 0.0, input: 0.0)
  /// Where this rank is, for a watchdog.
  public let pulse = Pulse()
  /// The spikes under way that a checkpoint holds, by the step of their emission, until they are on their way again.
  var restored: [Int: [UInt32]] = [:]

  public init(_ description: SimulationDescription, _ communicator: borrowing Communicator) throws {
    self.description = description
    rank = communicator.rank
    let network = description.network
    try Self.check(description)
    tiles = TileMap(network)
    placement = Placement(tiles, ranks: communicator.size)
    owned = placement.tiles(of: rank)
    draws = try NetworkDraws(network, tiles: tiles, seed: description.seed, resolution: description.resolution)
    var kinds: [TileKind<S>] = []
    for population in network.populations {
      // A virtual population has no model; this entry keeps the numbering and is never asked.
      let name = population.model ?? "iaf_psc_delta"
      let model = try NeuronCatalogue.make(name, parameters: population.parameters, resolution: description.resolution, as: S.self)
      kinds.append(TileKind(model, NeuronCatalogue.description(of: name)!))
    }
    let abouts = kinds.map(\.description)
    try Self.checkReceptors(network, abouts)
    inputs = try PreparedInputs(description, receptors: abouts.map(\.receptors.count), tiles: tiles)
    let places = Dictionary(uniqueKeysWithValues: owned.enumerated().map { ($1, $0) })
    for numbers in Block<S>.cut(owned, tiles, placement, rank: rank) {
      blocks.append(
        try Block(
          tiles: numbers, places: places, tiles, kinds: kinds, longestDelay: draws.longestDelay, interval: draws.shortestDelay))
    }
    samplers = []
    routing = SpikeRouting(network, tiles: tiles, placement: placement, rank: rank, owned: owned)
    spikesBySource = SpikesBySource(tiles: [], tiles)
    exchange = try SpikeExchange(
      communicator, routing, interval: SpikeExchange.interval(shortestDelay: draws.shortestDelay, description.storage), packetWords: 254)
    recent = [[UInt32]](repeating: [], count: draws.longestDelay)
    counts = SimulationCounts(populations: network.populations.count)
    hashes = TileHashes(count: owned.count)
    samplers = try description.columnRecordings.map { try ColumnSampler($0, description, blocks: blocks) }
    try initialise()
  }

  /// The tiles of this rank, ascending.
  var ownedTiles: [OwnedTile<S>] { blocks.flatMap(\.tiles).sorted { $0.owned < $1.owned } }
  /// Steps between exchanges.
  public var interval: Int { exchange.interval }
  /// Whether spikes travel while the interval after theirs is computed.
  var overlaps: Bool { 2 * interval <= draws.shortestDelay }

  private static func check(_ d: SimulationDescription) throws {
    if !(d.resolution > 0 && d.resolution.isFinite) { throw NetworkError("resolution \(d.resolution) ms must be above 0") }
    let tics = d.resolution * 1000
    if abs(tics - tics.rounded()) > 1e-6 || tics < 1 { throw NetworkError("resolution \(d.resolution) ms must be a multiple of 0.001 ms") }
    for (name, value) in [("duration", d.duration), ("presimulation", d.presimulation)] {
      if !(value >= 0 && value.isFinite) { throw NetworkError("\(name) \(value) ms must be a number from 0 on") }
      let steps = value / d.resolution
      if steps > 0x1p53 { throw NetworkError("\(name) \(value) ms has more steps of \(d.resolution) ms than can be counted") }
      if abs(steps - steps.rounded()) > 1e-6 * max(1, steps) {
        throw NetworkError("\(name) \(value) ms is not a multiple of the resolution of \(d.resolution) ms")
      }
    }
    if d.network.neurons == 0 { throw NetworkError("the network has no neurons") }
    if d.network.populations.reduce(0, { $0 + $1.count }) > Int(UInt32.max) {
      throw NetworkError("the network has more than \(UInt32.max) neurons, the most that 32-bit numbers can name")
    }
    if d.storage == .procedural {
      for projection in d.network.projections where !projection.rule.isDrawnPerSource {
        throw NetworkError(
          "projection \(projection.name): \(projection.rule.name) cannot be drawn source by source, so it needs storage: stored")
      }
    }
  }

  private static func checkReceptors(_ network: Network, _ abouts: [ModelDescription]) throws {
    for projection in network.projections {
      if network.populations[projection.target].isVirtual {
        throw NetworkError(
          "projection \(projection.name): its target \(network.populations[projection.target].name) has no neurons to reach")
      }
      if case .index(let index) = projection.receptor, index < 0 || index >= abouts[projection.target].receptors.count {
        throw NetworkError(
          "projection \(projection.name): receptor \(index) does not exist; \(abouts[projection.target].name) has "
            + abouts[projection.target].receptors.enumerated().map { "\($0) \($1)" }.joined(separator: ", "))
      }
    }
  }

  /// Sets the state at the start: drawn or constant where the description says so, at rest elsewhere.
  private func initialise() throws {
    for block in blocks {
      for tile in block.tiles {
        let population = description.network.populations[tile.tile.population]
        for name in population.initial.keys where !tile.description.columns.contains(where: { $0.name == name }) {
          throw NetworkError(
            "population \(population.name): no state \(name); \(tile.description.name) has "
              + tile.description.columns.map(\.name).joined(separator: ", "))
        }
        for (number, column) in tile.description.columns.enumerated() {
          let values = tile.columns + number * tile.stride
          let law = try Law<S>(
            population.initial[column.name] ?? .constant(tile.model.rest(ofColumn: number)),
            of: "population \(population.name), \(column.name)")
          let address = RandomBlocks(
            StreamKey(seed: description.seed, purpose: .initialState, object: UInt64(number)),
            a: UInt32(truncatingIfNeeded: tile.tile.number))
          law.fill(address, count: tile.tile.count, into: values)
          let offset = S(tile.model.offset(ofColumn: number))
          for i in 0..<tile.tile.count { values[i] -= offset }
        }
      }
    }
  }

  /// Draws the synapses, if they are to be stored, and reads the spikes from outside.
  ///
  /// - Parameter progress: called with the share of this rank's synapses that exist, 0 ... 1.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func build(progress: (Double) -> Void) throws {
    let isOwned = Set(owned)
    try TileDraw.loadEdges(of: &draws.draws, isOwned: isOwned.contains, progress: pulse.beat)
    if description.storage == .stored {
      let expected = max(expectedSynapses().all, 1)
      let arena = SynapseArena(expectedBytes: Int(expected) * RowFormat.units(S.self) * 2)
      var built = 0
      for block in blocks {
        let count = try block.build(draws, arena: arena) { more in
          built += more
          pulse.beat()
          progress(min(Double(built) / expected, 1))
        }
        counts.synapses += count.recurrent
        counts.externalSynapses += count.synapses - count.recurrent
      }
      arenas.append(arena)
      arenaBytes = arena.bytes
    } else {
      let memory = EventMemory()
      let sources = draws.sourceTiles(of: owned)
      let places = Dictionary(uniqueKeysWithValues: sources.enumerated().map { ($1, Int32($0)) })
      for block in blocks {
        block.prepareProcedural(draws, sourcePlaces: places, memory: memory)
        pulse.beat()
      }
      spikesBySource = SpikesBySource(tiles: sources, tiles)
      // Nobody has counted them; the mean of the rules is what there is.
      let expected = expectedSynapses()
      counts.synapses = Int(expected.recurrent)
      counts.externalSynapses = Int(expected.all - expected.recurrent)
      progress(1)
    }
    var concerned = Set(blocks.flatMap { $0.sources.map(\.tile) })
    concerned.formUnion(spikesBySource.tiles)
    externalSpikes = try ExternalSpikes(
      description.spikes.map { (population: $0.population, spikes: $0.source) }, tiles: tiles, resolution: description.resolution,
      lastStep: description.steps, concerns: concerned.contains)
    try prepareInputs()
  }
  private var arenas: [SynapseArena] = []

  /// Given spikes at 0 ms, which are left out; the same on every rank.
  public var spikesAtStart: Int { externalSpikes?.atStart ?? 0 }
  /// Of the given spikes that lie in files, once the network is built; the same on every rank. Nil where none do.
  public var spikeChecksum: UInt64? { externalSpikes?.checksum }

  /// Mean number of synapses onto this rank's tiles, and of those whose source is a neuron of the network.
  func expectedSynapses() -> (all: Double, recurrent: Double) {
    var (recurrent, external) = (0.0, 0.0)
    for number in owned {
      let target = tiles[number]
      var (ofNeurons, fromOutside) = (0.0, 0.0)
      for draw in draws.draws where draw.projection.target == target.population {
        let sum = draw.projection.sourceTiles(of: target, tiles).reduce(0.0) { $0 + draw.expected(tiles[$1], target) }
        if description.network.populations[draw.projection.source].isVirtual { fromOutside += sum } else { ofNeurons += sum }
      }
      // Whole numbers, so that the sum over ranks does not depend on who owns which tile.
      recurrent += ofNeurons.rounded()
      external += fromOutside.rounded()
    }
    return (recurrent + external, recurrent)
  }
}

/// What this rank counted.
public struct SimulationCounts: Sendable {
  /// Synapses between neurons, and from outside (virtual populations), onto this rank's neurons; of a procedural network their means.
  public var synapses = 0
  public var externalSynapses = 0
  /// Spikes of this rank's neurons per population while recording.
  public var spikes: [Int]
  /// Synaptic events while recording.
  public var events = 0
  /// Messages and bytes that were sent before a restart.
  var earlierMessages = 0
  var earlierBytes = 0
  init(populations: Int) { spikes = [Int](repeating: 0, count: populations) }
}
