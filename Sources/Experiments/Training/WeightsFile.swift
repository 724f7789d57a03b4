// Trained weights as an HDF5 file, and the hash that tells whether two runs learned the same.
import Maths
import Storage
import Training

/// A number that weights are made of and files hold.
typealias WeightScalar = TrainingScalar & HDF5Element

/// `/weights/NAME` per parameter, matrices as (target, source); attributes of the root tell title, hash, precision and network.
enum WeightsFile {
  /// SHA-256 of all parameters in canonical order, little-endian, as hexadecimal text.
  static func hash<S: WeightScalar>(_ arrays: [NamedArray<S>]) -> String {
    var hash = SHA256()
    // The supported machines are little-endian, so the bytes in memory are those of the definition.
    for array in arrays { array.values.withUnsafeBytes { hash.update($0) } }
    return hash.text()
  }

  static func write<S: WeightScalar>(_ path: String, _ arrays: [NamedArray<S>], of network: NetworkDescription, title: String) throws {
    let file = try HDF5File.create(path)
    for array in arrays { try file.write("/weights/\(array.name)", array.values, shape: array.shape) }
    try file.setAttribute("weights_hash", hash(arrays))
    try file.setAttribute("precision", (S.hdf5Type == .float32 ? Precision.single : .double).rawValue)
    try file.setAttribute("network", NetworkText(network).text)
    try file.setAttribute("title", title)
    try file.close()
  }

  /// What of a file must be as in the network that takes its weights.
  enum Fit {
    /// All that the forward pass depends on: to run the network that was trained.
    case network
    /// Names and shapes: to train another one on from there, which may have other time constants.
    case shapes
  }

  /// Weights with the hash of their file, and a line of the network that was otherwise where they were trained, if there is one.
  struct Contents<S: WeightScalar> {
    let arrays: [NamedArray<S>]
    let hash: String
    let difference: String?
  }

  /// Reads the weights of a network, in the precision of the file or another one, in canonical order.
  ///
  /// - Throws: `TrainingError` 65 for arrays that are missing, of another shape or too many, and for a network that does not fit the one
  ///   the file tells of; `StorageError` 65 or 66, also where the values do not have the hash that the file tells.
  static func read<S: WeightScalar>(_ path: String, of network: SpikingNetwork<S>, fit: Fit) throws -> Contents<S> {
    let file = try HDF5File.open(path)
    let names = try file.children(of: "/weights"), views = network.layout.views
    for view in views {
      guard names.contains(view.name) else {
        throw TrainingError.otherNetwork(path: path, reason: "lacks '\(view.name)', which this network has")
      }
      let shape = try file.shape(of: "/weights/\(view.name)")
      if shape != view.shape {
        throw TrainingError.otherNetwork(
          path: path, reason: "holds '\(view.name)', which has shape \(shape) where this network has \(view.shape)")
      }
    }
    if let surplus = names.first(where: { name in !views.contains { $0.name == name } }) {
      throw TrainingError.otherNetwork(path: path, reason: "holds '\(surplus)', which this network does not have")
    }
    guard let text = try file.textAttribute("network"), let precision = try file.textAttribute("precision"),
      let told = try file.textAttribute("weights_hash")
    else {
      throw StorageError(
        .badData, path: path, operation: "read the weights", reason: "it does not tell of which network and precision they are",
        remedy: "train again: an older version wrote it, or another program")
    }
    let other = NetworkText(parsing: text).firstDifference(from: NetworkText(parsing: NetworkText(network.description).text))
    let difference = other.map { "was trained with \($0.key) = \($0.first ?? "not there"), here it is \($0.second ?? "not there")" }
    if fit == .network, let difference { throw TrainingError.otherNetwork(path: path, reason: difference) }
    func arrays<T: WeightScalar>(as: T.Type) throws -> [NamedArray<T>] {
      let arrays = try views.map { NamedArray(name: $0.name, shape: $0.shape, values: try file.read("/weights/\($0.name)", as: T.self)) }
      if hash(arrays) == told { return arrays }
      throw StorageError(
        .badData, path: path, operation: "read the weights", reason: "its values do not have the hash that it tells: it is damaged",
        remedy: "restore the file, or train again")
    }
    func converted<T: WeightScalar>(_ arrays: [NamedArray<T>]) -> [NamedArray<S>] {
      arrays.map { NamedArray(name: $0.name, shape: $0.shape, values: $0.values.map { S($0) }) }
    }
    let found = precision == Precision.single.rawValue ? converted(try arrays(as: Float.self)) : converted(try arrays(as: Double.self))
    return Contents(arrays: found, hash: told, difference: difference)
  }
}
