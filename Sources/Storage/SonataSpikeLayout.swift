// The frame of the SONATA files that are written: marks, groups and attributes.

/// The order of the spikes in a file, by the names of the attribute `sorting`.
public enum SonataSorting: String, Sendable, CaseIterable {
  case none
  case byID = "by_id"
  case byTime = "by_time"
}

/// Writes the frame of a SONATA spike file: `/spikes/<population>/{timestamps, node_ids}`.
enum SonataSpikeLayout {
  /// Marks a file as SONATA: magic 0x0A7A, version 0.1.
  static func writeSonataMark(_ file: borrowing HDF5File) throws(StorageError) {
    try file.setAttribute("magic", UInt32(0x0A7A))
    try file.setAttribute("version", [0, 1] as [UInt32])
  }

  static func writeHeader(_ file: borrowing HDF5File) throws(StorageError) {
    try writeSonataMark(file)
    try file.makeGroup("/spikes")
  }

  /// Makes the datasets of a population at their final size.
  static func createPopulation(
    _ file: borrowing HDF5File, _ population: String, count: Int, sorting: SonataSorting = .byTime
  ) throws(StorageError) {
    let group = "/spikes/" + population
    try file.makeGroup(group)
    try file.setAttribute("sorting", of: group, member: sorting.rawValue, in: SonataSorting.allCases.map(\.rawValue))
    try file.createFixed(group + "/timestamps", .float64, shape: [count])
    try file.setAttribute("units", of: group + "/timestamps", "ms")
    try file.createFixed(group + "/node_ids", .uint64, shape: [count])
  }
}
