// Files that appear whole or not at all: written under a temporary name, brought to disk, then renamed.
import Foundation

/// Whole files written so that nobody sees half of one.
public enum AtomicFile {
  /// The name under which a file is written until it is whole.
  public static func partialPath(of path: String) -> String { path + ".partial" }

  /// Writes the bytes to `path`, replacing what was there only when all of them are on disk.
  ///
  /// - Throws: `StorageError` 73 if the file cannot be created, 74 if it cannot be written (disk full); the temporary file is removed.
  public static func write(_ path: String, _ bytes: [UInt8]) throws(StorageError) {
    let partial = partialPath(of: path)
    do {
      let file = try ByteFile(partial, .create)
      try file.write(bytes)
      try file.synchronise()
      try file.close()
    } catch {
      unlink(partial)
      throw StorageError(
        error.kind, path: path, operation: error.operation, reason: error.reason, remedy: error.remedy, systemNumber: error.systemNumber)
    }
    try rename(partial, to: path)
  }

  /// Writes text as UTF-8.
  public static func write(_ path: String, text: String) throws(StorageError) { try write(path, Array(text.utf8)) }

  /// Gives a whole temporary file its name and brings the folder's entry to disk.
  static func rename(_ partial: String, to path: String) throws(StorageError) {
    guard Glibc.rename(partial, path) == 0 else {
      let number = errno
      unlink(partial)
      throw .system(path, "rename the finished file", number: number, creating: true)
    }
    synchroniseFolder(of: path)
  }

  /// Brings a file written by other means to disk.
  static func synchronise(_ path: String) throws(StorageError) {
    let file = try ByteFile(path, .append)
    try file.synchronise()
    try file.close()
  }

  /// The content is safe already; a file system that cannot synchronise folders is no error.
  static func synchroniseFolder(of path: String) {
    let folder = path.contains("/") ? String(path[..<path.lastIndex(of: "/")!]) : "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }
}

/// Reads a whole text or binary file.
public enum WholeFile {
  /// The largest file that is read whole: configurations and tables, not data.
  public static let limit: Int64 = 1 << 30

  /// - Throws: `StorageError` 66 if the file is missing, 65 if it is longer than `limit`, 74 if it cannot be read.
  public static func read(_ path: String) throws(StorageError) -> [UInt8] {
    let file = try ByteFile(path, .read)
    let length = try file.length()
    guard length <= limit else { throw .badData(path, "read the file", "it has \(length) bytes, more than \(limit)") }
    return try file.read(at: 0, count: Int(length))
  }

  /// - Throws: as `read`, and 65 where the bytes are not UTF-8.
  public static func text(_ path: String) throws(StorageError) -> String {
    let bytes = try read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .badData(path, "read the file", "it is not UTF-8 text", remedy: "save it as UTF-8")
    }
    return text
  }
}
