// Peak memory of a rank by what it is for, from the forecast of what the rank holds.
import CKernels
import CPlatform
import Networks

/// Bytes of one rank at its peak, which is reached at the end of building or while spikes are under way.
public struct MemoryForecast: Sendable {
  /// What the bytes are for, in the order of ``names``.
  public private(set) var bytes: [Double]
  public static let names = ["process", "columns", "synapses", "indices", "queues", "routing", "buffers", "construction"]
  public var total: Double { bytes.reduce(0, +) }
  public subscript(name: String) -> Double { Self.names.firstIndex(of: name).map { bytes[$0] } ?? 0 }

  private static let hugePage = Double(1 << 21)

  /// - `rates`: [Hz] of each population when the most spikes and events are under way.
  /// - `process`: bytes of a process that holds no network.
  public init<S: SimulationScalar>(_ layout: RankLayout, _ description: SimulationDescription, as: S.Type, rates: [Double], process: Double)
  {
    let scalar = Double(MemoryLayout<S>.stride)
    let second = 1000 / description.resolution
    let columns = layout.scalars.reduce(0.0) { $0 + Self.allocated(Double($1) * scalar) }
    let isStored = description.storage == .stored
    var synapses = 0.0
    var indices = 0.0
    var construction = layout.largestPairs * Double(3 * MemoryLayout<(Int, Int)>.stride)
    let tables = layout.reach.reduce(0) { $0 + $1.tables }
    let pairs = layout.reach.reduce(0) { $0 + $1.pairs }
    var queues = 0.0
    // A power of two of lists; those of a row's steps are in use, each with up to twice the room it needs.
    let steps = Double(layout.longestDelay + layout.interval)
    let lists = Double(1 << (Int.bitWidth - (layout.longestDelay + layout.interval).leadingZeroBitCount))
    if isStored {
      synapses = layout.synapses * (2 + scalar)
      let tableBytes = layout.reach.reduce(0) { $0 + $1.tableBytes }
      indices = 2 * (layout.buckets + layout.rows) + tableBytes + tables * Double(3 * MemoryLayout<RowGroup>.stride)
      // Batches grow by half, and for a moment the old one and the new one exist.
      construction += 2 * layout.largestDraw * (4 + scalar) + Double(TargetTileCounts.bytesPerEntry) * layout.indegreeEntries
      let rows = zip(layout.reach, rates).reduce(0) { $0 + $1.0.rows * $1.1 } / second * steps
      queues = 2 * rows * Double(MemoryLayout<ckernels_row>.stride + 4 + 8) + Double(layout.blocks) * 2 * lists * 160
    } else {
      indices = pairs * Double(MemoryLayout<ProceduralSource>.stride)
      let events = zip(layout.reach, rates).reduce(0) { $0 + $1.0.synapses * $1.1 * $1.0.meanDelay } / second
      // Lists are begun for every step of each group of tiles; on average half of the last chunk is empty.
      let neurons = Double(layout.neurons.reduce(0, +))
      let groups = max(Double(layout.blocks), neurons * scalar / Double(TileArrivals<S>.groupBytes) * 1.1)
      queues = events * EventMemory.bytesPerEvent(S.self) + groups * steps * Double(EventMemory.chunkBytes) / 2
      queues = queues * (1 + 1 / 32) + Self.hugePage + groups * lists * 16
    }
    let own = zip(layout.neurons, rates).reduce(0) { $0 + Double($1.0) * $1.1 } / second
    let incoming = zip(layout.reach, rates).reduce(0) { $0 + $1.0.neurons * $1.1 } / second
    queues += 8 * own * Double(layout.longestDelay)
    let ownTiles = Double(layout.tiles.reduce(0, +))
    let routing = ownTiles * 320 + 4 * layout.sends.reduce(0, +) / Double(max(layout.totalNeurons, 1)) * ownTiles
    let partners = Double(layout.destinations + layout.sources)
    let buffers = partners * 1088 + Double(layout.destinations) * Double(layout.interval + 1) * 320 + 8 * incoming * Double(layout.interval)
    bytes = [
      process, columns, isStored ? Self.allocated(synapses + indices) - indices : 0, indices, queues, routing, buffers, construction,
    ]
  }

  /// What a mapping takes: whole huge pages from an eighth of one on.
  private static func allocated(_ bytes: Double) -> Double {
    let page = bytes >= hugePage / 8 ? hugePage : 4096
    return (bytes / page).rounded(.up) * page
  }
}
