// Where the repository lies, and the reference data that may lie beside it.
import Foundation

public enum Repository {
  /// The top of the repository.
  public static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  public static func place(_ name: String) -> String { path + "/" + name }

  /// Reference cases and data sets that are no part of the repository.
  public static let shared = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("shared").path
  public static var hasShared: Bool { FileManager.default.fileExists(atPath: shared) }

  /// The Allen Institute's network of 300 point neurons in SONATA files.
  public static let sonata = shared + "/data/sonata_300_pointneurons"
  public static var hasSonata: Bool { FileManager.default.fileExists(atPath: sonata + "/300_pointneurons/config.json") }
  public static let sonataMissing: String = "the data set sonata_300_pointneurons is not in ../shared/data"

  /// Paths inside the repository of all files below a folder of it, in order; build products and hidden files are left out.
  public static func files(below folder: String, extensions: [String]) -> [String] {
    let all = FileManager.default.enumerator(atPath: place(folder))?.compactMap { $0 as? String } ?? []
    return all.filter { name in
      !name.split(separator: "/").contains { $0.hasPrefix(".") } && extensions.contains { name.hasSuffix("." + $0) }
    }.map { folder + "/" + $0 }.sorted()
  }

  /// Files below a folder that begin with the name of what runs them, whatever they are called.
  public static func scripts(below folder: String) -> [String] {
    let all = FileManager.default.enumerator(atPath: place(folder))?.compactMap { $0 as? String } ?? []
    return all.filter { name in
      guard let file = FileHandle(forReadingAtPath: place(folder + "/" + name)) else { return false }
      defer { try? file.close() }
      return (try? file.read(upToCount: 2)) == Data("#!".utf8)
    }.map { folder + "/" + $0 }.sorted()
  }

  public static func text(_ file: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: place(file))), as: UTF8.self)
  }
}
