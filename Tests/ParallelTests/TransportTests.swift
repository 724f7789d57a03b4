// The same laws over every transport: one process, a rehearsal, and 1 to 4 ranks of MPI.

import Testing

@testable import Parallel

@Suite(.serialized) struct TransportTests {
  @Test func lawsHoldInOneProcess() throws {
    let outcome = try runChecks(ranks: nil, ["laws"])
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains(" 0 failed, 1 ranks, single"))
  }

  @Test(arguments: [(0, 1), (0, 5), (4, 5), (700, 1024)]) func lawsHoldInRehearsal(rank: Int, size: Int) throws {
    let outcome = try runChecks(ranks: nil, ["rehearse", "\(rank)", "\(size)"])
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains(" 0 failed, \(size) ranks, rehearsal"))
  }

  /// With a limit of 100 bytes per message, every collective takes its path for long data.
  @Test(arguments: [1, 2, 3, 4], [1 << 30, 100]) func lawsHoldOverMPI(ranks: Int, messageLimit: Int) throws {
    let outcome = try runChecks(ranks: ranks, ["laws", "\(messageLimit)"])
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains(" 0 failed, \(ranks) ranks, mpi"))
  }

  @Test func rehearsalOfAMillionRanksHoldsNothingPerRank() throws {
    let size = 1 << 20
    let c = Communicator.rehearsal(rank: 5, of: size)
    var exchange = try PacketExchange(c, destinations: [7, size - 1], sources: [4], packetWords: 10)
    try exchange.start([[1, 2, 3], [UInt32](repeating: 9, count: 11)])
    try exchange.finish { source, words in #expect(source == 0 && words.isEmpty) }
    #expect(exchange.bytesSent == 4 * (1 + 3) + 4 * (1 + 11))
    #expect(exchange.messagesSent == 3)
    #expect(try c.sum(3) == 3)
  }

  /// MPI is not started, which would take 0.03 to 0.3 s.
  @Test func plainStartIsOneRankWithoutMPI() throws {
    let outcome = try runChecks(ranks: nil, ["launch"])
    #expect(outcome.code == 0 && outcome.output.hasPrefix("rank 0 of 1, single, launched 0, Open MPI"), "\(outcome.errors)")
  }

  /// The launcher of another library leaves each process alone: it says how many were started, and MPI sees one.
  @Test func launcherOfAnotherLibraryIsNoticed() throws {
    let outcome = try runChecks(ranks: nil, ["launch"], environment: ["PMI_RANK": "2", "PMI_SIZE": "4"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("rank 0 of 1, mpi, launched 4, Open MPI"))
    let slurm = try runChecks(ranks: nil, ["launch"], environment: ["SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "3"])
    #expect(slurm.output.hasPrefix("rank 0 of 1, single, launched 3, Open MPI"))
    let right = try runChecks(ranks: 2, ["launch"])
    #expect(right.output.contains("rank 1 of 2, mpi, launched 0, Open MPI"))
  }
}

@Suite struct LaunchTests {
  private func launch(_ environment: [String: String]) -> Launch { Launch { environment[$0] } }

  @Test func launchersAreTold() {
    let plain = launch([:])
    #expect(!plain.usesMPI && plain.rank == 0 && plain.size == nil)
    let open = launch(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"])
    #expect(open.usesMPI && open.rank == 3 && open.size == 4)
    let slurm = launch(["PMIX_RANK": "5", "SLURM_PROCID": "5", "SLURM_STEP_NUM_TASKS": "8"])
    #expect(slurm.usesMPI && slurm.rank == 5 && slurm.size == 8)
    let withoutPMI = launch(["SLURM_PROCID": "5", "SLURM_STEP_NUM_TASKS": "8"])
    #expect(!withoutPMI.usesMPI && withoutPMI.rank == 5 && withoutPMI.size == 8)
    let hydra = launch(["PMI_RANK": "1", "PMI_SIZE": "2"])
    #expect(hydra.usesMPI && hydra.rank == 1 && hydra.size == 2)
  }
}
