// Inputs made ready for a resolution and a seed; every draw is addressed by (input, step, tile).
import Maths
import Networks

extension Purpose {
  static let poisson = Purpose("input.poisson")
  static let poissonAmplitude = Purpose("input.poisson.amplitude")
  static let noise = Purpose("input.noise")
}

/// The inputs of all populations.
///
/// Invariant: `poissonReferences` are those of `poisson`, which keeps them alive. Counting them for each tile would wait for all stores
/// before, as long as a hundred neurons take.
struct PreparedInputs<S: SimulationScalar> {
  /// By population, in the order of the description.
  let poisson: [[PoissonInput<S>]]
  let poissonReferences: [[Unmanaged<PoissonInput<S>>]]
  let currents: [[CurrentInput<S>]]

  init(_ description: SimulationDescription, receptors: [Int], tiles: TileMap) throws {
    var poisson = description.network.populations.map { _ in [PoissonInput<S>]() }
    var currents = description.network.populations.map { _ in [CurrentInput<S>]() }
    for (number, input) in description.inputs.enumerated() {
      if case .poisson = input.kind {
        poisson[input.population].append(
          try PoissonInput(
            input, number: number, receptors: receptors[input.population],
            tileSizes: tiles.tileSizes(ofPopulation: input.population), seed: description.seed, resolution: description.resolution))
      } else {
        currents[input.population].append(
          try CurrentInput(input, number: number, seed: description.seed, resolution: description.resolution))
      }
    }
    self.poisson = poisson
    poissonReferences = poisson.map { $0.map(Unmanaged.passUnretained) }
    self.currents = currents
  }
}

extension InputDescription {
  /// The steps in which the input takes effect.
  func steps(resolution: Double) throws -> Range<Int> {
    if !(start + delay >= 0 && stop >= start) { throw fault("start \(start) and stop \(stop) ms make no interval from 0 on") }
    let begin = arrival(of: start, resolution: resolution)
    return begin..<max(begin, (stop + delay).isFinite ? arrival(of: stop, resolution: resolution) : Int.max)
  }
  /// The step in which takes effect what happens at a time: time and delay are rounded each by itself, as NEST does.
  func arrival(of time: Double, resolution: Double) -> Int {
    max(0, nearestStep(time, resolution: resolution) + nearestStep(delay, resolution: resolution))
  }
  func fault(_ text: String) -> NetworkError { NetworkError("input \(name): \(text)") }
}

/// The step that begins nearest to a time from 0 on; times beyond any simulation give a step beyond any simulation.
func nearestStep(_ time: Double, resolution: Double) -> Int {
  Int(max(min(nearestSteps(time, resolution: resolution), 0x1p53), -0x1p53))
}

/// Scratch for one tile's inputs.
///
/// Invariant: `values` has room for what was asked last; `places`, `words` and `amplitudes` for a run of spikes and 64 more.
final class InputScratch<S: SimulationScalar> {
  /// Spikes whose amplitudes are drawn together.
  static var run: Int { 1024 }
  let places = UnsafeMutablePointer<UInt32>.allocate(capacity: run + 64)
  let words = UnsafeMutablePointer<UInt32>.allocate(capacity: run * S.wordsPerDraw + 64)
  let amplitudes = UnsafeMutablePointer<S>.allocate(capacity: run + 64)
  private var memory = UnsafeMutablePointer<S>.allocate(capacity: 1)
  private var capacity = 0
  deinit {
    places.deallocate()
    words.deallocate()
    amplitudes.deallocate()
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
