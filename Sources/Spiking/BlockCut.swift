// Which tiles of a rank share a block: patches of columns on a grid, stretches of tiles elsewhere.
import Networks

extension Block {
  /// Cuts a rank's tiles into blocks of at most 65,536 padded neurons.
  ///
  /// What a source has on a block is one row, and each visit to it costs a place in memory, however few synapses it finds there. So a block
  /// holds all populations of columns that lie together: most of a neuron's targets are then in one or two blocks.
  ///
  /// - Parameter numbers: of the rank's tiles, ascending.
  static func cut(_ numbers: [Int], _ map: TileMap, _ placement: Placement, rank: Int) -> [[Int]] {
    if let patches = patches(map, placement, rank: rank) { return patches }
    var blocks: [[Int]] = []
    var width = 0
    for number in numbers {
      let size = padded(map[number].count)
      if blocks.isEmpty || width + size > largestWidth {
        blocks.append([])
        width = 0
      }
      blocks[blocks.count - 1].append(number)
      width += size
    }
    return blocks
  }

  /// Patches of a rank's columns; nil where ranks own no whole columns, or a block has no room for one.
  private static func patches(_ map: TileMap, _ placement: Placement, rank: Int) -> [[Int]]? {
    guard let grid = placement.grid, let (columns, rows) = placement.block(of: rank) else { return nil }
    let populations = map.populations.indices.filter { !map.populations[$0].isVirtual }
    // All columns are alike.
    let column = populations.reduce(0) { sum, population in
      map.tiles(ofPopulation: population, column: 0).reduce(sum) { $0 + padded(map[$1].count) }
    }
    guard let (across, down) = fewestPatches(columns.count, rows.count, most: largestWidth / max(column, 1)) else { return nil }
    var blocks: [[Int]] = []
    for j in 0..<down {
      for i in 0..<across {
        var block: [Int] = []
        for population in populations {
          for y in rows.count * j / down..<rows.count * (j + 1) / down {
            for x in columns.count * i / across..<columns.count * (i + 1) / across {
              block += map.tiles(ofPopulation: population, column: (rows.lowerBound + y) * grid.width + columns.lowerBound + x)
            }
          }
        }
        blocks.append(block)
      }
    }
    return blocks
  }

  /// The fewest patches across and down of at most `most` columns each, and of these the ones with the shortest borders.
  static func fewestPatches(_ width: Int, _ height: Int, most: Int) -> (across: Int, down: Int)? {
    var best: (across: Int, down: Int)?
    var least = (patches: Int.max, border: Int.max)
    for across in stride(from: 1, through: width, by: 1) {
      let columns = (width + across - 1) / across
      if columns > most { continue }
      let rows = most / columns
      let down = (height + rows - 1) / rows
      let its = (patches: across * down, border: (across - 1) * height + (down - 1) * width)
      if its < least { (least, best) = (its, (across, down)) }
    }
    return best
  }
}
