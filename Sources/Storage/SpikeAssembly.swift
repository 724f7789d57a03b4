// Merges the parts of all ranks into one SONATA spike file, in bounded memory, the same bytes for any number of parts.

/// Makes `spikes.h5` of the parts that ranks wrote.
///
/// Two passes over the parts: the first counts and checks, so that the datasets can be made at their size; the second takes step after
/// step from all parts at once and sorts the spikes of one step by population and id. Memory holds one block of each part, one block of
/// each population and the spikes of one step.
public enum SpikeAssembly {
  /// Spikes after which progress is told.
  private static let pieceRecords = 1 << 16

  /// How many spikes each population has, in the order of the populations.
  public struct Summary: Sendable, Equatable {
    public let populations: [String]
    public let spikes: [Int]
  }

  /// - Parameters:
  ///   - parts: paths of all parts of one run, in any order; at least one.
  ///   - path: of the SONATA file, which appears when it is whole.
  ///   - bufferBytes: memory for the blocks of all parts together.
  ///   - progress: called after each piece of the work.
  /// - Throws: `StorageError` 65 if a part is damaged or parts do not belong together, 66 if one is missing, 73 or 74 if the file cannot
  ///   be written.
  @discardableResult
  public static func assemble(
    parts: [String], into path: String, bufferBytes: Int = 64 << 20, progress: () -> Void = {}
  ) throws(StorageError) -> Summary {
    precondition(!parts.isEmpty, "there are no parts to assemble")
    let blockRecords = max(256, bufferBytes / parts.count / 16)
    var cursors: [SpikeCursor] = []
    var populations: [String] = []
    var resolution = 0.0
    for (i, part) in parts.enumerated() {
      let reader = try PartReader(part, magic: SpikePart.magic)
      let (names, ownResolution) = try describe(reader)
      if i == 0 { (populations, resolution) = (names, ownResolution) }
      guard names == populations, ownResolution == resolution else {
        throw .badData(
          part, "assemble the spikes", "its populations or resolution differ from those of \(parts[0])",
          remedy: "give the parts of one run only")
      }
      cursors.append(SpikeCursor(reader, blockRecords: blockRecords))
    }
    let counts = try count(cursors, populations: populations.count, progress)
    let file = try HDF5File.create(path)
    try SonataSpikeLayout.writeHeader(file)
    var outputs: [SpikeOutput] = []
    let rows = min(1 << 16, max(1 << 10, (1 << 22) / max(1, populations.count)))
    for (name, count) in zip(populations, counts) {
      outputs.append(try SpikeOutput(file, population: name, count: count, bufferRows: rows))
    }
    try merge(&cursors, time: StepTime(resolution: resolution), into: &outputs, of: file, progress)
    for i in outputs.indices { try outputs[i].flush(to: file) }
    try file.close()
    return Summary(populations: populations, spikes: counts)
  }

  private static func describe(_ reader: PartReader) throws(StorageError) -> ([String], Double) {
    let names = reader.text["populations"]?.array?.compactMap(\.string)
    guard reader.recordBytes == 16, let names, let resolution = reader.text["resolution"]?.double, resolution > 0 else {
      throw .badData(reader.path, "read the part", "its header is damaged")
    }
    return (names, resolution)
  }

  private static func count(_ cursors: [SpikeCursor], populations: Int, _ progress: () -> Void) throws(StorageError) -> [Int] {
    var counts = [Int](repeating: 0, count: populations)
    for var cursor in cursors {
      progress()
      var last: Int64 = .min
      while let (step, key) = try cursor.next() {
        let population = Int(key >> 48)
        guard population < populations, step >= last, step >= 0 else {
          throw .badData(cursor.path, "read the part", "record \(cursor.taken - 1) is out of order or damaged (step \(step) after \(last))")
        }
        last = step
        counts[population] += 1
        if cursor.taken % pieceRecords == 0 { progress() }
      }
    }
    return counts
  }

  private static func merge(
    _ cursors: inout [SpikeCursor], time: StepTime, into outputs: inout [SpikeOutput], of file: borrowing HDF5File, _ progress: () -> Void
  ) throws(StorageError) {
    var queue = StepQueue(), done = 0
    for i in cursors.indices { if let step = try cursors[i].step() { queue.insert(step, i) } }
    var keys: [UInt64] = []
    while let step = queue.first?.step {
      keys.removeAll(keepingCapacity: true)
      while let first = queue.first, first.step == step {
        queue.removeFirst()
        try cursors[first.part].takeAll(of: step, into: &keys)
        if let later = try cursors[first.part].step() { queue.insert(later, first.part) }
      }
      keys.sort()
      done += keys.count
      if done >= pieceRecords {
        progress()
        done = 0
      }
      let milliseconds = time.milliseconds(step)
      for key in keys { try outputs[Int(key >> 48)].append(milliseconds, id: key & (SpikePart.largestID - 1), to: file) }
    }
  }
}

/// The place in one part, with a block of its records in memory.
private struct SpikeCursor {
  private let reader: PartReader
  private let blockRecords: Int
  private var block: [UInt64] = []
  private var at = 0
  private(set) var taken = 0

  var path: String { reader.path }

  init(_ reader: PartReader, blockRecords: Int) {
    self.reader = reader
    self.blockRecords = blockRecords
  }

  private mutating func fill() throws(StorageError) -> Bool {
    if at < block.count { return true }
    let n = min(blockRecords, reader.records - taken)
    guard n > 0 else { return false }
    if block.count != 2 * n { block = [UInt64](repeating: 0, count: 2 * n) }
    let first = taken
    try block.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
      try reader.read(first: first, into: UnsafeMutableRawBufferPointer(buffer))
    }
    at = 0
    return true
  }

  /// The step of the next record; nil at the end.
  mutating func step() throws(StorageError) -> Int64? {
    try fill() ? Int64(bitPattern: UInt64(littleEndian: block[at])) : nil
  }

  mutating func next() throws(StorageError) -> (step: Int64, key: UInt64)? {
    guard let step = try step() else { return nil }
    let key = UInt64(littleEndian: block[at + 1])
    at += 2
    taken += 1
    return (step, key)
  }

  mutating func takeAll(of step: Int64, into keys: inout [UInt64]) throws(StorageError) {
    while try self.step() == step, let record = try next() { keys.append(record.key) }
  }
}

/// The parts by their next step: a binary heap.
private struct StepQueue {
  private var heap: [(step: Int64, part: Int)] = []

  var first: (step: Int64, part: Int)? { heap.first }

  mutating func insert(_ step: Int64, _ part: Int) {
    heap.append((step, part))
    var child = heap.count - 1
    while child > 0, heap[child].step < heap[(child - 1) / 2].step {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].step < heap[least].step { least = child }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}

/// The two datasets of a population, written in blocks.
private struct SpikeOutput {
  private let group: String
  private let bufferRows: Int
  private var done = 0
  private var times: [Double] = []
  private var ids: [UInt64] = []

  init(_ file: borrowing HDF5File, population: String, count: Int, bufferRows: Int) throws(StorageError) {
    group = "/spikes/" + population
    self.bufferRows = bufferRows
    try SonataSpikeLayout.createPopulation(file, population, count: count)
  }

  mutating func append(_ time: Double, id: UInt64, to file: borrowing HDF5File) throws(StorageError) {
    times.append(time)
    ids.append(id)
    if times.count == bufferRows { try flush(to: file) }
  }

  mutating func flush(to file: borrowing HDF5File) throws(StorageError) {
    try file.write(group + "/timestamps", firstRow: done, times)
    try file.write(group + "/node_ids", firstRow: done, ids)
    done += times.count
    times.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
  }
}
