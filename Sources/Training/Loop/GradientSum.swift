// The sum of micro-batch gradients in the fixed order of a binary tree over their index.
//
// Node (level j, place k) covers leaves k 2^j ..< (k + 1) 2^j as far as they exist. Its value is left child + right child, or the
// left child's where the right one holds no leaf. The value of a node depends on the leaves alone, so a rank can hold any maximal
// complete subtrees of the tree and pass them on: the root is the same to the bit for every number of ranks.

/// A node of the summation tree.
public struct TreeNode: Sendable, Hashable, Comparable {
  public var level: Int
  public var place: Int

  public init(level: Int, place: Int) {
    self.level = level
    self.place = place
  }

  public var parent: TreeNode { TreeNode(level: level + 1, place: place / 2) }
  public var sibling: TreeNode { TreeNode(level: level, place: place ^ 1) }
  public var firstLeaf: Int { place << level }

  public static func < (a: TreeNode, b: TreeNode) -> Bool { (a.level, a.place) < (b.level, b.place) }

  /// The node over all of `leaves` leaves.
  public static func root(leaves: Int) -> TreeNode {
    var level = 0
    while 1 << level < leaves { level += 1 }
    return TreeNode(level: level, place: 0)
  }
}

/// Adds gradients up the tree as they come; holds one buffer per complete subtree whose sibling is missing.
public final class GradientSum<S: TrainingScalar> {
  public let count: Int
  public let leaves: Int
  /// Complete subtrees held now.
  public private(set) var nodes: [TreeNode: AlignedBuffer<S>] = [:]
  private var spare: [AlignedBuffer<S>] = []

  /// - Parameters:
  ///   - count: elements of a gradient.
  ///   - leaves: micro-batches of the whole batch, on all ranks.
  public init(count: Int, leaves: Int) {
    self.count = count
    self.leaves = leaves
  }

  /// A buffer for the next leaf's gradient; give it back with ``add(_:leaf:)``.
  public func leafBuffer() -> AlignedBuffer<S> { spare.popLast() ?? AlignedBuffer(count: count, zero: 0) }

  public func add(_ gradient: AlignedBuffer<S>, leaf: Int) { add(gradient, at: TreeNode(level: 0, place: leaf)) }

  /// Adds a complete subtree, a leaf or one that another rank summed, and whatever it completes.
  public func add(_ gradient: AlignedBuffer<S>, at start: TreeNode) {
    precondition(gradient.count == count, "gradient of another size")
    var node = start, value = gradient
    let root = TreeNode.root(leaves: leaves)
    while node.level < root.level {
      if node.sibling.firstLeaf >= leaves {
        node = node.parent
        continue
      }
      guard let other = nodes.removeValue(forKey: node.sibling) else { break }
      let (left, right) = node.place % 2 == 0 ? (value, other) : (other, value)
      addElements(of: right.pointer, to: left.pointer)
      spare.append(right)
      value = left
      node = node.parent
    }
    precondition(nodes[node] == nil, "the same leaf twice")
    nodes[node] = value
  }

  /// The sum over all leaves.
  /// - Throws: ``TrainingError/invalidBatch(_:)`` if leaves are missing.
  public func total() throws(TrainingError) -> AlignedBuffer<S> {
    guard let total = nodes[TreeNode.root(leaves: leaves)] else {
      throw .invalidBatch("the gradient sum holds \(nodes.count) parts that do not cover its \(leaves) micro-batches")
    }
    return total
  }

  /// Removes a subtree to hand it on.
  func take(_ node: TreeNode) throws(TrainingError) -> AlignedBuffer<S> {
    guard let value = nodes.removeValue(forKey: node) else {
      throw .invalidBatch("the gradient sum lacks the subtree at level \(node.level), place \(node.place)")
    }
    return value
  }

  func recycle(_ buffer: AlignedBuffer<S>) { spare.append(buffer) }

  /// Keeps the sum that another rank completed.
  func replace(withTotal total: AlignedBuffer<S>) {
    reset()
    nodes[TreeNode.root(leaves: leaves)] = total
  }

  /// Forgets all sums and keeps their memory.
  public func reset() {
    spare += nodes.keys.sorted().compactMap { nodes[$0] }
    nodes.removeAll(keepingCapacity: true)
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func addElements(of right: UnsafeMutablePointer<S>, to left: UnsafeMutablePointer<S>) {
    for i in 0..<count { left[i] += right[i] }
  }
}
