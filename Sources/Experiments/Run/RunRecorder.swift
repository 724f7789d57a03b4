// Writes one rank's recordings while a simulation runs, and assembles all ranks' parts when it is done.
import Networks
import Parallel
import Running
import Spiking
import Storage

/// The recordings of one rank.
final class RunRecorder: SimulationObserver {
  private static let partsName = "parts"
  private static let sumsName = "part_checksums"

  private var spikes: SpikePart?
  private var reports: [OpenReport] = []
  private let description: SimulationDescription
  /// Number of each population's output group, and the groups.
  private let groupOfPopulation: [Int]
  let groups: [String]
  /// Spikes of the interval under way: (step, group, id), since blocks report them one after the other.
  private var waiting: [(step: Int, group: Int, id: UInt64)] = []
  private let folder: RunFolder
  private let rank: Int
  private let ranks: Int
  private var rates: RateRecorder?
  private(set) var parts: RunParts
  /// The lengths of the finished parts this rank looks after: of spikes, then of each column recording.
  private var finished: [RunParts.Part: [Int64]] = [:]
  /// Their checksums.
  private var sums: [RunParts.Part: [RunningChecksum]] = [:]

  init(_ description: SimulationDescription, folder: RunFolder, rank: Int, ranks: Int) {
    self.description = description
    self.folder = folder
    self.rank = rank
    self.ranks = ranks
    var groups: [String] = []
    groupOfPopulation = description.network.populations.map { population in
      if let known = groups.firstIndex(of: population.output.group) { return known }
      if population.isVirtual { return -1 }
      groups.append(population.output.group)
      return groups.count - 1
    }
    self.groups = groups
    parts = RunParts(ranks: ranks)
    if description.rateInterval > 0 { rates = RateRecorder(description, groups: groups) }
  }

  /// Takes what a checkpoint says of the recordings; nothing is changed on disk.
  ///
  /// - `source`: the folder of the run that wrote the checkpoint.
  /// - `beat`: called now and then, for a watchdog.
  /// - Throws: `StorageError` 65 or 66 if a part is missing, damaged or shorter than it was.
  func restore(_ checkpoint: CheckpointReader, from source: RunFolder, beat: () -> Void) throws {
    guard let parts = RunParts(checkpoint.header) else {
      throw StorageError(
        .badData, path: checkpoint.path, operation: "resume", reason: "it does not say which parts the run has", remedy: "use another")
    }
    self.parts = parts
    finished = [:]
    let kept = Dictionary(uniqueKeysWithValues: parts.kept(by: rank, of: ranks).map { ($0.object, $0) })
    try checkpoint.read(Self.partsName, objects: Set(kept.keys), as: Int64.self) { object, lengths in
      guard let part = kept[object] else { return }
      finished[part] = Array(lengths)
    }
    sums = [:]
    // Checkpoints of earlier versions have none.
    var told: [RunParts.Part: [UInt64]] = [:]
    if checkpoint.has(Self.sumsName) {
      try checkpoint.read(Self.sumsName, objects: Set(kept.keys), as: UInt64.self) { object, values in
        if let part = kept[object] { told[part] = Array(values) }
      }
    }
    for (part, lengths) in finished {
      let told = told[part]
      if let told, told.count != lengths.count {
        throw StorageError(
          .badData, path: checkpoint.path, operation: "resume", reason: "it does not tell the checksums of all parts", remedy: "use another"
        )
      }
      sums[part] = try zip(source.files(of: part, recordings: lengths.count - 1), lengths).enumerated().map { place, file in
        try PartLength.verify(file.0, file.1, sum: told?[place], beat: beat)
      }
    }
    rates?.clear()
    try rates?.restore(checkpoint, objects: checkpoint.ranks(of: rank, ranks))
  }

  /// Cuts the restored parts to their lengths; those of another run are copied.
  /// - Parameter beat: called now and then, for a watchdog.
  func cutParts(from source: RunFolder, beat: () -> Void) throws {
    for (part, lengths) in finished {
      let files = zip(source.files(of: part, recordings: lengths.count - 1), folder.files(of: part, recordings: lengths.count - 1))
      for ((old, new), length) in zip(files, lengths) {
        if old == new { try PartLength.cut(new, to: length) } else { try PartLength.copy(old, to: new, length: length, beat: beat) }
        beat()
      }
    }
    if !finished.isEmpty || parts.legs != [ranks] { parts.goOn(ranks: ranks) }
  }

  /// Opens this rank's parts: new ones, or those of the last leg after a restart on as many ranks.
  func open(neurons: [[Int]], about: [ColumnDescription]) throws {
    let current = parts.current(rank)
    let lengths = finished.removeValue(forKey: current)
    let known = sums.removeValue(forKey: current)
    if let lengths {
      spikes = try SpikePart(
        resuming: folder.spikePart(current), length: lengths[0], checksum: known?[0], populations: groups,
        resolution: description.resolution)
    } else {
      spikes = try SpikePart(creating: folder.spikePart(current), populations: groups, resolution: description.resolution)
    }
    for (i, recording) in description.columnRecordings.enumerated() {
      let population = description.network.populations[recording.population]
      let report = ReportDescription(
        population: population.output.group, variable: recording.column, units: about[i].unit,
        start: description.presimulation + recording.interval, interval: recording.interval)
      let (path, ids) = (folder.reportPart(i, current), neurons[i].map { UInt64(population.output.id(of: $0)) })
      if let lengths {
        reports.append(OpenReport(try ReportPart(resuming: path, length: lengths[i + 1], checksum: known?[i + 1], report, nodeIDs: ids)))
      } else {
        reports.append(OpenReport(try ReportPart(creating: path, report, nodeIDs: ids)))
      }
    }
  }

  /// Brings all recordings to disk and writes down how long they are.
  func write(to writer: inout CheckpointWriter) throws {
    var lengths = [try spikes?.flush(synchronise: true) ?? 0]
    var own = [spikes?.checksum ?? 0]
    for report in reports {
      lengths.append(try report.part?.flush(synchronise: true) ?? 0)
      own.append(report.part?.checksum ?? 0)
    }
    // A checkpoint must not count on what is gone.
    for (part, lengths) in finished {
      for (file, length) in zip(folder.files(of: part, recordings: lengths.count - 1), lengths) { try PartLength.check(file, length) }
    }
    let all = finished.merging([parts.current(rank): lengths]) { $1 }
    try writer.write(Self.partsName, all.map { (object: $0.key.object, values: $0.value) })
    let allSums = sums.mapValues { $0.map(\.sum) }.merging([parts.current(rank): own]) { $1 }
    try writer.write(Self.sumsName, allSums.map { (object: $0.key.object, values: $0.value) })
    try rates?.write(to: &writer, object: rank)
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
    // Blocks of tiles come one after the other, each with all steps of an interval.
    let inOrder = zip(waiting, waiting.dropFirst()).allSatisfy { $0.step <= $1.step }
    if !inOrder { waiting.sort { ($0.step, $0.group, $0.id) < ($1.step, $1.group, $1.id) } }
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

  /// Makes the files of all recordings from all ranks' parts, on rank 0; the parts stay. Collective.
  func assemble(_ pulse: Pulse, _ communicator: borrowing Communicator) throws {
    try communicator.barrier()
    try rates?.write(folder.file(RunFolder.ratesName), communicator)
    try WorkOfOne.run(pulse, communicator) { beat in try assemble(beat) }
  }

  private func assemble(_ beat: () -> Void) throws {
    let all = parts.all
    if description.spikeRecording.contains(where: { $0 != .none }) {
      _ = try SpikeAssembly.assemble(parts: all.map(folder.spikePart), into: folder.spikes, progress: beat)
    }
    // Recordings that share a file go into it together: each alone would replace those before it.
    for file in description.reportFiles {
      let recordings = description.columnRecordings.indices.filter { description.columnRecordings[$0].file == file }
      let parts = recordings.flatMap { recording in all.map { folder.reportPart(recording, $0) } }
      try ReportAssembly.assemble(parts: parts, into: folder.file(file), progress: beat)
    }
  }
}
