// The gradient sum over ranks: subtrees travel to the rank of their left sibling until rank 0 holds the root, which goes to all.

/// How buffers get from rank to rank; blocking, in the order of the calls.
public protocol GradientTransport {
  associatedtype Scalar: TrainingScalar
  var rank: Int { get }
  var ranks: Int { get }
  func send(_ values: UnsafeBufferPointer<Scalar>, to rank: Int) throws
  func receive(_ values: UnsafeMutableBufferPointer<Scalar>, from rank: Int) throws
  func broadcast(_ values: UnsafeMutableBufferPointer<Scalar>, from rank: Int) throws
}

/// A single process.
public struct LocalTransport<Scalar: TrainingScalar>: GradientTransport {
  public let rank = 0
  public let ranks = 1

  public init() {}
  public func send(_ values: UnsafeBufferPointer<Scalar>, to rank: Int) {}
  public func receive(_ values: UnsafeMutableBufferPointer<Scalar>, from rank: Int) {}
  public func broadcast(_ values: UnsafeMutableBufferPointer<Scalar>, from rank: Int) {}
}

/// Who holds which leaves, and which subtrees travel.
public struct TreeShare: Sendable, Hashable {
  public let leaves: Int
  public let ranks: Int

  /// - Throws: ``TrainingError/invalidSetting(_:)`` if a rank would have no leaf.
  public init(leaves: Int, ranks: Int) throws(TrainingError) {
    guard ranks <= leaves else {
      throw .invalidSetting(
        "\(ranks) ranks share \(leaves) micro-batches; use at most \(leaves) ranks, a larger batch or a smaller micro-batch")
    }
    self.leaves = leaves
    self.ranks = ranks
  }

  /// Leaves of a rank.
  public func range(_ rank: Int) -> Range<Int> { leaves * rank / ranks..<leaves * (rank + 1) / ranks }

  /// The rank of a leaf.
  public func owner(_ leaf: Int) -> Int {
    var rank = leaf * ranks / leaves
    while range(rank).upperBound <= leaf { rank += 1 }
    return rank
  }

  /// A subtree that travels from one rank to the one of its left sibling.
  public struct Transfer: Sendable, Hashable {
    public var node: TreeNode
    public var from: Int
    public var to: Int
  }

  /// All transfers in the order in which every rank goes through them.
  public var transfers: [Transfer] {
    var transfers: [Transfer] = []
    let root = TreeNode.root(leaves: leaves)
    for level in 0..<max(root.level, 0) {
      for right in stride(from: 1, to: (leaves + (1 << level) - 1) >> level, by: 2) {
        let node = TreeNode(level: level, place: right)
        let from = owner(node.firstLeaf), to = owner(node.sibling.firstLeaf)
        if from != to { transfers.append(Transfer(node: node, from: from, to: to)) }
      }
    }
    return transfers
  }
}

extension GradientSum {
  /// Completes the sum over all ranks; every rank gets the same bits.
  public func total<Transport: GradientTransport>(over transport: Transport) throws -> AlignedBuffer<S> where Transport.Scalar == S {
    if transport.ranks == 1 { return try total() }
    for transfer in try TreeShare(leaves: leaves, ranks: transport.ranks).transfers {
      if transfer.from == transport.rank {
        let part = try take(transfer.node)
        try transport.send(UnsafeBufferPointer(start: part.pointer, count: count), to: transfer.to)
        recycle(part)
      } else if transfer.to == transport.rank {
        let part = leafBuffer()
        try transport.receive(UnsafeMutableBufferPointer(start: part.pointer, count: count), from: transfer.from)
        add(part, at: transfer.node)
      }
    }
    let sum = transport.rank == 0 ? try total() : leafBuffer()
    try transport.broadcast(UnsafeMutableBufferPointer(start: sum.pointer, count: count), from: 0)
    if transport.rank != 0 { replace(withTotal: sum) }
    return sum
  }
}
