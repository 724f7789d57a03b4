// The checkpoints of a run: numbered folders, each valid from the moment in which its manifest has its name.
import Foundation

/// `checkpoint/` in a run folder.
///
/// Checkpoint n is the folder `n`: one HDF5 file of each rank and, last, `manifest.json`, which is written under another name and renamed
/// when all files are on disk. A folder without a manifest is what a killed run left, and counts for nothing. Numbers only grow.
///
/// One rank calls `begin`, `commit`, `retire` and `remove`; between the first two every rank writes its file with a `CheckpointWriter`.
public struct CheckpointFolder: Sendable, Equatable {
  public let path: String
  /// Where the run that writes checkpoints here was resumed from, if not here: the value `resumed_from` of each of them.
  public let resumedFrom: String?

  public init(_ path: String, resumedFrom: String? = nil) {
    self.path = path
    self.resumedFrom = resumedFrom
  }

  /// The checkpoints of the run in a folder.
  public static func ofRun(_ folder: String, resumedFrom: String? = nil) -> CheckpointFolder {
    CheckpointFolder(folder + "/checkpoint", resumedFrom: resumedFrom)
  }

  public func checkpoint(_ number: Int) -> String { "\(path)/\(number)" }
  func file(_ number: Int, rank: Int) -> String { checkpoint(number) + "/" + Self.fileName(rank: rank) }
  static func fileName(rank: Int) -> String { "rank-\(rank).h5" }

  /// Whether a name in the folder is that of a checkpoint, whole, damaged or under way.
  public static func isName(_ name: String) -> Bool {
    Int(name.hasSuffix(asideSuffix) ? String(name.dropLast(asideSuffix.count)) : name) != nil
  }

  /// Whether a name in a checkpoint's own folder is one of its files.
  public static func isFileName(_ name: String) -> Bool {
    name.prefixMatch(of: /rank-[0-9]+\.h5/) != nil || name.hasPrefix(CheckpointManifest.fileName)
  }

  /// The numbers of all checkpoints that were committed, ascending; none where there is no such folder.
  public func numbers() throws(StorageError) -> [Int] {
    try folders().filter { FolderContents.exists(checkpoint($0) + "/" + CheckpointManifest.fileName) }
  }

  private func folders() throws(StorageError) -> [Int] {
    guard FolderContents.exists(path) else { return [] }
    return try FolderContents.names(path).compactMap { Int($0) }.sorted()
  }

  /// Numbers of those that were set aside.
  private func aside() throws(StorageError) -> [Int] {
    guard FolderContents.exists(path) else { return [] }
    return try FolderContents.names(path).compactMap { $0.hasSuffix(Self.asideSuffix) ? Int($0.dropLast(Self.asideSuffix.count)) : nil }
  }

  /// Makes the folder of the next checkpoint and returns its number; what earlier attempts left unfinished is removed.
  /// - Throws: `StorageError` 73 or 74 if it cannot be made.
  public func begin() throws(StorageError) -> Int {
    let committed = try numbers()
    let present = try folders()
    for number in present where !committed.contains(number) { Self.remove(checkpoint(number)) }
    let number = try (present + aside()).reduce(0, max) + 1
    try Self.makeFolder(path)
    AtomicFile.synchroniseFolder(of: path)
    try Self.makeFolder(checkpoint(number))
    return number
  }

  /// Makes a checkpoint valid, when all ranks' files are on disk.
  ///
  /// - `files`: what `CheckpointWriter.close` returned on each rank, in the order of the ranks.
  /// - Throws: `StorageError` 73 or 74 if the manifest cannot be written.
  public func commit(_ number: Int, _ header: CheckpointHeader, files: [[UInt8]]) throws(StorageError) {
    var described: [CheckpointFile] = []
    for (rank, bytes) in files.enumerated() {
      var parser = JSONParser(bytes: bytes, path: file(number, rank: rank))
      guard let file = CheckpointFile(try parser.document()) else {
        throw .badData(file(number, rank: rank), "commit the checkpoint", "its description is damaged")
      }
      described.append(file)
    }
    var header = header
    if let resumedFrom { header.values["resumed_from"] = .string(resumedFrom) }
    // The folder's own entry first: a manifest nobody can reach would be worth nothing.
    AtomicFile.synchroniseFolder(of: checkpoint(number))
    try AtomicFile.write(
      checkpoint(number) + "/" + CheckpointManifest.fileName, text: CheckpointManifest(header: header, files: described).text)
  }

  /// Makes all committed checkpoints but the newest `keeping` invalid and returns their numbers; their files stand until they are removed.
  public func retire(keeping: Int = 2) throws(StorageError) -> [Int] {
    let retired = Array(try numbers().dropLast(keeping))
    for number in retired { unlink(checkpoint(number) + "/" + CheckpointManifest.fileName) }
    return retired
  }

  /// Removes one rank's files of retired checkpoints: freeing them takes a disk a while, so every rank removes its own.
  public func removeFiles(of retired: [Int], rank: Int) {
    for number in retired { unlink(file(number, rank: rank)) }
  }

  /// Removes what is left of retired checkpoints; one that cannot be removed now is removed by the next `begin`.
  public func remove(_ retired: [Int]) {
    for number in retired { Self.remove(checkpoint(number)) }
  }

  /// Removes all checkpoints, when the run is done. Each loses its manifest first, so a kill meanwhile leaves none that only looks whole.
  public func removeAll() throws(StorageError) {
    for number in try folders() { unlink(checkpoint(number) + "/" + CheckpointManifest.fileName) }
    if FolderContents.exists(path) { Self.remove(path) }
  }

  /// Moves the newest checkpoint to another place in the run's folder, where it takes the place of what lay there, and removes the others:
  /// the run is done, and could go on.
  public func keepNewest(as place: String) throws(StorageError) {
    if let newest = try numbers().last {
      Self.remove(place)
      if rename(checkpoint(newest), place) != 0 { throw .system(place, "keep the last checkpoint", number: errno, creating: true) }
      AtomicFile.synchroniseFolder(of: place)
    }
    try removeAll()
  }

  /// Renames damaged checkpoints of this run, so that they neither count among the last two nor are taken again; they can still be
  /// looked at.
  /// - Parameter damaged: their folders.
  public func setAside(_ damaged: [String]) throws(StorageError) {
    for folder in damaged {
      let aside = folder + Self.asideSuffix
      Self.remove(aside)
      if rename(folder, aside) != 0 { throw .system(folder, "set the damaged checkpoint aside", number: errno) }
    }
  }
  private static let asideSuffix = ".damaged"

  /// The manifest goes first: what is half removed is no checkpoint any more.
  private static func remove(_ path: String) {
    unlink(path + "/" + CheckpointManifest.fileName)
    try? FileManager.default.removeItem(atPath: path)
  }

  private static func makeFolder(_ path: String) throws(StorageError) {
    if mkdir(path, 0o755) != 0, errno != EEXIST { throw .system(path, "make the folder of a checkpoint", number: errno, creating: true) }
  }
}
