// Reads spike files: the current layout with populations, the older one without, and tables of text.

/// The spikes of one population, as they stand in a file.
public struct SonataSpikes: Sendable, Equatable {
  /// nil: the file (of the older layout) does not tell.
  public var population: String?
  /// [ms] Not rounded.
  public var timestamps: [Double]
  /// Ids within the population.
  public var nodeIDs: [UInt64]
  public var sorting: SonataSorting

  /// Reads the spikes of all populations of an input.
  public static func read(_ input: SonataSpikeInput) throws(StorageError) -> [SonataSpikes] {
    switch input.format {
    case .hdf5: try read(hdf5: input.path)
    case .csv: try read(csv: input.path)
    }
  }

  /// Reads `/spikes/<population>/{timestamps, node_ids}`, or the older `/spikes/{timestamps, gids}`.
  ///
  /// - Throws: `StorageError` 66 if the file is missing; 65 where datasets disagree, a time is no finite number from 0, the unit is not ms,
  ///   or the file says `by_time` and is not sorted, naming the index.
  public static func read(hdf5 path: String) throws(StorageError) -> [SonataSpikes] {
    let file = try HDF5File.open(path)
    guard try file.kind(of: "/spikes") == .group else {
      throw .badData(path, "read the spikes", "there is no group /spikes", remedy: "give a SONATA spike file; NWB files are not supported")
    }
    if try file.kind(of: "/spikes/timestamps") == .dataset {
      let ids = try file.kind(of: "/spikes/gids") == .dataset ? "/spikes/gids" : "/spikes/node_ids"
      return [try read(file, "/spikes", ids: ids, population: nil)]
    }
    var result: [SonataSpikes] = []
    for name in try file.children(of: "/spikes") where try file.kind(of: "/spikes/" + name) == .group {
      result.append(try read(file, "/spikes/" + name, ids: "/spikes/\(name)/node_ids", population: name))
    }
    return result
  }

  private static func read(
    _ file: borrowing HDF5File, _ group: String, ids: String, population: String?
  ) throws(StorageError) -> SonataSpikes {
    let place = "\(file.path):\(group)"
    var sorting = SonataSorting.none
    if let word = try file.textAttribute("sorting", of: group) {
      guard let known = SonataSimulation.sorting(word) else {
        throw .badData(place, "read the spikes", "the sorting \"\(word)\" is unknown")
      }
      sorting = known
    }
    if let units = try file.textAttribute("units", of: group + "/timestamps"), !["ms", "millisecond", "milliseconds"].contains(units) {
      throw .badData(place + "/timestamps", "read the spikes", "its unit is \(units)", remedy: "give times in ms")
    }
    let count = try file.rows(of: group + "/timestamps")
    try file.requireRows(count, of: ids, as: "timestamps")
    let spikes = SonataSpikes(
      population: population, timestamps: try file.read(group + "/timestamps"), nodeIDs: try file.read(ids), sorting: sorting)
    try spikes.check(place)
    return spikes
  }

  private func check(_ place: String) throws(StorageError) {
    for (i, time) in timestamps.enumerated() {
      guard time.isFinite, time >= 0 else { throw .badData(place, "read the spikes", "the time at index \(i) is \(time)") }
      if sorting == .byTime, i > 0, time < timestamps[i - 1] {
        throw .badData(
          place, "read the spikes",
          "it says by_time, but the time at index \(i), \(time) ms, is before that at \(i - 1), \(timestamps[i - 1]) ms",
          remedy: "sort the file or set its attribute sorting to none")
      }
    }
  }

  /// Reads a table with the columns `timestamps`, `node_ids` and, where there is more than one population, `population`.
  /// - Throws: `StorageError` 66 if the file is missing; 65 with the line of what is no spike.
  public static func read(csv path: String) throws(StorageError) -> [SonataSpikes] {
    let table = try SpacedTable(path)
    guard let time = table.header.firstIndex(of: "timestamps"), let id = table.header.firstIndex(of: "node_ids") else {
      throw .badData(
        path, "read the spikes", "the header is \"\(table.header.joined(separator: " "))\"", remedy: "use timestamps population node_ids")
    }
    let population = table.header.firstIndex { $0 == "population" || $0 == "populations" }
    var order: [String?] = []
    var places: [String?: Int] = [:]
    var result: [SonataSpikes] = []
    let remedy = "correct the line: a time from 0 in ms, a node id from 0"
    for (line, fields) in table.rows {
      guard let milliseconds = fields[time].flatMap(Double.init), milliseconds.isFinite, milliseconds >= 0 else {
        throw .badData(
          "\(path):\(line)", "read the spikes", "\(fields[time] ?? "what stands for nothing") is no time in ms", remedy: remedy)
      }
      guard let node = fields[id].flatMap(UInt64.init) else {
        throw .badData("\(path):\(line)", "read the spikes", "\(fields[id] ?? "what stands for nothing") is no node id", remedy: remedy)
      }
      let name = population.flatMap { fields[$0] }
      let place: Int
      if let known = places[name] {
        place = known
      } else {
        place = result.count
        places[name] = place
        order.append(name)
        result.append(SonataSpikes(population: name, timestamps: [], nodeIDs: [], sorting: .none))
      }
      result[place].timestamps.append(milliseconds)
      result[place].nodeIDs.append(node)
    }
    return result
  }
}
