// The parts of rows that hold synapses, listed, against looking at all of them.
import Testing

@testable import Maths
@testable import Spiking

@Suite struct RowPartsTests {
  @Test(arguments: [(0, 5), (1, 1), (3, 40), (38, 1024)]) func listsWhatIsThere(slots: Int, rows: Int) {
    var parts = RowParts()
    // Used again: what was there before must not show.
    for object in 0..<3 {
      var stream = RandomStream(seed: 8, purpose: .initialState, object: UInt64(object))
      var starts: [Int32] = [], next: Int32 = 0
      for _ in 0..<slots {
        for _ in 0..<rows {
          starts.append(next)
          if stream.integer(below: 4) == 0 { next += Int32(1 + stream.integer(below: 3)) }
        }
        starts.append(next)
      }
      parts.list(starts, slots: slots, rows: rows)
      for row in 0..<rows {
        let expected = (0..<slots).filter { starts[$0 * (rows + 1) + row] < starts[$0 * (rows + 1) + row + 1] }
        #expect(parts[row].map(Int.init) == expected)
      }
    }
  }
}
