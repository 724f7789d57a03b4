// Where the nodes of a SONATA population went among the populations of the network.
import Storage

/// The place of each node, kept as ranges of nodes that stay together.
struct SonataNodeMap: Sendable {
  /// First node of each range, its population in the network and its index there.
  private var starts: [UInt32] = []
  private var populations: [UInt32] = []
  private var indices: [UInt32] = []

  /// - `members`: the nodes of each population, all of them once; the populations follow each other from `firstPopulation` on.
  init(_ members: [NodeRanges], firstPopulation: Int) {
    var ranges: [(start: Int, population: Int, index: Int)] = []
    for (number, members) in members.enumerated() {
      var index = 0
      for range in members.ranges {
        ranges.append((range.lowerBound, firstPopulation + number, index))
        index += range.count
      }
    }
    ranges.sort { $0.start < $1.start }
    starts = ranges.map { UInt32($0.start) }
    populations = ranges.map { UInt32($0.population) }
    indices = ranges.map { UInt32($0.index) }
  }

  /// The population of a node and its index there.
  func place(of node: Int) -> (population: UInt32, index: UInt32) {
    let node = UInt32(node)
    var (low, high) = (0, starts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= node { low = middle } else { high = middle - 1 }
    }
    return (populations[low], indices[low] + node - starts[low])
  }
}
