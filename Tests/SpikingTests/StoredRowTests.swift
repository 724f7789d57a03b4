// Stored rows and the spikes under way, against a plain ring of future inputs.
import CKernels
import Testing

@testable import Maths
@testable import Networks
@testable import Spiking

/// A synapse as it is drawn: place of the target in the block, channel, weight, delay in steps.
struct RowSynapse<S: SimulationScalar>: Equatable {
  var target: Int
  var channel: Int
  var weight: S
  var delay: Int
}

/// The synapses of a stored row, in the order in which they lie.
func decoded<S: SimulationScalar>(_ row: UnsafePointer<UInt16>, channel: Int, as: S.Type) -> [RowSynapse<S>] {
  var synapses: [RowSynapse<S>] = []
  var delay = 0
  var cursor = row
  while cursor.pointee != 0 {
    let (difference, count) = (Int(cursor.pointee >> 8), Int(cursor.pointee & 255))
    delay += difference
    let weights = UnsafeRawPointer(cursor + 1 + count)
    for k in 0..<count {
      let weight = weights.loadUnaligned(fromByteOffset: k * MemoryLayout<S>.stride, as: S.self)
      synapses.append(RowSynapse(target: Int(cursor[1 + k]), channel: channel, weight: weight, delay: delay))
    }
    cursor += 1 + count * (1 + MemoryLayout<S>.stride / 2)
  }
  return synapses
}

/// The part of a row from one batch, before it is written.
struct DrawnPiece<S: SimulationScalar> {
  var targets: [UInt16]
  var weights: [S]
  var delays: [UInt16]
  var offset: Int
  /// -1: the sign of each weight.
  var channel: Int
  var synapses: [RowSynapse<S>] {
    targets.indices.map { i in
      RowSynapse(
        target: Int(targets[i]) + offset, channel: channel >= 0 ? channel : weights[i] < 0 ? 1 : 0, weight: weights[i],
        delay: Int(delays[i]))
    }
  }
}

/// Rows of one source, one per channel, in memory of their own.
final class WrittenRows<S: SimulationScalar> {
  private(set) var rows: [UnsafeMutablePointer<UInt16>?] = []
  private(set) var sizesAgree = true
  deinit { for row in rows { row?.deallocate() } }

  init(_ pieces: [DrawnPiece<S>], channels: Int, writer: inout RowWriter<S>) {
    let memory = pieces.map { piece in
      (
        UnsafeMutableBufferPointer<UInt16>.allocate(capacity: piece.targets.count),
        UnsafeMutableBufferPointer<S>.allocate(capacity: piece.targets.count),
        UnsafeMutableBufferPointer<UInt16>.allocate(capacity: piece.targets.count)
      )
    }
    defer {
      for (targets, weights, delays) in memory {
        targets.deallocate()
        weights.deallocate()
        delays.deallocate()
      }
    }
    var rowPieces: [RowPiece<S>] = []
    for (piece, (targets, weights, delays)) in zip(pieces, memory) where !piece.targets.isEmpty {
      _ = targets.initialize(from: piece.targets)
      _ = weights.initialize(from: piece.weights)
      _ = delays.initialize(from: piece.delays)
      rowPieces.append(
        RowPiece(
          target: UnsafePointer(targets.baseAddress!), weight: UnsafePointer(weights.baseAddress!),
          delay: UnsafePointer(delays.baseAddress!),
          count: piece.targets.count, offset: UInt16(piece.offset), channel: piece.channel))
    }
    let mixed = pieces.contains { $0.channel < 0 }
    for channel in 0..<channels {
      let (units, synapses) = writer.measure(rowPieces, channel: channel, mixed: mixed)
      sizesAgree = sizesAgree && units <= writer.mostUnits(rows: 1, synapses: synapses)
      if units == 0 {
        rows.append(nil)
        sizesAgree = sizesAgree && synapses == 0
        continue
      }
      // What lies behind the row must stay as it is; rows are read by whole registers.
      let row = UnsafeMutablePointer<UInt16>.allocate(capacity: units + SynapseArena.readable)
      row.initialize(repeating: 0xabcd, count: units + SynapseArena.readable)
      writer.write(rowPieces, channel: channel, mixed: mixed, to: row)
      sizesAgree = sizesAgree && row[units - 1] == 0 && (0..<8).allSatisfy { row[units + $0] == 0xabcd }
      rows.append(row)
    }
  }
}

/// Random rows: few or many synapses, long delays, crowded delays, every kind of channel.
func randomPieces<S: SimulationScalar>(_ stream: inout RandomStream, width: Int, channels: Int, longest: Int, as: S.Type) -> [DrawnPiece<S>]
{
  let kinds = [0, 1, 1, 2, 3]
  return (0..<kinds[stream.integer(below: kinds.count)]).map { _ in
    let count = [0, 1, 5, 300, 1500][stream.integer(below: 5)]
    let offset = stream.integer(below: width / 2)
    let crowded = stream.bernoulli(0.5) ? stream.integer(below: longest) + 1 : 0
    var piece = DrawnPiece<S>(targets: [], weights: [], delays: [], offset: offset, channel: stream.integer(below: channels + 1) - 1)
    if channels == 1 { piece.channel = 0 }
    for _ in 0..<count {
      piece.targets.append(UInt16(stream.integer(below: width - offset)))
      piece.weights.append(S(stream.uniform(-3, 4)))
      let delay = crowded > 0 && stream.bernoulli(0.8) ? crowded : stream.integer(below: longest) + 1
      piece.delays.append(UInt16(delay))
    }
    return piece
  }
}

@Suite struct StoredRowTests {
  private func rowsHoldWhatWasDrawn<S: SimulationScalar>(_: S.Type, channels: Int, longest: Int) {
    var stream = RandomStream(seed: 71, purpose: .test, index: UInt64(longest))
    var writer = RowWriter<S>(longestDelay: longest)
    var crowded = 0
    for _ in 0..<15 {
      let pieces = randomPieces(&stream, width: 400, channels: channels, longest: longest, as: S.self)
      let written = WrittenRows(pieces, channels: channels, writer: &writer)
      #expect(written.sizesAgree)
      let drawn = pieces.flatMap(\.synapses)
      for channel in 0..<channels {
        let expected = drawn.filter { $0.channel == channel }
        // By delay; within a delay in the order of drawing.
        let sorted = expected.enumerated().sorted { ($0.element.delay, $0.offset) < ($1.element.delay, $1.offset) }.map(\.element)
        let perDelay = Dictionary(sorted.map { ($0.delay, 1) }, uniquingKeysWith: +)
        if perDelay.values.contains(where: { $0 > 510 }) { crowded += 1 }
        if let row = written.rows[channel] {
          #expect(decoded(row, channel: channel, as: S.self) == sorted)
        } else {
          #expect(sorted.isEmpty)
        }
      }
    }
    #expect(crowded > 0)
  }
  @Test(arguments: [1, 2, 3], [3, 255, 256, 700]) func rowsHoldWhatWasDrawn(channels: Int, longest: Int) {
    rowsHoldWhatWasDrawn(Float.self, channels: channels, longest: longest)
    rowsHoldWhatWasDrawn(Double.self, channels: channels, longest: longest)
  }

  /// Delays at the bridges of 255 steps, alone and together.
  @Test(arguments: [[1], [255], [256], [510], [511], [1, 256], [1, 257], [255, 510], [254, 765, 766], [60_000], [7, 7, 59_999]])
  func longDelays(delays: [Int]) throws {
    var writer = RowWriter<Float>(longestDelay: 60_000)
    let piece = DrawnPiece<Float>(
      targets: delays.indices.map { UInt16($0) }, weights: delays.map { Float($0) }, delays: delays.map { UInt16($0) }, offset: 3,
      channel: 0)
    let written = WrittenRows([piece], channels: 1, writer: &writer)
    #expect(written.sizesAgree)
    #expect(decoded(try #require(written.rows[0]), channel: 0, as: Float.self) == piece.synapses)
  }

  /// Inputs of every step, to the bit, when a ring is filled in the order (step of emission, source, row).
  private func arrivals<S: SimulationScalar>(_: S.Type, channels: Int, longest: Int, seed: UInt64, windowSteps: Int, bucket: Double) {
    let (width, sources, steps) = (300, 9, 200)
    var stream = RandomStream(seed: seed, purpose: .test)
    var writer = RowWriter<S>(longestDelay: longest)
    let pieces = (0..<sources).map { _ in randomPieces(&stream, width: width, channels: channels, longest: longest, as: S.self) }
    let written = pieces.map { WrittenRows($0, channels: channels, writer: &writer) }
    let synapses = pieces.map { $0.flatMap(\.synapses) }
    let interval = 10
    let pending = PendingRows<S>(longestDelay: longest, interval: interval)
    pending.expect(synapsesPerBucket: bucket, synapsesPerWindow: 3 * bucket)
    var ring: [Int: [S]] = [:]
    var due: [Int: Int] = [:]
    let stride = width * channels
    var input = [S](repeating: 0, count: stride * windowSteps)
    var counts = [Int64](repeating: 0, count: windowSteps)
    var first = 0
    var (delivered, added) = (0, 0)
    // Start beyond 0, across the wrap of 32-bit steps in one case.
    let start = seed % 2 == 0 ? Int(UInt32.max) - 90 : 0
    for k in 0..<steps + longest {
      // All spikes of an interval are known at its start, as those from outside are.
      if k % interval == 0 && k < steps {
        for emitted in k..<k + interval {
          for source in 0..<sources where stream.bernoulli(0.15) {
            for (channel, row) in written[source].rows.enumerated() {
              if let row { pending.append(row: UnsafePointer(row), emitted: start + emitted, input: channel * width) }
            }
            for synapse in synapses[source] {
              ring[emitted + synapse.delay, default: [S](repeating: 0, count: width * channels)][
                synapse.channel * width + synapse.target] +=
                synapse.weight
              due[emitted + synapse.delay, default: 0] += 1
            }
            added += synapses[source].count
          }
        }
      }
      // The first window is cut short, as after a restart.
      if k == 0 || (k + 1) % windowSteps == 0 {
        first = k
        for i in input.indices { input[i] = 0 }
        for i in counts.indices { counts[i] = 0 }
      }
      let steps = first..<((first + 1) / windowSteps + 1) * windowSteps - 1
      input.withUnsafeMutableBufferPointer { input in
        counts.withUnsafeMutableBufferPointer { counts in
          let window = ArrivalWindow(
            steps: start + steps.lowerBound..<start + steps.upperBound, input: input.baseAddress!, stride: stride,
            events: counts.baseAddress!)
          pending.deliver(window, step: start + k)
        }
      }
      let events = Int(counts[k - first])
      delivered += events
      #expect(events == due[k] ?? 0, "step \(k)")
      #expect(
        Array(input[(k - first) * stride..<(k - first + 1) * stride]) == ring[k] ?? [S](repeating: 0, count: stride), "step \(k)")
    }
    #expect(delivered == added && added > 10_000)
  }
  /// With windows of one and of several steps, buckets added where they lie or side by side, and at every level of the kernels.
  @Test(arguments: [(1, 40), (2, 40), (3, 300), (2, 1)], [(1, 1), (2, 1), (1, 4), (2, 3), (2, 8)] as [(UInt64, Int)])
  func arrivalsEqualThoseOfARing(form: (channels: Int, longest: Int), kind: (seed: UInt64, windowSteps: Int)) {
    defer { ckernels_force_level(-1) }
    for level in 0...ckernels_highest_level() {
      #expect(ckernels_force_level(level) == level)
      for bucket in [4.0, 100] {
        arrivals(
          Float.self, channels: form.channels, longest: form.longest, seed: kind.seed, windowSteps: kind.windowSteps, bucket: bucket)
      }
      arrivals(Double.self, channels: form.channels, longest: form.longest, seed: kind.seed, windowSteps: kind.windowSteps, bucket: 4)
    }
    arrivals(Double.self, channels: form.channels, longest: form.longest, seed: kind.seed, windowSteps: kind.windowSteps, bucket: 100)
  }

  /// Long where buckets are short and inputs small, single steps where spikes come from outside.
  @Test func lengthsOfWindows() {
    func steps(_ bucket: Double, width: Int = 1000, channels: Int = 1, outside: Bool = false) -> Int {
      Block<Float>.windowSteps(synapsesPerBucket: bucket, width: width, channels: channels, hasOutside: outside)
    }
    #expect([4, 8, 12, 30, 60].map { steps($0) } == [8, 8, 4, 2, 1])
    #expect(steps(4, width: 65_536) == 4 && steps(4, width: 65_536, channels: 2) == 2)
    #expect(Block<Double>.windowSteps(synapsesPerBucket: 4, width: 65_536, channels: 2, hasOutside: false) == 1)
    #expect(steps(4, outside: true) == 1)
  }
}
