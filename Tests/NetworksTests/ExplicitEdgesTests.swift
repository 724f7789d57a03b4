// Explicit lists: every edge kept, in order, on the tile that owns its target; edges that cannot be.
import Testing

@testable import Networks

@Suite struct ExplicitEdgesTests {
  /// Edges in no order, with repeated pairs that differ in weight and delay only.
  private let edges = (0..<3000).map { (i: Int) -> Edge in
    let (source, target) = (UInt32(i * 7919 % 97), UInt32(i % 7 == 0 ? 5 : i * 104_729 % 113))
    return Edge(source: source, target: target, weight: Double(i) - 1500.25, delay: 0.1 * Double(i % 40 + 1))
  }
  private func network(_ edges: [Edge]) -> Network {
    NetworksTests.network(list("a", 97), list("b", 113), .explicit(EdgeList(edges)))
  }

  @Test func everyEdgeOnce() throws {
    let synapses = try DrawnNetwork<Double>(network(edges)).synapses()
    let expected = edges.map {
      DrawnSynapse(source: Int($0.source), target: Int($0.target), weight: $0.weight, delay: Int(($0.delay * 10).rounded()))
    }
    #expect(synapses.sorted() == expected.sorted())
  }
  /// Within a source and a target tile the order is that of the list.
  @Test func orderIsKept() throws {
    let drawn = try DrawnNetwork<Double>(network(edges))
    var checked = 0
    for (pair, synapses) in drawn.synapses(drawn.allPairs) {
      for source in drawn.tiles[pair.source].range {
        let row = synapses.filter { $0.source == source }.map(\.weight)
        let listed = edges.filter { Int($0.source) == source && drawn.tiles[pair.target].range.contains(Int($0.target)) }.map(\.weight)
        #expect(row == listed)
        checked += row.count > 1 ? 1 : 0
      }
    }
    #expect(checked > 100)
  }
  /// A rank keeps the edges onto its tiles only.
  @Test func ownedTilesOnly() throws {
    let network = network(edges)
    let tiles = TileMap(network)
    let targets = tiles.tiles(ofPopulation: 1)
    var found = 0
    for part in 0..<3 {
      var draw = try TileDraw<Double>(network, projection: 0, tiles: tiles, seed: 1, resolution: 0.1)
      try draw.loadEdges { $0 % 3 == part }
      var batch = SynapseBatch<Double>()
      var rows: [Int32] = []
      for t in targets {
        var onto = 0
        for s in tiles.tiles(ofPopulation: 0) {
          draw.draw(tiles[s], onto: tiles[t], draw.counts(onto: tiles[t]), into: &batch, rows: &rows)
          onto += batch.count
        }
        #expect(t % 3 == part || onto == 0)
        found += onto
      }
    }
    #expect(found == edges.count)
  }
  @Test func delaysOfTheList() throws {
    #expect(try DrawnNetwork<Float>(network(edges)).draw.delaySteps == 1...40)
    let none = try DrawnNetwork<Float>(network([]))
    #expect(none.synapses() == [] && none.draw.delaySteps == 10...10)
    #expect(none.draw.signOfWeights == -1)
  }

  @Test func edgesThatCannotBe() {
    func refusal(_ edge: Edge) -> String {
      var list = Array(edges[..<9])
      list.append(edge)
      do {
        _ = try DrawnNetwork<Float>(network(list))
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      refusal(Edge(source: 97, target: 0, weight: 1, delay: 1)) == "projection ab, edge 9: source 97 does not exist; a has 97 neurons")
    #expect(
      refusal(Edge(source: 0, target: 113, weight: 1, delay: 1)) == "projection ab, edge 9: target 113 does not exist; b has 113 neurons")
    for delay in [0, 0.04, -1, .nan, 6000.1, .infinity] {
      #expect(refusal(Edge(source: 0, target: 0, weight: 1, delay: delay)).hasPrefix("projection ab, edge 9: delay \(delay) ms"))
    }
    for weight in [Double.nan, .infinity] {
      #expect(refusal(Edge(source: 0, target: 0, weight: weight, delay: 1)) == "projection ab, edge 9: weight \(weight) is not finite")
    }
    #expect(refusal(Edge(source: 96, target: 112, weight: 1, delay: 0.1)) == "")
  }
  /// A list whose delays are not those that it declares.
  private struct Lying: EdgeSource {
    let count = 1
    let delays = 1.0...2.0
    let delay: Double
    func forEachBlock(_ body: ([Edge]) throws -> Void) throws { try body([Edge(source: 0, target: 0, weight: 1, delay: delay)]) }
  }
  @Test(arguments: [0.9, 2.1, 500]) func delaysThatWereNotDeclared(delay: Double) throws {
    let error = #expect(throws: NetworkError.self) {
      try DrawnNetwork<Float>(NetworksTests.network(list("a", 3), list("b", 3), .explicit(Lying(delay: delay))))
    }
    #expect("\(try #require(error))".hasPrefix("projection ab, edge 0: delay \(delay) ms lies outside 1.0...2.0 ms"))
    _ = try DrawnNetwork<Float>(NetworksTests.network(list("a", 3), list("b", 3), .explicit(Lying(delay: 1.5))))
  }
}
