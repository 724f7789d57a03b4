// A plain file of bytes with the system's own calls: positioned reads, whole writes, synchronisation, truncation.
import Foundation

/// The owner of an open file descriptor.
struct ByteFile: ~Copyable {
  enum Mode {
    case read
    /// Emptied if it exists.
    case create
    /// Must exist; writes go to its end.
    case append
    /// Created if missing; writes go to its end.
    case appendOrCreate
  }

  let path: String
  private var descriptor: Int32

  init(_ path: String, _ mode: Mode) throws(StorageError) {
    self.path = path
    let flags: Int32
    switch mode {
    case .read: flags = O_RDONLY
    case .create: flags = O_WRONLY | O_CREAT | O_TRUNC
    case .append: flags = O_RDWR | O_APPEND
    case .appendOrCreate: flags = O_RDWR | O_APPEND | O_CREAT
    }
    descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      let creating = mode == .create || mode == .appendOrCreate
      throw .system(path, creating ? "create the file" : "open the file", number: errno, creating: creating)
    }
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  func length() throws(StorageError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path, "ask for the file's length", number: errno) }
    return Int64(status.st_size)
  }

  /// Writes all bytes, going on after interruptions and short writes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    var done = 0
    while done < bytes.count {
      let n = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if n < 0 {
        if errno == EINTR { continue }
        throw .system(path, "write to the file", number: errno)
      }
      done += n
    }
  }

  func write(_ bytes: [UInt8]) throws(StorageError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(StorageError) in try write(UnsafeRawBufferPointer(buffer)) }
  }

  /// Reads up to `buffer.count` bytes at an offset; returns how many there were.
  func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
    var done = 0
    while done < buffer.count {
      let n = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset) + off_t(done))
      if n < 0 {
        if errno == EINTR { continue }
        throw .system(path, "read the file", number: errno)
      }
      if n == 0 { break }
      done += n
    }
    return done
  }

  func read(at offset: Int64, count: Int) throws(StorageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let n = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
      try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
    bytes.removeLast(count - n)
    return bytes
  }

  /// Locks the file against other processes that do the same, until it is closed or the process ends.
  /// - Returns: whether this one has it now; nil where the file system has no locks.
  func lock() -> Bool? {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { return false }
      if errno != EINTR { return nil }
    }
    return true
  }

  /// Whether the file still has its name: nobody has removed or replaced it.
  func isInPlace() -> Bool {
    var own = stat(), named = stat()
    return fstat(descriptor, &own) == 0 && stat(path, &named) == 0 && own.st_ino == named.st_ino && own.st_dev == named.st_dev
  }

  func truncate(to length: Int64) throws(StorageError) {
    guard ftruncate(descriptor, off_t(length)) == 0 else { throw .system(path, "cut the file to \(length) bytes", number: errno) }
  }

  /// Returns when the bytes are on the disk. Devices and pipes cannot do that, which is no error.
  func synchronise() throws(StorageError) {
    if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS { throw .system(path, "write the file to disk", number: errno) }
  }

  /// Closes the file; some file systems tell only now that a write failed.
  consuming func close() throws(StorageError) {
    let open = descriptor
    descriptor = -1
    if Glibc.close(open) != 0, errno != EINTR { throw .system(path, "close the file", number: errno) }
  }
}
