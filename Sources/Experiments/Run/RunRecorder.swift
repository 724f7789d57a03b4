// Writes one rank's recordings while a simulation runs, and assembles all ranks' parts when it is done.
import Networks
import Parallel
import Spiking
import Storage

/// The recordings of one rank.
final class RunRecorder: SimulationObserver {
  private var spikes: SpikePart?
  private var reports: [OpenReport] = []
  private let description: SimulationDescription
  /// Number of each population's output group, and the groups.
  private let groupOfPopulation: [Int]
  let groups: [String]
  /// Spikes of the interval under way: (step, group, id), since blocks report them one after the other.
  private var waiting: [(step: Int, group: Int, id: UInt64)] = []
  private let folder: RunFolder
  private var rates: RateRecorder?

  init(_ description: SimulationDescription, folder: RunFolder, rank: Int) throws {
    self.description = description
    self.folder = folder
    var groups: [String] = []
    groupOfPopulation = description.network.populations.map { population in
      if let known = groups.firstIndex(of: population.output.group) { return known }
      if population.isVirtual { return -1 }
      groups.append(population.output.group)
      return groups.count - 1
    }
    self.groups = groups
    if description.rateInterval > 0 { rates = RateRecorder(description, groups: groups) }
    spikes = try SpikePart(creating: folder.spikePart(rank), populations: groups, resolution: description.resolution)
  }

  /// Opens the parts of the column recordings.
  func openReports(neurons: [[Int]], about: [ColumnDescription], rank: Int) throws {
    for (i, recording) in description.columnRecordings.enumerated() {
      let population = description.network.populations[recording.population]
      let report = ReportDescription(
        population: population.output.group, variable: recording.column, units: about[i].unit,
        start: description.presimulation + recording.interval, interval: recording.interval)
      reports.append(
        OpenReport(
          try ReportPart(
            creating: folder.reportPart("\(i)", rank), report, nodeIDs: neurons[i].map { UInt64(population.output.id(of: $0)) })))
    }
  }

  func spikes(step: Int, tile: Tile, places: UnsafeBufferPointer<UInt16>) throws {
    rates?.add(step: step, group: groupOfPopulation[tile.population], spikes: places.count)
    let selection = description.spikeRecording[tile.population]
    if selection == .none { return }
    let output = description.network.populations[tile.population].output
    for place in places {
      let index = tile.range.lowerBound + Int(place)
      if selection == .all || selection.contains(index) {
        waiting.append((step, groupOfPopulation[tile.population], UInt64(output.id(of: index))))
      }
    }
  }

  func frame(recording: Int, number: Int, values: [Double]) throws {
    try reports[recording].part?.append(frame: Int64(number), values.map { Float($0) })
  }

  func completed(step: Int) throws {
    if waiting.isEmpty { return }
    // A spike of step k is stamped with the step's end.
    if waiting[0].step != waiting[waiting.count - 1].step { waiting.sort { ($0.step, $0.group, $0.id) < ($1.step, $1.group, $1.id) } }
    for spike in waiting { try spikes?.append(step: Int64(spike.step + 1), population: spike.group, id: spike.id) }
    waiting.removeAll(keepingCapacity: true)
  }

  /// Ends the parts; the recorder records nothing afterwards.
  func close() throws {
    if let part = spikes.take() { try part.close() }
    for report in reports { if let part = report.part.take() { try part.close() } }
  }

  /// A part in an array, which holds only what can be copied.
  private final class OpenReport {
    var part: ReportPart?
    init(_ part: consuming ReportPart) { self.part = consume part }
  }

  /// Makes one file of each recording from all ranks' parts, on rank 0. Collective.
  func assemble(_ communicator: borrowing Communicator) throws {
    try communicator.barrier()
    try rates?.write(folder.file("rates.csv"), communicator)
    if communicator.rank == 0 {
      let ranks = 0..<communicator.size
      if description.spikeRecording.contains(where: { $0 != .none }) {
        _ = try SpikeAssembly.assemble(parts: ranks.map(folder.spikePart), into: folder.spikes)
      }
      for (i, recording) in description.columnRecordings.enumerated() {
        try ReportAssembly.assemble(parts: ranks.map { folder.reportPart("\(i)", $0) }, into: folder.file(recording.file))
      }
      folder.removeParts()
    }
    try communicator.barrier()
  }
}
