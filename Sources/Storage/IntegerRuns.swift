// Integers by place, kept as runs: what millions of nodes are told one by one in a file is mostly a few runs.

/// A list of integers in which each run goes on from its first one in equal steps.
public struct IntegerRuns: Sendable, Equatable, RandomAccessCollection {
  /// Difference between neighbours of a run: 0 or 1.
  public let step: Int64
  /// Where the runs begin, and with what.
  private var starts: [Int] = []
  private var firsts: [Int64] = []
  public private(set) var endIndex = 0
  public var startIndex: Int { 0 }

  public init(step: Int64) { self.step = step }

  public init(_ values: some Sequence<Int64>, step: Int64) {
    self.step = step
    for value in values { append(value) }
  }

  public mutating func append(_ value: Int64) { append(from: value, count: 1) }

  /// Adds `count` > 0 integers that begin with `first`.
  public mutating func append(from first: Int64, count: Int) {
    if next != first {
      starts.append(endIndex)
      firsts.append(first)
    }
    endIndex += count
  }

  /// What would go on with the last run; nil where there is none, or no greater integer.
  private var next: Int64? {
    guard let first = firsts.last, let start = starts.last else { return nil }
    let (next, isTooLarge) = first.addingReportingOverflow(step * Int64(endIndex - start))
    return isTooLarge ? nil : next
  }

  public var runCount: Int { starts.count }

  /// The places of a run.
  public func places(ofRun run: Int) -> Range<Int> { starts[run]..<(run + 1 < starts.count ? starts[run + 1] : endIndex) }

  public func first(ofRun run: Int) -> Int64 { firsts[run] }

  /// The run that a place is in.
  public func run(at place: Int) -> Int {
    precondition(place >= 0 && place < endIndex, "place \(place) of \(endIndex)")
    var (low, high) = (0, starts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= place { low = middle } else { high = middle - 1 }
    }
    return low
  }

  public subscript(place: Int) -> Int64 {
    let run = run(at: place)
    return firsts[run] + step * Int64(place - starts[run])
  }
}
