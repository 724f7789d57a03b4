// Some nodes of a population as ranges of ids.

/// Ids in ascending order, each once.
public struct NodeRanges: Sendable, Equatable, ExpressibleByArrayLiteral {
  /// Not empty, ascending and apart from each other.
  public private(set) var ranges: [Range<Int>] = []

  public init() {}

  /// All ids below a number.
  public init(below count: Int) { append(0..<count) }

  public init(_ ascending: some Sequence<Int>) { for id in ascending { append(id..<id + 1) } }

  public init(arrayLiteral ascending: Int...) { self.init(ascending) }

  /// Adds ids that follow all those that are there.
  public mutating func append(_ range: Range<Int>) {
    if range.isEmpty { return }
    guard let last = ranges.last else {
      ranges.append(range)
      return
    }
    precondition(last.upperBound <= range.lowerBound, "ids come in ascending order")
    if last.upperBound == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    } else {
      ranges.append(range)
    }
  }

  public var isEmpty: Bool { ranges.isEmpty }
  public var count: Int { ranges.reduce(0) { $0 + $1.count } }
  /// All ids, one by one.
  public var ids: some Sequence<Int> { ranges.lazy.joined() }

  public func contains(_ id: Int) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= id { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(id)
  }

  public func union(_ other: NodeRanges) -> NodeRanges {
    var result = NodeRanges()
    for range in (ranges + other.ranges).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      let done = result.ranges.last?.upperBound ?? 0
      result.append(max(range.lowerBound, done)..<max(range.upperBound, done))
    }
    return result
  }

  public func intersection(_ other: NodeRanges) -> NodeRanges {
    var result = NodeRanges()
    var (i, j) = (0, 0)
    while i < ranges.count && j < other.ranges.count {
      result.append(ranges[i].clamped(to: other.ranges[j]))
      if ranges[i].upperBound < other.ranges[j].upperBound { i += 1 } else { j += 1 }
    }
    return result
  }
}
