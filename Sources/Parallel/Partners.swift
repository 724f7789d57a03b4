// Whether all ranks agree on who sends to whom, before they exchange anything.

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
