// Which neurons of a population something applies to.

/// All, none, a list, a range or a fraction of a population's neurons, by index.
public enum Selection: Sendable, Equatable {
  case all
  case none
  /// Ascending indices.
  case list([Int])
  case range(Range<Int>)
  /// Evenly spread: index i belongs if floor((i + 1) f) exceeds floor(i f).
  case fraction(Double)

  public func contains(_ index: Int) -> Bool {
    switch self {
    case .all: return true
    case .none: return false
    case .range(let range): return range.contains(index)
    case .fraction(let f): return (Double(index + 1) * f).rounded(.down) > (Double(index) * f).rounded(.down)
    case .list(let list):
      var low = 0
      var high = list.count
      while low < high {
        let middle = (low + high) / 2
        if list[middle] < index { low = middle + 1 } else { high = middle }
      }
      return low < list.count && list[low] == index
    }
  }

  /// How many neurons of a population of `count` belong.
  public func size(of count: Int) -> Int {
    switch self {
    case .all: count
    case .none: 0
    case .list(let list): list.count
    case .range(let range): range.count
    case .fraction: (0..<count).count { contains($0) }
    }
  }

  /// The first neuron of a population of `count` that belongs to both selections.
  public func first(sharedWith other: Selection, of count: Int) -> Int? {
    switch (self, other) {
    case (.none, _), (_, .none): nil
    case (.list(let list), _): list.first { other.contains($0) }
    case (_, .list(let list)): list.first { contains($0) }
    default: (0..<count).first { contains($0) && other.contains($0) }
    }
  }

  /// What is wrong with it for a population of `count`, or `nil`.
  public func fault(for count: Int) -> String? {
    switch self {
    case .all, .none: nil
    case .list(let list):
      if let bad = list.first(where: { $0 < 0 || $0 >= count }) { "neuron \(bad) does not exist; there are \(count)" } else { nil }
    case .range(let range): range.lowerBound < 0 || range.upperBound > count ? "range \(range) leaves 0..<\(count)" : nil
    case .fraction(let f): f >= 0 && f <= 1 ? nil : "fraction \(f) is not between 0 and 1"
    }
  }
}
