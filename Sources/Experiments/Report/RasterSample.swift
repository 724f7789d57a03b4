// Which spikes a raster shows: all of evenly chosen neurons, so that at most so many points are drawn.

/// Keeps all spikes of every k-th neuron of each population, k the smallest power of two for which they are few enough.
///
/// What is kept depends on the spikes alone, not on the order or size of the pieces they come in; memory is O(`maximum`).
public struct RasterSample: Sendable {
  /// [ms] Shown span, half-open.
  public let start, stop: Double
  public let maximum: Int
  /// One neuron in so many is kept.
  public private(set) var every = 1
  private var populations: [ReportContent.Raster.Population]
  private var kept = 0

  public init(populations: [(name: String, neurons: Int)], start: Double, stop: Double, maximum: Int = 20_000) {
    self.start = start
    self.stop = stop
    self.maximum = max(1, maximum)
    let colours = SeriesColour.assign(to: populations.map(\.name))
    self.populations = zip(populations, colours).map {
      .init(name: $0.name, colour: $1, neurons: $0.neurons, points: [], spikes: 0)
    }
  }

  /// Takes a piece of the spikes of population number `index`: times in ms and ids within the population, of equal length.
  public mutating func add(times: [Double], ids: [UInt64], population index: Int) {
    for (t, n) in zip(times, ids) where t >= start && t < stop {
      populations[index].spikes += 1
      guard n & UInt64(every - 1) == 0 else { continue }
      populations[index].points.append(.init(time: Float(t), neuron: Int32(truncatingIfNeeded: n)))
      kept += 1
      // One neuron alone may spike more often than there is room; it stays.
      while kept > maximum, every < largestPopulation { halve() }
    }
  }

  /// The raster as it stands.
  public var raster: ReportContent.Raster { .init(populations: populations, start: start, stop: stop, every: every) }

  private var largestPopulation: Int { populations.map(\.neurons).max() ?? 1 }
  private mutating func halve() {
    every *= 2
    for i in populations.indices { populations[i].points.removeAll { $0.neuron % Int32(every) != 0 } }
    kept = populations.map(\.points.count).reduce(0, +)
  }
}
