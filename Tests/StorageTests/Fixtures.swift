// What the storage tests share: scratch folders, the shared data, small pieces of Python for reading back.
import Foundation
import Testing

@testable import Storage

/// A scratch folder that is removed with its value.
final class Scratch: Sendable {
  let path: String
  init() {
    path = NSTemporaryDirectory() + "colonnade-storage-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// Data that lie beside the repository.
enum Shared {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data").path
  static let pointNeurons = folder + "/sonata_300_pointneurons/300_pointneurons"
  static var hasPointNeurons: Bool { FileManager.default.fileExists(atPath: pointNeurons + "/config.json") }
  static let digits = folder + "/fsdd_spikes/fsdd_spikes_test.h5.gz"
  static var hasDigits: Bool { FileManager.default.fileExists(atPath: digits) }
}

enum Python {
  /// Whether python3 has these modules.
  static func has(_ modules: String...) -> Bool { run("import " + modules.joined(separator: ", ")).status == 0 }

  static func run(_ script: String, _ arguments: [String] = []) -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { return (-1, "\(error)") }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}

func bytes(of path: String) -> [UInt8] { FileManager.default.contents(atPath: path).map(Array.init) ?? [] }

func put(_ path: String, _ text: String) throws { try AtomicFile.write(path, text: text) }

/// The error of a body that must fail.
func failure(_ body: () throws -> Void) -> StorageError? {
  do {
    try body()
    return nil
  } catch { return error as? StorageError }
}

/// Whether two files are there and hold the same bytes.
func sameBytes(_ a: String, _ b: String) -> Bool {
  let first = bytes(of: a)
  return !first.isEmpty && first == bytes(of: b)
}
