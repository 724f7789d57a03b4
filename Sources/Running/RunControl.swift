// When a run saves its state and when it stops: signals and wall time, agreed upon by all ranks.
import CPlatform
import Glibc
import Parallel

/// Asked after every interval (or batch) by all ranks alike, it decides the same on all of them.
///
/// Ranks talk about it in one small reduction some ten times a second; how many intervals lie between two of them follows from rank 0's
/// pace and is part of what is agreed, so every rank comes to the reduction at the same interval.
public final class RunControl {
  public enum Decision: Sendable, Equatable {
    case goOn
    case checkpoint
    /// Save the state and end with code 75.
    case stop(Reason)
  }
  public enum Reason: Int, Sendable, CustomStringConvertible {
    case timeLimit = 2
    case requested
    case ended

    public var description: String {
      switch self {
      case .timeLimit: "the time limit is near"
      case .requested: "the checkpoint signal (USR1) came"
      case .ended: "the run was asked to end (TERM or INT)"
      }
    }
  }

  /// [s] Wall time between two reductions.
  private static let pace = 0.1
  private let limits: RunLimits
  /// [s] Age of the process when the control was made, and the clock then.
  private let ageBefore: Double
  private let begun: UInt64
  private var lastCheckpoint: Double
  private var checkpointTime: Double
  private var calls = 0
  private var nextTalk = 1
  private var stride = 1
  private var lastTalk: Double

  /// Notes the checkpoint signal from now on, and TERM and INT from `begin` on.
  ///
  /// - `expected`: [s] what a checkpoint will take, until one has been measured.
  public init(_ limits: RunLimits, expected: Double = 0.1) {
    self.limits = limits
    ageBefore = cplatform_process_age()
    begun = cplatform_nanoseconds()
    checkpointTime = expected
    lastCheckpoint = ageBefore
    lastTalk = ageBefore
    cplatform_note_checkpoint_signal()
  }
  deinit { cplatform_release_signals() }

  /// The run has begun: time between checkpoints counts from here.
  public func begin() {
    cplatform_note_end_signals()
    lastCheckpoint = age
    lastTalk = lastCheckpoint
  }

  /// [s] Since the start of the process.
  private var age: Double { ageBefore + Double(cplatform_nanoseconds() - begun) * 1e-9 }

  /// What to do now. Collective: all ranks ask equally often.
  ///
  /// - Parameter besides: [s] what work of another kind will take before this is asked so many times again, as far as it is known.
  public func decide(_ communicator: borrowing Communicator, besides: (Int) -> Double = { _ in 0 }) throws -> Decision {
    calls += 1
    return calls < nextTalk ? .goOn : try talk(communicator, besides)
  }

  @inline(never)
  private func talk(_ communicator: borrowing Communicator, _ besides: (Int) -> Double) throws -> Decision {
    let now = age
    // Twice the pace at most, so that a burst of short intervals does not hide the next long ones.
    let each = max((now - lastTalk) / Double(stride), 1e-9)
    let wanted = max(1, min(2 * stride, Int(min(Self.pace / each, 1e9))))
    // A stop must come before the limit, so the time to the next talk is left free as well.
    let own = wish(now, next: Double(wanted) * each + besides(wanted))
    lastTalk = now
    var agreed = [own, communicator.rank == 0 ? wanted : 0]
    try communicator.max(&agreed)
    stride = agreed[1]
    nextTalk = calls + stride
    switch agreed[0] {
    case 0: return .goOn
    case 1: return .checkpoint
    default: return .stop(Reason(rawValue: agreed[0]) ?? .ended)
    }
  }

  /// This rank's wish; the greatest of all ranks' wins.
  ///
  /// - Parameter next: [s] until it is asked again.
  private func wish(_ now: Double, next: Double) -> Int {
    switch cplatform_noted_signal() {
    case 0: break
    case SIGUSR1: return Reason.requested.rawValue
    default: return Reason.ended.rawValue
    }
    if let most = limits.most, now + next >= min(0.99 * most, most - 1.5 * checkpointTime) { return Reason.timeLimit.rawValue }
    if let every = limits.checkpointEvery, now - lastCheckpoint >= every { return 1 }
    return 0
  }

  /// Tells that a checkpoint was written, and what it took. [s]
  public func wroteCheckpoint(seconds: Double) {
    checkpointTime = max(seconds, checkpointTime / 2)
    lastCheckpoint = age
  }
}
