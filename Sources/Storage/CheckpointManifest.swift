// What a checkpoint says about itself: the text that is written last and makes it valid.
import Foundation

/// What the program says about a checkpoint, the same on all ranks.
public struct CheckpointHeader: Sendable, Equatable {
  /// "simulation" or "training": who can read it.
  public var kind: String
  /// Steps, or batches, that are done.
  public var step: Int
  /// The resolved configuration of the run.
  public var configuration: String
  /// Whatever else is one value for the whole run; integers keep 63 bits.
  public var values: JSONObject

  public init(kind: String, step: Int, configuration: String, values: JSONObject = [:]) {
    self.kind = kind
    self.step = step
    self.configuration = configuration
    self.values = values
  }
}

/// What one rank's file holds.
struct CheckpointFile: Sendable, Equatable {
  struct Dataset: Sendable, Equatable {
    let name: String
    let type: HDF5Type
    let values: Int
    let objects: Int
    /// The least and the greatest object; equal where there is at most one.
    let first: Int
    let last: Int
    /// Of the index, whose rows hold the checksums of the values.
    let checksum: String
  }
  let name: String
  let datasets: [Dataset]

  var json: JSONValue {
    let rows = datasets.map { d -> JSONValue in
      [
        "name": .string(d.name), "type": .string("\(d.type)"), "values": JSONValue(d.values), "objects": JSONValue(d.objects),
        "first": JSONValue(d.first), "last": JSONValue(d.last), "checksum": .string(d.checksum),
      ]
    }
    return ["name": .string(name), "datasets": .array(rows)]
  }

  init(name: String, datasets: [Dataset]) {
    self.name = name
    self.datasets = datasets
  }

  init?(_ json: JSONValue) {
    guard let name = json["name"]?.string, let rows = json["datasets"]?.array else { return nil }
    var datasets: [Dataset] = []
    for row in rows {
      guard let dataset = row["name"]?.string, let typeName = row["type"]?.string, let values = row["values"]?.int,
        let objects = row["objects"]?.int, let first = row["first"]?.int, let last = row["last"]?.int,
        let checksum = row["checksum"]?.string, let type = HDF5Type.allCases.first(where: { "\($0)" == typeName }), values >= 0,
        objects >= 0
      else { return nil }
      datasets.append(
        Dataset(name: dataset, type: type, values: values, objects: objects, first: first, last: last, checksum: checksum))
    }
    self.init(name: name, datasets: datasets)
  }
}

/// `manifest.json`: header and files, under a checksum of their own.
struct CheckpointManifest: Sendable {
  static let fileName = "manifest.json"
  /// Changes when older programs could not read what newer ones write, and when draws change: a run that goes on is the unstopped one, or none.
  static let version = 2

  let header: CheckpointHeader
  let files: [CheckpointFile]

  var text: String {
    let content: JSONValue = [
      "version": JSONValue(Self.version), "kind": .string(header.kind), "step": JSONValue(header.step), "ranks": JSONValue(files.count),
      "configuration_checksum": .string(Self.checksum(of: header.configuration)), "values": .object(header.values),
      "configuration": .string(header.configuration), "files": .array(files.map(\.json)),
    ]
    let whole: JSONValue = ["colonnade_checkpoint": content, "checksum": .string(Self.checksum(of: content.text))]
    return whole.prettyText
  }

  init(header: CheckpointHeader, files: [CheckpointFile]) {
    self.header = header
    self.files = files
  }

  /// - Throws: `StorageError` 66 if there is no manifest, 65 if it is damaged or of another version of the format.
  init(reading path: String) throws(StorageError) {
    let operation = "read the checkpoint's manifest"
    let whole = try JSONValue.read(path)
    guard let content = whole["colonnade_checkpoint"], let version = content["version"]?.int else {
      throw .badData(path, operation, "it is not the manifest of a checkpoint")
    }
    guard version == Self.version else {
      throw .badData(
        path, operation, "its format has version \(version), and this program reads \(Self.version)",
        remedy: "resume with the program that wrote it")
    }
    guard whole["checksum"]?.string == Self.checksum(of: content.text) else {
      throw .badData(path, operation, "its checksum does not fit: it is damaged")
    }
    guard let kind = content["kind"]?.string, let step = content["step"]?.int, let configuration = content["configuration"]?.string,
      let values = content["values"]?.object, let rows = content["files"]?.array
    else { throw .badData(path, operation, "a key is missing") }
    header = CheckpointHeader(kind: kind, step: step, configuration: configuration, values: values)
    var files: [CheckpointFile] = []
    for row in rows {
      guard let file = CheckpointFile(row) else { throw .badData(path, operation, "the description of a file is damaged") }
      files.append(file)
    }
    self.files = files
  }

  private static func checksum(of text: String) -> String { Checksum.text(Checksum.of(Array(text.utf8))) }
}
