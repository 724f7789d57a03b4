// NIR graphs: the neuromorphic intermediate representation in its HDF5 form.
//
// Layout of the `nir` package 1.0: text `/version`, group `/node` = the top graph. A node is a group with the text `type` and one dataset
// per parameter; a graph is a node of type NIRGraph with the group `nodes` and the texts `edges` (E, 2), source and target by name.
// Pedersen et al. 2024, Nature Communications 15:8122.

/// A parameter of a node: numbers of any shape, row-major.
public struct NIRArray: Sendable, Equatable {
  public enum Element: Sendable { case float32, float64, int64 }
  public var shape: [Int]
  public var values: [Double]
  /// As which the file holds it.
  public var element: Element

  public init(_ values: [Double], shape: [Int]? = nil, element: Element = .float64) {
    self.values = values
    self.shape = shape ?? [values.count]
    self.element = element
  }
}

/// One node of a graph.
public struct NIRNode: Sendable, Equatable {
  public var name: String
  /// `Affine`, `LIF`, ...
  public var type: String
  public var parameters: [String: NIRArray]
  /// Of nodes of type NIRGraph.
  public var graph: NIRGraph?

  public init(_ name: String, type: String, parameters: [String: NIRArray] = [:], graph: NIRGraph? = nil) {
    self.name = name
    self.type = type
    self.parameters = parameters
    self.graph = graph
  }
}

/// Nodes and the edges between them.
public struct NIRGraph: Sendable, Equatable {
  public struct Edge: Sendable, Hashable {
    public var from: String
    public var to: String
    public init(_ from: String, _ to: String) {
      self.from = from
      self.to = to
    }
  }
  public var nodes: [NIRNode]
  public var edges: [Edge]

  public init(nodes: [NIRNode], edges: [Edge]) {
    self.nodes = nodes
    self.edges = edges
  }

  /// The version of the format that is written.
  public static let version = "1.0.8"

  // MARK: Reading

  /// Reads a file; the nodes of each graph are in order of name.
  /// - Throws: `StorageError` 66 if it is missing; 65 if it is no NIR graph, or an edge names a node that is not there.
  public static func read(_ path: String) throws(StorageError) -> NIRGraph {
    let file = try HDF5File.open(path)
    guard try file.exists("/node/type") else { throw fault(path, "/node", "there is no node: it is not a NIR file") }
    let top = try node(file, path, "/node", name: "")
    guard let graph = top.graph else { throw fault(path, "/node", "the top node is a \(top.type) instead of a NIRGraph") }
    return graph
  }

  private static func node(_ file: borrowing HDF5File, _ path: String, _ place: String, name: String) throws(StorageError) -> NIRNode {
    guard try file.exists(place + "/type"), let type = try file.readAllStrings(place + "/type").first else {
      throw fault(path, place, "the node has no type")
    }
    if type == "NIRGraph" { return NIRNode(name, type: type, graph: try graph(file, path, place)) }
    var parameters: [String: NIRArray] = [:]
    for child in try file.children(of: place) where child != "type" && child != "metadata" {
      let dataset = place + "/" + child
      switch try file.content(of: dataset) {
      case .integer: parameters[child] = NIRArray(try file.read(dataset), shape: try file.shape(of: dataset), element: .int64)
      case .floating(let bytes):
        parameters[child] = NIRArray(
          try file.read(dataset), shape: try file.shape(of: dataset), element: bytes > 4 ? .float64 : .float32)
      // Texts and truth values are no numbers of the model.
      default: continue
      }
    }
    return NIRNode(name, type: type, parameters: parameters)
  }

  private static func graph(_ file: borrowing HDF5File, _ path: String, _ place: String) throws(StorageError) -> NIRGraph {
    var nodes: [NIRNode] = []
    for name in try file.children(of: place + "/nodes") { nodes.append(try node(file, path, "\(place)/nodes/\(name)", name: name)) }
    let shape = try file.shape(of: place + "/edges")
    guard shape.count == 2 && shape[1] == 2 || shape.first == 0 else {
      throw fault(path, place + "/edges", "its shape is \(shape), not (edges, 2)")
    }
    let texts = try file.readAllStrings(place + "/edges")
    let edges = stride(from: 0, to: texts.count, by: 2).map { Edge(texts[$0], texts[$0 + 1]) }
    let known = Set(nodes.map(\.name))
    var seen: Set<Edge> = []
    for edge in edges {
      guard seen.insert(edge).inserted else { throw fault(path, place + "/edges", "the edge '\(edge.from)' -> '\(edge.to)' stands twice") }
      for name in [edge.from, edge.to] where !known.contains(name) {
        throw fault(path, place + "/edges", "the edge '\(edge.from)' -> '\(edge.to)' dangles: there is no node '\(name)'")
      }
    }
    return NIRGraph(nodes: nodes, edges: edges)
  }

  private static func fault(_ path: String, _ place: String, _ reason: String) -> StorageError {
    .badData("\(path):\(place)", "read the NIR graph", reason, remedy: "write the file again with the program that made it")
  }

  // MARK: Writing

  /// Writes the graph; the same graph gives the same bytes.
  /// - Throws: `StorageError` 73 or 74.
  public func write(_ path: String) throws(StorageError) {
    let file = try HDF5File.create(path)
    try file.write("/version", strings: [Self.version], shape: [])
    try write(to: file, "/node")
    try file.close()
  }

  private func write(to file: borrowing HDF5File, _ place: String) throws(StorageError) {
    try file.write(place + "/type", strings: ["NIRGraph"], shape: [])
    try file.write(place + "/edges", strings: edges.flatMap { [$0.from, $0.to] }, shape: [edges.count, 2])
    try file.makeGroup(place + "/nodes")
    for node in nodes {
      let place = "\(place)/nodes/\(node.name)"
      if let graph = node.graph {
        try graph.write(to: file, place)
        continue
      }
      try file.write(place + "/type", strings: [node.type], shape: [])
      for (name, array) in node.parameters.sorted(by: { $0.key < $1.key }) {
        switch array.element {
        case .float32: try file.write("\(place)/\(name)", array.values.map { Float($0) }, shape: array.shape)
        case .float64: try file.write("\(place)/\(name)", array.values, shape: array.shape)
        case .int64: try file.write("\(place)/\(name)", array.values.map { Int64($0) }, shape: array.shape)
        }
      }
    }
  }
}
