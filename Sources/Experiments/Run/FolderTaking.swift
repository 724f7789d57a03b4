// How a run takes a folder for itself: nobody else is at work in it, and nothing that is not a run's would be removed.
import Foundation
import Parallel
import Storage

extension RunFolder {
  /// What a run left here: another one may end while this one waits for the folder.
  struct Holdings: Equatable {
    let checkpoints: [Int]
    let finished: Date?
  }
  func holdings() throws -> Holdings {
    let finished = try? FileManager.default.attributesOfItem(atPath: summary)[.modificationDate] as? Date
    return Holdings(checkpoints: try checkpoints.numbers(), finished: finished)
  }

  /// Refuses to go on with what was seen before the folder was this run's alone, if that has changed.
  private func requireUnchanged(since before: Holdings) throws {
    if try holdings() == before { return }
    throw StorageError(
      .cannotCreate, path: path, operation: "begin the run", reason: "another run has ended in this folder meanwhile",
      remedy: "give the command again, which then sees what that one left")
  }

  /// Makes the folder this run's and opens its log, on rank 0; what is in it stays. Collective.
  ///
  /// - `before`: what rank 0 saw in it first.
  /// - `configuration`: of the run, with the files that it reads; `held` are names of those that it has in memory by now.
  /// - Throws: `StorageError` 73 if it cannot be made or written, is not a run's, holds what the run reads, or is another's meanwhile.
  func take(
    since before: Holdings?, configuration: String, held: Set<String> = [], _ communicator: borrowing Communicator, log: () throws -> RunLog
  ) throws -> RunLog? {
    // Everybody has looked before anything is changed.
    try communicator.barrier()
    guard let before else { return nil }
    try requireNotRead(by: configuration, except: held)
    try make()
    let own = try log()
    try requireUnchanged(since: before)
    try makeWritable()
    return own
  }

  /// Refuses to replace a file that the run itself reads; a resolved configuration has whole paths.
  private func requireNotRead(by configuration: String, except held: Set<String>) throws {
    let whole = ConfigurationFile.absolute(path, in: ".")
    // A name ends with its line, its quotes, its place in a list, or as a folder's.
    func isNamed(_ name: String) -> Bool {
      configuration.ranges(of: whole + "/" + name).contains { place in
        place.upperBound == configuration.endIndex || "\n\"',]}/".contains(configuration[place.upperBound])
      }
    }
    guard let name = Self.ownNames.union(reports).subtracting(held).sorted().first(where: isNamed) else { return }
    throw StorageError(
      .cannotCreate, path: path, operation: "use the output folder", reason: "the run reads \(name) in it, and would replace it",
      remedy: "choose another folder with --output")
  }

  /// Makes the folder where there is none; what is in it stays.
  /// - Throws: `StorageError` 73 if it cannot be made, or is not a run's.
  private func make() throws {
    try requireOwn()
    try make(path)
  }

  /// Refuses a folder in which a run would remove or replace the files of others.
  func requireOwn() throws {
    func refuse(_ name: String) -> StorageError {
      StorageError(
        .cannotCreate, path: path, operation: "use the output folder", reason: "\(name) in it is not a run's, and would be removed",
        remedy: "choose another folder with --output, or move it away")
    }
    if Self.exists(file(ScalingRecord.pointsName)) { throw refuse(ScalingRecord.pointsName) }
    let parts = try Self.names(parts), checkpoints = try Self.names(checkpoints.path)
    // A run begins with its log. Without that and a checkpoint, files of these names are somebody's own; and no run makes folders of them.
    let isRun = Self.exists(log) || !checkpoints.isEmpty
    for name in Self.ownNames.union(reports).sorted() where !["parts", "checkpoint", "final-checkpoint"].contains(name) {
      if Self.exists(file(name)) && (!isRun || Self.isFolder(file(name))) { throw refuse(name) }
    }
    let final = try Self.names(finalCheckpoint)
    if let other = final.first(where: { !CheckpointFolder.isFileName($0) }) { throw refuse("final-checkpoint/\(other)") }
    if let other = parts.first(where: { !$0.hasSuffix(".part") && !$0.hasPrefix(Self.probeName) }) { throw refuse("parts/\(other)") }
    for name in checkpoints {
      guard CheckpointFolder.isName(name) else { throw refuse("checkpoint/\(name)") }
      let other = try Self.names(self.checkpoints.path + "/" + name).first { !CheckpointFolder.isFileName($0) }
      if let other { throw refuse("checkpoint/\(name)/\(other)") }
    }
  }

  /// The names in a folder, none where there is no such folder, or no more: a run that is ending removes its own.
  private static func names(_ path: String) throws -> [String] {
    do {
      return try FolderContents.names(path)
    } catch {
      if error.kind == .missing { return [] }
      throw error
    }
  }
}
