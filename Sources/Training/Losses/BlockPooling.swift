// Readout averaged over the steps of each item of a sample.

/// The item that each step of a sample belongs to: 0..<items, or `items` for padding.
public struct BlockIndex: Sendable, Hashable {
  public var items: Int
  public var ofStep: [Int32]

  /// - Parameters:
  ///   - lengths: steps of each item, in order, without gaps.
  public init(lengths: [Int]) {
    items = lengths.count
    ofStep = lengths.enumerated().flatMap { item, length in Array(repeating: Int32(item), count: length) }
  }

  public init(items: Int, ofStep: [Int32]) {
    self.items = items
    self.ofStep = ofStep
  }

  /// Item of step t (from 0); steps behind the end are padding.
  @inline(__always) func item(_ step: Int) -> Int { step < ofStep.count ? Int(ofStep[step]) : items }

  /// Steps that are not padding.
  public var steps: Int { ofStep.reduce(0) { $0 + ($1 < Int32(items) ? 1 : 0) } }
}

/// o_k = Σ_{t in block k} y_t / (n_k + extra).
///
/// The reference divides by n + 1, because its scatter-mean counts the zero-initialised destination: `extra` = 1.
public struct BlockPooling: Sendable, Hashable {
  public var extra: Double

  public init(extra: Double = 1) { self.extra = extra }

  /// Pooled outputs of one sample, `[item][output]`.
  /// - `values`: y of step t (from 0) at `values + t * stride`.
  public func pool<S: TrainingScalar>(
    _ blocks: BlockIndex, steps: Int, outputs: Int, values: UnsafePointer<S>, stride: Int
  ) -> [[Double]] {
    var sums = Array(repeating: 0.0, count: blocks.items * outputs)
    for step in 0..<steps {
      let item = blocks.item(step)
      if item == blocks.items { continue }
      for unit in 0..<outputs { sums[item * outputs + unit] += Double(values[step * stride + unit]) }
    }
    let divisors = divisors(blocks, steps: steps)
    return (0..<blocks.items).map { item in (0..<outputs).map { sums[item * outputs + $0] / divisors[item] } }
  }

  /// Writes dL/dy at every step from dL/do, laid out like the values; padding gets zero.
  public func backward<S: TrainingScalar>(
    _ blocks: BlockIndex, steps: Int, gradient: [[Double]], into slopes: UnsafeMutablePointer<S>, stride: Int
  ) {
    let divisors = divisors(blocks, steps: steps)
    let perItem = gradient.enumerated().map { item, row in row.map { S($0 / divisors[item]) } }
    let outputs = gradient.first?.count ?? 0
    for step in 0..<steps {
      let item = blocks.item(step), row = slopes + step * stride
      if item == blocks.items {
        row.update(repeating: 0, count: outputs)
      } else {
        for unit in 0..<outputs { row[unit] = perItem[item][unit] }
      }
    }
  }

  /// n_k + extra of every item.
  func divisors(_ blocks: BlockIndex, steps: Int) -> [Double] {
    var counts = Array(repeating: extra, count: blocks.items)
    for step in 0..<steps where blocks.item(step) < blocks.items { counts[blocks.item(step)] += 1 }
    return counts.map { max($0, 1) }
  }
}
