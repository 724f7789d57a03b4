// A block: tiles of one rank that share an input array small enough for the cache, with their state and their synapses.
import Networks

/// What the tiles of one population have in common.
final class TileKind<S: SimulationScalar> {
  let model: any NeuronModel<S>
  let description: ModelDescription
  init(_ model: any NeuronModel<S>, _ description: ModelDescription) {
    self.model = model
    self.description = description
  }
}

/// A tile with its state: plain values, since it is copied once a step, and counting references would take as long as a hundred neurons.
///
/// Invariant: the block that has the tile owns its kind.
struct OwnedTile<S: SimulationScalar> {
  let tile: Tile
  unowned(unsafe) let kind: TileKind<S>
  var model: any NeuronModel<S> { kind.model }
  var description: ModelDescription { kind.description }
  /// Number of the tile's first neuron in the network.
  let firstNeuron: Int
  /// Place of the first neuron in the block; a multiple of 16.
  let offset: Int
  /// State: column c at `columns + c * stride`.
  let columns: UnsafeMutablePointer<S>
  let stride: Int
  /// [pA] Injected current; the block's zeros where there is none.
  var current: UnsafePointer<S>
}

/// Owned tiles of one block.
///
/// Invariant: `input` holds `channels` arrays of `width` scalars. Between steps each tile's part holds the input from outside of the step
/// to come; during a step what arrives from the network is added to it.
final class Block<S: SimulationScalar> {
  /// Targets are 16-bit places in the block.
  static var largestWidth: Int { 65_536 }

  var tiles: [OwnedTile<S>]
  /// Places of tiles of one population in `tiles`, ascending, with what they have in common.
  let stretches: [(tiles: Range<Int>, population: Int, kind: TileKind<S>)]
  let width: Int
  let channels: Int
  let input: UnsafeMutablePointer<S>
  private let memory: ScalarMemory<S>
  /// Injected currents of the tiles that have any, by place.
  private var currents: [Int: ScalarMemory<S>] = [:]
  /// Rows by source tile, ascending by (source tile, channel).
  var groups: [RowGroup] = []
  /// Places of a source tile's groups in `groups`.
  var groupsOfTile: [Int: Range<Int>] = [:]
  let pending: PendingRows<S>
  /// With procedural storage: the rows that are drawn, and their events under way.
  var procedural = ProceduralRows<S>([], interval: 1, draws: [])
  var arrivals: TileArrivals<S>?
  /// The same for spikes from outside, which are known before the network's own of the same interval: they wait apart and are added first,
  /// so that sums have one order with either storage.
  let pendingExternal: PendingRows<S>
  var arrivalsExternal: TileArrivals<S>?
  /// Places of the neurons that spiked, while a tile is updated.
  let fired: UnsafeMutablePointer<UInt16>

  /// Adds what arrives in a step to the input; returns the number of synaptic events.
  func deliver(step: Int) -> Int {
    if let arrivalsExternal, let arrivals {
      return arrivalsExternal.deliver(step: step, into: input, width: width)
        + arrivals.deliver(step: step, into: input, width: width)
    }
    return pendingExternal.deliver(step: step, into: input) + pending.deliver(step: step, into: input)
  }

  /// Padding to whole vectors, and to lines of the cache.
  static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  init(
    tiles numbers: [Int], _ map: TileMap, kinds: [TileKind<S>], longestDelay: Int, interval: Int
  ) throws {
    let owned = numbers.map { map[$0] }
    width = owned.reduce(0) { $0 + Self.padded($1.count) }
    channels = owned.map { kinds[$0.population].description.receptors.count }.max() ?? 1
    // One stretch of memory: inputs, an array of zeros that serves all tiles without injected current, state.
    let zeros = Self.padded(TileMap.largestTile)
    let scalars = owned.reduce(0) { $0 + Self.padded($1.count) * kinds[$1.population].description.columns.count }
    memory = try ScalarMemory<S>(count: width * channels + zeros + scalars, what: "neuron state")
    input = memory.base
    let state = memory.base + width * channels + zeros
    fired = .allocate(capacity: Self.padded(TileMap.largestTile) + 16)
    pending = PendingRows(longestDelay: longestDelay, interval: interval)
    pendingExternal = PendingRows(longestDelay: longestDelay, interval: interval)
    tiles = []
    var stretches: [(tiles: Range<Int>, population: Int, kind: TileKind<S>)] = []
    var offset = 0
    var used = 0
    for tile in owned {
      let stride = Self.padded(tile.count)
      let kind = kinds[tile.population]
      let columns = kind.description.columns.count
      if stretches.last?.population == tile.population {
        stretches[stretches.count - 1].tiles = stretches[stretches.count - 1].tiles.lowerBound..<tiles.count + 1
      } else {
        stretches.append((tiles.count..<tiles.count + 1, tile.population, kind))
      }
      tiles.append(
        OwnedTile(
          tile: tile, kind: kind, firstNeuron: map.neurons(of: tile).lowerBound, offset: offset, columns: state + used, stride: stride,
          current: UnsafePointer(memory.base + width * channels)))
      offset += stride
      used += stride * columns
    }
    self.stretches = stretches
  }
  deinit { fired.deallocate() }

  /// Sets the injected current of a tile: `fill` adds to zeros.
  func setCurrent(_ place: Int, _ fill: (UnsafeMutablePointer<S>) -> Void) {
    if currents[place] == nil, let memory = try? ScalarMemory<S>(count: tiles[place].stride, what: "currents") {
      currents[place] = memory
      tiles[place].current = UnsafePointer(memory.base)
    }
    guard let memory = currents[place] else { return }
    memory.base.update(repeating: 0, count: memory.count)
    fill(memory.base)
  }

  /// Bytes of state and input.
  var bytes: Int { memory.count * MemoryLayout<S>.stride }

  /// Cuts a rank's tiles, in their order, into blocks of at most 65,536 padded neurons.
  static func cut(_ numbers: [Int], _ map: TileMap) -> [[Int]] {
    var blocks: [[Int]] = []
    var width = 0
    for number in numbers {
      let size = padded(map[number].count)
      if blocks.isEmpty || width + size > largestWidth {
        blocks.append([])
        width = 0
      }
      blocks[blocks.count - 1].append(number)
      width += size
    }
    return blocks
  }
}
