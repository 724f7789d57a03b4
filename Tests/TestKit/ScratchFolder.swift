// A folder for the files of one test.
import Foundation

/// A scratch folder that is removed with its value.
public final class ScratchFolder: Sendable {
  public let path: String
  public init() throws {
    path = FileManager.default.temporaryDirectory.path + "/colonnade-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func place(_ name: String) -> String { path + "/" + name }

  /// Writes a file and gives its path.
  @discardableResult
  public func file(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: place(name)))
    return place(name)
  }

  public func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: place(name)))) }
  public func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
  public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: place(name)) }
  /// Names of what lies in the folder, or in one inside it.
  public func names(_ inside: String = ".") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: place(inside))) ?? []).sorted()
  }
}
