// Checking, cutting and copying parts of recordings to the length that a checkpoint counts on.
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

  /// The checksum of the first `length` bytes of a part.
  ///
  /// - Parameter beat: called after each piece of it.
  /// - Throws: `StorageError` 66 if the part is missing, 65 if it is shorter.
  static func checksum(_ path: String, _ length: Int64, beat: () -> Void = {}) throws(StorageError) -> RunningChecksum {
    try check(path, length)
    let file = try ByteFile(path, .read)
    var (sum, done) = (RunningChecksum(), Int64(0))
    while done < length {
      let bytes = try file.read(at: done, count: Int(min(length - done, 4 << 20)))
      if bytes.isEmpty { throw .badData(path, "continue the part", "it has become shorter", remedy: "let nobody else write it") }
      bytes.withUnsafeBytes { sum.add($0) }
      done += Int64(bytes.count)
      beat()
    }
    return sum
  }

  /// Refuses a part whose first `length` bytes are not those that a checkpoint counts on.
  ///
  /// - `sum`: their checksum; nil where the checkpoint does not tell.
  /// - `beat`: called now and then, for a watchdog.
  /// - Returns: their checksum.
  /// - Throws: `StorageError` 66 if the part is missing, 65 if it is shorter or damaged.
  public static func verify(_ path: String, _ length: Int64, sum: UInt64?, beat: () -> Void) throws(StorageError) -> RunningChecksum {
    let found = try checksum(path, length, beat: beat)
    if let sum, sum != found.sum {
      throw .badData(
        path, "continue the part", "its first \(length) bytes are damaged: they have another checksum than the checkpoint says",
        remedy: "restore the file")
    }
    return found
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
