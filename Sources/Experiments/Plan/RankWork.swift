// The work of one rank in counts: how often each thing is done that takes time, and in which phase.
import Networks
import Running
import Spiking

/// Counts by the name of what is done; the time of a phase is their sum, each times its cost.
public struct RankWork: Sendable, Equatable {
  public var counts: [String: Double] = [:]
  /// Messages to other ranks and their bytes, which are part of the counts too.
  public var messages = 0.0
  public var bytes = 0.0
  public var intervals = 0.0
  public var events = 0.0
  public var neuronSteps = 0.0

  /// [bytes] What a rank's share of the last cache is taken for.
  private static let cachedBytes = 32e6

  /// The work of simulating `milliseconds` of model time.
  public init(_ layout: RankLayout, _ description: SimulationDescription, rates: [Double], milliseconds: Double) {
    let steps = milliseconds / description.resolution
    let seconds = milliseconds / 1000
    var ownSpikes = 0.0
    for (index, population) in description.network.populations.enumerated() where !population.isVirtual {
      let (tiles, neurons) = (Double(layout.tiles[index]), Double(layout.neurons[index]))
      add("update.tile", tiles * steps)
      add("update." + (population.model ?? ""), neurons * steps)
      neuronSteps += neurons * steps
      ownSpikes += neurons * rates[index] * seconds
      for input in description.inputs where input.population == index {
        switch input.kind {
        case .poisson(let rate, let weight, _):
          add("input.tile", tiles * steps)
          // Spikes of one amplitude are drawn neuron by neuron, those of drawn amplitudes spike by spike.
          if weight.isConstant { add("input.neuron", neurons * steps) } else { add("input.spike", neurons * rate * seconds) }
        case .noise(_, _, let interval): add("input.noise", neurons * milliseconds / interval)
        case .dc, .step: break
        }
      }
      let sent = layout.sends[index] * rates[index] * seconds
      bytes += 4 * sent
    }
    var arriving = 0.0
    // Rows that no cache holds have to be waited for at every visit.
    let stored = layout.synapses * Double(layout.synapseBytes)
    let far = max(0, 1 - Self.cachedBytes / max(stored, 1))
    for (reach, rate) in zip(layout.reach, rates) {
      let spikes = rate * seconds
      events += reach.synapses * spikes
      arriving += reach.neurons * spikes
      if description.storage == .stored {
        add("delivery.event", reach.synapses * spikes)
        add("delivery.bucket", reach.buckets * spikes)
        add("delivery.far_visit", reach.visits * spikes * far)
        add("delivery.row", reach.rows * spikes)
      } else {
        add("delivery.drawn", reach.synapses * spikes)
        add("delivery.draw", reach.draws * spikes)
      }
    }
    intervals = steps / Double(layout.interval)
    messages = Double(layout.destinations) * intervals
    // Each list begins with its length and the number of spikes of each step.
    bytes += messages * 4 * Double(1 + layout.interval)
    add("delivery.step", Double(layout.blocks) * steps)
    add("collocation.spike", ownSpikes)
    add("communication.interval", intervals)
    add("communication.spike", arriving)
    add("communication.message", messages)
    add("communication.byte", bytes)
    add("output.spike", ownSpikes)
  }

  /// The work of building.
  public init(building layout: RankLayout, _ description: SimulationDescription) {
    guard description.storage == .stored else {
      add("build.pair", layout.reach.reduce(0) { $0 + $1.pairs })
      return
    }
    // Which rule drew them: shares of a source population's synapses by the expected sizes of its projections.
    let network = description.network
    for (index, reach) in layout.reach.enumerated() where reach.synapses > 0 {
      let own = network.projections.filter { $0.source == index }
      let sizes = own.map { Self.size($0, network) }
      let all = max(sizes.reduce(0, +), 1)
      for (projection, size) in zip(own, sizes) { add("build." + projection.rule.name, reach.synapses * size / all) }
    }
    add("build.row", layout.rows)
    add("build.draw", layout.reach.reduce(0) { $0 + $1.draws })
  }

  private static func size(_ projection: Projection, _ network: Network) -> Double {
    let (sources, targets) = (Double(network.populations[projection.source].count), Double(network.populations[projection.target].count))
    switch projection.rule {
    case .oneToOne: return targets
    case .allToAll: return sources * targets
    case .fixedIndegree(let degree): return Double(degree) * targets
    case .fixedOutdegree(let degree): return Double(degree) * sources
    case .fixedTotalNumber(let total): return Double(total)
    case .pairwiseBernoulli(let p): return p * sources * targets
    case .distance(let stencil):
      let perColumn = Double(network.populations[projection.target].perColumn)
      return sources * perColumn * stencil.entries.reduce(0) { $0 + $1.probability }
    case .explicit(let edges): return Double(edges.count)
    }
  }

  private mutating func add(_ name: String, _ count: Double) { counts[name, default: 0] += count }
}
