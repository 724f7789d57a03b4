// Inputs made ready for a resolution and a seed; every draw is addressed by (input, step, tile).
import Maths
import Networks

extension Purpose {
  static let poisson = Purpose("input.poisson")
  static let poissonAmplitude = Purpose("input.poisson.amplitude")
  static let noise = Purpose("input.noise")
}

/// The inputs of all populations.
struct PreparedInputs<S: SimulationScalar>: Sendable {
  /// By population, in the order of the description.
  let poisson: [[PoissonInput<S>]]
  let currents: [[CurrentInput<S>]]

  init(_ description: SimulationDescription, receptors: [Int]) throws {
    var poisson = description.network.populations.map { _ in [PoissonInput<S>]() }
    var currents = description.network.populations.map { _ in [CurrentInput<S>]() }
    for (number, input) in description.inputs.enumerated() {
      if case .poisson = input.kind {
        poisson[input.population].append(
          try PoissonInput(
            input, number: number, receptors: receptors[input.population], seed: description.seed, resolution: description.resolution))
      } else {
        currents[input.population].append(
          try CurrentInput(input, number: number, seed: description.seed, resolution: description.resolution))
      }
    }
    self.poisson = poisson
    self.currents = currents
  }
}

extension InputDescription {
  /// The steps in which the input takes effect.
  func steps(resolution: Double) throws -> Range<Int> {
    let (first, last) = (start + delay, stop + delay)
    if !(first >= 0 && last >= first) { throw fault("start \(start) and stop \(stop) ms make no interval from 0 on") }
    let begin = nearestStep(first, resolution: resolution)
    return begin..<max(begin, last.isFinite ? nearestStep(last, resolution: resolution) : Int.max)
  }
  func fault(_ text: String) -> NetworkError { NetworkError("input \(name): \(text)") }
}

/// The step that begins nearest to a time from 0 on; times beyond any simulation give a step beyond any simulation.
func nearestStep(_ time: Double, resolution: Double) -> Int { Int(min((time / resolution).rounded(), 0x1p53)) }

/// Scratch for one tile's inputs.
///
/// Invariant: `counts` has room for a tile, `values` for what was asked last.
final class InputScratch<S: SimulationScalar> {
  let counts = UnsafeMutablePointer<UInt16>.allocate(capacity: TileMap.largestTile + 16)
  private var memory = UnsafeMutablePointer<S>.allocate(capacity: 1)
  private var capacity = 0
  deinit {
    counts.deallocate()
    memory.deallocate()
  }

  /// Room for `count` numbers, unset.
  func values(_ count: Int) -> UnsafeMutablePointer<S> {
    if count > capacity {
      capacity = 2 * count
      memory.deallocate()
      memory = .allocate(capacity: capacity)
    }
    return memory
  }
}
