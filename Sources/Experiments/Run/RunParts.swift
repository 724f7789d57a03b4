// The parts of recordings that a run leaves on its way, over all its legs.
import Storage

/// Which parts a run has. A leg begins at the start and whenever a run goes on with another number of ranks: then other ranks own a tile,
/// and new parts are begun. On the same number of ranks the last leg's parts are continued.
///
/// A part of an earlier leg belongs to the rank `part.rank % ranks`, which cuts it on resuming and names its length in every checkpoint.
struct RunParts: Sendable {
  struct Part: Sendable, Hashable {
    let leg: Int
    let rank: Int
    /// Its number in a checkpoint.
    var object: Int { leg << 32 | rank }
  }
  /// The number of ranks of each leg; the last is under way.
  private(set) var legs: [Int]

  init(ranks: Int) { legs = [ranks] }

  /// What a checkpoint says, before the run goes on.
  init?(_ header: CheckpointHeader) {
    guard let legs = header.values["legs"]?.array?.compactMap(\.int), !legs.isEmpty, legs.allSatisfy({ $0 > 0 }) else { return nil }
    self.legs = legs
  }

  /// Goes on with so many ranks.
  mutating func goOn(ranks: Int) { if legs.last != ranks { legs.append(ranks) } }

  var json: JSONValue { .array(legs.map { JSONValue($0) }) }
  var all: [Part] { legs.enumerated().flatMap { leg, ranks in (0..<ranks).map { Part(leg: leg, rank: $0) } } }
  /// The part that a rank writes now.
  func current(_ rank: Int) -> Part { Part(leg: legs.count - 1, rank: rank) }
  /// The parts that one of `ranks` ranks looks after.
  func kept(by rank: Int, of ranks: Int) -> [Part] { all.filter { $0.rank % ranks == rank } }
}

extension RunFolder {
  func spikePart(_ part: RunParts.Part) -> String { "\(parts)/spikes-\(part.leg)-\(part.rank).part" }
  func reportPart(_ recording: Int, _ part: RunParts.Part) -> String { "\(parts)/\(recording)-\(part.leg)-\(part.rank).part" }
  /// All files of a part, spikes first.
  func files(of part: RunParts.Part, recordings: Int) -> [String] {
    [spikePart(part)] + (0..<recordings).map { reportPart($0, part) }
  }
}
