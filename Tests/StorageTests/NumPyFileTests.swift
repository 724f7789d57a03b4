// NumPy arrays: what NumPy itself writes, every width and order, and files that are cut off.
import Foundation
import Testing

@testable import Storage

struct NumPyFileTests {
  /// A .npy file of version 1.
  private func file(_ descr: String, shape: String, order: String = "False", _ data: [UInt8]) -> [UInt8] {
    var header = "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': \(shape), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8) + data
  }

  private func read(_ bytes: [UInt8]) throws -> NumPyArray {
    let scratch = Scratch()
    try AtomicFile.write(scratch("a.npy"), bytes)
    return try NumPyArray.read(scratch("a.npy"))
  }

  @Test func readsWidthsAndOrders() throws {
    let rows = try read(file("<i2", shape: "(2, 3)", [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0xFF, 0xFF]))
    #expect(rows.shape == [2, 3])
    #expect(try rows.integers() == [1, 2, 3, 4, 5, -1])
    let columns = try read(file("<u1", shape: "(2, 3)", order: "True", [1, 4, 2, 5, 3, 6]))
    #expect(try columns.integers() == [1, 2, 3, 4, 5, 6])
    #expect(try read(file(">i4", shape: "(1,)", [0, 0, 1, 2])).integers() == [258])
    #expect(try read(file("|b1", shape: "(2,)", [0, 1])).integers() == [0, 1])
    // 1, the smallest subnormal number, and minus infinity in 16 bits.
    #expect(try read(file("<f2", shape: "(3,)", [0x00, 0x3C, 0x01, 0x00, 0x00, 0xFC])).doubles == [1, 0x1p-24, -.infinity])
    #expect(try read(file("<f8", shape: "()", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F])).doubles == [1.5])
  }

  @Test func refusesWhatItCannotRead() throws {
    let whole = file("<f8", shape: "(2,)", Array(repeating: 0, count: 16))
    for length in [0, 5, 11, 40, whole.count - 1] {
      let error = failure { _ = try read(Array(whole.prefix(length))) }
      #expect(error?.exitCode == 65, "\(length) bytes")
    }
    #expect(failure { _ = try read(file("|O", shape: "(2,)", [])) }?.exitCode == 65)
    #expect(failure { _ = try read(file("<f8", shape: "(4611686018427387904, 8)", [])) }?.reason.contains("cut off") == true)
    #expect(failure { _ = try read(file("<f8", shape: "(1,)", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F])).integers() }?.reason == "element 0 is 1.5")
    let large = file("<u8", shape: "(2,)", [UInt8](repeating: 0, count: 8) + [0, 0, 0, 0, 0, 0, 0, 0x80])
    #expect(failure { _ = try read(large).integers() }?.reason == "element 1 is 9223372036854775808")
    #expect(failure { _ = try NumPyArray.read("/nowhere/a.npy") }?.exitCode == 66)
  }

  @Test(.enabled(if: Python.has("numpy"))) func readsWhatNumPyWrites() throws {
    let scratch = Scratch()
    let script = "import numpy as np, sys; np.save(sys.argv[1], np.asfortranarray(np.arange(12.).reshape(3, 4) / 8))"
    #expect(Python.run(script, [scratch("b.npy")]).status == 0)
    let array = try NumPyArray.read(scratch("b.npy"))
    #expect(array.shape == [3, 4])
    #expect(array.doubles == (0..<12).map { Double($0) / 8 })
  }
}
