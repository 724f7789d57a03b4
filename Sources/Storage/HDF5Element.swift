// The element types of HDF5 datasets and what is known of a dataset before it is read.
import CHDF5

/// A number that HDF5 datasets are read into and written from.
public protocol HDF5Element: BitwiseCopyable, Sendable {
  static var hdf5Type: HDF5Type { get }
}

/// The element types that files are written with.
public enum HDF5Type: Int32, Sendable, CaseIterable {
  case float64 = 0
  case float32 = 1
  case int64 = 2
  case int32 = 3
  case int16 = 4
  case int8 = 5
  case uint64 = 6
  case uint32 = 7
  case uint16 = 8
  case uint8 = 9
  /// In files only; read as `Float` or `Double`, which hold every value exactly.
  case float16 = 10

  /// Bytes of one element.
  public var bytes: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .int16, .uint16, .float16: 2
    case .int8, .uint8: 1
    }
  }
  var isFloating: Bool { self == .float64 || self == .float32 || self == .float16 }
}

extension Double: HDF5Element { public static var hdf5Type: HDF5Type { .float64 } }
extension Float: HDF5Element { public static var hdf5Type: HDF5Type { .float32 } }
extension Int64: HDF5Element { public static var hdf5Type: HDF5Type { .int64 } }
extension Int32: HDF5Element { public static var hdf5Type: HDF5Type { .int32 } }
extension Int16: HDF5Element { public static var hdf5Type: HDF5Type { .int16 } }
extension Int8: HDF5Element { public static var hdf5Type: HDF5Type { .int8 } }
extension UInt64: HDF5Element { public static var hdf5Type: HDF5Type { .uint64 } }
extension UInt32: HDF5Element { public static var hdf5Type: HDF5Type { .uint32 } }
extension UInt16: HDF5Element { public static var hdf5Type: HDF5Type { .uint16 } }
extension UInt8: HDF5Element { public static var hdf5Type: HDF5Type { .uint8 } }

/// What a dataset or an attribute in a file holds.
public enum HDF5Content: Sendable, Equatable, CustomStringConvertible {
  case integer(bytes: Int, signed: Bool)
  case floating(bytes: Int)
  case text
  case enumeration
  /// Rows of different lengths.
  case sequences(floating: Bool, bytes: Int)
  case other

  public var description: String {
    switch self {
    case .integer(let bytes, let signed): "\(signed ? "int" : "uint")\(8 * bytes)"
    case .floating(let bytes): "float\(8 * bytes)"
    case .text: "text"
    case .enumeration: "an enumeration"
    case .sequences(let floating, let bytes): "sequences of \(floating ? "float" : "integer")\(8 * bytes)"
    case .other: "a type of another kind"
    }
  }

  init(_ info: chdf5_info) {
    let bytes = Int(info.element_bytes)
    switch Int(info.element_class) {
    case CHDF5_INTEGER: self = .integer(bytes: bytes, signed: info.is_signed != 0)
    case CHDF5_FLOAT: self = .floating(bytes: bytes)
    case CHDF5_STRING: self = .text
    case CHDF5_ENUM where bytes <= 8: self = .enumeration
    case CHDF5_SEQUENCE where Int(info.sequence_class) == CHDF5_FLOAT: self = .sequences(floating: true, bytes: bytes)
    case CHDF5_SEQUENCE where Int(info.sequence_class) == CHDF5_INTEGER: self = .sequences(floating: false, bytes: bytes)
    default: self = .other
    }
  }

  /// Whether values can be read as the type without loss of meaning: integers from integers, floating numbers from both.
  func canBeRead(as type: HDF5Type) -> Bool {
    switch self {
    // Larger numbers than the machine's exist only in damaged files.
    case .integer(let bytes, _): bytes <= 8
    case .enumeration: true
    case .floating(let bytes): type.isFloating && bytes <= 16
    default: false
    }
  }
}

/// What is at a path inside a file.
public enum HDF5Kind: Sendable { case group, dataset, other }

extension chdf5_info {
  /// The sizes of the axes; empty for a single value.
  var sizes: [Int] {
    withUnsafePointer(to: shape) { pointer in
      pointer.withMemoryRebound(to: Int64.self, capacity: Int(CHDF5_MAX_RANK)) { base in
        (0..<max(0, Int(rank))).map { Int(base[$0]) }
      }
    }
  }
  var chunkSizes: [Int] {
    withUnsafePointer(to: chunk) { pointer in
      pointer.withMemoryRebound(to: Int64.self, capacity: Int(CHDF5_MAX_RANK)) { base in
        (0..<max(0, Int(rank))).map { Int(base[$0]) }
      }
    }
  }
}
