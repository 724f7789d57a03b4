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
  /// Place among the tiles of the rank, which ascend by number.
  let owned: Int
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
/// Invariant: `input` holds, for each step of a window, `channels` arrays of `width` scalars. When a window begins each tile's part holds the
/// input from outside of the window's steps; what arrives from the network is added to it. `arrived` has a count for each of these steps.
final class Block<S: SimulationScalar> {
  /// Targets are 16-bit places in the block.
  static var largestWidth: Int { 65_536 }

  var tiles: [OwnedTile<S>]
  /// Places of tiles of one population in `tiles`, ascending, with what they have in common.
  let stretches: [(tiles: Range<Int>, population: Int, kind: TileKind<S>)]
  let width: Int
  let channels: Int
  private let input: UnsafeMutablePointer<S>
  private let arrived: UnsafeMutablePointer<Int64>
  /// Steps of a whole window.
  private(set) var windowSteps = 1
  /// The steps whose inputs are under way.
  private(set) var window = 0..<0
  private let memory: ScalarMemory<S>
  private let scalarsBesideInputs: Int
  /// Injected currents of the tiles that have any, by place.
  private var currents: [Int: ScalarMemory<S>] = [:]
  /// Rows by source tile, ascending by (source tile, channel).
  var groups: [RowGroup] = []
  /// Source tiles that have rows here, ascending, with the places of their groups in `groups`.
  var sources: [(tile: Int, groups: Range<Int>)] = []
  let pending: PendingRows<S>
  /// With procedural storage: the rows that are drawn, and their events under way.
  var procedural = ProceduralRows<S>([], interval: 1, draws: [])
  var arrivals: TileArrivals<S>?
  /// The same for spikes from outside, which are known before the network's own of the same interval: they wait apart and are added first,
  /// so that sums have one order with either storage.
  let pendingExternal: PendingRows<S>
  /// Nil where no spikes from outside arrive.
  var arrivalsExternal: TileArrivals<S>?
  /// Places of the neurons that spiked, while a tile is updated.
  let fired: UnsafeMutablePointer<UInt16>

  /// Steps for which inputs are summed together. The longer they are the more synapses lie together that a visit to a row adds, and the
  /// more cache the inputs take: half of a second-level cache of 2 MB at most.
  ///
  /// - Parameter hasOutside: whether there are spikes from outside. In each step they are added before those of the network, but they are
  ///   known an interval ahead only: windows are single steps then.
  static func windowSteps(synapsesPerBucket: Double, width: Int, channels: Int, hasOutside: Bool) -> Int {
    var steps = 1
    while !hasOutside, steps < mostWindowSteps, Double(2 * steps) * synapsesPerBucket <= 64,
      2 * steps * width * channels * MemoryLayout<S>.stride <= 1 << 20
    {
      steps *= 2
    }
    return steps
  }
  /// A power of two.
  static var mostWindowSteps: Int { 8 }

  /// Sets the length of windows to what suits rows of so many synapses, buckets, and steps from the first to the last delay, in all.
  func fitWindow(synapses: Int, buckets: Int, steps: Int, hasOutside: Bool) {
    let perBucket = Double(synapses) / Double(max(buckets, 1))
    windowSteps = Self.windowSteps(synapsesPerBucket: perBucket, width: width, channels: channels, hasOutside: hasOutside)
    let perWindow = Double(synapses) / Double(max(steps, 1)) * Double(windowSteps)
    for rows in [pending, pendingExternal] { rows.expect(synapsesPerBucket: perBucket, synapsesPerWindow: perWindow) }
  }

  /// The window that begins at a step: windows end at multiples of their length.
  func window(from step: Int) -> Range<Int> { step..<(step / windowSteps + 1) * windowSteps }

  /// Begins a window, whose inputs from outside are in place.
  func begin(_ steps: Range<Int>) {
    window = steps
    arrived.update(repeating: 0, count: windowSteps)
  }

  /// The inputs of the step that is so many steps after its window's first.
  @inline(__always) func input(lag: Int) -> UnsafeMutablePointer<S> { input + lag * channels * width }

  /// Adds what arrives in a step of the window to its input; returns the number of synaptic events.
  func deliver(step: Int) -> Int {
    let lag = step - window.lowerBound
    if let arrivals {
      let external = arrivalsExternal?.deliver(step: step, into: input(lag: lag), width: width) ?? 0
      return external + arrivals.deliver(step: step, into: input(lag: lag), width: width)
    }
    let steps = ArrivalWindow(steps: window, input: input, stride: channels * width, events: arrived)
    pendingExternal.deliver(steps, step: step)
    pending.deliver(steps, step: step)
    return Int(arrived[lag])
  }

  /// Padding to whole vectors, and to lines of the cache.
  static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// - Parameter places: of the tiles, by number, among those of the rank.
  init(
    tiles numbers: [Int], places: [Int: Int], _ map: TileMap, kinds: [TileKind<S>], longestDelay: Int, interval: Int
  ) throws {
    let owned = numbers.map { map[$0] }
    width = owned.reduce(0) { $0 + Self.padded($1.count) }
    channels = owned.map { kinds[$0.population].description.receptors.count }.max() ?? 1
    // One stretch of memory: state, an array of zeros that serves all tiles without injected current, inputs. What is not used of the
    // inputs' part is never touched and costs nothing.
    let zeros = Self.padded(TileMap.largestTile)
    let scalars = owned.reduce(0) { $0 + Self.padded($1.count) * kinds[$1.population].description.columns.count }
    let steps = Self.windowSteps(synapsesPerBucket: 0, width: width, channels: channels, hasOutside: false)
    memory = try ScalarMemory<S>(count: scalars + zeros + width * channels * steps, what: "neuron state")
    let state = memory.base
    let none = memory.base + scalars
    input = none + zeros
    arrived = .allocate(capacity: steps)
    scalarsBesideInputs = scalars + zeros
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
          tile: tile, kind: kind, owned: places[tile.number] ?? 0, firstNeuron: map.neurons(of: tile).lowerBound, offset: offset,
          columns: state + used, stride: stride,
          current: UnsafePointer(none)))
      offset += stride
      used += stride * columns
    }
    self.stretches = stretches
  }
  deinit {
    fired.deallocate()
    arrived.deallocate()
  }

  /// Sets the injected current of a tile: `fill` adds to zeros.
  /// - Throws: `MemoryError` where there is no room for it.
  func setCurrent(_ place: Int, _ fill: (UnsafeMutablePointer<S>) -> Void) throws {
    if currents[place] == nil {
      let memory = try ScalarMemory<S>(count: tiles[place].stride, what: "currents")
      currents[place] = memory
      tiles[place].current = UnsafePointer(memory.base)
    }
    guard let memory = currents[place] else { return }
    memory.base.update(repeating: 0, count: memory.count)
    fill(memory.base)
  }

  /// Bytes of state and input.
  var bytes: Int { (scalarsBesideInputs + width * channels * windowSteps) * MemoryLayout<S>.stride }
}
