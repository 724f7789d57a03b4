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
  public var limits = RunLimits()
  public var resume = Resume.auto
  /// A finished run of this configuration stays as it is, that of another is not replaced.
  public var keepsFinished = false
  public init(output: String) { self.output = output }
}

/// Runs one experiment. All ranks make the same calls in the same order.
public enum SimulationRun {
  /// Builds, runs, writes; returns the exit code, 75 if the run was stopped with a checkpoint.
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
    try communicator.requireWholeLaunch()
    try SameOnAllRanks.require(experiment.configuration, from: "configuration", "settings", communicator)
    let control = RunControl(options.limits)
    // A signal that comes after the last step must find somebody who notes it, or it would end the process.
    defer { withExtendedLifetime(control) {} }
    let speaks = communicator.rank == 0
    var folder = RunFolder(options.output)
    let before = speaks ? try folder.holdings() : nil
    let free = ConfigurationDifference.free
    if try FinishedRun.isThere(options, folder, configuration: experiment.configuration, free: free, communicator) { return 0 }
    let description = experiment.description
    let simulation = try Simulation<S>(description, communicator)
    let resolution = description.resolution
    let watchdog = try options.limits.stall.map { limit in
      try Watchdog(simulation.pulse, limit: limit, communicator) { "at \(HumanUnits.significant(Double($0) * resolution, 9)) ms" }
    }
    defer { watchdog?.end() }
    let start = try RunStart.find(options.resume, output: folder, communicator)
    try start?.check(kind: "simulation", configuration: experiment.configuration, free: free + ["duration"])
    folder.resumedFrom = start?.origin
    folder.reports = Set(description.columnRecordings.map(\.file))
    let log = try folder.take(since: before, configuration: experiment.configuration, communicator) {
      try RunLog(
        folder.log, title: experiment.title, study: experiment.study, seed: Int(description.seed), options, communicator,
        continues: start?.isIn(folder) ?? false)
    }
    return try RunLog.noting(log) {
      var notes = experiment.notes + (log?.notes ?? [])
      if communicator.size > simulation.tiles.count {
        notes.append("\(communicator.size) ranks for \(simulation.tiles.count) tiles: the ranks without a tile idle")
      } else {
        let idle = try communicator.sum(simulation.owned.isEmpty ? 1 : 0)
        if idle > 0 { notes.append("\(idle) of \(communicator.size) ranks own no tile and idle") }
      }
      // Who waits for days shall not hear of these at the end.
      var told = Set(notes)
      try log?.tell(notes)
      let buildTime = try RunFailure.inPhase(of: "build", in: folder) { try build(simulation, options, communicator, log) }
      // Only now: what cannot be built must not cost what is in the folder.
      if speaks && start == nil { try folder.prepare(configuration: experiment.configuration) }
      try communicator.barrier()
      if simulation.spikesAtStart > 0 {
        notes.append(
          "\(simulation.spikesAtStart) given spikes at 0 ms are left out: a spike counts at the end of the step that holds it, "
            + "and the first step ends at \(HumanUnits.significant(resolution)) ms")
      }

      let course = SimulationCourse(simulation, experiment, options, folder, control, log, communicator)
      try RunFailure.inPhase(of: "build", in: folder) {
        try SameOnAllRanks.require(course.networkText, from: "network", "edges or spikes", communicator)
      }
      if let start {
        let found = try RunFailure.inPhase(of: "resume", in: folder) { try course.resume(start, communicator) }
        told.formUnion(found)
        notes += found
      }
      if let reason = try course.advance(communicator) {
        try course.tellStop(reason)
        try communicator.barrier()
        return ExitCode.stoppedEarly.rawValue
      }
      try RunFailure.inPhase(of: "assembly of the output", in: folder) { try course.assemble(communicator) }
      var result = try RunFailure.inPhase(of: "results", in: folder) {
        try RunResult(experiment, simulation, communicator, buildTime: buildTime, runTime: course.wallTime, history: course.history)
      }
      result.notes = notes + result.notes
      // What is left is rank 0's alone, and the report of a long run takes its time.
      watchdog?.end()
      if speaks {
        let text = JSONValue.object(result.summary).prettyText + "\n"
        try RunFailure.inPhase(of: "results", in: folder) { try AtomicFile.write(folder.summary, text: text) }
        try log?.event("run.end", result.summary)
        if options.writesReport { try RunFailure.inPhase(of: "report", in: folder) { try RunReport.write(folder) } }
        // From here on the run is finished: first what it could be resumed from goes, then what that refers to.
        try folder.checkpoints.removeAll()
        folder.removeParts()
        if !options.quiet { result.tell(folder, except: told) }
      }
      try communicator.barrier()
      return 0
    }
  }

  /// Builds the network; returns the seconds it took.
  private static func build<S: SimulationScalar>(
    _ simulation: Simulation<S>, _ options: RunOptions, _ communicator: borrowing Communicator, _ log: RunLog?
  ) throws -> Double {
    let started = cplatform_nanoseconds()
    var building = ProgressLine("build", quiet: options.quiet || communicator.rank != 0)
    try simulation.build { done in building.report(done, "") }
    try communicator.barrier()
    let buildTime = Double(cplatform_nanoseconds() - started) * 1e-9
    let synapses = try communicator.sum(simulation.counts.synapses)
    building.finish("\(HumanUnits.count(synapses)) synapses in \(HumanUnits.duration(buildTime))")
    try log?.event("build.done", ["seconds": JSONValue(buildTime), "synapses": JSONValue(synapses)])
    return buildTime
  }
}
