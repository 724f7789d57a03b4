// The index of an edges file: which rows hold the edges of a node, so that a rank reads its own edges only.

/// By which end the edges are looked up.
public enum SonataEdgeEnd: String, Sendable, CaseIterable {
  case source = "source_to_target"
  case target = "target_to_source"
}

/// An index that is larger than this is checked where it is used, not as a whole.
private let largestIndexCheckedWhole = 1 << 22

extension SonataEdgeReader {
  /// The rows that hold the edges of some nodes, in ascending order, neighbours joined; nil where the file has no index for this end.
  ///
  /// - Throws: `StorageError` 65 where the index leads outside the edges.
  public func rows(of nodes: Range<Int>, by end: SonataEdgeEnd) throws(StorageError) -> [Range<Int>]? {
    try file.edgeRows(of: nodes, by: end, population)
  }
}

extension SonataEdgePopulation {
  /// Checks that the tables of the file's indices stay inside each other and the edges.
  ///
  /// - `sourceCount`: nodes in the source population; `targetCount` in the target population.
  /// - `evenIfLarge`: read tables of any length; otherwise those beyond some millions of rows are left to `rows(of:by:)`.
  /// - Throws: `StorageError` 65 naming the table and the row.
  public func checkIndices(sourceCount: Int, targetCount: Int, evenIfLarge: Bool = false) throws(StorageError) {
    let file = try HDF5File.open(path)
    for (end, nodes) in [(SonataEdgeEnd.source, sourceCount), (.target, targetCount)] {
      guard let sizes = try file.indexSizes(end, self) else { continue }
      // A table may end before the last node, if later nodes have no edges.
      guard sizes.nodes <= nodes else {
        throw .badData("\(path):\(file.index(end, self))", "read the index", "it has \(sizes.nodes) nodes, but the population \(nodes)")
      }
      if !evenIfLarge, sizes.nodes + sizes.ranges > largestIndexCheckedWhole { continue }
      for start in stride(from: 0, to: sizes.nodes, by: 1 << 16) {
        _ = try file.edgeRows(of: start..<min(sizes.nodes, start + 1 << 16), by: end, self)
      }
    }
  }
}

extension HDF5File {
  fileprivate func index(_ end: SonataEdgeEnd, _ population: SonataEdgePopulation) -> String {
    "/edges/\(population.name)/indices/\(end.rawValue)"
  }

  /// The lengths of the two tables; nil where there is no index.
  fileprivate func indexSizes(
    _ end: SonataEdgeEnd, _ population: SonataEdgePopulation
  ) throws(StorageError) -> (nodes: Int, ranges: Int)? {
    let group = index(end, population)
    guard try kind(of: group) == .group else { return nil }
    let shapes = [try shape(of: group + "/node_id_to_range"), try shape(of: group + "/range_to_edge_id")]
    for (shape, name) in zip(shapes, ["node_id_to_range", "range_to_edge_id"]) where shape.count != 2 || shape[1] != 2 {
      throw .badData("\(path):\(group)/\(name)", "read the index", "it has the shape \(shape) instead of two columns")
    }
    return (shapes[0][0], shapes[1][0])
  }

  fileprivate func edgeRows(
    of nodes: Range<Int>, by end: SonataEdgeEnd, _ population: SonataEdgePopulation
  ) throws(StorageError) -> [Range<Int>]? {
    guard let sizes = try indexSizes(end, population) else { return nil }
    let group = index(end, population)
    let known = nodes.clamped(to: 0..<sizes.nodes)
    let ranges = try pairs(group + "/node_id_to_range", known, within: sizes.ranges).filter { !$0.isEmpty }
    guard let first = ranges.map(\.lowerBound).min(), let last = ranges.map(\.upperBound).max() else { return [] }
    var rows: [Range<Int>] = []
    // Tables of neighbouring nodes follow each other in all known files; a window bounds memory where they do not.
    for start in stride(from: first, to: last, by: 1 << 20) {
      let window = start..<min(last, start + 1 << 20)
      let edges = try pairs(group + "/range_to_edge_id", window, within: population.count)
      for range in ranges where range.overlaps(window) {
        rows += edges[range.clamped(to: window).lowerBound - start..<range.clamped(to: window).upperBound - start]
      }
    }
    rows.sort { $0.lowerBound < $1.lowerBound }
    var joined: [Range<Int>] = []
    for range in rows {
      if let last = joined.last, range.lowerBound <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    return joined
  }

  /// The half-open ranges in some rows of a table of two columns.
  private func pairs(_ table: String, _ rows: Range<Int>, within count: Int) throws(StorageError) -> [Range<Int>] {
    guard !rows.isEmpty else { return [] }
    let values: [Int64] = try read(table, rows: rows)
    var result: [Range<Int>] = []
    result.reserveCapacity(rows.count)
    for (i, row) in rows.enumerated() {
      let (from, to) = (values[2 * i], values[2 * i + 1])
      guard from >= 0, from <= to, to <= count else {
        throw .badData("\(path):\(table)", "read the index", "row \(row) leads from \(from) to \(to), but there are only \(count) entries")
      }
      result.append(Int(from)..<Int(to))
    }
    return result
  }
}
