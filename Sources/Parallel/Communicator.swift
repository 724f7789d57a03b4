// The communicator: who takes part, how they talk, and how the group is split.

import CMPI
import CPlatform

/// A group of ranks that work together: the owner of an MPI communicator, or a stand-in of one process.
///
/// Every call named here is collective unless it says otherwise: all ranks of the communicator make it, in the same order.
/// Three transports stand behind the one interface:
/// - `mpi`: the ranks of an MPI job;
/// - `single`: one process without MPI, rank 0 of 1;
/// - `rehearsal`: one process that pretends to be rank r of N, to see what that rank would hold. The others are silent: they add nothing
///   to a reduction, give zeros or nothing to a gathering, send nothing, and share no node unless `perNode` says so.
public struct Communicator: ~Copyable {
  public enum Kind: Sendable { case mpi, single, rehearsal }

  /// This process's number, 0 ..< size.
  public let rank: Int
  /// The number of ranks.
  public let size: Int
  public let kind: Kind
  /// The number of processes that the launcher says it started, where MPI sees only one: the launcher of another MPI library was used,
  /// and every process believes to be alone. Nil when all is well.
  public let launchedSize: Int?

  let handle: cmpi_comm
  private let owned: Bool
  /// The rank in the whole job, which messages name.
  let worldRank: Int
  /// The number of ranks in the whole job.
  let worldSize: Int
  /// Names the job in the question which process of a node speaks first.
  let speakerKey: UInt64
  /// Ranks on one node in a rehearsal.
  private let ranksPerNode: Int
  /// The longest message in bytes; longer data travel in pieces.
  let messageLimit: Int

  static let standardMessageLimit = 1 << 30

  /// One process, rank 0 of 1.
  public static func single() -> Communicator { alone(.single, rank: 0, size: 1, perNode: 1, launchedSize: nil) }

  /// One process that behaves as rank `rank` of `size`, `perNode` of which share a node.
  public static func rehearsal(rank: Int, of size: Int, perNode: Int = 1) -> Communicator {
    precondition(size > 0 && (0..<size).contains(rank) && perNode > 0, "a rehearsal needs 0 <= rank < size and perNode > 0")
    return alone(.rehearsal, rank: rank, size: size, perNode: perNode, launchedSize: nil)
  }

  static func alone(_ kind: Kind, rank: Int, size: Int, perNode: Int, launchedSize: Int?) -> Communicator {
    Communicator(
      rank: rank, size: size, kind: kind, launchedSize: launchedSize, handle: cmpi_comm(value: 0), owned: false, worldRank: rank,
      worldSize: size, speakerKey: 0, ranksPerNode: perNode, messageLimit: standardMessageLimit)
  }

  /// The world of a running MPI.
  static func world(launchedSize: Int?, speakerKey: UInt64, messageLimit: Int) throws -> Communicator {
    let (rank, size) = try place(in: cmpi_world())
    return Communicator(
      rank: rank, size: size, kind: .mpi, launchedSize: size == 1 && launchedSize ?? 1 > 1 ? launchedSize : nil, handle: cmpi_world(),
      owned: false, worldRank: rank, worldSize: size, speakerKey: speakerKey, ranksPerNode: 1, messageLimit: messageLimit)
  }

  private init(
    rank: Int, size: Int, kind: Kind, launchedSize: Int?, handle: cmpi_comm, owned: Bool, worldRank: Int, worldSize: Int,
    speakerKey: UInt64, ranksPerNode: Int, messageLimit: Int
  ) {
    (self.rank, self.size, self.kind, self.launchedSize) = (rank, size, kind, launchedSize)
    (self.handle, self.owned) = (handle, owned)
    (self.worldRank, self.worldSize, self.speakerKey) = (worldRank, worldSize, speakerKey)
    (self.ranksPerNode, self.messageLimit) = (ranksPerNode, messageLimit)
  }
  deinit { if owned { cmpi_free(handle) } }

  /// Refuses the work of a job to processes that do not see each other: each would do all of it, in the same files.
  /// - Throws: `MPIError` 70 where ``launchedSize`` says so.
  public func requireWholeLaunch() throws {
    guard let launchedSize else { return }
    throw MPIError.misuse(
      "start of the run",
      "the launcher started \(launchedSize) processes, and MPI sees only this one; start them with srun --mpi=pmix or with the mpirun of "
        + "the MPI library that the program is linked with (\(Self.libraryVersion.prefix { $0 != "," && $0 != "\n" }))")
  }

  /// The name and version of the MPI library that the program is linked with.
  public static var libraryVersion: String { String(cString: cmpi_library_version()) }

  var isAlone: Bool { kind != .mpi }

  private static func place(in handle: cmpi_comm) throws -> (rank: Int, size: Int) {
    var rank: Int32 = 0
    var size: Int32 = 0
    try check(cmpi_rank(handle, &rank), "MPI_Comm_rank")
    try check(cmpi_size(handle, &size), "MPI_Comm_size")
    return (Int(rank), Int(size))
  }

  /// Takes ownership of a handle that was made from this communicator.
  func derived(_ handle: cmpi_comm) throws -> Communicator {
    let (rank, size) = try Communicator.place(in: handle)
    return Communicator(
      rank: rank, size: size, kind: .mpi, launchedSize: launchedSize, handle: handle, owned: true, worldRank: worldRank,
      worldSize: worldSize, speakerKey: speakerKey, ranksPerNode: 1, messageLimit: messageLimit)
  }
  private func aloneAs(rank: Int, of size: Int) -> Communicator {
    Communicator(
      rank: rank, size: size, kind: kind, launchedSize: launchedSize, handle: handle, owned: false, worldRank: worldRank,
      worldSize: worldSize, speakerKey: speakerKey, ranksPerNode: ranksPerNode, messageLimit: messageLimit)
  }

  /// The same ranks with their own space of messages.
  public func duplicate() throws -> Communicator {
    if isAlone { return aloneAs(rank: rank, of: size) }
    var made = cmpi_comm(value: 0)
    try check(cmpi_duplicate(handle, &made), "MPI_Comm_dup")
    return try derived(made)
  }

  /// The ranks that give the same colour (0 or more), in the order of (key, rank). In a rehearsal all give this rank's colour and key.
  public func split(color: Int, key: Int) throws -> Communicator {
    guard let color32 = Int32(exactly: color), color >= 0, let key32 = Int32(exactly: key) else {
      throw MPIError.misuse("split", "colour \(color) and key \(key) must fit 32 bits, and the colour must not be negative")
    }
    if isAlone { return aloneAs(rank: rank, of: size) }
    var made = cmpi_comm(value: 0)
    try check(cmpi_split(handle, color32, key32, &made), "MPI_Comm_split")
    return try derived(made)
  }

  /// The ranks on this machine, in the order of their ranks. In a rehearsal, consecutive ranks fill a node.
  public func splitByNode() throws -> Communicator {
    if isAlone {
      let first = rank / ranksPerNode * ranksPerNode
      return aloneAs(rank: rank - first, of: Swift.min(ranksPerNode, size - first))
    }
    var made = cmpi_comm(value: 0)
    try check(cmpi_split_by_node(handle, Int32(rank), &made), "MPI_Comm_split_type")
    return try derived(made)
  }

  /// The name of this machine.
  public var host: String { String(cString: cplatform_host_name()) }

  func checkRank(_ other: Int, _ call: String) throws {
    if other < 0 || other >= size { throw MPIError.misuse(call, "rank \(other) is not among the \(size) ranks 0 ... \(size - 1)") }
  }
}
