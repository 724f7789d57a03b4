// The input of one micro-batch: sparse events per sample and step.

/// Events of one input group over time: those of step t are `channels[offsets[t]..<offsets[t + 1]]`, each channel at most once a step.
public struct EventSequence: Sendable, Hashable {
  public var offsets: [Int32] = [0]
  public var channels: [UInt16] = []
  /// One value per event, or empty where every event counts one.
  public var values: [Double] = []

  public init() {}

  public var steps: Int { offsets.count - 1 }

  /// Appends a step with the given channels.
  public mutating func append(_ active: some Sequence<Int>) {
    for channel in active { channels.append(UInt16(channel)) }
    offsets.append(Int32(channels.count))
  }

  /// Appends a step of dense values; zeros are left out.
  public mutating func append(dense row: [Double]) {
    for (channel, value) in row.enumerated() where value != 0 {
      channels.append(UInt16(channel))
      values.append(value)
    }
    offsets.append(Int32(channels.count))
  }
}

/// Samples that go through the network together; kernels see their number, so it is part of the definition of a run.
public struct MicroBatch: Sendable {
  /// `groups[g][b]`: events of input group g in sample b; all groups of a sample have its length.
  public var groups: [[EventSequence]]
  public var samples: Int { groups.first?.count ?? 0 }

  public init(groups: [[EventSequence]]) { self.groups = groups }

  /// Largest number of samples: sample numbers are bytes in the kernels, and rows of all samples should stay in cache.
  public static let limit = 64

  func validate(_ network: NetworkDescription) throws(TrainingError) {
    guard groups.count == network.inputs.count else {
      throw .invalidBatch("\(groups.count) input groups for a network with \(network.inputs.count)")
    }
    guard samples >= 1, samples <= Self.limit else {
      throw .invalidBatch("\(samples) samples in a micro-batch; give 1 to \(Self.limit)")
    }
    for (group, input) in zip(groups, network.inputs) {
      guard group.count == samples else { throw .invalidBatch("input '\(input.name)' has \(group.count) samples of \(samples)") }
      for sequence in group {
        let largest = sequence.channels.reduce(0) { Swift.max($0, $1) }
        if Int(largest) >= input.channels, let wrong = sequence.channels.first(where: { Int($0) >= input.channels }) {
          throw .invalidBatch("input '\(input.name)' has an event on channel \(wrong) of \(input.channels)")
        }
        guard sequence.values.isEmpty || sequence.values.count == sequence.channels.count else {
          throw .invalidBatch("input '\(input.name)' has \(sequence.values.count) values for \(sequence.channels.count) events")
        }
      }
    }
  }
}
