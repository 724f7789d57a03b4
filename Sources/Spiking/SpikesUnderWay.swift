// The spikes of owned tiles in the last steps, by tile: what a checkpoint holds and the state's hash covers of inputs to come.
import Networks

/// Two words for each spike, (step, neuron number), ascending; one list for each owned tile.
struct SpikesUnderWay {
  private let all: [UInt64]
  /// The words of the tile at place i of `owned` are `starts[i]..<starts[i + 1]`.
  private let starts: [Int]

  /// Those of all owned tiles.
  var words: Int { all.count }

  @specialized(where S == Float)
  @specialized(where S == Double)
  init<S>(_ simulation: Simulation<S>) {
    let ranges = simulation.ownedTiles.map { $0.firstNeuron..<$0.firstNeuron + $0.tile.count }
    let steps = max(0, simulation.step - simulation.recent.count)..<max(simulation.step, 0)
    // Blocks hold tiles of several populations, and each adds its spikes in its turn.
    let recent = Dictionary(uniqueKeysWithValues: steps.map { ($0, simulation.recent[$0 % simulation.recent.count].sorted()) })
    // Once to count, once to put them in their places.
    var next = [Int](repeating: 0, count: ranges.count + 1)
    for step in steps { Self.visit(recent[step] ?? [], ranges) { place, _ in next[place + 1] += 2 } }
    for place in ranges.indices { next[place + 1] += next[place] }
    starts = next
    var words = [UInt64](repeating: 0, count: next[ranges.count])
    for step in steps {
      Self.visit(recent[step] ?? [], ranges) { place, neuron in
        words[next[place]] = UInt64(step)
        words[next[place] + 1] = UInt64(neuron)
        next[place] += 2
      }
    }
    all = words
  }

  /// Hands over the words of the tile at a place of `owned`.
  func withWords<Result>(_ place: Int, _ body: (UnsafeBufferPointer<UInt64>) throws -> Result) rethrows -> Result {
    try all.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[starts[place]..<starts[place + 1]])) }
  }

  /// Goes through the neurons of one step and the owned tiles side by side; both ascend.
  @inline(__always)
  private static func visit(_ neurons: [UInt32], _ ranges: [Range<Int>], _ body: (_ place: Int, _ neuron: UInt32) -> Void) {
    var place = 0
    for neuron in neurons {
      while ranges[place].upperBound <= Int(neuron) { place += 1 }
      precondition(ranges[place].contains(Int(neuron)), "the spikes of a step ascend and are of owned tiles")
      body(place, neuron)
    }
  }
}
