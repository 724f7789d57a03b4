// Full disks and forbidden folders: an error with code 74 or 73 that names the file, and nothing half-written left behind.
import Foundation
import Testing

@testable import Storage

/// A file system of 256 KiB in memory; nil where mounting is not permitted.
private final class TinyDisk: Sendable {
  let path: String
  init?() {
    path = NSTemporaryDirectory() + "colonnade-tiny-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard TinyDisk.run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", path) == 0 else {
      try? FileManager.default.removeItem(atPath: path)
      return nil
    }
  }
  deinit {
    _ = TinyDisk.run("umount", path)
    try? FileManager.default.removeItem(atPath: path)
  }
  var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
  static var isPermitted: Bool { TinyDisk() != nil }

  private static func run(_ arguments: String...) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite(.serialized) struct FullDiskTests {
  let scratch = Scratch()

  @Test func aFullDeviceIsToldAndTidied() throws {
    let path = scratch("summary.json")
    try FileManager.default.createSymbolicLink(atPath: path + ".partial", withDestinationPath: "/dev/full")
    let error = failure { try AtomicFile.write(path, text: "{}") }
    #expect(error?.exitCode == 74)
    #expect(error?.path == path)
    #expect(error?.reason.contains("No space left") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    try FileManager.default.createSymbolicLink(atPath: scratch("run.jsonl"), withDestinationPath: "/dev/full")
    let log = try JSONLines(appendingTo: scratch("run.jsonl"))
    #expect(failure { try log.write("x") }?.exitCode == 74)
  }

  @Test func whatWasThereStaysOnFailure() throws {
    let path = scratch("summary.json")
    try AtomicFile.write(path, text: "old")
    try FileManager.default.createSymbolicLink(atPath: path + ".partial", withDestinationPath: "/dev/full")
    #expect(failure { try AtomicFile.write(path, text: "new") }?.exitCode == 74)
    #expect(bytes(of: path) == Array("old".utf8))
    try AtomicFile.write(path, text: "new")
    #expect(bytes(of: path) == Array("new".utf8))
  }

  @Test func missingFoldersAreTold() {
    let error = failure { try AtomicFile.write(scratch("none/file"), text: "x") }
    #expect(error?.exitCode == 73 && error?.path == scratch("none/file"))
    #expect(failure { _ = try SpikePart(creating: scratch("none/p"), populations: [], resolution: 1) }?.exitCode == 73)
    #expect(failure { _ = try JSONLines(appendingTo: scratch("none/l")) }?.exitCode == 73)
    #expect(failure { _ = try WholeFile.read(scratch("none")) }?.exitCode == 66)
  }

  @Test(.enabled(if: TinyDisk.isPermitted, "mounting a small file system is not permitted here"))
  func aFullDiskLeavesNoHalfFile() throws {
    let disk = try #require(TinyDisk())
    let path = disk.path + "/big.h5"
    let whole = failure {
      let file = try HDF5File.create(path)
      try file.write("x", [Double](repeating: 1, count: 100_000))
      try file.close()
    }
    #expect(whole?.exitCode == 74, "\(whole?.description ?? "no error")")
    #expect(whole?.reason.contains("No space left") == true && whole?.path.hasPrefix(path) == true)
    #expect(disk.files == [])
    let grown = failure {
      var writer = try SonataEdgesWriter(creating: path)
      try writer.begin(population: "a", source: "a", target: "a")
      let ids = [UInt32](0..<200_000)
      try writer.append(
        sources: ids, targets: ids, typeIDs: ids, weights: ids.map(Double.init), delays: ids.map { _ in 1 })
      try writer.close()
    }
    #expect(grown?.exitCode == 74, "\(grown?.description ?? "no error")")
    #expect(disk.files == [])
    // A caller that goes on after the error does not get a file either.
    let ignored = failure {
      let file = try HDF5File.create(path)
      #expect(failure { try file.write("x", [Double](repeating: 1, count: 100_000)) }?.exitCode == 74)
      try file.close()
    }
    #expect(ignored?.exitCode == 74 && disk.files == [])
    // The failed files give their space back.
    try AtomicFile.write(disk.path + "/most", [UInt8](repeating: 1, count: 240 << 10))
    unlink(disk.path + "/most")
    let part = failure {
      var part = try SpikePart(creating: disk.path + "/p", populations: ["E"], resolution: 0.1)
      for step in 0..<100 { try part.append(step: Int64(step), population: 0, ids: [UInt32](0..<1000)) }
      try part.close()
    }
    #expect(part?.exitCode == 74 && part?.path == disk.path + "/p")
    #expect(failure { try AtomicFile.write(disk.path + "/f", [UInt8](repeating: 0, count: 1 << 20)) }?.exitCode == 74)
    #expect(!disk.files.contains { $0.hasPrefix("f") })
    // The library still works afterwards.
    unlink(disk.path + "/p")
    let file = try HDF5File.create(path)
    try file.write("x", [1.0, 2.0])
    try file.close()
    #expect(try HDF5File.open(path).read("x", as: Double.self) == [1, 2])
  }
}
