// What one rank writes during a run: a described header, then records of one size, so that a kill or a resume can cut at a record.
import Foundation

/// The layout shared by the parts of spikes and of reports.
///
/// Bytes: 8 of magic, the length of the JSON text (UInt32), the bytes of a record (UInt32), the JSON text, a table whose length the
/// text tells, zeros up to a multiple of 16, then the records. All numbers are little-endian, as on every machine we run on.
struct PartHeader: Sendable {
  let magic: String
  let text: JSONValue
  let table: [UInt8]
  let recordBytes: Int

  init(magic: String, text: JSONValue, table: [UInt8] = [], recordBytes: Int) {
    precondition(magic.utf8.count == 8 && recordBytes > 0, "a part has a magic of 8 bytes and records")
    self.magic = magic
    self.text = text
    self.table = table
    self.recordBytes = recordBytes
  }

  var bytes: [UInt8] {
    var members = text.object ?? [:]
    members["table_bytes"] = JSONValue(table.count)
    let json = Array(JSONValue.object(members).text.utf8)
    var out = Array(magic.utf8)
    for number in [UInt32(json.count), UInt32(recordBytes)] { withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) } }
    out += json
    out += table
    out += [UInt8](repeating: 0, count: (16 - out.count % 16) % 16)
    return out
  }
}

/// The writing end of a part: records are collected in memory and appended in large writes.
struct PartWriter: ~Copyable {
  private static let bufferBytes = 1 << 20

  private let file: ByteFile
  private var written: Int64
  /// Of all bytes that were handed to the operating system.
  private(set) var checksum: RunningChecksum
  private var pending: [UInt8] = []

  var path: String { file.path }
  /// Bytes of the part, with those that are still in memory.
  var length: Int64 { written + Int64(pending.count) }

  /// Starts an empty part.
  init(creating path: String, header: PartHeader) throws(StorageError) {
    let bytes = header.bytes
    let file = try ByteFile(path, .create)
    try file.write(bytes)
    // A checkpoint that counts on the part must not outlive the part's name.
    AtomicFile.synchroniseFolder(of: path)
    self.file = file
    written = Int64(bytes.count)
    checksum = RunningChecksum()
    bytes.withUnsafeBytes { checksum.add($0) }
  }

  /// Goes on with a part after cutting it to `length` bytes; its header must be the given one.
  /// - Parameter checksum: of these bytes, if it is known; nil reads them.
  init(resuming path: String, length: Int64, checksum: RunningChecksum?, header: PartHeader) throws(StorageError) {
    let operation = "continue the part"
    let expected = header.bytes
    let file = try ByteFile(path, .append)
    let present = try file.length()
    guard length >= expected.count, (length - Int64(expected.count)) % Int64(header.recordBytes) == 0 else {
      throw .badData(path, operation, "the checkpoint's length of \(length) bytes is not the end of a record")
    }
    guard present >= length else {
      throw .badData(
        path, operation, "it has \(present) bytes, but the checkpoint counts on \(length)",
        remedy: "restore the file or start the run again")
    }
    guard try file.read(at: 0, count: expected.count) == expected else {
      throw .badData(
        path, operation, "it was written by a run with other populations, resolution or recorded neurons",
        remedy: "resume with the same configuration")
    }
    try file.truncate(to: length)
    var known = checksum
    if known == nil { known = try PartLength.checksum(path, length) }
    self.file = file
    written = length
    self.checksum = known!
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    pending.append(contentsOf: bytes)
    if pending.count >= Self.bufferBytes { try flush(synchronise: false) }
  }

  mutating func append<T: BitwiseCopyable>(_ values: [T]) throws(StorageError) {
    try values.withUnsafeBufferPointer { (buffer) throws(StorageError) in try append(UnsafeRawBufferPointer(buffer)) }
  }

  /// Hands all records to the operating system, which keeps them when this process is killed, and optionally to the disk.
  @discardableResult
  mutating func flush(synchronise: Bool) throws(StorageError) -> Int64 {
    if !pending.isEmpty {
      try file.write(pending)
      pending.withUnsafeBytes { checksum.add($0) }
      written += Int64(pending.count)
      pending.removeAll(keepingCapacity: true)
    }
    if synchronise {
      try file.synchronise()
      // A checkpoint that counts on it would be worth nothing.
      if !file.isInPlace() {
        throw StorageError(
          .readWrite, path: path, operation: "write the part", reason: "it was removed or replaced while the run wrote it",
          remedy: "let nobody else use the folder of a run; the same command goes on from an earlier checkpoint if its parts are whole")
      }
    }
    return written
  }

  consuming func close() throws(StorageError) { try flush(synchronise: true) }
}

/// The reading end of a part. The file is open only during a read, so that any number of parts can be merged.
struct PartReader: Sendable {
  let path: String
  let text: JSONValue
  let table: [UInt8]
  let recordBytes: Int
  /// Whole records in the part.
  let records: Int
  private let start: Int64

  init(_ path: String, magic: String) throws(StorageError) {
    let operation = "read the part"
    let file = try ByteFile(path, .read)
    let length = try file.length()
    let head = try file.read(at: 0, count: 16)
    guard head.count == 16, head.prefix(8).elementsEqual(magic.utf8) else {
      throw .badData(path, operation, "it does not begin with \(magic)")
    }
    func number(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(head[at + $1]) << (8 * $1) } }
    let (textBytes, recordBytes) = (number(8), number(12))
    guard recordBytes > 0, Int64(16 + textBytes) <= length else {
      throw .badData(path, operation, "its header is damaged")
    }
    var parser = JSONParser(bytes: try file.read(at: 16, count: textBytes), path: path)
    text = try parser.document()
    guard let tableBytes = text["table_bytes"]?.int, tableBytes >= 0, Int64(tableBytes) <= length - Int64(16 + textBytes) else {
      throw .badData(path, operation, "its header is damaged")
    }
    table = try file.read(at: Int64(16 + textBytes), count: tableBytes)
    let end = 16 + textBytes + tableBytes
    start = Int64(end + (16 - end % 16) % 16)
    guard length >= start, (length - start) % Int64(recordBytes) == 0 else {
      throw .badData(
        path, operation, "it ends inside a record (\(length) bytes)", remedy: "cut it to the length in the last checkpoint and resume")
    }
    self.path = path
    self.recordBytes = recordBytes
    records = Int((length - start) / Int64(recordBytes))
  }

  /// Fills `buffer` with records from `first` on.
  func read(first: Int, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) {
    let file = try ByteFile(path, .read)
    let n = try file.read(at: start + Int64(first) * Int64(recordBytes), into: buffer)
    guard n == buffer.count else { throw .badData(path, "read the part", "it has become shorter", remedy: "let nobody else write it") }
  }
}
