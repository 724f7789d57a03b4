// The duty cycle: deliver, input, update; after each interval collocate and communicate.
import Networks
import Parallel
import Running

// Why the order is right. An interval is the half-open range of steps [T, T + m), m the shortest delay between neurons in steps.
// deliver(k) adds what arrives in step k: it needs the spikes emitted in steps <= k - m < T, all of which are in `pending` at T.
// update(k) needs deliver(k) and update(k - 1), and emits spikes of step k. exchange(T) makes the spikes of [T, T + m) known to their
// targets' ranks before the next interval needs them. Blocks of a rank meet only in the exchange, so each may run its interval alone.
// Collective calls: the exchange (partners only), once per interval, and the checks, at steps that all ranks compute alike.

/// What happens to a rank's spikes and state beside the exchange.
public protocol SimulationObserver: AnyObject {
  /// The spikes of an owned tile in a recorded step: neurons `tile.range.lowerBound + places[i]` of its population.
  func spikes(step: Int, tile: Tile, places: UnsafeBufferPointer<UInt16>) throws
  /// A frame of a column recording: the values of this rank's recorded neurons, in the order of `ColumnSampler.neurons`.
  func frame(recording: Int, number: Int, values: [Double]) throws
  /// Steps before `step` are complete, on all owned tiles.
  func completed(step: Int) throws
}

extension Simulation {
  /// Advances to `end` (at most); the spikes of steps from `recordFrom` on are recorded.
  ///
  /// - Parameter afterInterval: called after each exchange with the next step; it returns false to stop there, on all ranks alike.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func run(
    until end: Int, observer: (any SimulationObserver)?, _ communicator: borrowing Communicator,
    afterInterval: (Int) throws -> Bool = { _ in true }
  ) throws {
    while step < end {
      let steps = min(interval, end - step)
      exchange.begin()
      for lag in 0..<steps { recent[(step + lag) % recent.count].removeAll(keepingCapacity: true) }
      try enqueueExternal(steps: steps)
      stopwatch.lap(.delivery)
      var owned = 0
      for (number, block) in blocks.enumerated() {
        for lag in 0..<steps {
          try advance(block, firstOwned: owned, step: step + lag, lag: lag, observer)
          for i in samplers.indices { samplers[i].sample(block: number, block, step: step + lag) }
        }
        owned += block.tiles.count
      }
      exchange.pack(steps: steps)
      stopwatch.lap(.collocation)
      try exchange.start()
      try exchange.finish(steps: steps)
      stopwatch.lap(.communication)
      try enqueue(steps: steps)
      stopwatch.lap(.delivery)
      step += steps
      for i in samplers.indices {
        try samplers[i].drain { number, values in try observer?.frame(recording: i, number: number, values: values) }
      }
      try observer?.completed(step: step)
      stopwatch.lap(.output)
      if try !afterInterval(step) { return }
    }
  }

  /// One step of one block.
  private func advance(_ block: Block<S>, firstOwned: Int, step: Int, lag: Int, _ observer: (any SimulationObserver)?) throws {
    let recording = step >= description.presimulationSteps
    block.input.update(repeating: 0, count: block.width * block.channels)
    for place in block.tiles.indices { applyInputs(block, place, step) }
    stopwatch.lap(.externalInput)
    let events = block.deliver(step: step)
    if recording { counts.events += events }
    stopwatch.lap(.delivery)
    for (place, tile) in block.tiles.enumerated() {
      let count = tile.model.advance(
        TileStep(
          count: tile.tile.count, columns: tile.columns, stride: tile.stride, input: block.input + tile.offset, inputStride: block.width,
          current: tile.current, fired: block.fired))
      if count == 0 { continue }
      let owned = firstOwned + place
      exchange.add(lag: lag, owned: owned, first: tile.firstNeuron, places: block.fired, count: count)
      let first = UInt32(truncatingIfNeeded: tile.firstNeuron)
      for i in 0..<count { recent[step % recent.count].append(first + UInt32(block.fired[i])) }
      if recording {
        counts.spikes[tile.tile.population] += count
        hashes.add(owned: owned, step: step, first: tile.firstNeuron, places: block.fired, count: count)
        try observer?.spikes(step: step, tile: tile.tile, places: UnsafeBufferPointer(start: block.fired, count: count))
      }
    }
    stopwatch.lap(.update)
  }

  private func applyInputs(_ block: Block<S>, _ place: Int, _ step: Int) {
    let tile = block.tiles[place]
    let (number, count) = (tile.tile.number, tile.tile.count)
    for input in inputs.poisson[tile.tile.population] {
      input.add(step: step, tile: number, count: count, input: block.input + tile.offset, inputStride: block.width, scratch: scratch)
    }
    let currents = inputs.currents[tile.tile.population]
    if currents.isEmpty || !currents.contains(where: { $0.changes(at: step) }) { return }
    block.setCurrent(place) { current in
      for input in currents { input.add(step: step, tile: number, count: count, to: current, scratch: scratch) }
    }
  }

  /// Puts the interval's spikes, ascending by (step, source), on their way to the blocks.
  private func enqueue(steps: Int) throws {
    for lag in 0..<steps {
      var tile = 0
      var neurons = 0..<0
      var firstOfPopulation = 0
      for spike in exchange.spikes[lag] {
        let neuron = Int(spike)
        if !neurons.contains(neuron) {
          tile = tiles.tile(ofNeuron: neuron)
          neurons = tiles.neurons(of: tiles[tile])
          firstOfPopulation = tiles.firstNeuron(ofPopulation: tiles[tile].population)
        }
        try send(tile: tile, place: neuron - neurons.lowerBound, source: neuron - firstOfPopulation, step: step + lag)
      }
    }
  }

  /// Puts the spikes from outside that are emitted in the coming interval on their way: they may arrive within it. They come before the
  /// network's own of the same step, on any number of ranks.
  private func enqueueExternal(steps: Int) throws {
    for lag in 0..<steps {
      try externalSpikes?.take(step: step + lag) { spike in
        let tile = tiles.tile(ofNeuron: Int(spike))
        let first = tiles.firstNeuron(ofPopulation: tiles[tile].population)
        try send(
          tile: tile, place: Int(spike) - tiles.neurons(of: tiles[tile]).lowerBound, source: Int(spike) - first, step: step + lag)
      }
    }
  }

  /// Puts one spike on its way to all blocks.
  ///
  /// - Parameters:
  ///   - place: the neuron's place in its tile.
  ///   - source: its index in its population.
  private func send(tile: Int, place: Int, source: Int, step: Int) throws {
    for block in blocks {
      if let arrivals = block.arrivals {
        try block.procedural.spike(source: source, tile: tile, step: step, block: block.tiles, draws: draws.draws, queue: arrivals)
        continue
      }
      guard let groups = block.groupsOfTile[tile] else { continue }
      for index in groups {
        let group = block.groups[index]
        let offset = group.offsets[place]
        if offset == group.offsets[place + 1] { continue }
        block.pending.append(row: group.base + Int(offset), emitted: step, input: group.channel * block.width)
      }
    }
  }
}
