// HDF5 files compressed by gzip: read like plain ones; cut off or damaged ones are refused.
import Foundation
import Testing

@testable import Storage

struct GzipFileTests {
  /// An HDF5 file and its compressed form, made by the gzip program.
  private func compressed(_ scratch: Scratch) throws -> String {
    let file = try HDF5File.create(scratch("a.h5"))
    try file.write("numbers", (0..<50_000).map { Int32($0 % 977) })
    try file.write("rows", sequences: [[0.5, 1], [], [2]] as [[Float]], fileType: .float16)
    try file.close()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", scratch("a.h5")]
    try process.run()
    process.waitUntilExit()
    return scratch("a.h5.gz")
  }

  @Test func readsLikePlainFiles() throws {
    let scratch = Scratch()
    let path = try compressed(scratch)
    let file = try HDF5File.open(path)
    #expect(try file.read("numbers", as: Int64.self) == (0..<50_000).map { Int64($0 % 977) })
    #expect(try file.readSequences("rows", as: Float.self) == [[0.5, 1], [], [2]])
    #expect(file.path == path)
  }

  @Test func refusesCutAndDamagedFiles() throws {
    let scratch = Scratch()
    let whole = bytes(of: try compressed(scratch))
    for length in [10, whole.count / 2, whole.count - 1] {
      try AtomicFile.write(scratch("cut.h5.gz"), Array(whole.prefix(length)))
      let error = failure { _ = try HDF5File.open(scratch("cut.h5.gz")) }
      #expect(error?.exitCode == 65)
      #expect(error?.reason.contains("cut off") == true, "\(length): \(error?.reason ?? "")")
    }
    var damaged = whole
    for place in (whole.count / 2)..<(whole.count / 2 + 40) { damaged[place] ^= 0x5A }
    try AtomicFile.write(scratch("damaged.h5.gz"), damaged)
    #expect(failure { _ = try HDF5File.open(scratch("damaged.h5.gz")) }?.exitCode == 65)
    #expect(failure { _ = try HDF5File.open(scratch("missing.h5.gz")) }?.exitCode == 66)
  }
}
