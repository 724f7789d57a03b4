// Gradient recomputation over segments of time: the same bits from a tape that holds a part.
import Testing

@testable import Training

struct SegmentTests {
  @Test func segmentsAreWholeChunksFromTheEnd() {
    #expect(TimeSegments(steps: 100, chunk: 16, count: 1).ranges == [0..<100])
    #expect(TimeSegments(steps: 100, chunk: 16, count: 3).ranges == [0..<36, 36..<68, 68..<100])
    #expect(TimeSegments(steps: 10, chunk: 16, count: 4).ranges == [0..<10])
    for (steps, chunk, count) in [(100, 16, 7), (37, 5, 4), (1, 1, 3), (64, 8, 8)] {
      let ranges = TimeSegments(steps: steps, chunk: chunk, count: count).ranges
      #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == steps)
      for (a, b) in zip(ranges, ranges.dropFirst()) {
        #expect(a.upperBound == b.lowerBound)
        #expect((steps - b.lowerBound) % chunk == 0, "a boundary within a chunk")
      }
    }
  }

  /// Long enough for several chunks, which small networks have few of.
  private static func gradients(_ cell: CellModel, segments: [Int], folded: Bool) throws -> [(values: [Float], tally: Tally, bytes: Int)] {
    let two = cell.compartmentNames.count == 2
    let description = NetworkDescription(
      inputs: [InputGroup("x", channels: 20), InputGroup("c", channels: 6)],
      layers: [
        LayerDescription("hidden", units: 67, cell: cell),
        LayerDescription("readout", units: 3, cell: .readout(tau: folded ? .uniform(9) : .perUnit([5, 9, 14]))),
      ],
      projections: (two
        ? [
          ProjectionDescription("weight", from: [.input(0)], to: 0),
          ProjectionDescription("weight", from: [.input(1)], to: 0, compartments: 1..<2),
        ] : [ProjectionDescription("weight", from: [.input(0), .input(1)], to: 0)]) + [
          ProjectionDescription(
            "rec_weight", from: [.layer(0)], to: 0, compartments: 0..<(two ? 2 : 1), delay: 1, autapses: false),
          ProjectionDescription("weight", from: [.layer(0)], to: 1),
        ])
    let network = try SpikingNetwork<Float>(description)
    let parameters = network.makeParameters()
    var draws = TestDraws(seed: 17)
    for view in network.layout.views {
      view.scatter((0..<view.count).map { _ in Float(0.8 * draws.uniform() - 0.25) }, to: parameters.pointer)
    }
    let steps = 301,
      samples = (0..<16).map { index in
        let own = steps - 7 * index
        return Sample(
          events: [
            draws.events(channels: 20, steps: own, probability: 0.1), draws.events(channels: 6, steps: own, probability: 0.2),
          ], blocks: BlockIndex(lengths: [own]), target: .label(index % 3))
      }
    #expect(BackwardBuffers.chunk(network, samples: 16) < 130)
    return try segments.map { count in
      let pass = GradientPass(
        network: network, objective: .classes(), regulariser: SpikeRegulariser(strength: 1e-3, targetProbability: 0.01))
      pass.segments = count
      let gradient = pass.makeGradient()
      let shape = BatchShape(samples: 16, steps: steps)
      // Twice: a tape that was used must not remember.
      _ = try pass.gradient(samples, shape: shape, parameters: parameters, into: gradient)
      let result = try pass.gradient(samples, shape: shape, parameters: parameters, into: gradient)
      return (gradient.array, result.tally, pass.tape?.bytes ?? 0)
    }
  }

  private static let cells: [CellModel] = [
    .clif(
      interaction: .reluMult, threshold: 0.4, tauSoma: .uniform(5), tauApical: .uniform(12), reset: .subtraction,
      surrogate: Surrogate(.triangle)),
    .alif(
      threshold: 0.4, increment: 1.3, tauSoma: .uniform(5), tauAdaptation: .uniform(20), reset: .zero, surrogate: Surrogate(.triangle)),
    .lif(threshold: 0.5, tau: .uniform(5), reset: .zero, surrogate: Surrogate(.triangle)),
    .cubaLIF(threshold: 0.5, tauSynapse: .uniform(3), tau: .uniform(5), reset: .subtraction, surrogate: Surrogate(.super)),
  ]

  @Test(arguments: cells, [true, false])
  func gradientsHaveTheSameBits(_ cell: CellModel, _ folded: Bool) throws {
    let found = try Self.gradients(cell, segments: [1, 2, 3, 100], folded: folded)
    #expect(found[0].tally.spikes > 1000)
    #expect(found[0].values.contains { abs($0) > 1e-4 })
    for other in found.dropFirst() {
      #expect(other.values == found[0].values)
      #expect(other.tally == found[0].tally)
      #expect(other.bytes < 3 * found[0].bytes / 4, "the tape has become no smaller")
    }
  }
}
