// A simulation from its description to the files of its run folder, on all ranks.
import CPlatform
import Foundation
import Networks
import Parallel
import Running
import Spiking
import Storage

/// What a run is besides its description.
public struct RunOptions: Sendable {
  /// The folder of the run.
  public var output: String
  public var quiet = false
  /// The command line, for the log.
  public var command: [String] = []
  public var writesReport = true
  public init(output: String) { self.output = output }
}

/// Runs one experiment. All ranks make the same calls in the same order.
public enum SimulationRun {
  /// Builds, runs, writes; returns the exit code.
  /// - Throws: what went wrong, as an error with an exit code.
  public static func run(_ experiment: Experiment, _ options: RunOptions, _ communicator: borrowing Communicator) throws -> Int32 {
    switch experiment.precision {
    case .single: return try run(experiment, options, communicator, as: Float.self)
    case .double: return try run(experiment, options, communicator, as: Double.self)
    }
  }

  private static func run<S: SimulationScalar>(
    _ experiment: Experiment, _ options: RunOptions, _ communicator: borrowing Communicator, as: S.Type
  ) throws -> Int32 {
    cplatform_flush_denormals()
    let speaks = communicator.rank == 0
    let folder = RunFolder(options.output)
    let description = experiment.description
    let simulation = try Simulation<S>(description, communicator)
    if speaks {
      try folder.prepare()
      try AtomicFile.write(folder.configuration, text: experiment.configuration)
    }
    try communicator.barrier()
    let log = speaks ? try RunLog(folder.log, experiment, options, communicator) : nil
    var notes = experiment.notes
    if communicator.size > simulation.tiles.count {
      notes.append("\(communicator.size) ranks for \(simulation.tiles.count) tiles: the ranks without a tile idle")
    } else {
      let idle = try communicator.sum(simulation.owned.isEmpty ? 1 : 0)
      if idle > 0 { notes.append("\(idle) of \(communicator.size) ranks own no tile and idle") }
    }
    if let launched = communicator.launchedSize {
      notes.append("the launcher started \(launched) processes but MPI sees one: is this the mpirun of another MPI library?")
    }

    let started = seconds()
    var building = ProgressLine("build", quiet: options.quiet || !speaks)
    try simulation.build { done in building.report(done, "") }
    try communicator.barrier()
    let buildTime = seconds() - started
    let synapses = try communicator.sum(simulation.counts.synapses)
    building.finish("\(HumanUnits.count(synapses)) synapses in \(HumanUnits.duration(buildTime))")
    try log?.event("build.done", ["seconds": JSONValue(buildTime), "synapses": JSONValue(synapses)])

    let runTime: Double
    do {
      let recorder = try RunRecorder(description, folder: folder, rank: communicator.rank)
      try recorder.openReports(
        neurons: simulation.samplers.map(\.neurons), about: simulation.samplers.map(\.about), rank: communicator.rank)
      runTime = try advance(simulation, recorder, options, communicator)
      try recorder.close()
      try recorder.assemble(communicator)
    } catch let error as StorageError {
      throw folder.told(error)
    }
    var result = try RunResult(experiment, simulation, communicator, buildTime: buildTime, runTime: runTime)
    result.notes = notes + result.notes
    if speaks {
      try AtomicFile.write(folder.summary, text: JSONValue.object(result.summary).prettyText + "\n")
      try log?.event("run.end", result.summary)
      if options.writesReport { try RunReport.write(folder) }
      if !options.quiet { result.tell(folder) }
    }
    try communicator.barrier()
    return 0
  }

  /// Simulates the presimulation and the recorded time; returns the wall time of the latter.
  private static func advance<S: SimulationScalar>(
    _ simulation: Simulation<S>, _ recorder: RunRecorder, _ options: RunOptions, _ communicator: borrowing Communicator
  ) throws -> Double {
    let d = simulation.description
    var warming = ProgressLine("presimulate", quiet: options.quiet || communicator.rank != 0 || d.presimulationSteps == 0)
    let checkSteps = max(1, Int((d.checks.interval / d.resolution).rounded()))
    var nextCheck = checkSteps
    func check(_ step: Int, _ communicator: borrowing Communicator) throws {
      guard step >= nextCheck else { return }
      nextCheck += checkSteps
      if d.checks.finite { try simulation.checkFinite() }
      if step >= d.presimulationSteps + checkSteps { try simulation.checkRates(communicator) }
    }
    try simulation.run(until: d.presimulationSteps, observer: recorder, communicator) { step in
      warming.report(Double(step) / Double(max(d.presimulationSteps, 1)), "")
      return true
    }
    warming.finish("\(HumanUnits.significant(d.presimulation)) ms")
    try communicator.barrier()
    simulation.resetStopwatch()
    let started = seconds()
    var progress = ProgressLine("simulate", quiet: options.quiet || communicator.rank != 0)
    let total = Double(d.steps - d.presimulationSteps)
    func detail(_ step: Int) -> String {
      let model = Double(step - d.presimulationSteps) * d.resolution / 1000
      return
        "\(HumanUnits.fixed(model, 2))/\(HumanUnits.fixed(d.duration / 1000, 2)) s  RTF \(HumanUnits.significant((seconds() - started) / max(model, 1e-9)))"
    }
    while simulation.step < d.steps {
      // In pieces that end where checks are due, because those are collective.
      let end = min(d.steps, max(nextCheck, simulation.step + 1))
      try simulation.run(until: end, observer: recorder, communicator) { step in
        progress.report(Double(step - d.presimulationSteps) / max(total, 1), detail(step))
        return true
      }
      try check(simulation.step, communicator)
    }
    simulation.stopStopwatch()
    try simulation.checkFinite()
    try simulation.checkRates(communicator)
    try communicator.barrier()
    progress.finish(detail(simulation.step))
    return seconds() - started
  }

  private static func seconds() -> Double { Double(cplatform_nanoseconds()) * 1e-9 }
}
