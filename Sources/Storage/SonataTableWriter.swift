// Writes tables of node and edge types, and circuit configurations.

extension SonataTypeTable {
  /// Writes a table of types; what a type has no value for is NULL.
  ///
  /// - `idColumn`: "node_type_id" or "edge_type_id".
  /// - `types`: for each type its id and its values by column, in the order in which columns are to stand.
  public static func write(
    _ path: String, idColumn: String, types: [(id: Int64, values: [(column: String, value: SonataValue)])]
  ) throws(StorageError) {
    var columns: [String] = []
    for type in types {
      for (column, _) in type.values where !columns.contains(column) { columns.append(column) }
    }
    var text = ([idColumn] + columns).joined(separator: " ") + "\n"
    for type in types {
      let fields = columns.map { column in
        type.values.last { $0.column == column }.map { field($0.value.text) } ?? "NULL"
      }
      text += ([String(type.id)] + fields).joined(separator: " ") + "\n"
    }
    try AtomicFile.write(path, text: text)
  }

  private static func field(_ text: String) -> String {
    let needsQuotes = text.isEmpty || text == "NULL" || text.contains { $0 == " " || $0 == "\t" || $0 == "'" }
    return needsQuotes ? "\"\(text)\"" : text
  }
}

extension SonataCircuit {
  /// Writes the circuit configuration; paths stand as they are, relative ones to the folder of `path`.
  public func write(_ path: String) throws(StorageError) {
    func entry(_ file: String, _ path: String, _ types: String, _ typesPath: String?) -> JSONValue {
      .object([file: .string(path), types: typesPath.map { .string($0) } ?? .null])
    }
    var object: JSONObject = [:]
    if !components.isEmpty {
      var folders: JSONObject = [:]
      for key in components.keys.sorted() { folders[key] = .string(components[key]!) }
      object["components"] = .object(folders)
    }
    object["networks"] = .object([
      "nodes": .array(nodes.map { entry("nodes_file", $0.path, "node_types_file", $0.typesPath) }),
      "edges": .array(edges.map { entry("edges_file", $0.path, "edge_types_file", $0.typesPath) }),
    ])
    if let nodeSetsFile { object["node_sets_file"] = .string(nodeSetsFile) }
    try AtomicFile.write(path, text: JSONValue.object(object).prettyText)
  }
}
