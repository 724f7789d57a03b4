// Where a run begins: anew, or at a checkpoint of its own folder or of another.
import Foundation
import Parallel
import Running
import Storage

/// The checkpoints that a run goes on from.
struct RunStart: Sendable {
  /// The folder of the run that wrote them.
  let folder: RunFolder
  /// The one to take, by its own folder; nil takes the newest that is whole.
  let only: String?

  private enum Finding: Int { case nothing, run, one, missing }

  /// Finds them; nil where the run begins anew. Collective.
  /// - Throws: `StorageError` 66 if a path is given that holds none.
  static func find(_ resume: Resume, output: RunFolder, _ communicator: borrowing Communicator) throws -> RunStart? {
    let path: String
    switch resume {
    case .never: return nil
    case .auto: path = output.path
    case .path(let given): path = given
    }
    // One rank looks, so that all see the same.
    let own = communicator.rank == 0 ? try look(path, isGiven: resume != .auto).rawValue : 0
    switch Finding(rawValue: try communicator.max(own)) ?? .missing {
    case .nothing: return nil
    case .run: return RunStart(folder: RunFolder(path), only: nil)
    case .one: return RunStart(folder: RunFolder(path + "/../.."), only: path)
    case .missing:
      throw StorageError(
        .missing, path: path, operation: "resume", reason: "it holds no checkpoint",
        remedy: "give the folder of a run that was stopped, or one of the folders in its checkpoint/")
    }
  }

  private static func look(_ path: String, isGiven: Bool) throws -> Finding {
    if isGiven && FolderContents.exists(path + "/manifest.json") { return .one }
    if try !RunFolder(path).checkpoints.numbers().isEmpty { return .run }
    return isGiven ? .missing : .nothing
  }

  /// Whether the run goes on in the folder of the checkpoints.
  func isIn(_ output: RunFolder) -> Bool {
    func real(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path }
    return real(folder.path) == real(output.path)
  }

  /// Refuses a configuration that differs in anything that matters from the one the checkpoints were written with. All ranks alike.
  ///
  /// - Parameters:
  ///   - kind: of the run.
  ///   - free: keys that may differ; keys inside them too.
  /// - Throws: `ConfigurationError` 78 naming the key. A checkpoint that cannot be read is no concern of this check.
  func check(kind: String, configuration: String, free: [String]) throws {
    let paths = try only.map { [$0] } ?? folder.checkpoints.numbers().reversed().map { folder.checkpoints.checkpoint($0) }
    for path in paths {
      guard let checkpoint = try? CheckpointReader(path) else { continue }
      let remedy = "give the configuration it was begun with, such as \(folder.configuration), or begin again with --resume never"
      if checkpoint.header.kind != kind {
        throw ConfigurationError(
          .file(folder.path), "the checkpoint there is one of a \(checkpoint.header.kind), not of a \(kind); \(remedy)")
      }
      let difference = try ConfigurationDifference.first(
        checkpoint.header.configuration, configuration, files: (path, "configuration"), ignoring: free)
      guard let difference else { return }
      func text(_ value: String?) -> String { value.map { "'\($0)'" } ?? "not there" }
      throw ConfigurationError(
        .file(folder.path),
        "the run there was begun with key '\(difference.key)' = \(text(difference.first)), now it is \(text(difference.second)); \(remedy)")
    }
  }

  /// Loads the newest whole checkpoint; damaged ones of the run that goes on are set aside. Collective; see `Checkpointing.restore`.
  func restore(
    for output: RunFolder, _ communicator: borrowing Communicator, _ load: (CheckpointReader) throws -> Void
  ) throws -> Checkpointing.Restored {
    if let only { return try Checkpointing.restore(only: only, communicator, load) }
    if let restored = try Checkpointing.restore(folder.checkpoints, communicator, load) {
      if communicator.rank == 0 && isIn(output) { try output.checkpoints.setAside(restored.damaged) }
      return restored
    }
    throw StorageError(
      .missing, path: folder.checkpoints.path, operation: "resume", reason: "the checkpoints have gone",
      remedy: "let nobody else use the folder")
  }
}
