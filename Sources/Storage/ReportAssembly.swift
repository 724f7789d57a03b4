// Merges the report parts of all ranks into one SONATA report file, in bounded memory, the same bytes for any number of parts.

/// Makes a SONATA report of the parts that ranks wrote.
///
/// Parts of one population may hold different neurons (ranks) and different frames (before and after a resume on another number of
/// ranks); together they must hold every neuron in every frame once.
public enum ReportAssembly {
  /// - Parameters:
  ///   - parts: paths of all parts of one variable, of one or more populations, in any order; at least one.
  ///   - path: of the SONATA file, which appears when it is whole.
  ///   - bufferBytes: memory for the block of frames that is put together at a time.
  ///   - progress: called after each piece of the work.
  /// - Throws: `StorageError` 65 if a part is damaged, parts do not belong together or a value is missing, 66 if a part is missing,
  ///   73 or 74 if the file cannot be written.
  public static func assemble(
    parts: [String], into path: String, bufferBytes: Int = 64 << 20, progress: () -> Void = {}
  ) throws(StorageError) {
    precondition(!parts.isEmpty, "there are no parts to assemble")
    var byPopulation: [String: [ReportSource]] = [:]
    for part in parts {
      let source = try ReportSource(part)
      byPopulation[source.description.population, default: []].append(source)
      progress()
    }
    let file = try HDF5File.create(path)
    try SonataSpikeLayout.writeSonataMark(file)
    for population in byPopulation.keys.sorted() {
      // By first frame: a later part then never holds an earlier frame of a neuron, which the check for doubles relies on.
      let sources = byPopulation[population]!.sorted { ($0.firstFrame, $0.path) < ($1.firstFrame, $1.path) }
      try write(sources, to: file, bufferBytes: bufferBytes, progress)
    }
    try file.close()
  }

  private static func write(
    _ sources: [ReportSource], to file: borrowing HDF5File, bufferBytes: Int, _ progress: () -> Void
  ) throws(StorageError) {
    let description = sources[0].description
    for source in sources where source.description != description {
      throw .badData(
        source.path, "assemble the report", "its variable, units or times differ from those of \(sources[0].path)",
        remedy: "give the parts of one variable of one run only")
    }
    let elements = Set(sources.flatMap(\.elements)).sorted()
    let place = Dictionary(uniqueKeysWithValues: elements.enumerated().map { ($1, $0) })
    let frames = sources.map(\.endFrame).max() ?? 0
    let group = "/report/" + description.population
    try writeMapping(group, description, elements, frames: frames, to: file)
    try file.createFixed(group + "/data", .float32, shape: [Int(frames), elements.count])
    try file.setAttribute("units", of: group + "/data", description.units)
    try file.setAttribute("variable_name", of: group + "/data", description.variable)
    guard !elements.isEmpty else { return }
    let columns = sources.map { source in source.elements.map { place[$0]! } }
    var lastFrame = [Int64](repeating: -1, count: elements.count)
    let blockFrames = Int64(max(1, bufferBytes / 4 / elements.count))
    var from: Int64 = 0
    while from < frames {
      let block = from..<min(frames, from + blockFrames)
      var values = [Float](repeating: .nan, count: block.count * elements.count)
      var filled = [Int](repeating: 0, count: block.count)
      for (source, columns) in zip(sources, columns) {
        try source.scatter(block, columns, into: &values, width: elements.count, filled: &filled, lastFrame: &lastFrame)
      }
      if let hole = filled.firstIndex(where: { $0 != elements.count }) {
        throw .badData(
          file.path, "assemble the report",
          "frame \(block.lowerBound + Int64(hole)) of population \(description.population) has values of "
            + "\(filled[hole]) of \(elements.count) recorded elements",
          remedy: "give all parts of the run")
      }
      try file.write(group + "/data", firstRow: Int(from), values)
      from = block.upperBound
      progress()
    }
  }

  private static func writeMapping(
    _ group: String, _ description: ReportDescription, _ elements: [ReportElement], frames: Int64, to file: borrowing HDF5File
  ) throws(StorageError) {
    var nodes: [UInt64] = []
    var pointers: [UInt64] = []
    for (i, element) in elements.enumerated() where nodes.last != element.node {
      nodes.append(element.node)
      pointers.append(UInt64(i))
    }
    pointers.append(UInt64(elements.count))
    let duration = StepTime(resolution: description.interval).milliseconds(frames)
    let mapping = group + "/mapping"
    try file.write(mapping + "/node_ids", nodes)
    try file.setAttribute("sorted", of: mapping + "/node_ids", UInt8(1))
    try file.write(mapping + "/index_pointers", pointers)
    try file.write(mapping + "/element_ids", elements.map(\.element))
    try file.write(mapping + "/time", [description.start, description.start + duration, description.interval])
    try file.setAttribute("units", of: mapping + "/time", "ms")
  }
}

/// One column of a report: a compartment of a neuron.
private struct ReportElement: Hashable, Comparable, Sendable {
  let node: UInt64
  let element: UInt32
  static func < (a: ReportElement, b: ReportElement) -> Bool { (a.node, a.element) < (b.node, b.element) }
}

/// A part that is read for assembly.
private struct ReportSource {
  let description: ReportDescription
  let elements: [ReportElement]
  let firstFrame: Int64
  private let reader: PartReader

  var path: String { reader.path }
  var endFrame: Int64 { firstFrame + Int64(reader.records) }

  init(_ path: String) throws(StorageError) {
    let reader = try PartReader(path, magic: ReportPart.magic)
    self.reader = reader
    let width = reader.table.count / 12
    guard let description = ReportDescription(reader.text), reader.table.count == 12 * width, reader.recordBytes == 8 + 4 * width else {
      throw .badData(path, "read the part", "its header is damaged")
    }
    self.description = description
    let table = reader.table
    func number(_ at: Int, _ bytes: Int) -> UInt64 { (0..<bytes).reduce(0) { $0 | UInt64(table[at + $1]) << (8 * UInt64($1)) } }
    elements = (0..<width).map { ReportElement(node: number(8 * $0, 8), element: UInt32(number(8 * width + 4 * $0, 4))) }
    guard reader.records > 0 else {
      firstFrame = 0
      return
    }
    var first: UInt64 = 0
    try withUnsafeMutablePointer(to: &first) { (pointer) throws(StorageError) in
      try reader.read(first: 0, into: UnsafeMutableRawBufferPointer(start: pointer, count: 8))
    }
    firstFrame = Int64(bitPattern: UInt64(littleEndian: first))
    guard firstFrame >= 0, firstFrame < Int64(1) << 48 else { throw .badData(path, "read the part", "frame 0 of it is damaged") }
  }

  /// Puts the part's share of a block of frames in its columns.
  func scatter(
    _ block: Range<Int64>, _ columns: [Int], into values: inout [Float], width: Int, filled: inout [Int], lastFrame: inout [Int64]
  ) throws(StorageError) {
    let frames = max(block.lowerBound, firstFrame)..<max(max(block.lowerBound, firstFrame), min(block.upperBound, endFrame))
    guard !frames.isEmpty, !columns.isEmpty else { return }
    var bytes = [UInt8](repeating: 0, count: frames.count * reader.recordBytes)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
      try reader.read(first: Int(frames.lowerBound - firstFrame), into: UnsafeMutableRawBufferPointer(buffer))
    }
    let damage: Int64? = bytes.withUnsafeBytes { raw in
      for (row, frame) in frames.enumerated() {
        let at = row * reader.recordBytes
        guard Int64(bitPattern: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))) == frame else { return frame }
        let target = Int(frame - block.lowerBound)
        for (i, column) in columns.enumerated() {
          guard lastFrame[column] < frame else { return frame }
          lastFrame[column] = frame
          values[target * width + column] = raw.loadUnaligned(fromByteOffset: at + 8 + 4 * i, as: Float.self)
        }
        filled[target] += columns.count
      }
      return nil
    }
    if let damage {
      throw .badData(path, "assemble the report", "frame \(damage) is out of order or stands in two parts", remedy: "give each part once")
    }
  }
}
