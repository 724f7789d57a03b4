// Trained weights as an HDF5 file, and the hash that tells whether two runs learned the same.
import Maths
import Storage
import Training

/// A number that weights are made of and files hold.
typealias WeightScalar = TrainingScalar & HDF5Element

/// `/weights/NAME` per parameter, matrices as (target, source); attributes of the root tell hash and precision.
enum WeightsFile {
  /// SHA-256 of all parameters in canonical order, little-endian, as hexadecimal text.
  static func hash<S: WeightScalar>(_ arrays: [NamedArray<S>]) -> String {
    var hash = SHA256()
    // The supported machines are little-endian, so the bytes in memory are those of the definition.
    for array in arrays { array.values.withUnsafeBytes { hash.update($0) } }
    let digits = Array("0123456789abcdef")
    return hash.digest().map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
  }

  static func write<S: WeightScalar>(_ path: String, _ arrays: [NamedArray<S>], title: String) throws {
    let file = try HDF5File.create(path)
    for array in arrays { try file.write("/weights/\(array.name)", array.values, shape: array.shape) }
    try file.setAttribute("weights_hash", hash(arrays))
    try file.setAttribute("title", title)
    try file.close()
  }

  /// Reads the arrays in any precision.
  /// - Throws: `StorageError` 65 or 66.
  static func read<S: WeightScalar>(_ path: String) throws -> [NamedArray<S>] {
    let file = try HDF5File.open(path)
    return try file.children(of: "/weights").map { name in
      let place = "/weights/\(name)"
      return NamedArray(name: name, shape: try file.shape(of: place), values: try file.read(place, as: S.self))
    }
  }
}
