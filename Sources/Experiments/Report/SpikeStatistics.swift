// Rates and irregularity of one population from its spikes, in bounded memory.

/// What can be wrong with spikes that are read for a report.
public enum SpikeDataError: Error, Sendable, CustomStringConvertible {
  case outOfOrder(population: String, neuron: UInt64, time: Double, before: Double)
  case noSuchNeuron(population: String, neuron: UInt64, neurons: Int)
  case unequalLengths(population: String, times: Int, ids: Int)

  public var description: String {
    switch self {
    case .outOfOrder(let population, let neuron, let time, let before):
      "spikes of population \(population), neuron \(neuron): \(time) ms comes after \(before) ms; sort the file by time or by id"
    case .noSuchNeuron(let population, let neuron, let neurons):
      "spikes of population \(population): neuron \(neuron) does not exist, the population has \(neurons) neurons (ids count from 0)"
    case .unequalLengths(let population, let times, let ids):
      "spikes of population \(population): \(times) times but \(ids) ids; the file is damaged"
    }
  }
}

/// Takes the spikes of a population piece by piece; a neuron's spikes must come in time order (files sorted by time or by id do).
///
/// Memory is O(bins + observed neurons), whatever the number of spikes: counts per bin are of all neurons, figures per neuron of
/// every k-th, so that at most `maximumObserved` are followed.
public struct SpikeStatistics: Sendable {
  public let name: String
  public let neurons: Int
  /// [ms] Span looked at, half-open.
  public let start, stop: Double
  /// [ms] Width of the fine bins.
  public let bin: Double
  /// Every so-many-th neuron is followed.
  public let every: Int
  /// Spikes of all neurons in the span.
  public private(set) var spikes = 0
  /// Spikes of all neurons per fine bin.
  public private(set) var counts: [Int]

  /// What is kept of a neuron that is followed.
  private struct Followed {
    var last = -Double.infinity
    var spikes: Int32 = 0
    var sum = 0.0
    var sumOfSquares = 0.0
  }
  private var followed: [Followed]

  /// - `bin`: [ms] width of the bins counts are kept in; made wider by whole factors where there would be more than 262,144.
  /// - `maximumObserved`: largest number of neurons followed one by one (40 bytes each).
  public init(name: String, neurons: Int, start: Double, stop: Double, bin: Double = 1, maximumObserved: Int = 100_000) {
    precondition(neurons > 0 && stop > start && bin > 0 && maximumObserved > 0, "a population, a span and a bin")
    self.name = name
    self.neurons = neurons
    self.start = start
    self.stop = stop
    let most = 262_144.0
    self.bin = bin * max(1, ((stop - start) / bin / most).rounded(.up))
    every = (neurons + maximumObserved - 1) / maximumObserved
    counts = Array(repeating: 0, count: max(1, Int(((stop - start) / self.bin - 1e-9).rounded(.up))))
    followed = Array(repeating: Followed(), count: (neurons + every - 1) / every)
  }

  /// Takes a piece of the population's spikes: times in ms and ids within the population, of equal length.
  public mutating func add(times: [Double], ids: [UInt64]) throws(SpikeDataError) {
    guard times.count == ids.count else { throw .unequalLengths(population: name, times: times.count, ids: ids.count) }
    for (t, n) in zip(times, ids) {
      guard n < UInt64(neurons) else { throw .noSuchNeuron(population: name, neuron: n, neurons: neurons) }
      guard t >= start, t < stop else { continue }
      spikes += 1
      counts[min(counts.count - 1, Int((t - start) / bin))] += 1
      let i = Int(n)
      guard i % every == 0 else { continue }
      let last = followed[i / every].last
      guard t >= last else { throw .outOfOrder(population: name, neuron: n, time: t, before: last) }
      if last > -Double.infinity {
        followed[i / every].sum += t - last
        followed[i / every].sumOfSquares += (t - last) * (t - last)
      }
      followed[i / every].last = t
      followed[i / every].spikes += 1
    }
  }

  /// [Hz] Spikes per neuron and second over the span.
  public var meanRate: Double { Double(spikes) / Double(neurons) / ((stop - start) * 1e-3) }

  /// [Hz] Rate of each neuron followed.
  public var neuronRates: [Double] { followed.map { Double($0.spikes) / ((stop - start) * 1e-3) } }

  /// Share of the neurons followed that never spiked, 0...1.
  public var silentShare: Double { Double(followed.count { $0.spikes == 0 }) / Double(followed.count) }

  /// Coefficient of variation of the interspike intervals (standard deviation over mean, both over the n intervals) of each followed
  /// neuron with at least so many intervals.
  public func intervalVariations(atLeast intervals: Int = 3) -> [Double] {
    followed.compactMap { f in
      let n = Double(f.spikes - 1)
      guard n >= Double(max(1, intervals)), f.sum > 0 else { return nil }
      let mean = f.sum / n
      return max(0, f.sumOfSquares / n - mean * mean).squareRoot() / mean
    }
  }

  /// [Hz] Rate of the population in bins of `factor` fine bins; the last, if shorter, is scaled by its own width.
  public func rates(grouping factor: Int = 1) -> [Double] {
    stride(from: 0, to: counts.count, by: factor).map { first in
      let last = min(counts.count, first + factor)
      let width = min(stop - start, Double(last) * bin) - Double(first) * bin
      return Double(counts[first..<last].reduce(0, +)) / Double(neurons) / (width * 1e-3)
    }
  }

  /// The same without a last bin that is shorter than a share of the others, whose rate would be of a few steps.
  public func rates(grouping factor: Int = 1, leavingOutBelow share: Double) -> [Double] {
    let rates = rates(grouping: factor), width = bin * Double(factor)
    let last = stop - start - Double(rates.count - 1) * width
    return rates.count > 1 && last < share * width ? rates.dropLast() : rates
  }

  /// [ms] The bins of ``synchrony(width:)``: whole fine ones.
  public func synchronyWidth(_ width: Double = 3) -> Double { max(1, (width / bin).rounded()) * bin }

  /// Variance over mean of the population's spike counts in bins of about `width` ms; nil for fewer than 10 bins or no spike.
  public func synchrony(width: Double = 3) -> Double? {
    let factor = max(1, Int((width / bin).rounded()))
    let whole = counts.count / factor
    guard whole >= 10 else { return nil }
    let sums = (0..<whole).map { Double(counts[$0 * factor..<($0 + 1) * factor].reduce(0, +)) }
    let mean = sums.reduce(0, +) / Double(whole)
    guard mean > 0 else { return nil }
    return sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(whole) / mean
  }
}
