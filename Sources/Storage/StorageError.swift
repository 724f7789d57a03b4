// What can go wrong with a file, as values: which file, what was tried, why it failed, what to do.
import Foundation

/// An error of reading or writing a file.
public struct StorageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it is; the raw value is the program's exit code.
  public enum Kind: Int32, Sendable {
    case badData = 65
    case missing = 66
    case cannotCreate = 73
    case readWrite = 74
  }

  public let kind: Kind
  /// The file, with the place inside it behind a colon where there is one.
  public let path: String
  /// What was tried, as a verb with its object: "read dataset timestamps".
  public let operation: String
  public let reason: String
  public let remedy: String
  /// The error number of the system call that failed, where it was one.
  public let systemNumber: Int32?

  public init(_ kind: Kind, path: String, operation: String, reason: String, remedy: String, systemNumber: Int32? = nil) {
    self.kind = kind
    self.path = path
    self.operation = operation
    self.reason = reason
    self.remedy = remedy
    self.systemNumber = systemNumber
  }

  /// 65 bad data file, 66 missing input, 73 cannot create output, 74 read or write failure.
  public var exitCode: Int32 { kind.rawValue }

  public var description: String { "\(path): cannot \(operation): \(reason); \(remedy)" }
}

extension StorageError {
  /// A file whose content is not what it should be.
  static func badData(
    _ path: String, _ operation: String, _ reason: String, remedy: String = "check that the file is whole and of the right kind"
  ) -> StorageError {
    StorageError(.badData, path: path, operation: operation, reason: reason, remedy: remedy)
  }

  /// The failure of a system call, told by its error number.
  static func system(_ path: String, _ operation: String, number: Int32, creating: Bool = false) -> StorageError {
    let (kind, remedy) = meaning(of: number, creating: creating)
    return StorageError(
      kind, path: path, operation: operation, reason: "\(String(cString: strerror(number))) (error \(number))", remedy: remedy,
      systemNumber: number)
  }

  private static func meaning(of number: Int32, creating: Bool) -> (Kind, remedy: String) {
    switch number {
    case ENOENT where !creating, ENOTDIR where !creating: (.missing, "check the path")
    case ENOSPC, EDQUOT: (.readWrite, "free space or choose another folder")
    case EFBIG: (.readWrite, "raise the file size limit (ulimit -f)")
    case EACCES, EPERM, EROFS: (creating ? .cannotCreate : .readWrite, "check the permissions of the file and its folder")
    default:
      creating ? (.cannotCreate, "check that the folder exists and can be written") : (.readWrite, "check the disk and try again")
    }
  }
}
