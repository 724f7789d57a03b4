// Lists of words between known partners, as a neighbourhood collective.

import CMPI

/// Sends one list to each destination and receives one from each source; a rank has as many partners as it needs, and costs no more.
public struct NeighbourExchange: ~Copyable {
  public let destinations: [Int]
  public let sources: [Int]
  private let communicator: Communicator

  /// Collective. Every destination must list this rank among its sources, and every source this rank among its destinations.
  /// A rank may be its own partner.
  public init(_ communicator: borrowing Communicator, destinations: [Int], sources: [Int]) throws {
    try communicator.checkPartners(destinations: destinations, sources: sources, call: "NeighbourExchange")
    let graph = try NeighbourExchange.graph(communicator, destinations: destinations, sources: sources)
    self.destinations = destinations
    self.sources = sources
    self.communicator = graph
  }

  private static func graph(_ communicator: borrowing Communicator, destinations: [Int], sources: [Int]) throws -> Communicator {
    if communicator.isAlone { return try communicator.duplicate() }
    var made = cmpi_comm(value: 0)
    try check(
      cmpi_graph(
        communicator.handle, Int32(sources.count), sources.map(Int32.init), Int32(destinations.count), destinations.map(Int32.init),
        &made),
      "MPI_Dist_graph_create_adjacent")
    return try communicator.derived(made)
  }

  /// One list of words for each destination, in their order; returns one from each source, in their order. Collective.
  ///
  /// In a rehearsal nothing comes from others. The words of all lists together must be fewer than 2^31.
  public func allToAllV(_ outgoing: [[UInt32]]) throws -> [[UInt32]] {
    guard outgoing.count == destinations.count else {
      throw MPIError.misuse("NeighbourExchange", "\(outgoing.count) lists for \(destinations.count) destinations")
    }
    let rank = communicator.rank
    if communicator.isAlone {
      let own = destinations.firstIndex(of: rank).map { outgoing[$0] } ?? []
      return sources.map { $0 == rank ? own : [] }
    }
    let counts = outgoing.map(\.count)
    var receivedCounts = [Int](repeating: 0, count: sources.count)
    try check(
      cmpi_neighbour_all_to_all(communicator.handle, counts, Int32(MemoryLayout<Int>.size), &receivedCounts), "MPI_Neighbor_alltoall")
    let (sent, received) = (counts.reduce(0, +), receivedCounts.reduce(0, +))
    guard max(sent, received) <= Int(Int32.max) else {
      throw MPIError.misuse(
        "NeighbourExchange", "rank \(rank) would send \(sent) and receive \(received) words at once; the limit is 2^31 - 1")
    }
    let (lengths, receivedLengths) = (counts.map(Int32.init), receivedCounts.map(Int32.init))
    var words = [UInt32](repeating: 0, count: received)
    try check(
      cmpi_neighbour_all_to_all_v(
        communicator.handle, Array(outgoing.joined()), lengths, offsets(lengths), &words, receivedLengths, offsets(receivedLengths)),
      "MPI_Neighbor_alltoallv")
    var start = 0
    return receivedCounts.map { count in
      defer { start += count }
      return Array(words[start..<start + count])
    }
  }
}

extension Communicator {
  /// Throws unless the partners are distinct ranks and all ranks agree on who sends to whom. Collective; its cost does not grow with
  /// the number of ranks.
  func checkPartners(destinations: [Int], sources: [Int], call: String) throws {
    for (name, partners) in [("destination", destinations), ("source", sources)] {
      for partner in partners { try checkRank(partner, call) }
      if Set(partners).count != partners.count { throw MPIError.misuse(call, "a \(name) of rank \(rank) is listed twice: \(partners)") }
    }
    if isAlone { return }
    // Every pair counts up on the sending side and down on the receiving side: only if both name the same pairs the sum is zero.
    var balance: UInt64 = 0
    for destination in destinations { balance &+= pairKey(rank, destination) }
    for source in sources { balance &-= pairKey(source, rank) }
    if try sum(balance) != 0 {
      throw MPIError.misuse(
        call,
        "the ranks disagree about who sends to whom (rank \(rank): destinations \(destinations), sources \(sources)); "
          + "each destination must list the sender as a source, and the other way round")
    }
  }

  /// A number for the ordered pair that no sum of others is likely to meet (the finaliser of SplitMix64).
  private func pairKey(_ source: Int, _ destination: Int) -> UInt64 {
    var x = (UInt64(source) << 32 | UInt64(destination)) &+ 0x9e37_79b9_7f4a_7c15
    x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
    return x ^ x >> 31
  }
}
