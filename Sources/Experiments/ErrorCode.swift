// The exit code of any error of the library.
import Networks
import Parallel
import Running
import Spiking
import Storage
import Training

extension StorageError: ExitCoded {}
extension NetworkError: ExitCoded {}
extension ParameterError: ExitCoded {}
extension NumericalError: ExitCoded {}
extension MemoryError: ExitCoded {}
extension ConfigurationError: ExitCoded {}
extension CatalogueError: ExitCoded {}
extension BenchmarkError: ExitCoded {}
extension PlanError: ExitCoded {}
extension ScalingError: ExitCoded {}
extension ReferenceError: ExitCoded { public var exitCode: Int32 { ExitCode.badData.rawValue } }

extension TrainingError: ExitCoded {
  public var exitCode: Int32 {
    switch self {
    case .invalidNetwork, .invalidBatch, .invalidSetting, .notExpressible: ExitCode.badConfiguration.rawValue
    case .invalidData, .wrongShape: ExitCode.badData.rawValue
    case .notFinite: ExitCode.numericalFailure.rawValue
    }
  }
}

/// Exit codes of errors (see `Running.ExitCode`).
public enum ErrorCode {
  public static func of(_ error: any Error) -> Int32 { (error as? any ExitCoded)?.exitCode ?? ExitCode.internalFailure.rawValue }
}
