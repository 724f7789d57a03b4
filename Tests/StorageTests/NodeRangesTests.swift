// Runs of integers and ranges of ids are the lists and sets that they stand for: all small ones.
import Testing

@testable import Storage

@Suite struct NodeRangesTests {
  @Test func setsOfIDs() {
    let sets = (0..<64).map { bits in Set((0..<6).filter { bits >> $0 & 1 == 1 }) }
    for a in sets {
      let x = NodeRanges(a.sorted())
      #expect(Set(x.ids) == a && x.count == a.count && x.isEmpty == a.isEmpty)
      #expect((-1..<8).allSatisfy { x.contains($0) == a.contains($0) })
      for b in sets {
        let y = NodeRanges(b.sorted())
        #expect(x.union(y) == NodeRanges(a.union(b).sorted()) && x.intersection(y) == NodeRanges(a.intersection(b).sorted()))
      }
    }
    #expect(NodeRanges(below: 0) == [] && NodeRanges(below: 3) == [0, 1, 2] && NodeRanges(below: 3).ranges == [0..<3])
  }

  @Test(arguments: [0, 1] as [Int64]) func runsOfIntegers(step: Int64) {
    for number in 0..<729 {
      let digits = sequence(first: number) { $0 / 3 }.prefix(6).map { Int64($0 % 3) }
      for length in 0...6 {
        let values = Array(digits[..<length]), runs = IntegerRuns(values, step: step)
        let breaks = zip(values, values.dropFirst()).filter { $1 != $0 + step }.count
        #expect(Array(runs) == values && runs.runCount == (values.isEmpty ? 0 : breaks + 1))
        for run in 0..<runs.runCount { #expect(values[runs.places(ofRun: run).lowerBound] == runs.first(ofRun: run)) }
      }
    }
    var long = IntegerRuns(step: step)
    let count = 1 << 40
    long.append(from: 5, count: count)
    long.append(from: 5 + step * Int64(count), count: 3)
    #expect(long.runCount == 1 && long.count == count + 3 && long[count + 2] == 5 + step * Int64(count + 2))
    // What cannot go on begins anew.
    #expect(Array(IntegerRuns([.max, .min, .max], step: step)) == [.max, .min, .max])
  }
}
