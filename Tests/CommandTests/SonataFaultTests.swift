// SONATA files that are damaged, lie, or do not fit each other end the run with the documented code and leave no results.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized, .enabled(if: Repository.hasSonata, "\(Repository.sonataMissing)"))
struct SonataFaultTests {
  private static let edges = "300_pointneurons/network/internal_internal_edges.h5"
  private static let inputs = "300_pointneurons/inputs/external_spike_trains.h5"

  /// A copy of the data set that can be changed.
  private func copy() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    let manager = FileManager.default
    for case let name as String in try #require(manager.enumerator(atPath: Repository.sonata)) {
      var isFolder: ObjCBool = false
      _ = manager.fileExists(atPath: Repository.sonata + "/" + name, isDirectory: &isFolder)
      if isFolder.boolValue {
        try manager.createDirectory(atPath: folder.place(name), withIntermediateDirectories: true)
      } else {
        // The bytes alone: the original may be read-only.
        try Data(contentsOf: URL(fileURLWithPath: Repository.sonata + "/" + name)).write(to: URL(fileURLWithPath: folder.place(name)))
      }
    }
    return folder
  }

  private func expectBadData(_ folder: ScratchFolder, _ words: [String], ranks: [Int?] = [nil, 3]) throws {
    try expectRefusal(
      [folder.place("300_pointneurons/simulation_config.json"), "--set", "duration=5"], output: folder.place("run"), code: 65, words,
      ranks: ranks)
  }

  /// Cut short anywhere: in the superblock, among the tables, in the data, before the last byte.
  @Test(arguments: [edges, inputs, "300_pointneurons/network/internal_nodes.h5"], [0.0, 0.0005, 0.05, 0.5, 0.999])
  func cutShort(file: String, share: Double) throws {
    let folder = try copy()
    let bytes = try folder.bytes(file)
    try Data(bytes.prefix(Int(Double(bytes.count) * share))).write(to: URL(fileURLWithPath: folder.place(file)))
    try expectBadData(folder, [file], ranks: share == 0.5 ? [nil, 3] : [nil])
  }

  /// A cut file whose superblock claims that it ends there opens like a whole one.
  @Test func cutWithAnHonestLookingEnd() throws {
    let folder = try copy()
    var bytes = Array(try folder.bytes(Self.edges).prefix(700_000))
    // Superblock version 0: the end-of-file address stands at byte 40.
    #expect(bytes[8] == 0)
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { bytes.replaceSubrange(40..<48, with: $0) }
    try Data(bytes).write(to: URL(fileURLWithPath: folder.place(Self.edges)))
    try expectBadData(folder, [Self.edges])
  }

  /// The size that the file's own tables give for one of the columns is replaced: by fewer rows, more, and absurdly many.
  @Test(arguments: [1000, 40_000, 1 << 40, 1 << 62] as [UInt64]) func sizesThatLie(rows: UInt64) throws {
    let group = "/edges/internal_to_internal/"
    let columns = ["source_node_id", "target_node_id", "edge_type_id", "edge_group_id", "edge_group_index", "0/syn_weight"]
    let folder = try copy()
    let honest = try folder.bytes(Self.edges)
    func sizes() throws -> [Int] {
      let file = try HDF5File.open(folder.place(Self.edges))
      return try columns.map { try file.shape(of: group + $0)[0] }
    }
    let count = try sizes()[0]
    let old = withUnsafeBytes(of: UInt64(count).littleEndian) { Array($0) }
    var lies = 0
    for place in honest.indices.dropLast(8) where honest[place] == old[0] && honest[place..<place + 8].elementsEqual(old) {
      var bytes = honest
      withUnsafeBytes(of: rows.littleEndian) { bytes.replaceSubrange(place..<place + 8, with: $0) }
      try Data(bytes).write(to: URL(fileURLWithPath: folder.place(Self.edges)))
      // The tables of columns that nobody reads may say what they like, and a group may hold more weights than edges use.
      if let seen = try? sizes(), seen.dropLast().allSatisfy({ $0 == count }), seen[5] >= count { continue }
      lies += 1
      try expectBadData(folder, [Self.edges], ranks: lies == 1 ? [nil, 3] : [nil])
    }
    #expect(lies >= columns.count - 1)
  }

  @Test(arguments: ["target_node_id", "source_node_id"]) func edgeToAMissingNode(column: String) throws {
    let folder = try copy()
    do {
      let file = try HDF5File.append(folder.place(Self.edges))
      try file.write("/edges/internal_to_internal/\(column)", firstRow: 17, [UInt64(300)])
      try file.close()
    }
    try expectBadData(folder, [Self.edges, "300"])
  }

  @Test func edgeOfAnUnknownType() throws {
    let folder = try copy()
    do {
      let file = try HDF5File.append(folder.place(Self.edges))
      try file.write("/edges/internal_to_internal/edge_type_id", firstRow: 17, [UInt64(77)])
      try file.close()
    }
    try expectBadData(folder, [Self.edges, "77"])
  }

  @Test func weightThatIsNoNumber() throws {
    let folder = try copy()
    do {
      let file = try HDF5File.append(folder.place(Self.edges))
      try file.write("/edges/internal_to_internal/0/syn_weight", firstRow: 17, [Double.nan])
      try file.close()
    }
    try expectBadData(folder, [Self.edges])
  }

  @Test(arguments: [-1.0, .nan, -.infinity]) func inputBeforeTheBeginning(time: Double) throws {
    let folder = try copy()
    do {
      let file = try HDF5File.append(folder.place(Self.inputs))
      try file.write("/spikes/timestamps", firstRow: 5, [time])
      try file.close()
    }
    try expectBadData(folder, [Self.inputs])
  }

  @Test func inputOfAMissingNode() throws {
    let folder = try copy()
    do {
      let file = try HDF5File.append(folder.place(Self.inputs))
      try file.write("/spikes/gids", firstRow: 5, [UInt64(4000)])
      try file.close()
    }
    try expectBadData(folder, [Self.inputs, "4000"])
  }

  @Test(arguments: [
    ("300_pointneurons/network/internal_internal_edges.h5", Int32(66)), ("300_pointneurons/circuit_config.json", 66),
    ("shared_components/nest_models/cell_models/472363762_point.json", 66),
    ("300_pointneurons/network/internal_node_types.csv", 66),
  ]) func missingFile(file: String, code: Int32) throws {
    let folder = try copy()
    try FileManager.default.removeItem(atPath: folder.place(file))
    try expectRefusal(
      [folder.place("300_pointneurons/simulation_config.json"), "--set", "duration=5"], output: folder.place("run"), code: code,
      [String(file.split(separator: "/").last!)])
  }
}
