// A grid of columns and the kernels that say how likely two columns are connected (papers: Pastorelli et al. 2019).
import Maths

/// A rectangle of columns; column = y * width + x.
public struct ColumnGrid: Sendable, Equatable {
  public var width: Int
  public var height: Int
  /// Whether the borders wrap around.
  public var periodic: Bool

  public init(width: Int, height: Int, periodic: Bool = false) {
    self.width = width
    self.height = height
    self.periodic = periodic
  }
  public var columns: Int { width * height }

  /// The column at an offset from another, or `nil` beyond an open border.
  public func column(from column: Int, dx: Int, dy: Int) -> Int? {
    var x = column % width + dx
    var y = column / width + dy
    if periodic {
      x = ((x % width) + width) % width
      y = ((y % height) + height) % height
    } else if x < 0 || x >= width || y < 0 || y >= height {
      return nil
    }
    return y * width + x
  }
}

/// How connection probability falls with the distance between columns, in inter-column distances.
public enum Kernel: Sendable, Equatable {
  /// exp(-d / lambda)
  case exponential(lambda: Double)
  /// exp(-d^2 / (2 sigma^2))
  case gaussian(sigma: Double)

  func value(squaredDistance: Int) -> Double {
    switch self {
    case .exponential(let lambda): Elementary.exp(-Double(squaredDistance).squareRoot() / lambda)
    case .gaussian(let sigma): Elementary.exp(-Double(squaredDistance) / (2 * sigma * sigma))
    }
  }
}

/// Connection probability by column offset: the kernel rounded to `decimals`, zero beyond `cutoff`, scaled so that the sum is `total`.
public struct Stencil: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    public var dx: Int
    public var dy: Int
    public var probability: Double
  }
  /// The offsets with a probability above zero, by dy, then dx.
  public let entries: [Entry]
  public let reach: Int
  /// The probabilities' sum, as it was asked for.
  public let total: Double

  /// - `total`: sum of the probabilities over all offsets (0.9 in the papers, so 0.9 x neurons per column synapses).
  /// - `decimals`: places the kernel is rounded to, which cuts it off (3 in the shipped tables: 29 columns at lambda 0.4).
  /// - `cutoff`: [columns] the largest distance at which there is any, if rounding does not cut it off before.
  public init(kernel: Kernel, total: Double, decimals: Int = 3, cutoff: Double = .infinity) {
    let scale = (0..<decimals).reduce(1.0) { value, _ in value * 10 }
    func rounded(_ dx: Int, _ dy: Int) -> Double {
      if Double(dx * dx + dy * dy) > cutoff * cutoff { return 0 }
      return (kernel.value(squaredDistance: dx * dx + dy * dy) * scale).rounded() / scale
    }
    var reach = 0
    while rounded(reach + 1, 0) > 0 { reach += 1 }
    var raw: [Entry] = []
    for dy in -reach...reach {
      for dx in -reach...reach {
        let value = rounded(dx, dy)
        if value > 0 { raw.append(Entry(dx: dx, dy: dy, probability: value)) }
      }
    }
    let sum = raw.reduce(0) { $0 + $1.probability }
    self.reach = reach
    self.total = total
    entries = raw.map { Entry(dx: $0.dx, dy: $0.dy, probability: $0.probability / sum * total) }
  }

  /// A column's own probability only.
  public static func local(_ probability: Double) -> Stencil { Stencil(local: probability) }
  private init(local: Double) {
    reach = 0
    total = local
    entries = [Entry(dx: 0, dy: 0, probability: local)]
  }

  /// Sum of the probabilities of all offsets that lead from one column to another (several when a periodic grid is small).
  public func probability(from source: Int, to target: Int, on grid: ColumnGrid) -> Double {
    var sum = 0.0
    for entry in entries where grid.column(from: source, dx: entry.dx, dy: entry.dy) == target { sum += entry.probability }
    return min(sum, 1)
  }

  /// The columns reached from one, ascending, each once.
  public func targets(of column: Int, on grid: ColumnGrid) -> [(column: Int, probability: Double)] {
    sums(from: column, on: grid).sorted { $0.key < $1.key }.map { ($0.key, min($0.value, 1)) }
  }

  /// Probabilities added up by the column that they lead to.
  private func sums(from column: Int, on grid: ColumnGrid) -> [Int: Double] {
    var found: [Int: Double] = [:]
    for entry in entries {
      if let target = grid.column(from: column, dx: entry.dx, dy: entry.dy) { found[target, default: 0] += entry.probability }
    }
    return found
  }

  /// The largest sum of probabilities that lead from one column to another; above 1 it can be no probability.
  public func largestSum(on grid: ColumnGrid) -> Double {
    // A periodic grid looks the same from every column; without wrapping no offset meets another.
    grid.periodic ? sums(from: 0, on: grid).values.max() ?? 0 : entries.lazy.map(\.probability).max() ?? 0
  }

  /// The probabilities that two columns can have: the entries', and on a small periodic grid their sums.
  public func probabilities(on grid: ColumnGrid) -> Set<Double> {
    let wraps = grid.periodic && (2 * reach >= grid.width || 2 * reach >= grid.height)
    // A periodic grid looks the same from every column.
    return wraps
      ? Set(targets(of: 0, on: grid).map { probability(from: 0, to: $0.column, on: grid) }) : Set(entries.map { min($0.probability, 1) })
  }
}
