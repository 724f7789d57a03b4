// Turns a run that no longer moves into an error: a thread looks now and then whether the step still changes.
import CPlatform
import Glibc
import Parallel
import Synchronization

/// Where a rank is, written by the run and read by the watchdog. Relaxed stores, a few per interval.
public final class Pulse: Sendable {
  private let count = Atomic<Int>(0)
  private let step = Atomic<Int>(0)
  private let phase = Atomic<Int>(Stage.build.rawValue)

  /// What a rank does before and after the phases that are timed.
  public enum Stage: Int, Sendable {
    case build = -1
    case resume = -2
    case assembly = -3
    case results = -4
  }

  public init() {}

  /// Tells what the rank does from now on.
  @inline(__always)
  public func enter(_ phase: Phase) { self.phase.store(phase.index, ordering: .relaxed) }
  public func enter(_ stage: Stage) { phase.store(stage.rawValue, ordering: .relaxed) }
  /// Tells that the rank has come to a step.
  @inline(__always)
  public func reach(_ step: Int) {
    self.step.store(step, ordering: .relaxed)
    count.wrappingAdd(1, ordering: .relaxed)
  }

  /// Tells that the rank moves, though it has come to no further step.
  @inline(__always)
  public func beat() { count.wrappingAdd(1, ordering: .relaxed) }

  var beats: Int { count.load(ordering: .relaxed) }
  public var lastStep: Int { step.load(ordering: .relaxed) }
  /// The name of what the rank does.
  public var phaseName: String {
    let index = phase.load(ordering: .relaxed)
    return Stage(rawValue: index).map { "\($0)" } ?? Phase.name(of: index)
  }
}

/// Ends the job when a rank makes no progress for too long, with a message that names rank, machine and phase.
///
/// Every rank has its own. Whichever notices first ends all; a rank that is stopped from outside cannot speak, but those that wait for it do.
public final class Watchdog: @unchecked Sendable {
  // Unchecked: the communicator is used by the thread only, to end the job, which is not collective.
  private let communicator: Communicator
  private let pulse: Pulse
  private let limit: Double
  private let describe: @Sendable (Int) -> String
  /// Posted at the end of the watch.
  private let over = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private var thread: pthread_t?

  /// Starts to watch. Collective.
  ///
  /// - `limit`: [s] time without progress.
  /// - `describe`: the step in words: "at 12.5 ms".
  public init(
    _ pulse: Pulse, limit: Double, _ communicator: borrowing Communicator, describe: @escaping @Sendable (Int) -> String
  ) throws {
    self.communicator = try communicator.duplicate()
    self.pulse = pulse
    self.limit = limit
    self.describe = describe
    sem_init(over, 0, 0)
    var made = pthread_t()
    let failure = pthread_create(
      &made, nil,
      { watchdog in
        if let watchdog { Unmanaged<Watchdog>.fromOpaque(watchdog).takeUnretainedValue().watch() }
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    // Without the thread the run goes on unwatched.
    if failure == 0 { thread = made }
  }

  /// Ends the watch; the thread is gone afterwards.
  public func end() {
    guard let thread else { return }
    sem_post(over)
    pthread_join(thread, nil)
    self.thread = nil
  }
  deinit {
    end()
    sem_destroy(over)
    over.deallocate()
  }

  private func watch() {
    var beats = pulse.beats
    var since = cplatform_nanoseconds()
    while !isOver(within: min(1, limit / 4)) {
      let now = cplatform_nanoseconds()
      if pulse.beats != beats {
        beats = pulse.beats
        since = now
      } else if Double(now - since) * 1e-9 > limit {
        communicator.abort(
          code: ExitCode.internalFailure.rawValue,
          reason:
            "no progress for \(HumanUnits.duration(limit)) in phase \(pulse.phaseName) \(describe(pulse.lastStep)): a process is stopped, "
            + "or the network or the disk does not answer; run again to go on from the last checkpoint, or raise --stall-limit")
      }
    }
  }

  /// Waits; true when the watch has ended.
  private func isOver(within seconds: Double) -> Bool {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let nanoseconds = time.tv_nsec + Int(seconds * 1e9)
    time.tv_sec += nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    return sem_timedwait(over, &time) == 0
  }
}
