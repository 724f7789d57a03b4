// What one rank of a simulation will hold, and what a spike costs there: exact expectations, nothing is drawn or built.
import Networks

/// The forecast of one rank's part of a network, from rules and geometry alone. Counts that depend on random draws are their means.
public struct RankLayout: Sendable {
  /// What the neurons of one population are to this rank as sources.
  public struct Reach: Sendable {
    /// Neurons whose spikes come to this rank, its own included.
    public var neurons = 0.0
    /// Synapses from the population onto this rank's neurons.
    public var synapses = 0.0
    /// Stored rows, one per source neuron, block and receptor that it reaches, and their buckets, one per delay.
    public var rows = 0.0
    public var buckets = 0.0
    /// Windows in which rows have buckets: each is a place in memory that a spike leads to.
    public var visits = 0.0
    /// Tables of rows, one per source tile, block and receptor, and their bytes.
    public var tables = 0.0
    public var tableBytes = 0.0
    /// Triples of a source tile, a projection and a target tile.
    public var pairs = 0.0
    /// Target tiles with their projections that a spike may reach, summed over the source neurons.
    public var draws = 0.0
    /// [steps] Mean delay over the synapses.
    public var meanDelay = 0.0
  }

  public let rank: Int
  public let ranks: Int
  /// [bytes] Of a stored synapse.
  public let synapseBytes: Int
  /// By population: neurons and tiles that the rank owns.
  public var neurons: [Int]
  public var tiles: [Int]
  public var blocks = 0
  /// By source population.
  public var reach: [Reach]
  /// By population: ranks other than this one that its spikes go to, summed over this rank's neurons.
  public var sends: [Double]
  /// Ranks that spikes go to and come from.
  public var destinations = 0
  public var sources = 0
  /// [steps] Between exchanges, and the longest delay.
  public var interval = 1
  public var longestDelay = 1
  /// Synapses of the source tile with the most onto one block: what is drawn at once while building.
  public var largestDraw = 0.0
  /// Entries of the tables of in-degrees that building the largest block needs.
  public var indegreeEntries = 0.0
  /// Triples as in ``Reach/pairs``, onto the block with the most.
  public var largestPairs = 0.0
  /// Scalars of state and inputs, padding included, one entry per block.
  public var scalars: [Int] = []

  init(rank: Int, ranks: Int, populations: Int, synapseBytes: Int) {
    self.rank = rank
    self.ranks = ranks
    self.synapseBytes = synapseBytes
    neurons = [Int](repeating: 0, count: populations)
    tiles = neurons
    reach = [Reach](repeating: Reach(), count: populations)
    sends = [Double](repeating: 0, count: populations)
  }

  public var totalNeurons: Int { neurons.reduce(0, +) }
  public var synapses: Double { reach.reduce(0) { $0 + $1.synapses } }
  public var rows: Double { reach.reduce(0) { $0 + $1.rows } }
  public var buckets: Double { reach.reduce(0) { $0 + $1.buckets } }
}
