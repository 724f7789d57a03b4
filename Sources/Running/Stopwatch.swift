// Where the time of one rank goes: nanoseconds added up per phase, without allocation.
import CPlatform

/// A named part of a run whose time is added up. The four middle names of a simulation are the field's (NEST, beNNch).
public struct Phase: Hashable, Sendable, CustomStringConvertible {
  /// Position in a stopwatch, below `Phase.count`.
  public let index: Int
  fileprivate init(_ index: Int) { self.index = index }

  /// Neurons advance by a step.
  public static let update = Phase(0)
  /// Poisson and other input from outside the network is drawn.
  public static let externalInput = Phase(1)
  /// Spike flags become packed spikes per destination.
  public static let collocation = Phase(2)
  /// Spikes travel between ranks; holds the waiting for slower ranks too.
  public static let communication = Phase(3)
  /// Received spikes are added to the inputs of their targets.
  public static let delivery = Phase(4)
  /// Recordings are written.
  public static let output = Phase(5)
  /// Training samples are read and encoded.
  public static let data = Phase(6)
  public static let forward = Phase(7)
  public static let backward = Phase(8)
  /// Gradients are summed over ranks; holds the waiting for slower ranks too.
  public static let sum = Phase(9)
  public static let optimiser = Phase(10)

  /// How many phases there are.
  public static let count = 11
  /// The phases of a simulation, in the order of a step.
  public static let simulation: [Phase] = [.update, .externalInput, .collocation, .communication, .delivery, .output]
  /// The phases of a training step, in its order.
  public static let training: [Phase] = [.data, .forward, .backward, .sum, .optimiser, .output]

  private static let names = [
    "update", "external input", "collocation", "communication", "delivery", "output", "data", "forward", "backward", "sum", "optimiser",
  ]
  /// The name as printed in tables.
  public var name: String { Self.names[index] }
  /// The name of the phase with an index.
  static func name(of index: Int) -> String { names.indices.contains(index) ? names[index] : "unknown" }
  /// The name as a key of `summary.json`.
  public var key: String { name.replacing(" ", with: "_") }
  public var description: String { name }
  /// True where a rank may wait for others.
  public var waits: Bool { self == .communication || self == .sum }
}

extension String {
  fileprivate func replacing(_ old: Character, with new: Character) -> String { String(map { $0 == old ? new : $0 }) }
}

/// Adds up wall time per phase; between `start` and `stop` also the total. A chain of `mark` and `lap` reads the clock once per phase and
/// leaves no gap between phases.
public struct Stopwatch: Sendable {
  @usableFromInline var elapsed = InlineArray<16, UInt64>(repeating: 0)
  private var totalBefore: UInt64 = 0
  private var startedAt: UInt64 = 0
  @usableFromInline var markedAt: UInt64 = 0
  private var running = false

  public init() {}

  /// Starts or continues the total, and sets the mark.
  public mutating func start() {
    startedAt = cplatform_nanoseconds()
    markedAt = startedAt
    running = true
  }

  /// Stops the total; the phases keep what they have.
  public mutating func stop() {
    guard running else { return }
    totalBefore += cplatform_nanoseconds() - startedAt
    running = false
  }

  /// Sets the moment from which the next `lap` counts.
  @inlinable @inline(__always)
  public mutating func mark() { markedAt = cplatform_nanoseconds() }

  /// Adds the time since the last mark or lap to a phase and sets the mark to now.
  @inlinable @inline(__always)
  public mutating func lap(_ phase: Phase) {
    let now = cplatform_nanoseconds()
    add(now &- markedAt, to: phase)
    markedAt = now
  }

  /// Like ``lap(_:)`` for two phases whose turns are too short to be timed one by one: `part` of the time, 0 to 1, goes to the second.
  @inlinable @inline(__always)
  public mutating func lap(_ first: Phase, and second: Phase, part: Double) {
    let now = cplatform_nanoseconds()
    let time = now &- markedAt
    let share = UInt64(Double(time) * part)
    add(share, to: second)
    add(time &- share, to: first)
    markedAt = now
  }

  /// Adds nanoseconds measured elsewhere (restored from a checkpoint) to a phase.
  @inlinable @inline(__always)
  public mutating func add(_ nanoseconds: UInt64, to phase: Phase) { elapsed[phase.index] &+= nanoseconds }

  /// Adds time that an earlier part of the run took, in seconds: of a phase, and of the total.
  public mutating func add(earlier seconds: Double, to phase: Phase) { add(UInt64(max(0, seconds) * 1e9), to: phase) }
  public mutating func add(earlierTotal seconds: Double) { totalBefore += UInt64(max(0, seconds) * 1e9) }

  /// Seconds counted for a phase.
  public func seconds(of phase: Phase) -> Double { Double(elapsed[phase.index]) * 1e-9 }

  /// Seconds counted for each of the given phases, in their order: the row of this rank in a `PerformanceTable`.
  public func seconds(of phases: [Phase]) -> [Double] { phases.map { seconds(of: $0) } }

  /// Seconds between `start` and `stop` (or now).
  public var total: Double {
    Double(totalBefore + (running ? cplatform_nanoseconds() - startedAt : 0)) * 1e-9
  }
}
