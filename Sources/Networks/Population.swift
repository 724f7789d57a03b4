// A population: neurons of one model that share one parameter set, in a list or spread over the columns of a grid.

/// Neurons of one model with one parameter set.
public struct Population: Sendable, Equatable {
  /// Where the neurons stand.
  public enum Layout: Sendable, Equatable {
    /// One list.
    case list(count: Int)
    /// The same number in each column of a grid; index = column * perColumn + place in column.
    case columns(grid: ColumnGrid, perColumn: Int)
  }

  /// Name in configurations and in `rates_hz`.
  public var name: String
  /// Catalogue name of the neuron model; `nil` for a virtual population whose spikes come from a file or a list.
  public var model: String?
  /// Parameters that differ from the model's defaults, keyed as the field spells them.
  public var parameters: [String: Double]
  /// State at the start, by column name; what is missing starts at the model's rest.
  public var initial: [String: Distribution]
  public var layout: Layout
  /// The group and the node ids under which its spikes are written (several populations may share a group).
  public var output: OutputIDs

  public init(
    name: String, model: String?, parameters: [String: Double] = [:], initial: [String: Distribution] = [:], layout: Layout,
    output: OutputIDs? = nil
  ) {
    self.name = name
    self.model = model
    self.parameters = parameters
    self.initial = initial
    self.layout = layout
    self.output = output ?? OutputIDs(group: name)
  }

  public var isVirtual: Bool { model == nil }

  public var count: Int {
    switch layout {
    case .list(let count): count
    case .columns(let grid, let perColumn): grid.columns * perColumn
    }
  }
  public var columns: Int {
    if case .columns(let grid, _) = layout { grid.columns } else { 1 }
  }
  public var perColumn: Int {
    if case .columns(_, let perColumn) = layout { perColumn } else { count }
  }
}

/// The node ids of a population's neurons in files: runs of consecutive ids, in the order of the neurons.
public struct OutputIDs: Sendable, Equatable {
  /// Name of the SONATA population.
  public var group: String
  /// Runs `first ..< first + count`; empty means the neuron's index itself.
  public var runs: [Range<Int>]
  /// Number of neurons before each run.
  private var starts: [Int] = []
  /// The runs in the order of their ids; empty where that is theirs.
  private var order: [Int] = []

  public init(group: String, runs: [Range<Int>] = []) {
    self.group = group
    self.runs = runs
    var total = 0
    for run in runs {
      starts.append(total)
      total += run.count
    }
    if zip(runs, runs.dropFirst()).contains(where: { $0.lowerBound > $1.lowerBound }) {
      order = runs.indices.sorted { runs[$0].lowerBound < runs[$1].lowerBound }
    }
  }

  private func place(_ number: Int) -> Int { order.isEmpty ? number : order[number] }

  /// The node id of neuron `index`.
  public func id(of index: Int) -> Int {
    if runs.isEmpty { return index }
    var low = 0
    var high = runs.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= index { low = middle } else { high = middle - 1 }
    }
    return runs[low].lowerBound + index - starts[low]
  }

  /// The index of the neuron with a node id, or `nil` if it is not one of them.
  public func index(of id: Int) -> Int? {
    if runs.isEmpty { return id }
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[place(middle)].upperBound <= id { low = middle + 1 } else { high = middle }
    }
    if low == runs.count { return nil }
    let run = place(low)
    return runs[run].contains(id) ? starts[run] + id - runs[run].lowerBound : nil
  }
}
