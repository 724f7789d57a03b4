// Cutting and copying parts of recordings to the length that a checkpoint counts on.
import Foundation

/// The length of a rank's part of a recording, apart from what is in it.
public enum PartLength {
  /// - Throws: `StorageError` 66 if the part is missing, 65 if it is shorter than a checkpoint counts on.
  public static func check(_ path: String, _ length: Int64) throws(StorageError) {
    let present = try ByteFile(path, .read).length()
    guard present >= length else {
      throw .badData(
        path, "continue the part", "it has \(present) bytes, but the checkpoint counts on \(length)", remedy: "restore the file")
    }
  }

  /// Cuts a part that no rank goes on with.
  public static func cut(_ path: String, to length: Int64) throws(StorageError) {
    let file = try ByteFile(path, .append)
    if try file.length() > length {
      try file.truncate(to: length)
      try file.synchronise()
    }
  }

  /// Copies the beginning of a part.
  /// - Parameter beat: called after each piece of it.
  public static func copy(_ path: String, to target: String, length: Int64, beat: () -> Void = {}) throws(StorageError) {
    let source = try ByteFile(path, .read)
    let copy = try ByteFile(target, .create)
    var done: Int64 = 0
    while done < length {
      let bytes = try source.read(at: done, count: Int(min(length - done, 4 << 20)))
      if bytes.isEmpty { throw .badData(path, "copy the part", "it ends after \(done) of \(length) bytes", remedy: "restore the file") }
      try copy.write(bytes)
      done += Int64(bytes.count)
      beat()
    }
    try copy.synchronise()
  }
}
