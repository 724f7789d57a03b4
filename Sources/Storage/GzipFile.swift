// Files compressed by gzip, inflated into memory where libraries can open them like files.
import CGzip
import Foundation

/// The inflated bytes of a gzip file, as a nameless file in memory for as long as the value lives.
struct InflatedFile: ~Copyable {
  private let descriptor: Int32
  /// The name under which this process can open it.
  var path: String { "/proc/self/fd/\(descriptor)" }

  /// The largest file that is inflated.
  static let limit: Int64 = 1 << 36

  /// - Throws: `StorageError` 65 for a file that is cut off or damaged, 66 if it is missing.
  init(_ path: String) throws(StorageError) {
    var reason = [CChar](repeating: 0, count: 256)
    descriptor = cgzip_inflate(path, Self.limit, &reason, Int32(reason.count))
    if descriptor < 0 {
      let number = errno
      let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if text.isEmpty { throw .system(path, "inflate the file", number: number) }
      throw .badData(path, "inflate the file", text, remedy: "fetch or copy the file again")
    }
  }

  deinit { close(descriptor) }

  /// Whether a file begins with the two bytes of gzip.
  static func isGzip(_ path: String) -> Bool {
    guard let file = try? ByteFile(path, .read), let start = try? file.read(at: 0, count: 2) else { return false }
    return start == [0x1F, 0x8B]
  }
}
