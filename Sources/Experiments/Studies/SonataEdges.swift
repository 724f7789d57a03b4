// Projections that read their edges from a SONATA file, block by block.
import Networks
import Storage

enum SonataEdges {
  static let blockRows = 1 << 20

  /// Two populations of the network.
  struct Pair: Hashable {
    var source: UInt32
    var target: UInt32
  }
  private struct Tally {
    var count = 0
    var delays = Double.infinity...Double.infinity
    /// Rows of the file that hold such edges.
    var blocks: [Range<Int>] = []

    mutating func add(copies: Int, delay: Double, rows: Range<Int>) {
      delays = count == 0 ? delay...delay : min(delays.lowerBound, delay)...max(delays.upperBound, delay)
      count += copies
      if blocks.last != rows { blocks.append(rows) }
    }
  }

  /// One projection for each pair of populations that an edge population connects. Reads the edges once, to know how many there are and
  /// their delays; memory is that of a block.
  /// - Throws: `StorageError` 65 where the edges are wrong, shorter than a step, or end on virtual nodes.
  static func projections(
    _ edges: SonataEdgePopulation, _ circuit: SonataNetwork, _ nodes: SonataPopulations, resolution: Double, notes: inout [String]
  ) throws -> [Projection] {
    guard let sources = nodes.maps[edges.source], let targets = nodes.maps[edges.target] else { return [] }
    var tallies: [Pair: Tally] = [:]
    var sums: [UInt64] = []
    let reader = try circuit.open(edges)
    notes += reader.ineffectiveAttributes.map { "edges \(edges.name): the attribute \($0) has no effect" }
    for first in stride(from: 0, to: edges.count, by: blockRows) {
      let rows = first..<min(first + blockRows, edges.count)
      let block = try reader.read(rows: rows)
      sums += [
        Checksum.of(block.sources), Checksum.of(block.targets), Checksum.of(block.weights), Checksum.of(block.delays),
        Checksum.of(block.multiplicities ?? []),
      ]
      for i in 0..<block.count {
        let copies = Int(block.multiplicities?[i] ?? 1)
        if copies == 0 { continue }
        let pair = Pair(
          source: sources.place(of: Int(block.sources[i])).population, target: targets.place(of: Int(block.targets[i])).population)
        tallies[pair, default: Tally()].add(copies: copies, delay: block.delays[i], rows: rows)
      }
    }
    func count(_ population: String) -> Int { circuit.nodes(population)?.count ?? 0 }
    let sorted = tallies.sorted { ($0.key.source, $0.key.target) < ($1.key.source, $1.key.target) }
    func error(_ reason: String, remedy: String) -> StorageError {
      StorageError(
        .badData, path: "\(edges.path):/edges/\(edges.name)", operation: "connect the network", reason: reason, remedy: remedy)
    }
    return try sorted.map { pair, tally in
      let (source, target) = (nodes.populations[Int(pair.source)], nodes.populations[Int(pair.target)])
      if target.isVirtual {
        throw error(
          "\(tally.count) edges end on virtual nodes of \(edges.target)", remedy: "virtual nodes only send spikes: remove these edges")
      }
      if tally.delays.lowerBound < 0.5 * resolution {
        throw error(
          "an edge has a delay of \(NumberText.text(tally.delays.lowerBound)) ms, below the resolution of \(NumberText.text(resolution)) ms",
          remedy: "raise the delay, or lower run.dt")
      }
      let rule = ConnectionRule.explicit(
        SonataEdgeSource(
          edges: edges, sourceCount: count(edges.source), targetCount: count(edges.target), sources: sources, targets: targets,
          source: pair.source, target: pair.target, count: tally.count, delays: tally.delays, blocks: tally.blocks,
          checksum: Checksum.of(sums)))
      return Projection(
        name: "\(edges.name): \(source.name) -> \(target.name)", source: Int(pair.source), target: Int(pair.target), rule: rule,
        weight: .constant(0), delay: .constant(tally.delays.lowerBound))
    }
  }
}

/// The edges of one edge population between two populations of the network.
struct SonataEdgeSource: EdgeSource {
  let edges: SonataEdgePopulation
  /// Nodes at either end.
  let sourceCount: Int
  let targetCount: Int
  let sources: SonataNodeMap
  let targets: SonataNodeMap
  let source: UInt32
  let target: UInt32
  let count: Int
  let delays: ClosedRange<Double>
  let blocks: [Range<Int>]
  /// Of the whole edge population.
  let checksum: UInt64?

  func forEachBlock(_ body: ([Edge]) throws -> Void) throws { try Self.forEachBlock(of: [self]) { try body($1) } }

  var place: String? { "\(edges.path):\(edges.name)" }

  /// A file of many node types has the square of their number of projections: it is read once for all of them.
  static func forEachBlock(of all: [any EdgeSource], _ body: (_ source: Int, [Edge]) throws -> Void) throws {
    let own = all.compactMap { $0 as? SonataEdgeSource }
    guard let first = own.first else { return }
    let (sources, targets) = (first.sources, first.targets)
    var number: [SonataEdges.Pair: Int] = [:]
    for (index, source) in own.enumerated() { number[.init(source: source.source, target: source.target)] = index }
    let reader = try SonataEdgeReader(first.edges, sourceCount: first.sourceCount, targetCount: first.targetCount)
    var found = [[Edge]](repeating: [], count: own.count)
    for rows in Set(own.flatMap(\.blocks)).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      let block = try reader.read(rows: rows)
      for i in 0..<block.count {
        let (from, to) = (sources.place(of: Int(block.sources[i])), targets.place(of: Int(block.targets[i])))
        guard let index = number[.init(source: from.population, target: to.population)] else { continue }
        let edge = Edge(source: from.index, target: to.index, weight: block.weights[i], delay: block.delays[i])
        // An edge of n synapses is n edges.
        for _ in 0..<(block.multiplicities?[i] ?? 1) { found[index].append(edge) }
      }
      for index in found.indices where !found[index].isEmpty {
        try body(index, found[index])
        found[index].removeAll(keepingCapacity: own.count == 1)
      }
    }
  }
}
