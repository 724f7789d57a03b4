// What the environment tells about the launcher, before MPI starts.

import Glibc

/// How this process was started: by a launcher of MPI jobs, by `srun`, or plainly.
///
/// Read it before ``withWorld(_:)``: MPI itself changes the environment.
public struct Launch: Sendable, Equatable {
  /// The process speaks to a launcher that MPI can start under.
  public let usesMPI: Bool
  /// This process's rank as the launcher says it; 0 in a plain start. For those who print help before MPI starts.
  public let rank: Int
  /// The number of processes the launcher says it started, if it does.
  public let size: Int?

  public init(environment: (String) -> String?) {
    func number(_ names: String...) -> Int? { names.compactMap { environment($0).flatMap { Int($0) } }.first }
    usesMPI = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].contains { environment($0) != nil }
    rank = number("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID") ?? 0
    size = number("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS")
  }

  /// The launch of this process.
  public static func detect() -> Launch { Launch { name in getenv(name).map { String(cString: $0) } } }
}
