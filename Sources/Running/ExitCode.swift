// The codes the program ends with, and what they tell a job script.

/// How a run ended, as seen by the shell and the scheduler. The numbers follow sysexits.h.
public struct ExitCode: RawRepresentable, Hashable, Sendable, Error, CustomStringConvertible {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let finished = ExitCode(rawValue: 0)
  public static let differs = ExitCode(rawValue: 1)
  public static let usage = ExitCode(rawValue: 64)
  public static let badData = ExitCode(rawValue: 65)
  public static let missingInput = ExitCode(rawValue: 66)
  public static let internalFailure = ExitCode(rawValue: 70)
  public static let cannotCreateOutput = ExitCode(rawValue: 73)
  public static let readWriteFailure = ExitCode(rawValue: 74)
  public static let stoppedEarly = ExitCode(rawValue: 75)
  public static let numericalFailure = ExitCode(rawValue: 76)
  public static let badConfiguration = ExitCode(rawValue: 78)

  /// Those that say that the program has not done what was asked.
  public static let errors: [ExitCode] = [
    .usage, .badData, .missingInput, .internalFailure, .cannotCreateOutput, .readWriteFailure, .stoppedEarly, .numericalFailure,
    .badConfiguration,
  ]
  /// Every code the program uses, in rising order.
  public static let all: [ExitCode] = [.finished, .differs] + errors

  /// What the code means, in one line.
  public var meaning: String {
    switch self {
    case .finished: "finished"
    case .differs: "compare found a difference, or verify a case that does not hold"
    case .usage: "wrong command line"
    case .badData: "a data file is damaged or of the wrong kind"
    case .missingInput: "an input file is missing"
    case .internalFailure: "internal or MPI failure"
    case .cannotCreateOutput: "the output cannot be created"
    case .readWriteFailure: "reading or writing failed (disk full?)"
    case .stoppedEarly: "stopped early with a good checkpoint: run the same command again to go on"
    case .numericalFailure: "numerical failure (NaN, rate check): resuming would only come to it again"
    case .badConfiguration: "the configuration is wrong"
    default: "ended with code \(rawValue)"
    }
  }
  public var description: String { "\(rawValue) \(meaning)" }

  /// The section on exit codes of `--help`.
  public static var helpText: String { "EXIT CODES\n" + all.map { "  " + padded($0.rawValue) + "  " + $0.meaning }.joined(separator: "\n") }
  private static func padded(_ code: Int32) -> String { code < 10 ? " \(code)" : "\(code)" }
}
