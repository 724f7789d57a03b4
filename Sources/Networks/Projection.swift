// A projection: the rule, weights and delays by which one population reaches another.

/// Which pairs are connected. Names and meaning follow NEST.
public enum ConnectionRule: Sendable {
  case oneToOne
  case allToAll
  /// Each target gets this many sources.
  case fixedIndegree(Int)
  /// Each source gets this many targets.
  case fixedOutdegree(Int)
  /// This many synapses in all, source and target drawn uniformly.
  case fixedTotalNumber(Int)
  /// Each pair with this probability.
  case pairwiseBernoulli(Double)
  /// Each pair with a probability by the offset of their columns; both populations stand on the same grid.
  case distance(Stencil)
  /// Pairs read from a list or a file.
  case explicit(any EdgeSource)

  /// The name in configurations.
  public var name: String {
    switch self {
    case .oneToOne: "one_to_one"
    case .allToAll: "all_to_all"
    case .fixedIndegree: "fixed_indegree"
    case .fixedOutdegree: "fixed_outdegree"
    case .fixedTotalNumber: "fixed_total_number"
    case .pairwiseBernoulli: "pairwise_bernoulli"
    case .distance: "distance"
    case .explicit: "explicit"
    }
  }

  /// Whether the synapses of one source onto one tile can be drawn alone, which procedural storage needs.
  public var isDrawnPerSource: Bool {
    switch self {
    case .pairwiseBernoulli, .distance, .fixedOutdegree, .allToAll, .oneToOne: true
    case .fixedIndegree, .fixedTotalNumber, .explicit: false
    }
  }
}

/// One synapse of an explicit list: indices within the populations, weight in the unit of the receptor, delay in ms.
public struct Edge: Sendable, Equatable {
  public var source: UInt32
  public var target: UInt32
  public var weight: Double
  public var delay: Double
  public init(source: UInt32, target: UInt32, weight: Double, delay: Double) {
    self.source = source
    self.target = target
    self.weight = weight
    self.delay = delay
  }
}

/// Something that lists edges in blocks; it is asked once per rank and may read a file.
public protocol EdgeSource: Sendable {
  /// Number of edges, known without reading them.
  var count: Int { get }
  /// Smallest and largest delay in ms.
  var delays: ClosedRange<Double> { get }
  /// A checksum of what lies in files and so may change under the same configuration; nil where the configuration has all of it.
  var checksum: UInt64? { get }
  func forEachBlock(_ body: ([Edge]) throws -> Void) throws
  /// Names what the edges are read from, where those of several projections lie together; nil where they lie alone.
  var place: String? { get }
  /// Reads the edges of several sources of one ``place`` at once; `body` gets the index of the source with each block.
  static func forEachBlock(of sources: [any EdgeSource], _ body: (_ source: Int, [Edge]) throws -> Void) throws
}

extension EdgeSource {
  public var checksum: UInt64? { nil }
  public var place: String? { nil }
  public static func forEachBlock(of sources: [any EdgeSource], _ body: (_ source: Int, [Edge]) throws -> Void) throws {
    for (index, source) in sources.enumerated() { try source.forEachBlock { try body(index, $0) } }
  }
}

/// Which of the target's inputs a synapse reaches.
public enum ReceptorChoice: Sendable, Equatable {
  /// By the sign of the weight, as current-based models of NEST do: negative to the second receptor.
  case bySign
  case index(Int)
}

/// A set of synapses from one population onto another.
public struct Projection: Sendable {
  public var name: String
  /// Index of the source population in the network.
  public var source: Int
  public var target: Int
  public var rule: ConnectionRule
  /// [pA, or mV for delta synapses] Weight.
  public var weight: Distribution
  /// [ms] Delay; rounded to whole steps.
  public var delay: Distribution
  public var receptor: ReceptorChoice
  /// Whether a neuron may reach itself.
  public var allowAutapses: Bool
  /// Whether a pair may have several synapses.
  public var allowMultapses: Bool

  public init(
    name: String, source: Int, target: Int, rule: ConnectionRule, weight: Distribution, delay: Distribution,
    receptor: ReceptorChoice = .bySign, allowAutapses: Bool = true, allowMultapses: Bool = true
  ) {
    self.name = name
    self.source = source
    self.target = target
    self.rule = rule
    self.weight = weight
    self.delay = delay
    self.receptor = receptor
    self.allowAutapses = allowAutapses
    self.allowMultapses = allowMultapses
  }
}

/// The pure description of a network: no state, no placement.
public struct Network: Sendable {
  public var populations: [Population]
  public var projections: [Projection]
  public init(populations: [Population] = [], projections: [Projection] = []) {
    self.populations = populations
    self.projections = projections
  }
  /// Neurons that are simulated (virtual ones are not counted).
  public var neurons: Int { populations.reduce(0) { $0 + ($1.isVirtual ? 0 : $1.count) } }
}
