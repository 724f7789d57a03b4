// SHA-256 of a run's spikes and final state, tile by tile, so that no rank needs to see everything.
import Maths
import Networks
import Parallel

/// The spikes of each owned tile, hashed as they come: (step, neuron number) as two little-endian 64-bit integers each.
struct TileHashes {
  private var spikes: [SHA256]
  init(count: Int) { spikes = [SHA256](repeating: SHA256(), count: count) }

  mutating func add(owned: Int, step: Int, first: Int, places: UnsafePointer<UInt16>, count: Int) {
    // Twelve bytes would do; sixteen keep the words aligned and the form open for larger numbers.
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * count) { words in
      for i in 0..<count {
        words[2 * i] = UInt64(step).littleEndian
        words[2 * i + 1] = UInt64(first + Int(places[i])).littleEndian
      }
      spikes[owned].update(UnsafeRawBufferPointer(words))
    }
  }

  func digest(owned: Int) -> [UInt8] { spikes[owned].digest() }

  /// The hash of an owned tile as it stands, for a checkpoint.
  subscript(owned: Int) -> SHA256 {
    get { spikes[owned] }
    set { spikes[owned] = newValue }
  }
}

/// The hash of all tiles' digests in tile order, on every rank, as hexadecimal text.
///
/// Windows of tiles pass through rank 0 one after the other: its memory does not grow with the network.
func combinedHash(_ communicator: borrowing Communicator, tiles: Int, owned: [Int], digest: (Int) -> [UInt8]) throws -> String {
  let window = 65_536
  var hash = SHA256()
  var place = 0
  for first in stride(from: 0, to: max(tiles, 1), by: window) {
    var mine: [UInt8] = []
    var numbers: [Int64] = []
    while place < owned.count && owned[place] < first + window {
      mine += digest(place)
      numbers.append(Int64(owned[place]))
      place += 1
    }
    let (all, _) = try communicator.gatherV(mine, to: 0)
    let (places, _) = try communicator.gatherV(numbers, to: 0)
    for i in places.indices.sorted(by: { places[$0] < places[$1] }) { hash.update(all[32 * i..<32 * (i + 1)]) }
  }
  let bytes = try communicator.broadcastBytes(hash.digest(), from: 0)
  return bytes.map { byte in
    let digits = Array("0123456789abcdef")
    return "\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
  }.joined()
}
