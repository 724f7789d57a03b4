// Files compressed by gzip, inflated into a scratch file that libraries can open.
import CGzip
import Foundation

/// The inflated bytes of a gzip file, in a file of the folder for temporary files (`TMPDIR`) that goes away with the value.
struct InflatedFile: ~Copyable {
  let path: String
  let length: Int64

  /// The largest file that is inflated.
  private static let limit: Int64 = 1 << 36

  /// - Throws: `StorageError` 65 for a file that is cut off or damaged, 66 if it is missing, 74 if there is no room for its content.
  init(_ source: String) throws(StorageError) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/colonnade-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard descriptor >= 0 else { throw .system(path, "create a temporary file", number: errno, creating: true) }
    defer { close(descriptor) }
    var reason = [CChar](repeating: 0, count: 256)
    var length: Int64 = 0
    if cgzip_inflate(source, descriptor, Self.limit, &length, &reason, Int32(reason.count)) < 0 {
      let number = errno
      unlink(path)
      let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if text.isEmpty { throw .system(source, "inflate the file into \(folder)", number: number) }
      throw .badData(source, "inflate the file", text, remedy: "fetch or copy the file again")
    }
    self.path = path
    self.length = length
  }

  deinit { unlink(path) }

  /// Takes the name away, so that nothing is left behind even by a kill; who has the file open goes on reading it.
  func removeName() { unlink(path) }

  /// Whether a file begins with the two bytes of gzip.
  static func isGzip(_ path: String) -> Bool {
    guard let file = try? ByteFile(path, .read), let start = try? file.read(at: 0, count: 2) else { return false }
    return start == [0x1F, 0x8B]
  }
}
