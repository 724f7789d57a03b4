// The course of a simulation in time: presimulation, recorded time, checks, checkpoints, stop.
import CPlatform
import Maths
import Networks
import Parallel
import Running
import Spiking
import Storage

/// A built simulation on its way to the end of its time. All ranks make the same calls in the same order.
final class SimulationCourse<S: SimulationScalar> {
  private let simulation: Simulation<S>
  private let experiment: Experiment
  private let options: RunOptions
  private let folder: RunFolder
  private let control: RunControl
  private let log: RunLog?
  private let recorder: RunRecorder
  private let speaks: Bool
  private let rank: Int
  private let ranks: Int
  /// What was there before a restart.
  private(set) var history = RunHistory()
  /// When the time began that is counted; nil before.
  private var started: UInt64?
  private var lastCheckpointBytes = 0

  init(
    _ simulation: Simulation<S>, _ experiment: Experiment, _ options: RunOptions, _ folder: RunFolder, _ control: RunControl,
    _ log: RunLog?,
    _ communicator: borrowing Communicator
  ) {
    self.simulation = simulation
    self.experiment = experiment
    self.options = options
    self.folder = folder
    self.control = control
    self.log = log
    rank = communicator.rank
    ranks = communicator.size
    speaks = rank == 0
    recorder = RunRecorder(experiment.description, folder: folder, rank: rank, ranks: ranks)
  }

  private var description: SimulationDescription { experiment.description }
  /// [s] Wall time after the presimulation, that of earlier parts of the run included.
  private(set) var wallTime = 0.0
  private func updateWallTime() {
    wallTime = history.wallTime + (started.map { Double(cplatform_nanoseconds() - $0) * 1e-9 } ?? 0)
  }
  private func milliseconds(_ step: Int) -> Double { Double(step) * description.resolution }
  private func timeText(_ step: Int) -> String { HumanUnits.significant(milliseconds(step), 9) + " ms" }

  /// Goes on from a checkpoint; returns what there is to note about it. Collective.
  func resume(_ start: RunStart, _ communicator: borrowing Communicator) throws -> [String] {
    simulation.pulse.enter(.resume)
    let restored = try start.restore(for: folder, communicator) { checkpoint in
      try check(checkpoint)
      try simulation.restore(checkpoint, ranks: ranks)
      try recorder.restore(checkpoint, from: start.folder, beat: simulation.pulse.beat)
      try history.restore(checkpoint, objects: checkpoint.ranks(of: rank, ranks))
    }
    // Only now: a checkpoint that is refused must not cost what is in the folder.
    if speaks { try folder.prepare(resuming: start.isIn(folder), configuration: experiment.configuration) }
    try communicator.barrier()
    try recorder.cutParts(from: start.folder, beat: simulation.pulse.beat)
    try history.share(oldRanks: restored.checkpoint.ranks, communicator)
    try simulation.resume()
    let step = simulation.step
    history.resumedAt.append(milliseconds(step))
    for note in restored.notes { try log?.event("note", ["text": .string(note)]) }
    try log?.event(
      "run.resume",
      [
        "step": JSONValue(step), "time_ms": JSONValue(milliseconds(step)), "checkpoint": .string(restored.checkpoint.path),
        "ranks": JSONValue(ranks), "ranks_before": JSONValue(restored.checkpoint.ranks),
      ])
    tell(restored.notes.map { "NOTE \($0)" } + ["Resumed at \(timeText(step)) from \(restored.checkpoint.path)"])
    return restored.notes
  }

  /// Refuses a checkpoint whose network or time is not that of the configuration. All ranks alike.
  private func check(_ checkpoint: CheckpointReader) throws {
    let values = checkpoint.header.values
    func fail(_ text: String) -> ConfigurationError {
      ConfigurationError(.file(checkpoint.path), "\(text); resume with what it was written with, or begin again with --resume never")
    }
    if let layout = values["random_layout_version"]?.int, layout != randomLayoutVersion {
      throw fail("its random draws have layout \(layout), this program's have \(randomLayoutVersion)")
    }
    if values["network"]?.string != networkText {
      throw fail("its network is another one: files that the configuration names have changed")
    }
    if checkpoint.header.step > description.steps {
      throw fail(
        "it has come to \(timeText(checkpoint.header.step)), beyond the duration of \(HumanUnits.significant(description.duration, 9)) ms")
    }
  }

  /// The network in short, with checksums of edges and spikes in files, so that a file that has changed under its name is noticed.
  var networkText: String {
    let network = description.network
    let populations = network.populations.map { population in
      let parameters = population.parameters.sorted { $0.key < $1.key }, initial = population.initial.sorted { $0.key < $1.key }
      return "\(population.name) \(population.count) \(population.model ?? "virtual") \(parameters) \(initial)"
    }
    let projections = network.projections.map { projection in
      var text = "\(projection.name) \(projection.source) \(projection.target) \(projection.rule.name) \(projection.receptor)"
      if case .explicit(let edges) = projection.rule {
        text += " \(edges.count) \(edges.delays)" + (edges.checksum.map { " \($0)" } ?? "")
      } else {
        text += " \(projection.weight) \(projection.delay)"
      }
      return text
    }
    var hash = SHA256()
    let spikes = simulation.spikeChecksum.map { ["\($0)"] } ?? []
    hash.update((populations + projections + spikes).joined(separator: "\n").utf8)
    return hash.text()
  }

  /// Simulates to the end; returns why it stopped before, with a checkpoint written. Collective.
  func advance(_ communicator: borrowing Communicator) throws -> RunControl.Reason? {
    try RunFailure.inPhase(of: "output", in: folder) {
      try recorder.open(neurons: simulation.samplers.map(\.neurons), about: simulation.samplers.map(\.about))
    }
    control.begin()
    return try RunFailure.inPhase(of: simulation.pulse.phaseName, in: folder) {
      if let reason = try presimulate(communicator) { return reason }
      return try simulate(communicator)
    }
  }

  private func presimulate(_ communicator: borrowing Communicator) throws -> RunControl.Reason? {
    let steps = description.presimulationSteps
    if simulation.step >= steps { return nil }
    var warming = ProgressLine("presimulate", quiet: options.quiet || !speaks)
    let reason = try run(to: steps, communicator) { step in warming.report(Double(step) / Double(steps), "") }
    if reason == nil { warming.finish("\(HumanUnits.significant(description.presimulation)) ms") }
    return reason
  }

  private func simulate(_ communicator: borrowing Communicator) throws -> RunControl.Reason? {
    let d = description
    let total = Double(max(d.steps - d.presimulationSteps, 1))
    try communicator.barrier()
    simulation.resetStopwatch(earlier: history.phases, earlierTotal: history.total)
    started = cplatform_nanoseconds()
    func done(_ step: Int) -> Double { Double(step - d.presimulationSteps) / total }
    var progress = ProgressLine("simulate", doneBefore: done(simulation.step), quiet: options.quiet || !speaks)
    while simulation.step < d.steps {
      // In pieces that end where checks are due, because those are collective.
      let end = min(d.steps, (simulation.step / checkSteps + 1) * checkSteps)
      let reason = try run(to: end, communicator) { step in progress.report(done(step), detail(step)) }
      if let reason { return reason }
      if simulation.step % checkSteps == 0 { try check(atEnd: false, communicator) }
    }
    simulation.stopStopwatch()
    try check(atEnd: true, communicator)
    try communicator.barrier()
    updateWallTime()
    progress.finish(detail(simulation.step))
    return nil
  }

  private func detail(_ step: Int) -> String {
    updateWallTime()
    let model = milliseconds(step - description.presimulationSteps) / 1000
    return
      "\(HumanUnits.fixed(model, 2))/\(HumanUnits.fixed(description.duration / 1000, 2)) s  RTF \(HumanUnits.significant(wallTime / max(model, 1e-9)))"
  }

  /// Steps between checks.
  private var checkSteps: Int { max(1, Int((description.checks.interval / description.resolution).rounded())) }

  /// Collective.
  private func check(atEnd: Bool, _ communicator: borrowing Communicator) throws {
    simulation.pulse.enter(.update)
    if description.checks.finite { try simulation.checkFinite() }
    // One spike of each neuron within a few milliseconds would be a rate of hundreds of Hz: on the way the recorded time has to be long
    // enough. At the end it is all there is.
    if atEnd || simulation.step >= description.presimulationSteps + checkSteps { try simulation.checkRates(communicator) }
  }

  /// Runs a piece; returns why it stopped before its end, with a checkpoint written.
  private func run(
    to end: Int, _ communicator: borrowing Communicator, _ report: (Int) -> Void
  ) throws -> RunControl.Reason? {
    var reason: RunControl.Reason?
    try simulation.run(until: end, observer: recorder, communicator) { step in
      report(step)
      // What is done needs no checkpoint any more.
      if step >= description.steps { return true }
      switch try control.decide(communicator) {
      case .goOn: return true
      case .checkpoint: try save(communicator)
      case .stop(let why): reason = why
      }
      return reason == nil
    }
    if reason != nil { try save(communicator) }
    return reason
  }

  /// Writes a checkpoint. Collective.
  private func save(_ communicator: borrowing Communicator) throws {
    simulation.pulse.enter(.output)
    updateWallTime()
    let d = description
    let more = wallTime - history.wallTime
    var values: JSONObject = [
      "time_ms": JSONValue(milliseconds(simulation.step)), "end_ms": JSONValue(milliseconds(d.steps)),
      "presimulation_ms": JSONValue(d.presimulation), "title": .string(experiment.title),
      "random_layout_version": JSONValue(randomLayoutVersion), "program": .string(ProgramVersion.text),
      "network": .string(networkText), "legs": recorder.parts.json,
    ]
    for (key, value) in history.values(wallTime: more, ranks: ranks).members { values[key] = value }
    let header = CheckpointHeader(kind: "simulation", step: simulation.step, configuration: experiment.configuration, values: values)
    let seconds = try Checkpointing.write(folder.checkpoints, header, communicator, pulse: simulation.pulse) { writer in
      try simulation.write(to: &writer)
      try recorder.write(to: &writer)
      simulation.pulse.beat()
      // The presimulation is not timed.
      let stopwatch = started == nil ? Stopwatch() : simulation.stopwatch
      try RunHistory.write(stopwatch.seconds(of: Phase.simulation) + [stopwatch.total], to: &writer, object: rank)
      lastCheckpointBytes = writer.bytes
    }
    simulation.pulse.reach(simulation.step)
    simulation.countAsOutput()
    control.wroteCheckpoint(seconds: seconds)
    try log?.event(
      "checkpoint",
      [
        "step": JSONValue(simulation.step), "time_ms": JSONValue(milliseconds(simulation.step)), "seconds": JSONValue(seconds),
        "bytes_of_rank_0": JSONValue(lastCheckpointBytes),
      ])
  }

  /// Says that the run has stopped and how it goes on.
  func tellStop(_ reason: RunControl.Reason) throws {
    try log?.event("run.stop", ["reason": .string(reason.description), "time_ms": JSONValue(milliseconds(simulation.step))])
    tell(["Stopped at \(timeText(simulation.step)): \(reason). The same command goes on from \(folder.checkpoints.path)"])
  }

  /// Ends the parts and makes the files of the run. Collective.
  func assemble(_ communicator: borrowing Communicator) throws {
    simulation.pulse.enter(.assembly)
    try recorder.close()
    try recorder.assemble(simulation.pulse, communicator)
    simulation.pulse.enter(.results)
    simulation.pulse.beat()
  }

  private func tell(_ lines: [String]) {
    if !speaks || options.quiet { return }
    RunLog.tell(lines.map { $0 + "\n" }.joined())
  }
}
