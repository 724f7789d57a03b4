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
  /// What `--resume PATH` named when the run first began in its folder; nil where it began there. All its checkpoints carry it on, so that
  /// the same command, given again, goes on with them.
  let origin: String?

  private enum Finding: UInt8 { case nothing, own, run, final, one, missing, finished, occupied }

  /// Finds them; nil where the run begins anew. Collective.
  /// - Throws: `StorageError` 66 if a path is given that holds none, `ConfigurationError` 78 if it is a finished run's that would be replaced.
  static func find(_ resume: Resume, output: RunFolder, _ communicator: borrowing Communicator) throws -> RunStart? {
    // One rank looks, so that all see the same.
    let seen = communicator.rank == 0 ? try look(resume, output) : (finding: .nothing, origin: nil)
    let bytes = try communicator.broadcastBytes([seen.finding.rawValue] + Array((seen.origin ?? "").utf8), from: 0)
    let origin = bytes.count > 1 ? String(decoding: bytes.dropFirst(), as: UTF8.self) : nil
    let path = if case .path(let given) = resume { given } else { output.path }
    switch Finding(rawValue: bytes[0]) ?? .missing {
    case .nothing: return nil
    case .own: return RunStart(folder: RunFolder(output.path), only: nil, origin: origin)
    case .run: return RunStart(folder: RunFolder(path), only: nil, origin: origin)
    case .final: return RunStart(folder: RunFolder(path), only: RunFolder(path).finalCheckpoint, origin: origin)
    case .finished:
      throw ConfigurationError(
        .file(output.path),
        "the training there is finished, and its results shall stay; to go on from it, give another folder with --output")
    case .occupied:
      throw ConfigurationError(
        .file(output.path), "another run there was stopped and could go on; choose another folder with --output, or remove that run's")
    case .one:
      let source = path + (isFinal(path) ? "/.." : "/../..")
      // Under one name, so that parts are cut where they are and not copied onto themselves.
      return RunStart(folder: RunFolder(real(source) == real(output.path) ? output.path : source), only: path, origin: origin)
    case .missing:
      throw StorageError(
        .missing, path: path, operation: "resume", reason: "it holds no checkpoint",
        remedy: "give the folder of a run that was stopped, or one of the folders in its checkpoint/")
    }
  }

  private static func look(_ resume: Resume, _ output: RunFolder) throws -> (finding: Finding, origin: String?) {
    if resume == .never { return (.nothing, nil) }
    let numbers = try output.checkpoints.numbers()
    // Of the newest that can be read.
    let origin = numbers.reversed().lazy.compactMap { try? CheckpointReader(output.checkpoints.checkpoint($0)) }.first?
      .header.values["resumed_from"]?.string
    guard case .path(let path) = resume else { return (numbers.isEmpty ? .nothing : .own, origin) }
    if origin == real(path) { return (.own, origin) }
    let isOwn = real(path) == real(output.path)
    if !numbers.isEmpty && !isOwn && real(path + "/../..") != real(output.path) { return (.occupied, nil) }
    if FolderContents.exists(path + "/manifest.json") {
      return isFinal(path) && real(path + "/..") == real(output.path) ? (.finished, nil) : (.one, real(path))
    }
    if try !RunFolder(path).checkpoints.numbers().isEmpty { return isOwn ? (.own, origin) : (.run, real(path)) }
    guard FolderContents.exists(RunFolder(path).finalCheckpoint + "/manifest.json") else { return (.missing, nil) }
    return isOwn ? (.finished, nil) : (.final, real(path))
  }

  /// Whether it is the one that a finished training keeps beside its results; the others are numbered, in a folder of their own.
  private static func isFinal(_ path: String) -> Bool {
    real(path) == real(RunFolder(path + "/..").finalCheckpoint)
  }

  /// The path without links, also where its last parts are gone: a run stays the one it was when the checkpoint that it began from is not
  /// there any more.
  private static func real(_ path: String) -> String {
    var there = URL(fileURLWithPath: path).standardizedFileURL, gone: [String] = []
    while !FolderContents.exists(there.path) && there.path != "/" {
      gone.insert(there.lastPathComponent, at: 0)
      there.deleteLastPathComponent()
    }
    return gone.reduce(there.resolvingSymlinksInPath()) { $0.appendingPathComponent($1) }.path
  }

  /// Whether the run goes on in the folder of the checkpoints.
  func isIn(_ output: RunFolder) -> Bool { Self.real(folder.path) == Self.real(output.path) }

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
      throw ConfigurationError(.file(folder.path), "\(difference.text("the run there was begun")); \(remedy)")
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
