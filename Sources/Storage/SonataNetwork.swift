// The network of a circuit: its node populations and the descriptions of its edge populations.

/// What the files of a circuit hold; the edges themselves are read in blocks.
public struct SonataNetwork: Sendable {
  public let nodes: [SonataNodePopulation]
  public let edges: [SonataEdgePopulation]

  /// Reads all node populations and the descriptions of all edge populations.
  /// - Throws: `StorageError` 66 if a file is missing, 65 where a file is wrong or files do not belong together.
  public init(_ circuit: SonataCircuit) throws(StorageError) {
    var nodes: [SonataNodePopulation] = []
    for entry in circuit.nodes {
      let types = try entry.typesPath.map { (path) throws(StorageError) in try SonataTypeTable(path, idColumn: "node_type_id") }
      for name in try SonataNodePopulation.names(in: entry.path) {
        guard !nodes.contains(where: { $0.name == name }) else {
          throw .badData("\(entry.path):/nodes/\(name)", "read the nodes", "another file holds a population of this name too")
        }
        nodes.append(try SonataNodePopulation(entry.path, name: name, types: types ?? SonataTypeTable()))
      }
    }
    var edges: [SonataEdgePopulation] = []
    for entry in circuit.edges {
      let types = try entry.typesPath.map { (path) throws(StorageError) in try SonataTypeTable(path, idColumn: "edge_type_id") }
      for name in try SonataEdgePopulation.names(in: entry.path) {
        guard !edges.contains(where: { $0.path == entry.path && $0.name == name }) else {
          throw .badData(
            "\(entry.path):/edges/\(name)", "read the edges", "the circuit names this file twice",
            remedy: "name it once, with all its types")
        }
        let population = try SonataEdgePopulation(
          entry.path, name: name, types: types ?? SonataTypeTable(), components: circuit.components)
        for end in [population.source, population.target] where !nodes.contains(where: { $0.name == end }) {
          throw .badData(
            "\(entry.path):/edges/\(name)", "read the edges", "its nodes are in population \(end), which no nodes file holds",
            remedy: "add the nodes file to the circuit")
        }
        func count(_ end: String) -> Int { nodes.first { $0.name == end }?.count ?? 0 }
        try population.checkIndices(sourceCount: count(population.source), targetCount: count(population.target))
        edges.append(population)
      }
    }
    self.nodes = nodes
    self.edges = edges
  }

  public func nodes(_ name: String) -> SonataNodePopulation? { nodes.first { $0.name == name } }

  /// Opens one of the edge populations, its ids checked against the nodes.
  public func open(_ population: SonataEdgePopulation) throws(StorageError) -> SonataEdgeReader {
    try SonataEdgeReader(
      population, sourceCount: nodes(population.source)?.count ?? 0, targetCount: nodes(population.target)?.count ?? 0)
  }
}
