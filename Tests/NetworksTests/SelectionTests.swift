// Choices of neurons, and the node ids under which neurons are written.
import Testing

@testable import Networks

@Suite struct SelectionTests {
  private func chosen(_ selection: Selection, of count: Int) -> [Int] { (0..<count).filter(selection.contains) }

  @Test func kinds() {
    #expect(chosen(.all, of: 4) == [0, 1, 2, 3] && chosen(.none, of: 4) == [])
    #expect(chosen(.range(2..<5), of: 9) == [2, 3, 4] && chosen(.range(3..<3), of: 9) == [])
    #expect(chosen(.list([0, 3, 8]), of: 9) == [0, 3, 8] && chosen(.list([]), of: 9) == [] && chosen(.list([5]), of: 9) == [5])
  }
  @Test(arguments: [0, 0.1, 0.25, 1 / 3.0, 0.5, 0.9, 1]) func fractionsAreEvenlySpread(fraction: Double) {
    let found = chosen(.fraction(fraction), of: 1000)
    #expect(abs(Double(found.count) - 1000 * fraction) < 1)
    let gaps = zip(found, found.dropFirst()).map { $1 - $0 }
    if fraction > 0 { #expect(gaps.allSatisfy { abs(Double($0) - 1 / fraction) < 1.000001 }) }
    #expect(fraction != 1 || found.count == 1000)
  }
  @Test func faults() {
    #expect(
      Selection.all.fault(for: 0) == nil && Selection.list([0, 9]).fault(for: 10) == nil && Selection.range(0..<10).fault(for: 10) == nil)
    #expect(Selection.list([0, 10]).fault(for: 10) == "neuron 10 does not exist; there are 10")
    #expect(Selection.list([-1, 3]).fault(for: 10) == "neuron -1 does not exist; there are 10")
    #expect(Selection.range(0..<11).fault(for: 10) != nil && Selection.range(-1..<3).fault(for: 10) != nil)
    #expect(
      Selection.fraction(1.01).fault(for: 10) != nil && Selection.fraction(-0.1).fault(for: 10) != nil
        && Selection.fraction(.nan).fault(for: 10) != nil)
  }
}

@Suite struct OutputIDTests {
  @Test func runs() {
    let ids = OutputIDs(group: "cortex", runs: [100..<103, 7..<9, 50..<51])
    let expected = [100, 101, 102, 7, 8, 50]
    #expect(expected.indices.map(ids.id(of:)) == expected)
    for (index, id) in expected.enumerated() { #expect(ids.index(of: id) == index) }
    #expect([103, 9, 0, 6, 49, 51, 99].allSatisfy { ids.index(of: $0) == nil })
    let ascending = OutputIDs(group: "cortex", runs: [7..<9, 50..<51, 100..<103])
    #expect([7, 8, 50, 100, 101, 102].map(ascending.index(of:)) == [0, 1, 2, 3, 4, 5] && ascending.index(of: 9) == nil)
  }
  @Test func withoutRunsTheIndexIsTheId() {
    let ids = Population(name: "exc", model: "iaf_psc_exp", layout: .list(count: 5)).output
    #expect(ids.group == "exc" && ids.id(of: 3) == 3 && ids.index(of: 3) == 3)
  }
}
