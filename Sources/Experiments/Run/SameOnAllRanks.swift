// Whether all ranks read the same: ranks that find different files under one name would compute a mixture.
import Parallel
import Storage

enum SameOnAllRanks {
  /// Refuses ranks whose text is another one than rank 0's. Collective.
  ///
  /// - Parameters:
  ///   - text: what must be the same, or a checksum of it.
  ///   - place: the file or folder that it comes from.
  ///   - what: it is, for the message.
  /// - Throws: `ConfigurationError` 78 on every rank, naming the first one that differs.
  static func require(_ text: String, from place: String, _ what: String, _ communicator: borrowing Communicator) throws {
    let own = Checksum.of(Array(text.utf8))
    var first = [own]
    try communicator.broadcast(&first, from: 0)
    let odd = try communicator.min(own == first[0] ? communicator.size : communicator.rank)
    if odd == communicator.size { return }
    throw ConfigurationError(
      .file(place),
      "rank \(odd) read \(what) that differ from rank 0's; give files that are the same on all machines and stay as they are while a run "
        + "starts")
  }
}
