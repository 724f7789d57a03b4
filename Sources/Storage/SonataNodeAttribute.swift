// An attribute of the nodes of a population, by node.

/// The values of one attribute: of the nodes that have their own, else of their types.
public struct SonataNodeAttribute: Sendable {
  private let nodes: SonataNodePopulation
  /// Those of groups whose nodes have their own.
  private let columns: [Int64: SonataColumn]
  private let ofType: @Sendable (Int64) -> SonataValue?

  init(_ nodes: SonataNodePopulation, columns: [Int64: SonataColumn], ofType: @escaping @Sendable (Int64) -> SonataValue?) {
    (self.nodes, self.columns, self.ofType) = (nodes, columns, ofType)
  }

  /// Nil where neither the node nor its type has one.
  public subscript(node: Int) -> SonataValue? {
    guard let column = column(of: node) else { return ofType(nodes.typeIDs[node]) }
    return column[Int(nodes.groupRows[node])]
  }

  /// Whether the nodes of this one's group have values of their own.
  func isOwn(_ node: Int) -> Bool { column(of: node) != nil }

  private func column(of node: Int) -> SonataColumn? { columns.isEmpty ? nil : columns[nodes.groupIDs[node]] }
}
