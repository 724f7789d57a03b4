// Arrays in NumPy's .npy format, versions 1 to 3: header checked, then numbers of any width and byte order.
import Foundation

/// An array of numbers from a .npy file, row-major.
public struct NumPyArray: Sendable {
  public let path: String
  /// Sizes of the axes; empty for a single value.
  public let shape: [Int]
  private let element: Element
  private let bytes: ArraySlice<UInt8>
  private let isColumnMajor: Bool

  /// What an element is: kind `b` truth value, `i` and `u` integers, `f` floating.
  struct Element: Sendable, Equatable {
    var kind: Character
    var bytes: Int
    var isBigEndian: Bool
  }

  /// Reads a file.
  /// - Throws: `StorageError` 66 if it is missing; 65 if it is cut short, no .npy file, or holds records, texts or objects.
  public static func read(_ path: String) throws(StorageError) -> NumPyArray {
    let bytes = try WholeFile.read(path)
    func wrong(_ reason: String) -> StorageError { .badData(path, "read the NumPy file", reason) }
    guard bytes.count >= 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else { throw wrong("it does not begin like a .npy file") }
    let wide = bytes[6] >= 2
    guard (1...3).contains(bytes[6]), bytes.count >= 12 else { throw wrong("its format version is \(bytes[6]), known are 1 to 3") }
    let length = (0..<(wide ? 4 : 2)).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = (wide ? 12 : 10) + length
    guard start <= bytes.count else { throw wrong("its header is cut off") }
    let header = NumPyHeader(String(decoding: bytes[(wide ? 12 : 10)..<start], as: UTF8.self))
    guard let shape = header.shape, let isColumnMajor = header.isColumnMajor else { throw wrong("its header cannot be understood") }
    guard let element = header.element else {
      throw wrong("its elements are \(header.description ?? "records"), known are truth values, integers and floating numbers")
    }
    let count = shape.reduce((value: 1, overflow: false)) { sum, size in
      let (value, overflow) = sum.value.multipliedReportingOverflow(by: size)
      return (value, overflow || sum.overflow)
    }
    let (needed, overflow) = count.value.multipliedReportingOverflow(by: element.bytes)
    guard !overflow, !count.overflow, bytes.count - start >= needed else {
      throw wrong("it holds \(bytes.count - start) bytes of data where its shape \(shape) needs more: it is cut off")
    }
    return NumPyArray(path: path, shape: shape, element: element, bytes: bytes[start..<start + needed], isColumnMajor: isColumnMajor)
  }

  public var count: Int { shape.reduce(1, *) }

  /// The values as floating numbers, row-major.
  public var doubles: [Double] {
    switch element.kind {
    case "f":
      switch element.bytes {
      case 2: ordered { Double(Float(NumPyArray.half(UInt16($0)))) }
      case 4: ordered { Double(Float(bitPattern: UInt32($0))) }
      default: ordered { Double(bitPattern: $0) }
      }
    case "i": ordered { Double(signed($0)) }
    default: ordered { Double($0) }
    }
  }

  /// The values as integers, row-major.
  /// - Throws: `StorageError` 65 at a value that is none.
  public func integers() throws(StorageError) -> [Int] {
    if element.kind == "i" { return ordered { Int(signed($0)) } }
    if element.kind != "f" {
      let values = ordered { $0 }
      if let wrong = values.firstIndex(where: { Int(exactly: $0) == nil }) {
        throw .badData(path, "read the NumPy file as integers", "element \(wrong) is \(values[wrong])")
      }
      return values.map { Int($0) }
    }
    let values = doubles
    if let wrong = values.firstIndex(where: { Int(exactly: $0) == nil }) {
      throw .badData(path, "read the NumPy file as integers", "element \(wrong) is \(values[wrong])")
    }
    return values.map { Int($0) }
  }

  private func signed(_ word: UInt64) -> Int64 {
    let unused = 64 - 8 * element.bytes
    return Int64(bitPattern: word << unused) >> unused
  }

  /// binary16 to a Float, exactly: the exponent's bias is moved by a multiplication, which keeps subnormal numbers right.
  private static func half(_ bits: UInt16) -> Float {
    let sign = UInt32(bits >> 15) << 31, magnitude = UInt32(bits & 0x7FFF) << 13
    if bits & 0x7C00 == 0x7C00 { return Float(bitPattern: sign | 0x7F80_0000 | magnitude) }
    return Float(bitPattern: sign | (Float(bitPattern: magnitude) * 0x1p112).bitPattern)
  }

  /// The elements' words in row-major order, each made into a value.
  private func ordered<T>(_ make: (UInt64) -> T) -> [T] {
    let width = element.bytes, start = bytes.startIndex
    func word(_ place: Int) -> UInt64 {
      (0..<width).reduce(UInt64(0)) { sum, byte in
        sum | UInt64(bytes[start + place * width + byte]) << UInt64(8 * (element.isBigEndian ? width - 1 - byte : byte))
      }
    }
    guard isColumnMajor, shape.count > 1 else { return (0..<count).map { make(word($0)) } }
    return (0..<count).map { index in
      var rest = index, place = 0
      // Row-major index to column-major place, last axis first.
      for axis in shape.indices.reversed() {
        place += rest % shape[axis] * shape[..<axis].reduce(1, *)
        rest /= shape[axis]
      }
      return make(word(place))
    }
  }
}

/// The dictionary in the header of a .npy file, a Python literal of three known keys.
private struct NumPyHeader {
  var shape: [Int]?
  var isColumnMajor: Bool?
  var description: String?

  init(_ text: String) {
    if let found = text.firstMatch(of: /'shape'\s*:\s*\(([0-9,\sL]*)\)/) {
      let parts = found.1.split(separator: ",").map { $0.filter(\.isNumber) }.filter { !$0.isEmpty }
      let sizes = parts.compactMap { Int($0) }
      if sizes.count == parts.count { shape = sizes }
    }
    isColumnMajor = text.firstMatch(of: /'fortran_order'\s*:\s*(True|False)/).map { $0.1 == "True" }
    description = text.firstMatch(of: /'descr'\s*:\s*'([^']*)'/).map { String($0.1) }
  }

  /// Nil for records, texts, objects and widths that are not known.
  var element: NumPyArray.Element? {
    guard let found = description?.wholeMatch(of: /([<>|=]?)([biuf])([0-9]+)/), let bytes = Int(found.3) else { return nil }
    let kind = Character(String(found.2))
    let known = kind == "b" ? [1] : kind == "f" ? [2, 4, 8] : [1, 2, 4, 8]
    guard known.contains(bytes) else { return nil }
    return .init(kind: kind, bytes: bytes, isBigEndian: found.1 == ">")
  }
}
