// Writing and reading a checkpoint on all ranks: who does what, and in which order.
import CPlatform
import Parallel
import Storage

/// The collective steps around the files of a checkpoint.
public enum Checkpointing {
  /// What a restart found.
  public struct Restored: Sendable {
    public let checkpoint: CheckpointReader
    /// One sentence for each newer checkpoint that was damaged.
    public let notes: [String]
    /// Those checkpoints.
    public let damaged: [String]
  }

  /// Writes a checkpoint and makes it valid; the last two are kept. Collective. Returns the seconds it took.
  ///
  /// A rank that cannot write throws, and the run ends with its error; the checkpoints before this one stay.
  ///
  /// - `header`: rank 0's counts; the others' is not looked at.
  /// - `pulse`: beats after each part of the work, for a watchdog.
  /// - `body`: writes this rank's datasets.
  @discardableResult
  public static func write(
    _ folder: CheckpointFolder, _ header: CheckpointHeader, _ communicator: borrowing Communicator, pulse: Pulse? = nil,
    _ body: (inout CheckpointWriter) throws -> Void
  ) throws -> Double {
    let started = cplatform_nanoseconds()
    let own = communicator.rank == 0 ? try folder.begin() : 0
    let number = try communicator.max(own)
    var writer = try CheckpointWriter(folder, number, rank: communicator.rank)
    pulse?.beat()
    try body(&writer)
    pulse?.beat()
    let description = try writer.close()
    pulse?.beat()
    // Everybody's description is there only when everybody's file is on disk.
    let (bytes, counts) = try communicator.gatherV(description, to: 0)
    pulse?.beat()
    if communicator.rank == 0 {
      var start = 0
      let files = counts.map { count in
        defer { start += count }
        return Array(bytes[start..<start + count])
      }
      try folder.commit(number, header, files: files)
    }
    let retired = try ofRankZero(communicator.rank == 0 ? try folder.retire() : [], communicator)
    folder.removeFiles(of: retired, rank: communicator.rank)
    try communicator.barrier()
    if communicator.rank == 0 { folder.remove(retired) }
    return Double(cplatform_nanoseconds() - started) * 1e-9
  }

  /// Loads the newest checkpoint that is whole; nil where there is none at all. Collective.
  ///
  /// - `load`: reads what this rank needs, without talking to other ranks; it may be called again for an older checkpoint after it
  ///   threw a `StorageError`. Other errors end the search.
  /// - Throws: `StorageError` 65 if there are checkpoints but none is whole.
  public static func restore(
    _ folder: CheckpointFolder, _ communicator: borrowing Communicator, _ load: (CheckpointReader) throws -> Void
  ) throws -> Restored? {
    let numbers = try ofRankZero(communicator.rank == 0 ? try folder.numbers() : [], communicator)
    return try restore(paths: numbers.reversed().map { folder.checkpoint($0) }, place: folder.path, communicator, load)
  }

  /// Numbers that rank 0 has, on every rank. Collective.
  private static func ofRankZero(_ numbers: [Int], _ communicator: borrowing Communicator) throws -> [Int] {
    let bytes = try communicator.broadcastBytes(numbers.withUnsafeBytes { Array($0) }, from: 0)
    return bytes.withUnsafeBytes { raw in
      stride(from: 0, to: raw.count, by: 8).map { raw.loadUnaligned(fromByteOffset: $0, as: Int.self) }
    }
  }

  /// Loads one checkpoint, named by its own folder. Collective.
  /// - Throws: `StorageError` 65 or 66 if it is not whole.
  public static func restore(
    only path: String, _ communicator: borrowing Communicator, _ load: (CheckpointReader) throws -> Void
  ) throws -> Restored {
    guard let restored = try restore(paths: [path], place: path, communicator, load) else {
      throw StorageError(.missing, path: path, operation: "resume", reason: "there is no checkpoint", remedy: "check the path")
    }
    return restored
  }

  private static func restore(
    paths: [String], place: String, _ communicator: borrowing Communicator, _ load: (CheckpointReader) throws -> Void
  ) throws -> Restored? {
    var notes: [String] = [], damaged: [String] = []
    for path in paths {
      var fault: StorageError?
      do {
        let reader = try CheckpointReader(path)
        try load(reader)
        if try communicator.min(1) == 1 { return Restored(checkpoint: reader, notes: notes, damaged: damaged) }
      } catch let error as StorageError {
        fault = error
        _ = try communicator.min(0)
      }
      // The lowest rank with a fault tells it.
      let teller = try communicator.min(fault == nil ? communicator.size : communicator.rank)
      let text = try communicator.broadcastBytes(Array((fault?.description ?? "").utf8), from: teller)
      damaged.append(path)
      notes.append("checkpoint \(path) is damaged and was left out: \(String(decoding: text, as: UTF8.self))")
    }
    if paths.isEmpty { return nil }
    throw StorageError(
      .badData, path: place, operation: "resume", reason: "no checkpoint is whole: \(notes.joined(separator: "; "))",
      remedy: "restore the files, or start again with --resume never")
  }
}
