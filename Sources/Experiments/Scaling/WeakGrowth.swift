// How a study grows with the number of ranks in weak scaling: which keys take which values.
import Storage

/// The keys of a study that make its work grow with the ranks.
public enum WeakGrowth: Sendable, Equatable {
  /// A grid of columns whose area grows.
  case grid(key: String, standard: (Int, Int))
  /// A key whose square is the work.
  case root(key: String, standard: Double)
  /// A number of neurons that grows, and the share of them that each hears, which falls.
  case constantDegree(count: String, standardCount: Int, share: String, standardShare: Double)
  /// Batches that grow, and epochs as many times more: a data set does not grow, so the steps would become fewer.
  case batches(of: String, standardBatch: Int, epochs: String, standardEpochs: Int)

  public static func == (a: WeakGrowth, b: WeakGrowth) -> Bool { a.keys == b.keys }
  /// The keys that change.
  public var keys: [String] {
    switch self {
    case .grid(let key, _), .root(let key, _): [key]
    case .constantDegree(let count, _, let share, _): [count, share]
    case .batches(let batch, _, let epochs, _): [batch, epochs]
    }
  }

  /// Settings `key=value` for `ranks` times the work that the configuration has.
  ///
  /// - Parameter value: the text of a key in the configuration, if it is written.
  /// - Throws: `ScalingError` where the value cannot grow so far.
  func settings(ranks: Int, value: (String) -> String?) throws -> [String] {
    func number(_ key: String, _ standard: Double) -> Double { value(key).flatMap { Double($0) } ?? standard }
    switch self {
    case .grid(let key, let standard):
      let sides = value(key).map { text in text.split { !$0.isNumber }.compactMap { Int($0) } } ?? []
      let (width, height) = sides.count == 2 ? (sides[0], sides[1]) : standard
      // Factors of the ranks as equal as they can be: the grid keeps its shape as far as possible.
      let across = (1...ranks).filter { ranks % $0 == 0 && $0 * $0 <= ranks }.max() ?? 1
      return ["\(key)=\(width * (ranks / across))x\(height * across)"]
    case .root(let key, let standard):
      let grown = number(key, standard) * Double(ranks).squareRoot()
      if grown > 1 {
        throw ScalingError(
          description: "weak scaling to \(ranks) ranks needs \(key)=\(grown), beyond 1; begin with a smaller \(key), at most "
            + "\(1 / Double(ranks).squareRoot())")
      }
      return ["\(key)=\(grown)"]
    case .constantDegree(let count, let standardCount, let share, let standardShare):
      return [
        "\(count)=\(Int(number(count, Double(standardCount))) * ranks)", "\(share)=\(number(share, standardShare) / Double(ranks))",
      ]
    case .batches(let batch, let standardBatch, let epochs, let standardEpochs):
      return [(batch, standardBatch), (epochs, standardEpochs)].map { "\($0)=\(Int(number($0, Double($1))) * ranks)" }
    }
  }
}
