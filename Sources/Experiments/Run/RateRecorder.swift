// Population rates over time: spikes counted in bins, summed over ranks at the end.
import Networks
import Parallel
import Running
import Spiking
import Storage

/// Counts of one rank, and the table of rates made of all ranks' counts. Memory is O(bins x populations).
struct RateRecorder {
  private let first: Int
  private let perBin: Int
  private let bins: Int
  private let groups: [String]
  private let neurons: [Int]
  private let resolution: Double
  /// Spikes of group g in bin b at `b * groups + g`, up to the last bin that was reached: a run may be stopped long before its end.
  private var counts: [Int] = []

  init(_ description: SimulationDescription, groups: [String]) {
    first = description.presimulationSteps
    resolution = description.resolution
    perBin = max(1, Int((description.rateInterval / description.resolution).rounded()))
    // A last bin that is cut short is not written: its rate would be another quantity. A run that goes on for longer completes it.
    bins = (description.steps - first) / perBin
    self.groups = groups
    neurons = groups.map { group in
      description.network.populations.reduce(0) { $0 + (!$1.isVirtual && $1.output.group == group ? $1.count : 0) }
    }
  }

  private mutating func reach(_ count: Int) {
    if counts.count < count {
      counts += repeatElement(0, count: min(max(count, 2 * counts.count), (bins + 1) * groups.count) - counts.count)
    }
  }

  mutating func add(step: Int, group: Int, spikes: Int) {
    let bin = (step - first) / perBin
    if bin < 0 || bin > bins || spikes == 0 { return }
    reach((bin + 1) * groups.count)
    counts[bin * groups.count + group] += spikes
  }

  private static let name = "rates"

  /// Writes this rank's counts into a checkpoint.
  func write(to writer: inout CheckpointWriter, object: Int) throws {
    try writer.write(Self.name, object: object, counts.map(Int64.init))
  }

  mutating func clear() { counts = [] }

  /// Adds the counts of the given ranks of a checkpoint. A run that goes on for longer has more bins than the checkpoint.
  mutating func restore(_ checkpoint: CheckpointReader, objects: Set<Int>) throws {
    try checkpoint.read(Self.name, objects: objects, as: Int64.self) { _, values in
      let kept = min(values.count, (bins + 1) * groups.count)
      reach(kept)
      for (i, value) in values.prefix(kept).enumerated() { counts[i] += Int(value) }
    }
  }

  /// Writes a table with the end of each bin [ms] and one column of rates [Hz] per population. Collective.
  func write(_ path: String, _ communicator: borrowing Communicator) throws {
    var all = counts + repeatElement(0, count: (bins + 1) * groups.count - counts.count)
    try communicator.sum(&all)
    if communicator.rank != 0 { return }
    var text = (["time_ms"] + groups).joined(separator: ",") + "\n"
    let seconds = Double(perBin) * resolution / 1000
    for bin in 0..<bins {
      let time = Double(first + (bin + 1) * perBin) * resolution
      let rates = groups.indices.map {
        HumanUnits.significant(Double(all[bin * groups.count + $0]) / Double(max(neurons[$0], 1)) / seconds, 9)
      }
      text += ([HumanUnits.significant(time, 12)] + rates).joined(separator: ",") + "\n"
    }
    try AtomicFile.write(path, text: text)
  }
}
