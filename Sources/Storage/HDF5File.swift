// An open HDF5 file: opening, closing, groups and what is in them.
import CHDF5
import Foundation

/// The owner of an open HDF5 file.
///
/// Files that are created or made longer hold no times and nothing of the run, so the same content gives the same bytes.
/// A created file stands under a temporary name until `close()` has brought it to disk; a file that is dropped without
/// `close()` is removed.
public struct HDF5File: ~Copyable {
  /// The file's final name.
  public let path: String
  /// The name under which it stands now.
  private let currentPath: String
  private let isNew: Bool
  private let isWritable: Bool
  /// Bytes of a compressed file's content, which stands under no name.
  private let inflatedLength: Int64?
  var handle: Int64

  private init(
    path: String, currentPath: String, mode: Int32, operation: String, inflatedLength: Int64? = nil
  ) throws(StorageError) {
    self.path = path
    self.inflatedLength = inflatedLength
    self.currentPath = currentPath
    isNew = mode == 2
    isWritable = mode != 0
    handle = chdf5_open(currentPath, mode)
    guard handle >= 0 else { throw Self.error(path, operation, isNew ? .cannotCreate : .badData) }
  }

  /// Opens a file for reading. One that is compressed by gzip is inflated first.
  /// - Throws: `StorageError` 66 if it is missing, 65 if it is no HDF5 file or is cut short.
  public static func open(_ path: String) throws(StorageError) -> HDF5File {
    try requireFile(path)
    if InflatedFile.isGzip(path) {
      let inflated = try InflatedFile(path)
      let operation = "open the inflated HDF5 file"
      let file = try HDF5File(path: path, currentPath: inflated.path, mode: 0, operation: operation, inflatedLength: inflated.length)
      inflated.removeName()
      return file
    }
    return try HDF5File(path: path, currentPath: path, mode: 0, operation: "open the HDF5 file")
  }

  /// Opens a file for reading and writing in place.
  /// - Throws: as `open`.
  public static func append(_ path: String) throws(StorageError) -> HDF5File {
    try requireFile(path)
    return try HDF5File(path: path, currentPath: path, mode: 1, operation: "open the HDF5 file for writing")
  }

  /// Creates a file. It appears under `path`, replacing what was there, when it is closed.
  /// - Throws: `StorageError` 73 if it cannot be created.
  public static func create(_ path: String) throws(StorageError) -> HDF5File {
    let partial = AtomicFile.partialPath(of: path)
    try ByteFile(partial, .create).close()
    return try HDF5File(path: path, currentPath: partial, mode: 2, operation: "create the HDF5 file")
  }

  deinit {
    if handle >= 0 {
      if isNew {
        chdf5_abandon(handle)
        unlink(currentPath)
      } else {
        chdf5_close(handle)
      }
    }
  }

  /// Closes the file; one that was written is on disk afterwards, a created one has its name.
  /// - Throws: `StorageError` 74 if it could not be written; a created file is then removed.
  public consuming func close() throws(StorageError) {
    let file = handle
    handle = -1
    if isWritable {
      var error: StorageError?
      if chdf5_flush(file) < 0 {
        error = Self.error(path, "write the HDF5 file", .readWrite)
      } else if chdf5_is_whole(file, currentPath) == 0 {
        error = StorageError(
          .readWrite, path: path, operation: "write the HDF5 file", reason: "an earlier write to it failed", remedy: "see the first error")
      }
      if let error {
        chdf5_abandon(file)
        if isNew { unlink(currentPath) }
        throw error
      }
    }
    guard chdf5_close(file) >= 0 else {
      let error = Self.error(path, "close the HDF5 file", .readWrite)
      if isNew { unlink(currentPath) }
      throw error
    }
    if isWritable {
      try AtomicFile.synchronise(currentPath)
      if isNew { try AtomicFile.rename(currentPath, to: path) }
    }
  }

  /// Has the system begin to bring to disk what it was handed, and does not wait. A hint: `close` brings everything to disk in any case, and
  /// tells what failed.
  func startWriteBack() { chdf5_start_write_back(handle) }

  /// What is at a path; nil where there is nothing.
  public func kind(of object: String) throws(StorageError) -> HDF5Kind? {
    switch chdf5_kind(handle, Self.absolute(object)) {
    case 0: return nil
    case 1: return .group
    case 2: return .dataset
    case 3: return .other
    default: throw failure("look up", object)
    }
  }

  public func exists(_ object: String) throws(StorageError) -> Bool { try kind(of: object) != nil }

  /// The names in a group, in order of name.
  public func children(of group: String = "/") throws(StorageError) -> [String] {
    guard try kind(of: group) == .group else {
      throw .badData("\(path):\(group)", "list the group", "there is no such group")
    }
    var names: UnsafeMutablePointer<CChar>?
    let count = chdf5_children(handle, Self.absolute(group), &names)
    guard count >= 0 else { throw failure("list the group", group) }
    defer { chdf5_free(names) }
    return Self.strings(names, count: Int(count))
  }

  /// Makes a group and the groups above it; an existing group is left as it is.
  public func makeGroup(_ group: String) throws(StorageError) {
    var above = ""
    for part in group.split(separator: "/") {
      above += "/" + part
      if try kind(of: above) == .group { continue }
      guard chdf5_make_group(handle, above) >= 0 else { throw failure("make the group", group, .readWrite) }
    }
  }

  /// Bytes of the file now, the bound on what datasets may claim to hold.
  func length() throws(StorageError) -> Int64 {
    if let inflatedLength { return inflatedLength }
    var status = stat()
    guard stat(currentPath, &status) == 0 else { throw .system(path, "ask for the file's length", number: errno) }
    return Int64(status.st_size)
  }
}

extension HDF5File {
  private static func requireFile(_ path: String) throws(StorageError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(path, "open the HDF5 file", number: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .badData(path, "open the HDF5 file", "it is not a regular file", remedy: "give the path of an HDF5 file")
    }
  }

  static func absolute(_ object: String) -> String { object.hasPrefix("/") ? object : "/" + object }

  /// The error of the last HDF5 call, about an object in this file.
  func failure(_ operation: String, _ object: String, _ kind: StorageError.Kind = .badData) -> StorageError {
    Self.error("\(path):\(object)", operation, kind)
  }

  private static func error(_ path: String, _ operation: String, _ kind: StorageError.Kind) -> StorageError {
    let line = String(cString: chdf5_error())
    // System errors stand inside a longer line with times and addresses.
    if let number = line.firstMatch(of: /errno = (\d+)/).flatMap({ Int32($0.1) }), number != 0 {
      return .system(path, operation, number: number, creating: kind == .cannotCreate)
    }
    let remedy: String
    switch kind {
    case .badData: remedy = "check that the file is whole and of the right kind"
    case .missing: remedy = "check the path"
    case .cannotCreate: remedy = "check that the folder exists and can be written"
    case .readWrite: remedy = "check the space on the disk and the file's permissions"
    }
    return StorageError(kind, path: path, operation: operation, reason: line, remedy: remedy)
  }

  /// Strings that each end in a zero byte.
  static func strings(_ block: UnsafePointer<CChar>?, count: Int) -> [String] {
    guard var next = block else { return [] }
    return (0..<count).map { _ in
      let length = strlen(next)
      defer { next += length + 1 }
      return String(decoding: UnsafeRawBufferPointer(start: next, count: length), as: UTF8.self)
    }
  }
}
