// Writes rows of stored synapses from drawn batches: a counting sort by delay, straight into the arena.
import Networks

/// The part of a row that one batch holds.
struct RowPiece<W> {
  let target: UnsafePointer<UInt16>
  let weight: UnsafePointer<W>
  let delay: UnsafePointer<UInt16>
  let count: Int
  /// Place of the target tile's first neuron in the block.
  let offset: UInt16
  /// The receptor of all synapses, or -1 for the sign of each weight.
  let channel: Int
}

/// Scratch for writing rows; one is used for many rows.
struct RowWriter<S: SimulationScalar>: ~Copyable {
  /// Synapses of the row per delay.
  private var counts: [Int32]
  /// Per delay the units of the next target (lower half) and of its weight (upper half): a synapse reads and writes one number.
  private var places: [UInt64]
  /// Room left in the bucket that is being filled, where a delay has several.
  private var room: [Int32]
  /// Buckets written so far, and the steps from the first to the last delay of each row, summed.
  private(set) var buckets = 0
  private(set) var steps = 0

  init(longestDelay: Int) {
    counts = [Int32](repeating: 0, count: longestDelay + 1)
    places = [UInt64](repeating: 0, count: longestDelay + 1)
    room = counts
  }

  /// Units that so many rows take at most: synapses, headers of one bucket per delay and row (each has a synapse) and of full ones, bridges
  /// of long differences, ends.
  func mostUnits(rows: Int, synapses: Int) -> Int {
    synapses * RowFormat.units(S.self) + min(rows * counts.count, synapses) + synapses / RowFormat.largestCount
      + rows * (counts.count / RowFormat.largestDifference + 1)
  }

  /// Whether a synapse of the piece goes to a channel.
  @inline(__always) private static func belongs(_ piece: RowPiece<S>, _ i: Int, _ channel: Int) -> Bool {
    piece.channel >= 0 ? piece.channel == channel : (piece.weight[i] < 0 ? 1 : 0) == channel
  }

  /// Units that the row of a channel takes; 0 if it has no synapse. Sets the counts that ``write`` uses.
  mutating func measure(_ pieces: [RowPiece<S>], channel: Int, mixed: Bool) -> (units: Int, synapses: Int) {
    var total = 0
    counts.withUnsafeMutableBufferPointer { counts in
      counts.update(repeating: 0)
      for piece in pieces where mixed || piece.channel == channel {
        if mixed {
          for i in 0..<piece.count where Self.belongs(piece, i, channel) {
            counts[Int(piece.delay[i])] += 1
            total += 1
          }
        } else {
          for i in 0..<piece.count { counts[Int(piece.delay[i])] += 1 }
          total += piece.count
        }
      }
    }
    if total == 0 { return (0, 0) }
    var units = 1 + total * RowFormat.units(S.self)
    var last = 0
    for delay in 0..<counts.count where counts[delay] > 0 {
      units += (Int(counts[delay]) + RowFormat.largestCount - 1) / RowFormat.largestCount
      units += max(0, delay - last - 1) / RowFormat.largestDifference
      last = delay
    }
    return (units, total)
  }

  /// Writes the row measured last.
  mutating func write(_ pieces: [RowPiece<S>], channel: Int, mixed: Bool, to row: UnsafeMutablePointer<UInt16>) {
    let crowded = writeHeaders(to: row)
    let next = Self.place(target: 1, weight: MemoryLayout<S>.stride / 2)
    places.withUnsafeMutableBufferPointer { places in
      room.withUnsafeMutableBufferPointer { room in
        for piece in pieces where mixed || piece.channel == channel {
          for i in 0..<piece.count where !mixed || Self.belongs(piece, i, channel) {
            let delay = Int(piece.delay[i])
            let place = places[delay]
            row[Int(truncatingIfNeeded: place & 0xffff_ffff)] = piece.target[i] &+ piece.offset
            UnsafeMutableRawPointer(row + Int(truncatingIfNeeded: place >> 32)).storeBytes(of: piece.weight[i], as: S.self)
            places[delay] = place &+ next
            if crowded {
              room[delay] -= 1
              if room[delay] > 0 { continue }
              // The bucket is full. If the delay has another, it follows.
              let header = Int(truncatingIfNeeded: (place &+ next) >> 32), size = RowFormat.count(row[header])
              places[delay] = Self.place(target: header + 1, weight: header + 1 + size)
              room[delay] = Int32(size)
            }
          }
        }
      }
    }
  }

  private static func place(target: Int, weight: Int) -> UInt64 { UInt64(weight) << 32 | UInt64(target) }

  /// Writes the headers, and sets for each delay where its first synapse goes; tells whether a delay needs several buckets.
  private mutating func writeHeaders(to row: UnsafeMutablePointer<UInt16>) -> Bool {
    let synapseUnits = RowFormat.units(S.self)
    var unit = 0
    var last = 0
    var crowded = false
    var first = 0
    for delay in 0..<counts.count where counts[delay] > 0 {
      while delay - last > RowFormat.largestDifference {
        row[unit] = RowFormat.header(difference: RowFormat.largestDifference, count: 0)
        last += RowFormat.largestDifference
        unit += 1
      }
      if first == 0 { first = delay }
      var left = Int(counts[delay])
      let size = min(left, RowFormat.largestCount)
      places[delay] = Self.place(target: unit + 1, weight: unit + 1 + size)
      room[delay] = Int32(size)
      crowded = crowded || left > size
      while left > 0 {
        let count = min(left, RowFormat.largestCount)
        buckets += 1
        row[unit] = RowFormat.header(difference: delay - last, count: count)
        last = delay
        unit += 1 + count * synapseUnits
        left -= count
      }
    }
    row[unit] = RowFormat.end
    steps += last - first + 1
    return crowded
  }
}
