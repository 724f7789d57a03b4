// The duty cycle: deliver, update, input; after each interval collocate and communicate.
import CKernels
import CPlatform
import Networks
import Parallel
import Running

// Why the order is right. An interval is the half-open range of steps [T, T + n). The shortest delay between neurons is m steps.
// deliver(k) adds what arrives in step k: it needs the spikes emitted in steps <= k - m, which have to be in `pending` by then.
// update(k) needs deliver(k) and update(k - 1), and emits spikes of step k. Blocks of a rank meet only in the exchange, so each may run
// its interval alone.
// A block's inputs are those of a window of w steps: its first deliver adds all that is in `pending` and arrives in the window, the others
// what has come to `pending` since. Emissions only rise from one to the next, so a sum's order is that of single steps.
// With m = 1, n = 1: the spikes of [T, T + 1) are exchanged before the next step.
// With m >= 2, n = m / 2 rounded down, and the messages travel while the next interval is computed: the spikes of [T, T + n) arrive from
// T + m on, which is at or after T + 2n, and they are in `pending` at T + 2n.
// Procedural networks keep to n = m without overlap: rows are drawn the faster the more of them are drawn together.
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
  /// - `afterInterval`: called after each exchange with the next step; it returns false to stop there, on all ranks alike.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func run(
    until end: Int, observer: (any SimulationObserver)?, _ communicator: borrowing Communicator,
    afterInterval: (Int) throws -> Bool = { _ in true }
  ) throws {
    while step < end {
      let steps = min(interval, end - step)
      pulse.enter(.update)
      exchange.begin()
      for lag in 0..<steps { recent[(step + lag) % recent.count].removeAll(keepingCapacity: true) }
      try enqueueExternal(steps: steps)
      stopwatch.lap(.delivery)
      for (number, block) in blocks.enumerated() {
        // Just before the block's turn: what its last turn gave back of the memory of events is still in cache.
        try sendUndrawn(to: block)
        for lag in 0..<steps {
          try advance(block, step: step + lag, lag: lag, observer)
          for i in samplers.indices { samplers[i].sample(block: number, block, step: step + lag) }
        }
      }
      undrawn = nil
      exchange.pack(steps: steps)
      stopwatch.lap(.collocation)
      try receive(emittedBefore: step)
      pulse.enter(.communication)
      try exchange.start(steps: steps)
      stopwatch.lap(.communication)
      step += steps
      if !overlaps { try receive(emittedBefore: step) }
      pulse.reach(step)
      pulse.enter(.output)
      for i in samplers.indices {
        try samplers[i].drain { number, values in try observer?.frame(recording: i, number: number, values: values) }
      }
      try observer?.completed(step: step)
      stopwatch.lap(.output)
      if try !afterInterval(step) { break }
    }
    try receive(emittedBefore: step)
  }

  /// Waits for the interval that travels, the one before `end`, if there is one, and puts its spikes on their way to the blocks.
  private func receive(emittedBefore end: Int) throws {
    let steps = exchange.travelling
    if steps == 0 { return }
    pulse.enter(.communication)
    try exchange.finish()
    stopwatch.lap(.communication)
    pulse.enter(.delivery)
    if description.storage == .procedural {
      // All steps at once: the more rows are drawn together the better.
      precondition(undrawn == nil, "the spikes of an interval are drawn before the next ones arrive: procedural networks do not overlap")
      spikesBySource.clear()
      for lag in 0..<steps { spikesBySource.append(exchange.arrived[lag]) }
      undrawn = end - steps
    } else {
      for lag in 0..<steps {
        for spike in exchange.arrived[lag] { locate(spike) }
        try sendLocated(step: end - steps + lag, external: false)
      }
    }
    stopwatch.lap(.delivery)
  }

  /// One step of one block.
  private func advance(_ block: Block<S>, step: Int, lag: Int, _ observer: (any SimulationObserver)?) throws {
    let recording = step >= description.presimulationSteps
    let events = block.deliver(step: step)
    let input = block.input(lag: step - block.window.lowerBound)
    if recording { counts.events += events }
    stopwatch.lap(.delivery)
    // A tile's inputs are made ready for the next window while the tile is still in cache. Reading the clock for each tile would cost more
    // than it tells, so the two phases are told apart in one window of 16.
    let next = block.window(from: step + 1)
    let prepares = step + 1 == block.window.upperBound
    let timed = prepares && step / next.count % 16 == 0
    let before = (stopwatch.seconds(of: .update), stopwatch.seconds(of: .externalInput))
    for stretch in block.stretches {
      let model = stretch.kind.model
      let (poisson, currents) = (inputs.poissonReferences[stretch.population], inputs.currents[stretch.population])
      for place in stretch.tiles {
        let tile = block.tiles[place]
        let count = model.advance(
          TileStep(
            count: tile.tile.count, columns: tile.columns, stride: tile.stride, input: input + tile.offset, inputStride: block.width,
            current: tile.current, fired: block.fired))
        if count > 0 {
          try emit(tile, step: step, lag: lag, fired: block.fired, count: count, recording, observer)
        }
        if timed { stopwatch.lap(.update) }
        if prepares { prepareSpikes(block, place, next, poisson) }
        try prepareCurrent(block, place, step + 1, currents)
        if timed { stopwatch.lap(.externalInput) }
      }
    }
    if prepares { block.begin(next) }
    if !prepares {
      stopwatch.lap(.update)
    } else if timed {
      timedTurns.update += stopwatch.seconds(of: .update) - before.0
      timedTurns.input += stopwatch.seconds(of: .externalInput) - before.1
    } else {
      stopwatch.lap(.update, and: .externalInput, part: timedTurns.input / max(timedTurns.update + timedTurns.input, 1e-9))
    }
  }

  /// Hands on the spikes of a tile in a step.
  private func emit(
    _ tile: OwnedTile<S>, step: Int, lag: Int, fired: UnsafePointer<UInt16>, count: Int, _ recording: Bool,
    _ observer: (any SimulationObserver)?
  ) throws {
    exchange.add(lag: lag, owned: tile.owned, first: tile.firstNeuron, places: fired, count: count)
    let first = UInt32(truncatingIfNeeded: tile.firstNeuron)
    for i in 0..<count { recent[step % recent.count].append(first + UInt32(fired[i])) }
    if recording {
      counts.spikes[tile.tile.population] += count
      hashes.add(owned: tile.owned, step: step, first: tile.firstNeuron, places: fired, count: count)
      try observer?.spikes(step: step, tile: tile.tile, places: UnsafeBufferPointer(start: fired, count: count))
    }
  }

  /// Makes the inputs of all tiles ready for the next step and the window that begins with it.
  ///
  /// - Parameter anew: sets injected currents also where they are those of the step before, after a restart.
  func prepareInputs(anew: Bool = false) throws {
    for block in blocks {
      block.begin(block.window(from: step))
      for stretch in block.stretches {
        for place in stretch.tiles {
          prepareSpikes(block, place, block.window, inputs.poissonReferences[stretch.population])
          try prepareCurrent(block, place, step, inputs.currents[stretch.population], anew: anew)
        }
      }
    }
  }

  /// Sets a tile's inputs to the spikes that come from outside in the steps of a window.
  @inline(__always)
  private func prepareSpikes(_ block: Block<S>, _ place: Int, _ window: Range<Int>, _ poisson: [Unmanaged<PoissonInput<S>>]) {
    let tile = block.tiles[place]
    let (number, count) = (tile.tile.number, tile.tile.count)
    for step in window {
      let input = block.input(lag: step - window.lowerBound) + tile.offset
      // The first source may write its receptor's inputs anew; all else is added to zeros.
      let written = poisson.first.flatMap { $0._withUnsafeGuaranteedRef { $0.writes(step: step) } }
      for channel in 0..<block.channels where channel != written {
        ckernels_clear_lines(input + channel * block.width, Int64(tile.stride * MemoryLayout<S>.stride / 64))
      }
      for (place, source) in poisson.enumerated() {
        source._withUnsafeGuaranteedRef {
          $0.add(
            step: step, tile: number, count: count, anew: place == 0 && written != nil, input: input, inputStride: block.width,
            scratch: scratch)
        }
      }
    }
  }

  /// Sets a tile's injected current where it changes at a step.
  @inline(__always)
  private func prepareCurrent(_ block: Block<S>, _ place: Int, _ step: Int, _ currents: [CurrentInput<S>], anew: Bool = false) throws {
    if currents.isEmpty || !(anew || currents.contains(where: { $0.changes(at: step) })) { return }
    let tile = block.tiles[place].tile
    try block.setCurrent(place) { current in
      for source in currents { source.add(step: step, tile: tile.number, count: tile.count, to: current, scratch: scratch) }
    }
  }

  /// Puts the spikes from outside that are emitted in the coming interval on their way: they may arrive within it.
  private func enqueueExternal(steps: Int) throws {
    guard externalSpikes != nil else { return }
    for lag in 0..<steps {
      externalSpikes!.take(step: step + lag) { locate($0) }
      if located.isEmpty { continue }
      // They take the place of those that wait to be drawn.
      for block in blocks { try sendUndrawn(to: block) }
      undrawn = nil
      try sendLocated(step: step + lag, external: true)
    }
  }

  /// Finds a spike's tile and its place there.
  func locate(_ spike: UInt32) {
    let neuron = Int(spike)
    if let last = located.last, last.neurons.contains(neuron) {
      located.append(LocatedSpike(tile: last.tile, neurons: last.neurons, neuron: neuron))
      return
    }
    let tile = tiles.tile(ofNeuron: neuron)
    located.append(LocatedSpike(tile: tile, neurons: tiles.neurons(of: tiles[tile]), neuron: neuron))
  }

  /// Puts the located spikes, all of one step, on their way to all blocks.
  func sendLocated(step: Int, external: Bool) throws {
    if description.storage == .procedural {
      spikesBySource.clear()
      spikesBySource.append(located.map { UInt32(truncatingIfNeeded: $0.neuron) })
      try sendDrawn(first: step, external: external)
      return located.removeAll(keepingCapacity: true)
    }
    // A variable of its own: at each access to one of the object it would be checked who else uses it.
    var found: [FoundRow] = []
    swap(&found, &self.found)
    for block in blocks {
      let pending = external ? block.pendingExternal : block.pending
      block.rows(of: located, into: &found)
      // Where a row begins is far away, and so is the row: both are asked for before the first one is needed.
      block.groups.withUnsafeBufferPointer { groups in
        found.withUnsafeMutableBufferPointer { found in
          for spike in found {
            let group = groups[Int(spike.group)]
            if let listed = group.listed { cplatform_prefetch(listed) } else { cplatform_prefetch(group.offsets + Int(spike.place)) }
          }
          for index in found.indices {
            let group = groups[Int(found[index].group)]
            let row = group.row(of: Int(found[index].place))
            found[index].row = Int32(truncatingIfNeeded: row ?? -1)
            if let row { cplatform_prefetch(group.base + Int(group.offsets[row])) }
          }
          for spike in found where spike.row >= 0 {
            let group = groups[Int(spike.group)]
            pending.append(row: group.base + Int(group.offsets[Int(spike.row)]), emitted: step, input: group.channel * block.width)
          }
        }
      }
      found.removeAll(keepingCapacity: true)
    }
    swap(&found, &self.found)
    located.removeAll(keepingCapacity: true)
  }
}

extension Simulation {
  /// Draws the synapses of the spikes taken, the first of them emitted in step `first`.
  private func sendDrawn(first: Int, external: Bool) throws {
    for block in blocks {
      guard let arrivals = external ? block.arrivalsExternal : block.arrivals else { continue }
      try block.procedural.send(spikesBySource, first: first, block: block.tiles, arrivals: arrivals)
    }
  }

  /// Draws the synapses onto a block of the spikes that were received last.
  private func sendUndrawn(to block: Block<S>) throws {
    guard let first = undrawn, let arrivals = block.arrivals else { return }
    try block.procedural.send(spikesBySource, first: first, block: block.tiles, arrivals: arrivals)
  }
}

/// A spike on its way to the blocks.
struct LocatedSpike {
  let tile: Int
  /// Numbers of the tile's neurons.
  let neurons: Range<Int>
  let neuron: Int
  var place: Int { neuron - neurons.lowerBound }
}

extension Block {
  /// Appends the rows of spikes, which ascend by source as the block's source tiles do.
  func rows(of spikes: [LocatedSpike], into found: inout [FoundRow]) {
    sources.withUnsafeBufferPointer { sources in
      var (next, last) = (0, 0)
      for spike in spikes {
        precondition(spike.tile >= last, "spikes ascend by source")
        last = spike.tile
        while next < sources.count && sources[next].tile < spike.tile { next += 1 }
        if next == sources.count { return }
        if sources[next].tile > spike.tile { continue }
        for index in sources[next].groups {
          found.append(FoundRow(group: Int32(truncatingIfNeeded: index), place: Int32(truncatingIfNeeded: spike.place)))
        }
      }
    }
  }
}

/// The row of a spike in a block: its group, the place of the source in its tile, and its number in the group, or -1 if there is none.
struct FoundRow {
  let group: Int32
  let place: Int32
  var row: Int32 = -1
}
