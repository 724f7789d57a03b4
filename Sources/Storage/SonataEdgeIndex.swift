// Checks the indices of an edges file, which other tools look edges up by; edges are read here block by block without them.

/// By which end an index looks edges up.
private enum SonataEdgeEnd: String {
  case source = "source_to_target"
  case target = "target_to_source"
}

/// The tables of an index with more rows than this are not checked: reading them would take as long as reading the edges.
private let largestIndexChecked = 1 << 22

extension SonataEdgePopulation {
  /// Checks that the tables of the file's indices stay inside each other and the edges: where they do not, the file is damaged.
  ///
  /// - `sourceCount`: nodes in the source population; `targetCount` in the target population.
  /// - Throws: `StorageError` 65 naming the table and the row.
  public func checkIndices(sourceCount: Int, targetCount: Int) throws(StorageError) {
    let file = try HDF5File.open(path)
    for (end, nodes) in [(SonataEdgeEnd.source, sourceCount), (.target, targetCount)] {
      let group = "/edges/\(name)/indices/\(end.rawValue)"
      guard try file.kind(of: group) == .group else { continue }
      let ofNodes = try file.rowsOfPairs(group + "/node_id_to_range")
      let ofEdges = try file.rowsOfPairs(group + "/range_to_edge_id")
      // A table may end before the last node, if later nodes have no edges.
      guard ofNodes <= nodes else {
        throw .badData("\(path):\(group)", "read the index", "it has \(ofNodes) nodes, but the population \(nodes)")
      }
      if ofNodes + ofEdges > largestIndexChecked { continue }
      try file.checkPairs(group + "/node_id_to_range", rows: ofNodes, within: ofEdges)
      try file.checkPairs(group + "/range_to_edge_id", rows: ofEdges, within: count)
    }
  }
}

extension HDF5File {
  /// The length of a table of two columns.
  fileprivate func rowsOfPairs(_ table: String) throws(StorageError) -> Int {
    let shape = try shape(of: table)
    guard shape.count == 2, shape[1] == 2 else {
      throw .badData("\(path):\(table)", "read the index", "it has the shape \(shape) instead of two columns")
    }
    return shape[0]
  }

  /// Checks that every row of a table is a half-open range within so many entries.
  fileprivate func checkPairs(_ table: String, rows: Int, within count: Int) throws(StorageError) {
    for start in stride(from: 0, to: rows, by: 1 << 20) {
      let window = start..<min(rows, start + 1 << 20)
      let values: [Int64] = try read(table, rows: window)
      for row in window {
        let (from, to) = (values[2 * (row - start)], values[2 * (row - start) + 1])
        guard from >= 0, from <= to, to <= count else {
          throw .badData(
            "\(path):\(table)", "read the index", "row \(row) leads from \(from) to \(to), but there are only \(count) entries")
        }
      }
    }
  }
}
