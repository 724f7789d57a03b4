// What a simulation is worth when it is done: hashes, checks, figures. Collective: all ranks call these alike.
import Maths
import Networks
import Parallel
import Running

extension Simulation {
  /// The hash of all recorded spikes, the same on any number of ranks.
  public func spikeHash(_ communicator: borrowing Communicator) throws -> String {
    try combinedHash(communicator, tiles: tiles.count, owned: owned) { hashes.digest(owned: $0) }
  }

  /// The hash of the state: of each tile its columns and its spikes that are still under way, as (step, neuron).
  ///
  /// Spikes under way stand for the inputs to come: with the synapses they determine them, and they are the same for either storage.
  public func stateHash(_ communicator: borrowing Communicator) throws -> String {
    let underWay = SpikesUnderWay(self)
    let inOrder = ownedTiles
    return try combinedHash(communicator, tiles: tiles.count, owned: owned) { place in
      let tile = inOrder[place]
      var hash = SHA256()
      for column in tile.description.columns.indices {
        let values = UnsafeBufferPointer(start: tile.columns + column * tile.stride, count: tile.tile.count)
        hash.update(UnsafeRawBufferPointer(values))
      }
      underWay.withWords(place) { words in words.map(\.littleEndian).withUnsafeBytes { hash.update($0) } }
      return hash.digest()
    }
  }

  /// Searches this rank's state for values that are not finite.
  /// - Throws: `NumericalError` naming the first one found.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func checkFinite() throws {
    for block in blocks {
      for tile in block.tiles {
        for (number, column) in tile.description.columns.enumerated() {
          let values = tile.columns + number * tile.stride
          // The sum of zero times each value is zero unless one is infinite or not a number.
          var sum: S = 0
          for i in 0..<tile.tile.count { sum += values[i] * 0 }
          if sum == 0 { continue }
          let bad = (0..<tile.tile.count).first { !values[$0].isFinite } ?? 0
          let population = description.network.populations[tile.tile.population].name
          throw NumericalError(
            description: "\(column.name) of neuron \(tile.tile.range.lowerBound + bad) of population \(population) is \(values[bad]) at "
              + "\(HumanUnits.significant(Double(step) * description.resolution, 9)) ms; look for weights, currents or initial values out of scale"
          )
        }
      }
    }
  }

  /// Mean rate of each population in Hz since recording began. Collective.
  public func rates(_ communicator: borrowing Communicator) throws -> [Double] {
    var spikes = counts.spikes
    try communicator.sum(&spikes)
    let seconds = Double(max(0, step - description.presimulationSteps)) * description.resolution / 1000
    return zip(spikes, description.network.populations).map { seconds > 0 && $1.count > 0 ? Double($0) / Double($1.count) / seconds : 0 }
  }

  /// Ends the run if a population fires too much. Collective.
  public func checkRates(_ communicator: borrowing Communicator) throws {
    for (population, rate) in zip(description.network.populations, try rates(communicator)) where rate > description.checks.highestRate {
      throw NumericalError(
        description: "population \(population.name) fires at \(HumanUnits.significant(rate)) Hz on average up to "
          + "\(HumanUnits.significant(Double(step) * description.resolution, 9)) ms, above the limit of "
          + "\(HumanUnits.significant(description.checks.highestRate)) Hz; look for excitation that runs away, or raise checks.rate.below")
    }
  }

  /// Counts time from here on, beside what an earlier part of the run took. [s]
  public func resetStopwatch(earlier: [(phase: Phase, seconds: Double)] = [], earlierTotal: Double = 0) {
    stopwatch = Stopwatch()
    for (phase, seconds) in earlier { stopwatch.add(earlier: seconds, to: phase) }
    stopwatch.add(earlierTotal: earlierTotal)
    stopwatch.start()
  }
  public func stopStopwatch() { stopwatch.stop() }
  /// What happened since the last phase ended, such as the writing of a checkpoint, belongs to output.
  public func countAsOutput() { stopwatch.lap(.output) }

  /// Messages and bytes this rank has sent to others.
  public var traffic: (messages: Int, bytes: Int) {
    (counts.earlierMessages + exchange.messagesSent, counts.earlierBytes + exchange.bytesSent)
  }

  /// Bytes of state and inputs.
  public var stateBytes: Int { blocks.reduce(0) { $0 + $1.bytes } }
}
